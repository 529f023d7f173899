//! Clients.

use super::*;
use crate::{AuthorizationsOf, MAX_CLIENTS};

pub async fn a_new_store_has_nothing<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert_eq!(store.client(&client_id(1)).await.unwrap(), None);
    assert_eq!(store.clients().await.unwrap(), []);
    assert!(!store.remove_client(&client_id(1), at(0.0)).await.unwrap());
    assert_eq!(store.authorization(&authorization_id(1)).await.unwrap(), None);
    assert_eq!(store.authorizations(&AuthorizationsOf::User(user(1))).await.unwrap(), []);
    assert_eq!(store.revoke(&authorization_id(1), at(0.0)).await.unwrap(), None);
    assert_eq!(store.revoke_all_of(&user(1), at(0.0)).await.unwrap(), 0);
    assert_eq!(store.code(&digest("x")).await.unwrap(), None);
    assert_eq!(store.access_token(&digest("x")).await.unwrap(), None);
    assert_eq!(store.refresh_token(&digest("x")).await.unwrap(), None);
    assert_eq!(store.redeem(&digest("x"), at(0.0), access("a", 1, 0.0), None).await.unwrap(), Redeemed::Gone);
    assert!(!store.issue(access("a", 1, 0.0)).await.unwrap());
    assert_eq!(rotate(store, "x", "y", 0.0).await, Rotated::Stale);
    store.remove_access_token(&digest("x")).await.unwrap();
    store.record_use(&authorization_id(1), at(0.0));
    assert_eq!(store.access_token(&digest("a")).await.unwrap(), None);
}

pub async fn a_client_is_read_back_as_it_was_kept<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let document = Client {
        id: ClientId::parse("https://client.example/client.json").unwrap(),
        name: ClientName::new("'); DROP TABLE oauth_clients; -- é 東京"),
        redirect_uris: ["http://127.0.0.1/back", "cursor://anysphere.cursor-mcp/oauth/callback"]
            .map(|uri| RedirectUri::parse(uri).unwrap())
            .to_vec(),
        source: ClientSource::Document { fresh_until: at(77.5) },
        ..client(1)
    };
    let confidential = Client {
        name: None,
        redirect_uris: Vec::new(),
        grants: GrantType::ALL.to_vec(),
        authentication: ClientAuthentication::SecretPost,
        secret: Some(digest("secret")),
        last_used_at: Some(at(5.0)),
        ..client(2)
    };
    let bare = Client { grants: Vec::new(), authentication: ClientAuthentication::SecretBasic, ..client(3) };
    for kept in [document, confidential, bare] {
        keep(bed.store(), kept.clone()).await;
        assert_eq!(bed.store().client(&kept.id).await.unwrap(), Some(kept));
    }
}

pub async fn a_client_that_is_kept_again_keeps_its_times<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    keep(bed.store(), Client { last_used_at: Some(at(5.0)), ..client(1) }).await;
    let again = Client {
        name: None,
        redirect_uris: Vec::new(),
        source: ClientSource::Document { fresh_until: at(9.0) },
        created_at: at(8.0),
        ..client(1)
    };
    keep(bed.store(), again.clone()).await;
    let kept = Client { created_at: at(0.0), last_used_at: Some(at(5.0)), ..again };
    assert_eq!(bed.store().clients().await.unwrap(), [kept]);
}

pub async fn clients_come_oldest_first<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    for (number, seconds) in [(1, 30.0), (2, 10.0), (3, 20.0), (4, 20.0)] {
        keep(bed.store(), Client { created_at: at(seconds), ..client(number) }).await;
    }
    let ids: Vec<_> = bed.store().clients().await.unwrap().into_iter().map(|client| client.id).collect();
    assert_eq!(ids, [2, 3, 4, 1].map(client_id));
}

pub async fn a_client_that_is_removed_takes_its_authorizations_with_it<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2] {
        keep(store, client(number)).await;
    }
    redeemed(store, 1).await;
    grant(store, Authorization { client: client_id(2), ..authorization(2) }, None).await;
    assert!(store.remove_client(&client_id(1), at(9.0)).await.unwrap());
    assert!(!store.remove_client(&client_id(1), at(10.0)).await.unwrap());
    assert_eq!(store.client(&client_id(1)).await.unwrap(), None);
    let (_, own) = store.access_token(&digest("a1")).await.unwrap().unwrap();
    assert_eq!(own.revoked_at, Some(at(9.0)));
    let other = store.authorization(&authorization_id(2)).await.unwrap().unwrap();
    assert_eq!(other.revoked_at, None);
}

async fn fill(store: &dyn OAuthStore) {
    for number in 1..=MAX_CLIENTS as u64 {
        keep(store, Client { created_at: at(number as f64), ..client(number) }).await;
    }
}

pub async fn when_there_is_no_room_the_oldest_unused_client_makes_some<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    fill(store).await;
    let one_more = client(MAX_CLIENTS as u64 + 1);
    assert_eq!(store.put_client(one_more.clone(), at(1.0)).await.unwrap(), ClientKept::TooMany);
    assert_eq!(store.client(&one_more.id).await.unwrap(), None);
    // One that is known already needs no room.
    keep(store, client(2)).await;
    assert_eq!(store.put_client(one_more.clone(), at(1.1)).await.unwrap(), ClientKept::Kept);
    assert_eq!(store.client(&client_id(1)).await.unwrap(), None);
    assert_eq!(store.clients().await.unwrap().len(), MAX_CLIENTS);
}

pub async fn a_client_that_is_used_or_young_or_has_an_authorization_makes_no_room<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, Client { last_used_at: Some(at(1.0)), ..client(5000) }).await;
    keep(store, client(5001)).await;
    grant(store, Authorization { client: client_id(5001), ..authorization(1) }, None).await;
    for number in 3..=MAX_CLIENTS as u64 {
        keep(store, Client { created_at: at(number as f64), ..client(number) }).await;
    }
    assert_eq!(store.put_client(client(6000), at(4.0)).await.unwrap(), ClientKept::Kept);
    assert_eq!(store.put_client(client(6001), at(4.0)).await.unwrap(), ClientKept::Kept);
    for gone in [3, 6000] {
        assert_eq!(store.client(&client_id(gone)).await.unwrap(), None, "{gone}");
    }
    for stays in [5000, 5001, 4, 6001] {
        assert!(store.client(&client_id(stays)).await.unwrap().is_some(), "{stays}");
    }
}

//! Authorizations, and the codes that a browser carries to the client.

use super::super::sample::all;
use super::*;
use crate::{AuthorizationsOf, MAX_AUTHORIZATIONS_OF_ONE};

pub async fn an_authorization_is_read_back_as_it_was_kept<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let approval = Authorization {
        client_name: None,
        space: Space::Default,
        capability: Capability::Admin,
        scopes: Scopes::default(),
        kind: GrantKind::Approval,
        redirect_owner: None,
        expires_at: None,
        ..authorization(2)
    };
    let over = Authorization { revoked_at: Some(at(3.0)), last_used_at: Some(at(2.0)), ..authorization(3) };
    for kept in [authorization(1), approval, over] {
        grant(bed.store(), kept.clone(), None).await;
        assert_eq!(bed.store().authorization(&kept.id).await.unwrap(), Some(kept));
    }
}

pub async fn authorizations_come_oldest_first_and_of_whom_was_asked_for<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    for (number, of, to, seconds) in [(1, 1, 1, 30.0), (2, 1, 2, 10.0), (3, 2, 1, 20.0), (4, 1, 2, 10.0)] {
        let one = Authorization { user: user(of), client: client_id(to), ..authorization(number) };
        grant(bed.store(), Authorization { created_at: at(seconds), ..one }, None).await;
    }
    for (of, expected) in [
        (AuthorizationsOf::User(user(1)), vec![2, 4, 1]),
        (AuthorizationsOf::User(user(3)), vec![]),
        (AuthorizationsOf::Client(client_id(1)), vec![3, 1]),
    ] {
        let found = bed.store().authorizations(&of).await.unwrap();
        let ids: Vec<_> = found.into_iter().map(|one| one.id).collect();
        assert_eq!(ids, expected.into_iter().map(authorization_id).collect::<Vec<_>>());
    }
}

pub async fn a_revoked_authorization_keeps_its_time<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    for number in [1, 2] {
        grant(bed.store(), authorization(number), None).await;
    }
    let revoked = Authorization { revoked_at: Some(at(5.0)), ..authorization(1) };
    for seconds in [5.0, 6.0, 4.0] {
        let given = bed.store().revoke(&authorization_id(1), at(seconds)).await.unwrap();
        assert_eq!(given.as_ref(), Some(&revoked));
    }
    assert_eq!(bed.store().authorization(&authorization_id(1)).await.unwrap(), Some(revoked));
    assert_eq!(bed.store().authorization(&authorization_id(2)).await.unwrap(), Some(authorization(2)));
}

pub async fn all_authorizations_of_one_user_are_revoked_and_no_others<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2, 3] {
        grant(store, authorization(number), None).await;
    }
    grant(store, Authorization { user: user(2), ..authorization(4) }, None).await;
    store.revoke(&authorization_id(3), at(1.0)).await.unwrap();
    assert_eq!(store.revoke_all_of(&user(1), at(2.0)).await.unwrap(), 2);
    assert_eq!(store.revoke_all_of(&user(1), at(3.0)).await.unwrap(), 0);
    let mut times = Vec::new();
    for number in 1..=4 {
        times.push(store.authorization(&authorization_id(number)).await.unwrap().unwrap().revoked_at);
    }
    assert_eq!(times, [Some(at(2.0)), Some(at(2.0)), Some(at(1.0)), None]);
}

pub async fn there_are_no_more_good_authorizations_of_one_user_than_the_limit<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in 1..=MAX_AUTHORIZATIONS_OF_ONE as u64 {
        grant(store, authorization(number), None).await;
    }
    let next = |number| Authorization { created_at: at(999.0), ..authorization(number) };
    assert_eq!(store.grant(next(1000), Some(code(1000))).await.unwrap(), Granted::TooMany);
    assert_eq!(store.authorization(&authorization_id(1000)).await.unwrap(), None);
    assert_eq!(store.code(&code(1000).digest).await.unwrap(), None);
    grant(store, Authorization { user: user(2), ..next(1001) }, None).await;
    store.revoke(&authorization_id(1), at(1.0)).await.unwrap();
    grant(store, next(1002), None).await;
    // In the moment in which the others expire, they are no good ones any more.
    grant(store, Authorization { created_at: at(1000.0), ..next(1003) }, None).await;
}

pub async fn a_code_is_found_with_its_authorization<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    for number in [1, 2] {
        grant(bed.store(), authorization(number), Some(code(number))).await;
    }
    let found = bed.store().code(&code(2).digest).await.unwrap();
    assert_eq!(found, Some((code(2), authorization(2))));
    assert_eq!(bed.store().code(&digest("another")).await.unwrap(), None);
}

pub async fn a_code_is_redeemed_once_and_its_tokens_are_kept<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, client(1)).await;
    redeemed(store, 1).await;
    let used = Authorization { last_used_at: Some(at(1.0)), ..authorization(1) };
    let (found, own) = store.code(&code(1).digest).await.unwrap().unwrap();
    assert_eq!((found, &own), (AuthorizationCode { used_at: Some(at(1.0)), ..code(1) }, &used));
    let token = store.access_token(&digest("a1")).await.unwrap();
    assert_eq!(token, Some((access("a1", 1, 1.0), used.clone())));
    assert_eq!(store.refresh_token(&digest("r1")).await.unwrap(), Some((refresh("r1", 1, 1.0), used)));
    assert_eq!(store.client(&client_id(1)).await.unwrap().unwrap().last_used_at, Some(at(1.0)));
}

pub async fn o4_of_many_who_redeem_one_code_at_the_same_time_one_does<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    grant(bed.store(), authorization(1), Some(code(1))).await;
    let calls = (0..32).map(|number| {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        let token = access(&format!("token {number}"), 1, 1.0);
        async move { store.redeem(&code(1).digest, at(1.0), token, None).await.unwrap() }
    });
    let outcomes = all(calls).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Redeemed::Done).count(), 1);
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Redeemed::Again).count(), 31);
    let mut kept = 0;
    for number in 0..32 {
        let found = bed.store().access_token(&digest(&format!("token {number}"))).await.unwrap();
        kept += usize::from(found.is_some_and(|(_, own)| own.revoked_at.is_some()));
    }
    assert_eq!(kept, 1);
}

pub async fn o4_a_code_that_is_redeemed_again_ends_its_authorization<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2] {
        redeemed(store, number).await;
    }
    // However late that is.
    let again = store.redeem(&code(1).digest, at(900.0), access("second", 1, 900.0), None).await.unwrap();
    assert_eq!(again, Redeemed::Again);
    assert_eq!(store.access_token(&digest("second")).await.unwrap(), None);
    let (_, own) = store.access_token(&digest("a1")).await.unwrap().unwrap();
    assert_eq!(own.revoked_at, Some(at(900.0)));
    let (_, other) = store.access_token(&digest("a2")).await.unwrap().unwrap();
    assert_eq!(other.revoked_at, None);
}

pub async fn a_code_is_good_until_the_moment_in_which_it_expires<S: OAuthStoreUnderTest>() {
    for (seconds, expected) in [(59.0, Redeemed::Done), (60.0, Redeemed::Gone), (61.0, Redeemed::Gone)] {
        let bed = S::empty().await;
        grant(bed.store(), authorization(1), Some(code(1))).await;
        let done = bed.store().redeem(&code(1).digest, at(seconds), access("a", 1, seconds), None).await;
        assert_eq!(done.unwrap(), expected, "{seconds}");
        let found = bed.store().access_token(&digest("a")).await.unwrap();
        assert_eq!(found.is_some(), expected == Redeemed::Done);
        let (found, _) = bed.store().code(&code(1).digest).await.unwrap().unwrap();
        assert_eq!(found.used_at.is_some(), expected == Redeemed::Done);
    }
}

pub async fn a_code_of_an_authorization_that_ended_is_gone<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    grant(store, authorization(1), Some(code(1))).await;
    store.revoke(&authorization_id(1), at(1.0)).await.unwrap();
    grant(store, Authorization { expires_at: Some(at(2.0)), ..authorization(2) }, Some(code(2))).await;
    for number in [1, 2] {
        let done = store.redeem(&code(number).digest, at(2.0), access("a", number, 2.0), None).await;
        assert_eq!(done.unwrap(), Redeemed::Gone);
    }
    assert_eq!(store.access_token(&digest("a")).await.unwrap(), None);
}

//! Access tokens and refresh tokens.

use super::super::sample::all;
use super::*;

pub async fn an_access_token_is_read_back_and_its_use_noted<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, client(1)).await;
    grant(store, authorization(1), None).await;
    for (name, seconds) in [("one", 5.0), ("other", 3.0)] {
        assert!(store.issue(access(name, 1, seconds)).await.unwrap());
    }
    let used = Authorization { last_used_at: Some(at(5.0)), ..authorization(1) };
    for (name, seconds) in [("one", 5.0), ("other", 3.0)] {
        let found = store.access_token(&digest(name)).await.unwrap();
        assert_eq!(found, Some((access(name, 1, seconds), used.clone())));
    }
    assert_eq!(store.client(&client_id(1)).await.unwrap().unwrap().last_used_at, Some(at(5.0)));
}

pub async fn no_token_is_kept_for_an_authorization_that_is_over<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2] {
        grant(store, authorization(number), None).await;
    }
    store.revoke(&authorization_id(1), at(1.0)).await.unwrap();
    assert!(!store.issue(access("a", 1, 2.0)).await.unwrap());
    assert!(!store.issue(access("a", 2, 1000.0)).await.unwrap());
    assert_eq!(store.access_token(&digest("a")).await.unwrap(), None);
    assert!(store.issue(access("a", 2, 999.0)).await.unwrap());
}

pub async fn a_refresh_token_is_read_back_with_what_came_after_it<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, client(1)).await;
    redeemed(store, 1).await;
    assert_eq!(rotate(store, "r1", "r2", 5.0).await, Rotated::Done);
    let used = Authorization { last_used_at: Some(at(5.0)), ..authorization(1) };
    let after =
        RefreshToken { succession: Some(succession(5.0, "r2", "access of r2")), ..refresh("r1", 1, 1.0) };
    assert_eq!(store.refresh_token(&digest("r1")).await.unwrap(), Some((after, used.clone())));
    let next = store.refresh_token(&digest("r2")).await.unwrap();
    assert_eq!(next, Some((refresh("r2", 1, 5.0), used.clone())));
    let token = store.access_token(&digest("access of r2")).await.unwrap();
    assert_eq!(token, Some((access("access of r2", 1, 5.0), used)));
    assert_eq!(store.client(&client_id(1)).await.unwrap().unwrap().last_used_at, Some(at(5.0)));
}

pub async fn o12_of_many_who_rotate_one_token_at_the_same_time_one_does<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    redeemed(bed.store(), 1).await;
    let calls = (0..16).map(|number| {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        async move { rotate(store, "r1", &format!("next {number}"), 5.0).await }
    });
    let outcomes = all(calls).await;
    assert_eq!(outcomes.iter().filter(|outcome| **outcome == Rotated::Done).count(), 1);
    let mut kept = 0;
    for number in 0..16 {
        let found = bed.store().refresh_token(&digest(&format!("next {number}"))).await.unwrap();
        kept += usize::from(found.is_some_and(|(_, own)| own.revoked_at.is_none()));
    }
    assert_eq!(kept, 1);
}

pub async fn a_refresh_token_that_is_not_good_is_not_rotated<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2] {
        redeemed(store, number).await;
    }
    assert_eq!(rotate(store, "r1", "late", 501.0).await, Rotated::Stale);
    assert_eq!(rotate(store, "r1", "next", 500.0).await, Rotated::Done);
    assert_eq!(rotate(store, "r1", "twice", 500.0).await, Rotated::Stale);
    store.revoke(&authorization_id(2), at(2.0)).await.unwrap();
    assert_eq!(rotate(store, "r2", "revoked", 3.0).await, Rotated::Stale);
    for name in ["late", "twice", "revoked"] {
        assert_eq!(store.refresh_token(&digest(name)).await.unwrap(), None, "{name}");
        assert_eq!(store.access_token(&digest(&format!("access of {name}"))).await.unwrap(), None);
    }
}

pub async fn the_salt_of_a_succession_is_forgotten_when_its_token_is_used<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    redeemed(store, 1).await;
    let salt = async |name: &str| {
        let (token, _) = store.refresh_token(&digest(name)).await.unwrap().unwrap();
        token.succession.unwrap().salt
    };
    rotate(store, "r1", "r2", 5.0).await;
    assert_eq!(salt("r1").await, Some([7; 16]));
    rotate(store, "r2", "r3", 6.0).await;
    assert_eq!((salt("r1").await, salt("r2").await), (None, Some([7; 16])));
}

pub async fn a_removed_access_token_is_gone_and_the_others_stay<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    for number in [1, 2] {
        redeemed(bed.store(), number).await;
    }
    bed.store().remove_access_token(&digest("a1")).await.unwrap();
    assert_eq!(bed.elsewhere().access_token(&digest("a1")).await.unwrap(), None);
    assert!(bed.store().access_token(&digest("a2")).await.unwrap().is_some());
    assert!(bed.store().refresh_token(&digest("r1")).await.unwrap().is_some());
}

pub async fn the_use_of_an_authorization_is_noted_and_never_goes_back<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, client(1)).await;
    for number in [1, 2] {
        grant(store, authorization(number), None).await;
    }
    for seconds in [5.0, 9.0, 7.0] {
        store.record_use(&authorization_id(1), at(seconds));
    }
    // It is written before this.
    store.revoke(&authorization_id(2), at(10.0)).await.unwrap();
    let used = store.authorization(&authorization_id(1)).await.unwrap().unwrap();
    assert_eq!(used.last_used_at, Some(at(9.0)));
    let other = store.authorization(&authorization_id(2)).await.unwrap().unwrap();
    assert_eq!(other.last_used_at, None);
    // A client is used when it gets a token.
    assert_eq!(store.client(&client_id(1)).await.unwrap().unwrap().last_used_at, None);
}

pub async fn what_is_written_holds_elsewhere_at_once<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let (here, there) = (bed.store(), bed.elsewhere());
    // The other process has looked before there was anything.
    assert_eq!(there.access_token(&digest("a0")).await.unwrap(), None);
    for number in 0..5 {
        redeemed(here, number).await;
        let (_, own) = there.access_token(&digest(&format!("a{number}"))).await.unwrap().unwrap();
        assert!(own.is_active(at(2.0)));
        there.revoke(&authorization_id(number), at(2.0)).await.unwrap();
        let (_, own) = here.access_token(&digest(&format!("a{number}"))).await.unwrap().unwrap();
        assert!(!own.is_active(at(2.0)));
    }
}

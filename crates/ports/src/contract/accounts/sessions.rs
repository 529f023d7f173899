//! Where users are signed in.

use model::{AuditText, Session};

use super::{
    AccountStoreUnderTest, account, add, at, change, hash, id, session, session_ids, sessions, sign_in,
};
use crate::MAX_SESSIONS_OF_ONE;

pub async fn a_session_is_read_back_as_it_was_kept<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    add(bed.store(), 1).await;
    let full = Session {
        created_at: at(0.25),
        machine: Some(AuditText::new("2001:db8::1")),
        agent: Some(AuditText::new("'; DROP TABLE sessions; -- é 東京")),
        ..session(1, 2)
    };
    for kept in [session(1, 1), full] {
        assert!(bed.store().add_session(kept.clone(), &hash("old")).await.unwrap());
        let found = bed.store().session(&kept.digest).await.unwrap();
        assert_eq!(found, Some((kept, account(1).user)));
    }
}

pub async fn a_session_belongs_to_its_user<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    sign_in(store, 1, 1).await;
    let ended = session(1, 1);
    assert_eq!(store.end_session(&id(2), &ended.id).await.unwrap(), None);
    assert!(store.session(&ended.digest).await.unwrap().is_some());
    assert_eq!(store.end_session(&id(1), &ended.id).await.unwrap(), Some(ended.clone()));
    assert_eq!(store.end_session(&id(1), &ended.id).await.unwrap(), None);
    assert_eq!(store.session(&ended.digest).await.unwrap(), None);
}

pub async fn sessions_come_oldest_first_and_of_whom_was_asked_for<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    for (user, number, seconds) in [(1, 1, 30.0), (1, 2, 10.0), (2, 3, 20.0), (1, 4, 20.0)] {
        let session = Session { created_at: at(seconds), ..session(user, number) };
        assert!(store.add_session(session, &hash("old")).await.unwrap());
    }
    assert_eq!(sessions(store, 1).await, session_ids([2, 4, 1]));
    assert_eq!(sessions(store, 2).await, session_ids([3]));
    assert_eq!(sessions(store, 3).await, []);
}

pub async fn nobody_signs_in_with_a_password_that_was_changed_meanwhile<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    assert!(store.set_password(&id(1), change("new")).await.unwrap());
    assert!(!store.add_session(session(1, 1), &hash("old")).await.unwrap());
    assert_eq!(sessions(store, 1).await, []);
    assert!(store.add_session(session(1, 1), &hash("new")).await.unwrap());
}

pub async fn a_disabled_user_gets_no_session<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    store.set_disabled(&id(1), Some(at(1.0))).await.unwrap();
    assert!(!store.add_session(session(1, 1), &hash("old")).await.unwrap());
    store.set_disabled(&id(1), None).await.unwrap();
    sign_in(store, 1, 1).await;
}

pub async fn one_session_more_than_the_limit_ends_the_one_that_was_used_least_recently<
    S: AccountStoreUnderTest,
>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    add(store, 2).await;
    sign_in(store, 2, 1000).await;
    let limit = MAX_SESSIONS_OF_ONE as u64;
    for number in 1..=limit {
        let used = if number == 7 { 20.0 } else { 100.0 + number as f64 };
        let session = Session { last_used_at: at(used), ..session(1, number) };
        assert!(store.add_session(session, &hash("old")).await.unwrap());
    }
    assert_eq!(sessions(store, 1).await.len(), MAX_SESSIONS_OF_ONE);
    sign_in(store, 1, limit + 1).await;
    let left = sessions(store, 1).await;
    assert_eq!(left.len(), MAX_SESSIONS_OF_ONE);
    assert!(!left.contains(&session(1, 7).id) && left.contains(&session(1, limit + 1).id));
    assert_eq!(sessions(store, 2).await, session_ids([1000]));
}

pub async fn the_use_of_a_session_is_noted_and_never_goes_back<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    add(store, 1).await;
    sign_in(store, 1, 1).await;
    sign_in(store, 1, 2).await;
    for (seconds, expected) in [(100.0, 100.0), (160.0, 160.0), (130.0, 160.0)] {
        store.record_use(&session(1, 1).id, at(seconds));
        // Any write comes after it.
        store.set_disabled(&id(9), None).await.unwrap();
        let found = store.sessions_of(&id(1)).await.unwrap();
        assert_eq!(found, [Session { last_used_at: at(expected), ..session(1, 1) }, session(1, 2)]);
    }
}

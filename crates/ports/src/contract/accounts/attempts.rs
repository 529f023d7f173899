//! Attempts that are counted; what is of no use any more.

use model::{Backoff, Session, SetUpOffer, TotpOffer, TotpSecret};

use super::{AccountStoreUnderTest, add, at, digest, hash, id, session, session_ids, sessions, sign_in};
use crate::{Counter, Forgiven, MAX_COUNTERS, StaleAccounts};

pub(super) const BACKOFF: Backoff = Backoff { free: 3, first_s: 2.0, longest_s: 10.0, forget_s: 1e6 };

fn counter(text: &str) -> Counter {
    Counter { digest: digest(text), backoff: BACKOFF }
}

pub async fn attempts_are_counted_and_refused_too_early<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let counters = [counter("one")];
    for (number, (seconds, wait_until)) in [
        (1.0, None),
        (1.5, None),
        (2.0, None),
        (3.0, Some(4.0)),
        (3.9, Some(4.0)),
        (4.0, None),
        (5.0, Some(8.0)),
        (8.5, None),
        (9.0, Some(16.5)),
    ]
    .into_iter()
    .enumerate()
    {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        let wait = store.attempt(&counters, at(seconds)).await.unwrap();
        assert_eq!(wait, wait_until.map(at), "{seconds}");
    }
    assert_eq!(bed.store().attempt(&[counter("other")], at(9.0)).await.unwrap(), None);
}

pub async fn one_counter_that_says_no_is_enough_and_nothing_is_counted_then<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, seconds) in [("full", 0.0), ("fuller", 0.0), ("fuller", 1.0)] {
        for _ in 0..3 {
            let _ = store.attempt(&[counter(text)], at(seconds)).await.unwrap();
        }
    }
    for (counters, wait_until) in [
        ([counter("free"), counter("full")], Some(2.0)),
        ([counter("full"), counter("fuller")], Some(2.0)),
        ([counter("full"), counter("free")], Some(2.0)),
    ] {
        for _ in 0..4 {
            assert_eq!(store.attempt(&counters, at(1.5)).await.unwrap(), wait_until.map(at));
        }
    }
    for (text, seconds) in [("fuller", 2.0), ("full", 2.5)] {
        assert_eq!(store.attempt(&[counter(text)], at(seconds)).await.unwrap(), None);
    }
    for counters in [["full", "fuller"], ["fuller", "full"]] {
        let wait = store.attempt(&counters.map(counter), at(3.0)).await.unwrap();
        assert_eq!(wait, Some(at(6.5)), "the later of both times");
    }
    for _ in 0..3 {
        assert_eq!(store.attempt(&[counter("free")], at(1.5)).await.unwrap(), None);
    }
}

pub async fn an_attempt_that_is_forgiven_does_not_count<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let counters = [counter("one"), counter("other")];
    for _ in 0..10 {
        assert_eq!(store.attempt(&counters, at(1.0)).await.unwrap(), None);
        for counter in &counters {
            store.forgive(&counter.digest, Forgiven::One).await.unwrap();
        }
    }
    for _ in 0..3 {
        assert_eq!(store.attempt(&counters, at(1.0)).await.unwrap(), None);
    }
    store.forgive(&counters[0].digest, Forgiven::All).await.unwrap();
    assert_eq!(store.attempt(&counters[..1], at(1.0)).await.unwrap(), None);
    assert_eq!(store.attempt(&counters[1..], at(1.0)).await.unwrap(), Some(at(3.0)));
    store.forgive(&counters[1].digest, Forgiven::One).await.unwrap();
    assert_eq!(store.attempt(&counters[1..], at(1.0)).await.unwrap(), None);
}

pub async fn of_many_attempts_at_the_same_time_only_the_free_ones_are_made<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let counters = [counter("one")];
    let tries = (0..32).map(|number| {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        store.attempt(&counters, at(1.0))
    });
    let waits = super::super::sample::all(tries).await;
    assert_eq!(waits.into_iter().filter(|wait| wait.as_ref().unwrap().is_none()).count(), 3);
}

pub async fn the_counter_of_longest_ago_gives_way<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for text in ["old", "young"] {
        let seconds = if text == "old" { 0.0 } else { 1.0 };
        for _ in 0..3 {
            assert_eq!(store.attempt(&[counter(text)], at(seconds)).await.unwrap(), None);
        }
    }
    let others: Vec<_> = (2..MAX_COUNTERS).map(|number| counter(&number.to_string())).collect();
    for many in others.chunks(1000) {
        assert_eq!(store.attempt(many, at(1.0)).await.unwrap(), None);
    }
    assert!(store.attempt(&[counter("old")], at(1.0)).await.unwrap().is_some(), "there is room for all");
    assert_eq!(store.attempt(&[counter("more")], at(1.0)).await.unwrap(), None);
    assert_eq!(store.attempt(&[counter("old")], at(1.0)).await.unwrap(), None, "it is forgotten");
}

pub async fn what_is_of_no_use_any_more_is_removed_and_nothing_else<S: AccountStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let code = SetUpOffer { digest: digest("code"), expires_at: at(50.0) };
    assert!(store.offer_set_up(code).await.unwrap());
    let stale = |seconds: f64| StaleAccounts { now: at(seconds), idle: at(0.0), counted: at(0.0) };
    assert_eq!(store.sweep_accounts(&stale(49.0)).await.unwrap(), 0);
    assert!(store.is_offered(&digest("code"), at(49.0)).await.unwrap());
    assert_eq!(store.sweep_accounts(&stale(50.0)).await.unwrap(), 1);
    assert!(!store.is_offered(&digest("code"), at(49.0)).await.unwrap());

    add(store, 1).await;
    sign_in(store, 1, 1).await;
    let ending = Session { expires_at: at(60.0), ..session(1, 2) };
    let idle = Session { last_used_at: at(5.0), ..session(1, 3) };
    for session in [ending, idle] {
        assert!(store.add_session(session, &hash("old")).await.unwrap());
    }
    let totp = TotpOffer { secret: TotpSecret::from_bytes([1; 20]), expires_at: at(60.0) };
    assert!(store.offer_totp(&id(1), totp.clone()).await.unwrap());
    for _ in 0..3 {
        store.attempt(&[counter("one")], at(7.0)).await.unwrap();
    }
    let stale = |now: f64, idle: f64, counted: f64| StaleAccounts {
        now: at(now),
        idle: at(idle),
        counted: at(counted),
    };
    assert_eq!(store.sweep_accounts(&stale(59.0, 4.0, 6.0)).await.unwrap(), 0);
    assert_eq!(store.offered_totp(&id(1)).await.unwrap(), Some(totp));
    assert_eq!(store.sweep_accounts(&stale(59.0, 5.0, 6.0)).await.unwrap(), 1);
    assert_eq!(sessions(store, 1).await, session_ids([1, 2]));
    assert_eq!(store.sweep_accounts(&stale(60.0, 5.0, 6.0)).await.unwrap(), 2);
    assert_eq!(sessions(store, 1).await, session_ids([1]));
    assert_eq!(store.offered_totp(&id(1)).await.unwrap(), None);
    assert!(store.attempt(&[counter("one")], at(7.5)).await.unwrap().is_some());
    assert_eq!(store.sweep_accounts(&stale(60.0, 5.0, 7.0)).await.unwrap(), 1);
    assert_eq!(store.attempt(&[counter("one")], at(7.5)).await.unwrap(), None);
    assert!(store.any().await.unwrap());
}

//! What is too old.

use super::*;
use crate::StaleBefore;

/// Removes nothing of the cases.
fn nothing() -> StaleBefore {
    let long_ago = at(-1e6);
    StaleBefore {
        now: long_ago,
        unredeemed: long_ago,
        ended: long_ago,
        unused_clients: long_ago,
        idle_clients: long_ago,
    }
}

pub async fn tokens_are_removed_when_they_expire<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    redeemed(store, 1).await;
    for (now, has_access, has_refresh) in
        [(100.9, true, true), (101.0, false, true), (500.9, false, true), (501.0, false, false)]
    {
        store.sweep(&StaleBefore { now: at(now), ..nothing() }).await.unwrap();
        assert_eq!(store.access_token(&digest("a1")).await.unwrap().is_some(), has_access, "{now}");
        assert_eq!(store.refresh_token(&digest("r1")).await.unwrap().is_some(), has_refresh, "{now}");
    }
    assert!(store.code(&code(1).digest).await.unwrap().is_some());
}

pub async fn codes_are_kept_for_a_while_so_that_reuse_is_seen<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    redeemed(store, 1).await;
    for (ended, is_kept) in [(59.0, true), (60.0, false)] {
        store.sweep(&StaleBefore { ended: at(ended), ..nothing() }).await.unwrap();
        assert_eq!(store.code(&code(1).digest).await.unwrap().is_some(), is_kept, "{ended}");
    }
    assert!(store.access_token(&digest("a1")).await.unwrap().is_some());
}

pub async fn authorizations_that_ended_are_removed_with_their_members<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in 1..=3 {
        redeemed(store, number).await;
    }
    store.revoke(&authorization_id(1), at(30.0)).await.unwrap();
    for (ended, left) in [(29.0, 3), (30.0, 2), (999.0, 2), (1000.0, 0)] {
        store.sweep(&StaleBefore { ended: at(ended), ..nothing() }).await.unwrap();
        let mut kept = [0; 3];
        for number in 1..=3 {
            let [access, refresh] = ["a", "r"].map(|kind| digest(&format!("{kind}{number}")));
            let has = store.authorization(&authorization_id(number)).await.unwrap().is_some();
            kept[0] += usize::from(has);
            kept[1] += usize::from(store.access_token(&access).await.unwrap().is_some());
            kept[2] += usize::from(store.refresh_token(&refresh).await.unwrap().is_some());
        }
        assert_eq!(kept, [left; 3], "{ended}");
    }
}

pub async fn an_authorization_of_which_no_code_was_redeemed_is_removed<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    grant(store, authorization(1), Some(code(1))).await;
    redeemed(store, 2).await;
    let approval = Authorization { kind: GrantKind::Approval, expires_at: None, ..authorization(3) };
    grant(store, approval, None).await;
    for (unredeemed, left) in [(-0.1, vec![1, 2, 3]), (0.0, vec![2, 3])] {
        store.sweep(&StaleBefore { unredeemed: at(unredeemed), ..nothing() }).await.unwrap();
        let mut kept = Vec::new();
        for number in 1..=3 {
            if store.authorization(&authorization_id(number)).await.unwrap().is_some() {
                kept.push(number);
            }
        }
        assert_eq!(kept, left);
    }
    assert_eq!(store.code(&code(1).digest).await.unwrap(), None);
    assert!(store.code(&code(2).digest).await.unwrap().is_some());
}

pub async fn clients_are_removed_when_nobody_uses_them<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, Client { created_at: at(10.0), ..client(1) }).await;
    keep(store, Client { last_used_at: Some(at(20.0)), ..client(2) }).await;
    for (unused, idle, left) in
        [(9.0, 9.0, vec![2, 1]), (10.0, 19.0, vec![2]), (1000.0, 19.0, vec![2]), (1000.0, 20.0, vec![])]
    {
        let ages = StaleBefore { unused_clients: at(unused), idle_clients: at(idle), ..nothing() };
        store.sweep(&ages).await.unwrap();
        let kept: Vec<_> = store.clients().await.unwrap().into_iter().map(|client| client.id).collect();
        assert_eq!(kept, left.into_iter().map(client_id).collect::<Vec<_>>());
    }
}

pub async fn a_client_stays_as_long_as_one_of_its_authorizations<S: OAuthStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, client(1)).await;
    redeemed(store, 1).await;
    let ages = StaleBefore { unused_clients: at(1e5), idle_clients: at(1e5), ..nothing() };
    store.sweep(&ages).await.unwrap();
    assert!(store.client(&client_id(1)).await.unwrap().is_some());
    store.sweep(&StaleBefore { ended: at(1000.0), ..ages }).await.unwrap();
    assert_eq!(store.clients().await.unwrap(), []);
}

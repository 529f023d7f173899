//! Who shows a session; ending sessions.

use super::*;
use crate::USE_INTERVAL_S;

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_when_it_is_too_old() {
    for (age_s, is_good) in
        [(SESSION_IDLE_S - 1.0, true), (SESSION_IDLE_S, false), (SESSION_IDLE_S + 1.0, false)]
    {
        let bed = Bed::peopled().await;
        let signed_in = bed.sign_in("anna").await;
        bed.clock.advance(age_s);
        assert_eq!(bed.accounts.sessions_of(&signed_in.user.id).await.unwrap().len(), usize::from(is_good));
        assert_eq!(bed.is_in(&signed_in).await, is_good, "{age_s}");
    }
    let bed = Bed::peopled().await;
    let signed_in = bed.sign_in("anna").await;
    let day_s = 86_400.0;
    for _ in 0..29 {
        bed.clock.advance(day_s);
        assert!(bed.is_in(&signed_in).await);
    }
    bed.clock.advance(day_s - 1.0);
    assert!(bed.is_in(&signed_in).await);
    bed.clock.advance(1.0);
    assert!(!bed.is_in(&signed_in).await);
    assert_eq!(SESSION_LIFETIME_S, 30.0 * day_s);
}

#[tokio::test]
async fn what_is_no_session_lets_nobody_in() {
    let bed = Bed::peopled().await;
    let signed_in = bed.sign_in("anna").await;
    let secret = signed_in.secret.reveal();
    let other = minted::mint(SESSION, &SeededRng::default()).unwrap();
    for wrong in
        ["", "mss_", &secret[..41], &secret.to_uppercase(), &secret.replace("mss_", "mat_"), other.reveal()]
    {
        assert_eq!(bed.accounts.session(wrong.as_bytes()).await.unwrap(), None, "{wrong}");
    }
    let (session, user) = bed.accounts.session(secret.as_bytes()).await.unwrap().unwrap();
    assert_eq!((session, user), (signed_in.session, signed_in.user));
}

#[tokio::test]
async fn the_use_of_a_session_is_noted_once_in_a_while() {
    let bed = Bed::peopled().await;
    let signed_in = bed.sign_in("anna").await;
    for (wait_s, uses) in [(0.0, 0), (USE_INTERVAL_S - 1.0, 0), (1.0, 1), (1.0, 1), (USE_INTERVAL_S, 2)] {
        bed.clock.advance(wait_s);
        assert!(bed.is_in(&signed_in).await);
        assert_eq!(bed.store.uses(), uses);
    }
}

#[tokio::test]
async fn whoever_signs_out_is_out_and_others_stay() {
    let bed = Bed::peopled().await;
    let (one, other, ben) = (bed.sign_in("anna").await, bed.sign_in("anna").await, bed.sign_in("ben").await);
    bed.accounts.sign_out(&one.session, &from(1)).await.unwrap();
    bed.accounts.sign_out(&one.session, &from(1)).await.unwrap();
    assert!(!bed.is_in(&one).await && bed.is_in(&other).await && bed.is_in(&ben).await);
    assert_eq!(bed.log.names()[5..], ["sign_out.done"]);
}

#[tokio::test]
async fn a_user_ends_own_sessions_and_no_others() {
    let bed = Bed::peopled().await;
    let (one, other, ben) = (bed.sign_in("anna").await, bed.sign_in("anna").await, bed.sign_in("ben").await);
    let (anna, from) = (&one.user.id, from(1));
    assert!(!bed.accounts.end_session(anna, &ben.session.id, &from).await.unwrap());
    assert!(bed.is_in(&ben).await);
    assert!(bed.accounts.end_session(anna, &other.session.id, &from).await.unwrap());
    assert!(!bed.is_in(&other).await);
    let third = bed.sign_in("anna").await;
    assert_eq!(bed.accounts.end_other_sessions(anna, &third.session.id, &from).await.unwrap(), 1);
    assert!(!bed.is_in(&one).await && bed.is_in(&third).await && bed.is_in(&ben).await);
    assert_eq!(
        bed.log.names()[5..],
        ["session_end.done", "sign_in.done", "session_end.done"]
            .map(|name| name.replace("session_end", "session.end"))
    );
}

#[tokio::test]
async fn what_ended_by_itself_is_swept_away() {
    let bed = Bed::peopled().await;
    let signed_in = bed.sign_in("anna").await;
    assert!(is_wrong(&bed.try_in("ben", b"wrong password", None).await));
    assert_eq!(bed.accounts.sweep().await.unwrap(), 0);
    bed.clock.advance(86_400.0);
    // The attempts at one name and of one machine.
    assert_eq!(bed.accounts.sweep().await.unwrap(), 2);
    assert!(bed.is_in(&signed_in).await);
    bed.clock.advance(SESSION_IDLE_S);
    assert_eq!(bed.accounts.sweep().await.unwrap(), 1);
    assert_eq!(bed.store.sessions_of(&signed_in.user.id).await.unwrap(), []);
}

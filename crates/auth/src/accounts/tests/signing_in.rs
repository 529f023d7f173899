//! A password for a session.

use super::*;

#[tokio::test]
async fn whoever_knows_the_password_is_let_in_with_a_new_session_each_time() {
    let bed = Bed::peopled().await;
    let (one, other) = (bed.sign_in("anna").await, bed.sign_in(" ANNA ").await);
    assert_ne!(one.secret, other.secret);
    assert_eq!(one.user, other.user);
    assert!(bed.is_in(&one).await && bed.is_in(&other).await);
    assert_eq!(bed.log.names()[2..], ["sign_in.done"; 2]);
}

#[tokio::test]
async fn nobody_learns_whether_there_is_a_user() {
    let bed = Bed::peopled().await;
    let ben = bed.id("ben").await;
    bed.accounts.disable(&Actor::Installation, &ben).await.unwrap();
    let long = vec![b'x'; MAX_PASSWORD_BYTES + 1];
    for (name, password) in [
        ("anna", &b"wrong password"[..]),
        ("nobody", b"wrong password"),
        ("no body", b"wrong password"),
        ("ben", PASSWORD),
        ("", PASSWORD),
        ("\u{fc}", PASSWORD),
    ] {
        let before = bed.hashes();
        let answer = bed.try_in(name, password, None).await;
        assert!(is_wrong(&answer), "{name}");
        // As much work for each of them: one hash.
        assert_eq!(bed.hashes() - before, 1, "{name}");
        // What can be nobody's password costs nobody one.
        assert!(is_wrong(&bed.try_in(name, &long, None).await), "{name}");
        assert_eq!(bed.hashes() - before, 1, "{name}");
    }
    let no_text = bed.accounts.sign_in(b"\xff", b"\xff", None, &from(2)).await;
    assert!(is_wrong(&no_text));
}

#[tokio::test]
async fn the_audit_log_knows_why_and_names_nobody_who_is_not_there() {
    let bed = Bed::peopled().await;
    let ben = bed.id("ben").await;
    bed.accounts.disable(&Actor::Installation, &ben).await.unwrap();
    for (name, password) in [("anna", &b"wrong password"[..]), ("hunter2", PASSWORD), ("ben", PASSWORD)] {
        assert!(is_wrong(&bed.try_in(name, password, None).await));
    }
    let entries = bed.log.entries(&ports::AuditFilter::default(), 3).await.unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            assert_eq!((entry.name().as_str(), entry.actor.as_ref()), ("sign_in.refused", None));
            assert_eq!(entry.machine.as_ref().unwrap().as_str(), "192.0.2.1");
            (entry.subject.as_ref().map(ToString::to_string), entry.detail.as_ref().unwrap().to_string())
        })
        .collect();
    let anna = named(&bed.id("anna").await);
    assert_eq!(
        told,
        [
            (Some(named(&ben)), "the user is disabled".to_owned()),
            (None, "no such user".to_owned()),
            (Some(anna), "wrong password".to_owned()),
        ]
    );
    assert!(!format!("{entries:?}").contains("hunter2"));
}

#[tokio::test]
async fn an_account_is_locked_out_after_some_attempts_wherever_they_come_from() {
    for name in ["anna", "nobody", "no body"] {
        let bed = Bed::peopled().await;
        let mut waits = Vec::new();
        for machine in 1..=10 {
            for _ in 0..5 {
                let from = from(machine);
                match bed.accounts.sign_in(name.as_bytes(), b"wrong password", None, &from).await {
                    Err(AccountsError::LockedOut { seconds }) => {
                        waits.push(seconds);
                        bed.clock.advance(seconds as f64);
                    }
                    answer => assert!(is_wrong(&answer)),
                }
            }
        }
        assert_eq!(waits[..10], [5, 10, 20, 40, 80, 160, 320, 640, 900, 900], "{name}");
    }
}

#[tokio::test]
async fn the_right_password_is_refused_too_while_an_account_is_locked() {
    let bed = Bed::peopled().await;
    for _ in 0..5 {
        assert!(is_wrong(&bed.try_in("anna", b"wrong password", None).await));
    }
    let hashes = bed.hashes();
    let locked = bed.try_in("anna", PASSWORD, None).await;
    assert!(matches!(locked, Err(AccountsError::LockedOut { seconds: 5 })));
    assert_eq!(bed.hashes(), hashes, "no work is done");
    bed.clock.advance(4.5);
    assert!(matches!(bed.try_in("anna", PASSWORD, None).await, Err(AccountsError::LockedOut { seconds: 1 })));
    // Others are not concerned.
    bed.sign_in("ben").await;
    bed.clock.advance(0.5);
    bed.sign_in("anna").await;
    // All is forgotten with that.
    for _ in 0..5 {
        assert!(is_wrong(&bed.try_in("anna", b"wrong password", None).await));
    }
}

#[tokio::test]
async fn a_machine_is_locked_out_whatever_names_it_tries() {
    let bed = Bed::peopled().await;
    for number in 0..20 {
        assert!(is_wrong(&bed.try_in(&format!("user-{number}"), b"wrong password", None).await));
    }
    assert!(matches!(bed.try_in("anna", PASSWORD, None).await, Err(AccountsError::LockedOut { seconds: 5 })));
    bed.accounts.sign_in(b"anna", PASSWORD, None, &from(2)).await.unwrap();
}

#[tokio::test]
async fn one_account_of_its_own_gives_nobody_more_attempts_at_others() {
    let bed = Bed::peopled().await;
    let mut wrong = 0;
    for number in 0..40 {
        if is_wrong(&bed.try_in(&format!("user-{number}"), b"wrong password", None).await) {
            wrong += 1;
        }
        let _ = bed.try_in("ben", PASSWORD, None).await;
    }
    assert_eq!(wrong, 20);
}

#[tokio::test]
async fn machines_of_one_network_of_ipv6_are_one() {
    let bed = Bed::peopled().await;
    let at = |last: u16, network: u16| {
        let address = std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, network, 0, 0, 0, last);
        Origin { machine: Some(address.into()), agent: None }
    };
    for number in 0..20 {
        let name = format!("user-{number}");
        assert!(is_wrong(&bed.accounts.sign_in(name.as_bytes(), PASSWORD, None, &at(number, 1)).await));
    }
    let next = bed.accounts.sign_in(b"anna", PASSWORD, None, &at(99, 1)).await;
    assert!(matches!(next, Err(AccountsError::LockedOut { .. })));
    bed.accounts.sign_in(b"anna", PASSWORD, None, &at(0, 2)).await.unwrap();
    // An address of IPv4 is the same in the clothes of IPv6.
    let mapped = Origin { machine: Some(Ipv4Addr::new(192, 0, 2, 1).to_ipv6_mapped().into()), agent: None };
    for number in 0..20 {
        assert!(is_wrong(&bed.try_in(&format!("other-{number}"), PASSWORD, None).await));
    }
    let next = bed.accounts.sign_in(b"anna", PASSWORD, None, &mapped).await;
    assert!(matches!(next, Err(AccountsError::LockedOut { .. })));
}

#[tokio::test]
async fn of_many_guesses_at_once_only_the_free_ones_are_looked_at() {
    let bed = Arc::new(Bed::peopled().await);
    let before = bed.hashes();
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..32 {
        let bed = Arc::clone(&bed);
        tries.spawn(async move {
            bed.accounts.sign_in(b"anna", b"wrong password", None, &from(number)).await.is_ok()
        });
    }
    assert!(tries.join_all().await.into_iter().all(|is_in| !is_in));
    assert_eq!(bed.hashes() - before, 5);
}

#[tokio::test]
async fn when_the_accounts_cannot_be_read_nobody_is_let_in() {
    let bed = Bed::peopled().await;
    let signed_in = bed.sign_in("anna").await;
    bed.store.become_busy(true);
    assert!(matches!(bed.try_in("anna", PASSWORD, None).await, Err(AccountsError::Unavailable(_))));
    assert!(bed.accounts.session(signed_in.secret.reveal().as_bytes()).await.is_err());
    bed.store.become_busy(false);
    bed.log.become_busy();
    // What cannot be written down is not told to be done.
    assert!(matches!(bed.try_in("anna", PASSWORD, None).await, Err(AccountsError::Unavailable(_))));
}

#[tokio::test]
async fn more_people_than_wait_for_their_turn_are_refused_at_once() {
    let bed = Arc::new(Bed::peopled().await);
    // Nobody's turn comes before this ends.
    let turns = Arc::clone(&bed.accounts.hasher.running).acquire_many_owned(2).await.unwrap();
    let mut tries = tokio::task::JoinSet::new();
    for number in 0..60 {
        let bed = Arc::clone(&bed);
        let name = format!("user-{number}");
        tries
            .spawn(async move { bed.accounts.sign_in(name.as_bytes(), PASSWORD, None, &from(number)).await });
    }
    for _ in 0..60 - 34 {
        let answer = tries.join_next().await.unwrap().unwrap();
        assert!(matches!(answer, Err(AccountsError::Unavailable(_))));
    }
    drop(turns);
    let answers = tries.join_all().await;
    assert_eq!(answers.iter().filter(|answer| is_wrong(answer)).count(), 34);
}

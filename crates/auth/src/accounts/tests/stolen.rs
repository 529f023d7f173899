//! Somebody who has a stolen session, and does whatever they like with it.

use proptest::prelude::*;

use super::*;

/// What the thief does.
#[derive(Debug, Clone)]
enum Theft {
    Look,
    Wait(f64),
    GuessPassword,
    ChangePassword,
    AddFactor,
    ConfirmFactor,
    RemoveFactor,
    AddPasskey,
    EndOthers,
    NewSession,
}

/// How the victim ends it.
#[derive(Debug, Clone)]
enum Remedy {
    SignOut,
    OneSession,
    OtherSessions,
    ChangePassword,
    Disable,
    Reset,
}

fn theft() -> impl Strategy<Value = Theft> {
    prop_oneof![
        Just(Theft::Look),
        (0.0..100_000.0_f64).prop_map(Theft::Wait),
        Just(Theft::GuessPassword),
        Just(Theft::ChangePassword),
        Just(Theft::AddFactor),
        Just(Theft::ConfirmFactor),
        Just(Theft::RemoveFactor),
        Just(Theft::AddPasskey),
        Just(Theft::EndOthers),
        Just(Theft::NewSession),
    ]
}

fn end() -> impl Strategy<Value = Remedy> {
    prop_oneof![
        Just(Remedy::SignOut),
        Just(Remedy::OneSession),
        Just(Remedy::OtherSessions),
        Just(Remedy::ChangePassword),
        Just(Remedy::Disable),
        Just(Remedy::Reset),
    ]
}

/// What the thief has: the stolen session as it was, which is more than its secret.
async fn steal(bed: &Bed, stolen: &SignedIn, theft: &Theft) {
    let (accounts, session, thief) = (&bed.accounts, &stolen.session, from(66));
    let guess: &[u8] = b"guessed password";
    match theft {
        Theft::Look => drop(bed.is_in(stolen).await),
        Theft::Wait(seconds) => bed.clock.advance(*seconds),
        Theft::GuessPassword => {
            let _ = accounts.sign_in(b"anna", guess, None, &thief).await;
        }
        Theft::ChangePassword => {
            assert!(accounts.change_password(session, guess, b"the thief's own", &thief).await.is_err());
        }
        Theft::AddFactor => assert!(accounts.begin_totp(session, guess, &thief).await.is_err()),
        Theft::ConfirmFactor => assert!(accounts.confirm_totp(session, "000000", &thief).await.is_err()),
        Theft::RemoveFactor => assert!(accounts.remove_totp(session, guess, &thief).await.is_err()),
        // A challenge that anybody gets is none for adding a passkey.
        Theft::AddPasskey => {
            let site = PasskeySite::of("https://memory.example").unwrap();
            assert!(accounts.begin_passkey(&site, session, guess, &thief).await.is_err());
            let mut options = accounts.ask_for_passkey(&site, stolen.secret.reveal()).await.unwrap();
            options["rp"] = serde_json::json!({"id": "memory.example"});
            options["user"] = serde_json::json!({"id": ""});
            let made = testkit::FakeAuthenticator::new("https://memory.example", 66).make(&options);
            assert!(accounts.add_passkey(&site, session, &made, "", &thief).await.is_err());
        }
        Theft::EndOthers => {
            if bed.is_in(stolen).await {
                accounts.end_other_sessions(&session.user, &session.id, &thief).await.unwrap();
            }
        }
        // The secret of a session is no other credential.
        Theft::NewSession => {
            let secret = stolen.secret.reveal();
            assert!(accounts.sign_in(b"anna", secret.as_bytes(), Some(secret), &thief).await.is_err());
            assert!(accounts.set_up(secret.as_bytes(), "thief", guess, &thief).await.is_err());
        }
    }
}

async fn finish(bed: &Bed, stolen: &SignedIn, end: &Remedy) {
    let (accounts, user, home) = (&bed.accounts, &stolen.session.user, from(1));
    match end {
        Remedy::SignOut => accounts.sign_out(&stolen.session, &home).await.unwrap(),
        Remedy::OneSession => drop(accounts.end_session(user, &stolen.session.id, &home).await.unwrap()),
        Remedy::OtherSessions | Remedy::ChangePassword => {
            // The victim signs in anew, which the thief may have slowed down.
            accounts.enable(&Actor::Installation, user).await.unwrap();
            let own = bed.sign_in("anna").await;
            match end {
                Remedy::OtherSessions => {
                    accounts.end_other_sessions(user, &own.session.id, &home).await.unwrap();
                }
                _ => accounts
                    .change_password(&own.session, PASSWORD, b"another password", &home)
                    .await
                    .unwrap(),
            }
        }
        Remedy::Disable => drop(accounts.disable(&Actor::Installation, user).await.unwrap()),
        Remedy::Reset => drop(accounts.reset(&Actor::Installation, user, b"another password").await.unwrap()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn whatever_somebody_does_with_a_stolen_session_ends_with_it(
        before in prop::collection::vec(theft(), 0..12),
        end in end(),
        after in prop::collection::vec(theft(), 0..12),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let bed = Bed::peopled().await;
            let (stolen, ben) = (bed.sign_in("anna").await, bed.id("ben").await);
            for theft in &before {
                steal(&bed, &stolen, theft).await;
                // Never another user's.
                assert_eq!(bed.store.sessions_of(&ben).await.unwrap(), []);
            }
            finish(&bed, &stolen, &end).await;
            assert!(!bed.is_in(&stolen).await, "it ended");
            for theft in &after {
                steal(&bed, &stolen, theft).await;
                assert!(!bed.is_in(&stolen).await, "{theft:?}");
                let left = bed.store.sessions_of(&stolen.session.user).await.unwrap();
                assert!(left.iter().all(|session| session.machine == stolen.session.machine), "none is the thief's");
            }
        });
    }
}

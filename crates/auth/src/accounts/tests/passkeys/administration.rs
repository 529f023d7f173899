//! Who has passkeys, how many, and for how long.

use ports::MAX_PASSKEYS_OF_ONE;

use super::*;

#[tokio::test]
async fn adding_and_removing_ask_for_the_password_again() {
    let (bed, own, _, passkey) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let wrong = b"not the password";
    assert!(is_wrong(&bed.accounts.begin_passkey(&site(), &own.session, wrong, &from(1)).await));
    assert_eq!(bed.last_refusal().await.0, "wrong password");
    assert!(is_wrong(&bed.accounts.remove_passkey(&own.session, wrong, &passkey.id, &from(1)).await));
    assert_eq!(bed.accounts.passkeys_of(&own.user.id).await.unwrap().len(), 1);

    let ben = bed.sign_in("ben").await;
    let of_another = bed.accounts.remove_passkey(&ben.session, PASSWORD, &passkey.id, &from(1)).await;
    assert!(matches!(of_another, Err(AccountsError::NoPasskey)));
    bed.accounts.remove_passkey(&own.session, PASSWORD, &passkey.id, &from(1)).await.unwrap();
    let entry = bed.log.entries(&ports::AuditFilter::default(), 1).await.unwrap().remove(0);
    assert_eq!(entry.name(), "passkey.remove.done");
    let again = bed.accounts.remove_passkey(&own.session, PASSWORD, &passkey.id, &from(1)).await;
    assert!(matches!(again, Err(AccountsError::NoPasskey)));
}

#[tokio::test]
async fn what_was_begun_ends_with_the_session_the_password_and_the_time() {
    let bed = Bed::peopled().await;
    let (own, other) = (bed.sign_in("anna").await, bed.sign_in("anna").await);
    let mut authenticator = FakeAuthenticator::new(ORIGIN, 1);
    let made = authenticator.make(&bed.begin(&own).await);
    assert!(is_refused(&bed.add(&other, &made).await), "another session");
    bed.clock.advance(300.0);
    assert!(is_refused(&bed.add(&own, &made).await), "too late");
    let made = authenticator.make(&bed.begin(&own).await);
    bed.clock.advance(299.0);
    bed.add(&own, &made).await.unwrap();

    authenticator.credential = vec![2; 32];
    let made = authenticator.make(&bed.begin(&own).await);
    let new = b"another good password";
    bed.accounts.change_password(&own.session, PASSWORD, new, &from(1)).await.unwrap();
    assert!(is_refused(&bed.add(&own, &made).await), "another password");
    assert_eq!(bed.accounts.passkeys_of(&own.user.id).await.unwrap().len(), 1, "it outlives a password");
}

#[tokio::test]
async fn nobody_has_more_than_the_limit() {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    let mut authenticator = FakeAuthenticator::new(ORIGIN, 1);
    let mut last = String::new();
    for number in 0..=MAX_PASSKEYS_OF_ONE {
        authenticator.credential = vec![number as u8 + 1; 32];
        last = authenticator.make(&bed.begin(&own).await);
        if number < MAX_PASSKEYS_OF_ONE {
            bed.add(&own, &last).await.unwrap();
        }
        if number == MAX_PASSKEYS_OF_ONE - 1 {
            break;
        }
    }
    let begun = bed.accounts.begin_passkey(&site(), &own.session, PASSWORD, &from(1)).await;
    assert!(matches!(begun, Err(AccountsError::TooManyPasskeys)));
    assert_eq!(bed.accounts.passkeys_of(&own.user.id).await.unwrap().len(), MAX_PASSKEYS_OF_ONE);
    assert!(is_refused(&bed.add(&own, &last).await));
}

#[tokio::test]
async fn a_name_ends_at_its_limit() {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    for (number, chars) in [(1, MAX_PASSKEY_NAME_CHARS), (2, MAX_PASSKEY_NAME_CHARS + 1)] {
        let made = FakeAuthenticator::new(ORIGIN, number).make(&bed.begin(&own).await);
        let name = "é".repeat(chars);
        let added = bed.accounts.add_passkey(&site(), &own.session, &made, &name, &from(1)).await.unwrap();
        assert_eq!(added.name.as_str().chars().count(), MAX_PASSKEY_NAME_CHARS);
    }
}

#[tokio::test]
async fn a_user_who_is_disabled_or_reset_does_not_sign_in_with_a_passkey() {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("ben").await;
    let mut authenticator = FakeAuthenticator::new(ORIGIN, 1);
    let made = authenticator.make(&bed.begin(&own).await);
    bed.add(&own, &made).await.unwrap();
    let id = own.user.id.clone();
    bed.accounts.disable(&Actor::Installation, &id).await.unwrap();
    assert!(is_refused(&bed.answer(&authenticator.sign(&bed.ask().await)).await));
    bed.accounts.enable(&Actor::Installation, &id).await.unwrap();
    bed.answer(&authenticator.sign(&bed.ask().await)).await.unwrap();
    bed.accounts.reset(&Actor::Installation, &id, b"a password from the owner").await.unwrap();
    assert_eq!(bed.accounts.passkeys_of(&id).await.unwrap(), []);
    assert!(is_refused(&bed.answer(&authenticator.sign(&bed.ask().await)).await));
}

#[tokio::test]
async fn a_machine_that_sends_rubbish_is_slowed_down_and_a_locked_name_is_not_locked_out() {
    let (bed, _, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    for _ in 0..6 {
        let _ = bed.accounts.sign_in(b"anna", b"wrong password", None, &from(7)).await;
    }
    let locked = bed.accounts.sign_in(b"anna", PASSWORD, None, &from(8)).await;
    assert!(matches!(locked, Err(AccountsError::LockedOut { .. })));
    bed.answer(&authenticator.sign(&bed.ask().await)).await.unwrap();

    let (site, machine) = (site(), from(9));
    let rubbish = || bed.accounts.sign_in_with_passkey(&site, BROWSER, "{}", &machine);
    for _ in 0..20 {
        assert!(is_refused(&rubbish().await));
    }
    assert!(matches!(rubbish().await, Err(AccountsError::LockedOut { .. })));
    bed.answer(&authenticator.sign(&bed.ask().await)).await.unwrap();
}

#[tokio::test]
async fn challenges_are_known_in_every_process_and_after_a_restart() {
    let (bed, own, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let answer = authenticator.sign(&bed.ask().await);
    let other =
        Accounts::new(bed.store.clone(), bed.log.clone(), bed.clock.clone(), Arc::new(ports::SystemRng));
    let signed_in = other.sign_in_with_passkey(&site(), BROWSER, &answer, &from(1)).await.unwrap();
    assert_eq!(signed_in.user, own.user);
    assert!(is_refused(&bed.answer(&answer).await), "and once in all of them");
}

#[tokio::test]
async fn a_passkey_is_kept_for_one_site() {
    let (bed, _, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let moved = PasskeySite::of("https://moved.example").unwrap();
    let answer = authenticator.sign(&bed.ask().await);
    assert!(is_refused(&bed.accounts.sign_in_with_passkey(&moved, BROWSER, &answer, &from(1)).await));
    assert_eq!(bed.last_refusal().await.0, "passkey: it was asked for by another origin");
}

#[tokio::test]
async fn when_the_accounts_cannot_be_read_no_passkey_is_looked_at() {
    let (bed, _, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let answer = authenticator.sign(&bed.ask().await);
    bed.store.become_busy(true);
    assert!(matches!(bed.answer(&answer).await, Err(AccountsError::Unavailable(_))));
    bed.store.become_busy(false);
    bed.answer(&answer).await.unwrap();
}

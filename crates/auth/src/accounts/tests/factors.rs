//! Second factors and recovery codes.

use model::TotpSecret;

use super::*;

/// What somebody's authenticator shows at a time.
fn code(bed: &Bed, secret: &Secret) -> String {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let number = |digit: char| DIGITS.find(digit).unwrap() as u8;
    let bits: Vec<u8> = secret
        .reveal()
        .chars()
        .flat_map(|digit| (0..5).rev().map(move |bit| number(digit) >> bit & 1))
        .collect();
    let bytes: Vec<u8> =
        bits.chunks(8).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | bit)).collect();
    let secret = TotpSecret::from_bytes(bytes.try_into().unwrap());
    totp::code(&secret, (bed.clock.now().as_seconds() / 30.0) as u64)
}

/// Anna with a second factor, her session, her secret and her recovery codes; some time later.
async fn secured() -> (Bed, SignedIn, Secret, Vec<Secret>) {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    let offered = bed.accounts.begin_totp(&own.session, PASSWORD, &from(1)).await.unwrap();
    let shown = code(&bed, &offered.secret);
    let codes = bed.accounts.confirm_totp(&own.session, &shown, &from(1)).await.unwrap();
    bed.clock.advance(60.0);
    (bed, own, offered.secret, codes)
}

#[tokio::test]
async fn a_user_with_a_second_factor_needs_it_each_time() {
    let (bed, _, secret, codes) = secured().await;
    assert_eq!(codes.len(), RECOVERY_CODES);
    let shown = code(&bed, &secret);
    for second in [None, Some(""), Some("000000"), Some("é"), Some("-")] {
        assert!(is_wrong(&bed.try_in("anna", PASSWORD, second).await), "{second:?}");
    }
    bed.clock.advance(5.0);
    // A wrong password uses no code up.
    assert!(is_wrong(&bed.try_in("anna", b"wrong password", Some(&shown)).await));
    bed.clock.advance(10.0);
    let spaced = format!(" {} {}", &shown[..3], &shown[3..]);
    bed.try_in("anna", PASSWORD, Some(&spaced)).await.unwrap();
    assert!(is_wrong(&bed.try_in("anna", PASSWORD, Some(&shown)).await), "a code is good once");
    bed.sign_in("ben").await;
}

#[tokio::test]
async fn whoever_knows_the_password_does_not_learn_that() {
    let (bed, ..) = secured().await;
    let (right, wrong) =
        (bed.try_in("anna", PASSWORD, None).await, bed.try_in("anna", b"wrong password", None).await);
    assert_eq!(right.unwrap_err().to_string(), wrong.unwrap_err().to_string());
    let entries = bed.log.entries(&ports::AuditFilter::default(), 2).await.unwrap();
    let details = entries.iter().map(|entry| entry.detail.as_ref().unwrap().as_str());
    assert_eq!(details.collect::<Vec<_>>(), ["wrong password", "wrong or no second factor"]);
}

#[tokio::test]
async fn codes_of_a_second_factor_cannot_be_tried_out() {
    let (bed, ..) = secured().await;
    let mut looked_at = 0;
    for number in 0..100 {
        let code = format!("{number:06}");
        looked_at += usize::from(is_wrong(&bed.try_in("anna", PASSWORD, Some(&code)).await));
    }
    assert_eq!(looked_at, 5);
}

#[tokio::test]
async fn a_recovery_code_is_as_good_as_a_code_once() {
    let (bed, _, secret, codes) = secured().await;
    let typed = codes[0].reveal().to_uppercase().replace('-', " ");
    bed.try_in("anna", PASSWORD, Some(&typed)).await.unwrap();
    assert!(is_wrong(&bed.try_in("anna", PASSWORD, Some(codes[0].reveal())).await));
    bed.try_in("anna", PASSWORD, Some(codes[1].reveal())).await.unwrap();
    bed.try_in("anna", PASSWORD, Some(&code(&bed, &secret))).await.unwrap();
    assert_eq!(bed.accounts.find("anna").await.unwrap().unwrap().recovery_codes, RECOVERY_CODES - 2);
    assert_eq!(bed.log.names().iter().filter(|name| *name == "recovery_code.use.done").count(), 2);
}

#[tokio::test]
async fn recovery_codes_have_their_form_and_differ() {
    let (_, _, _, codes) = secured().await;
    let mut texts: Vec<&str> = codes.iter().map(Secret::reveal).collect();
    for text in &texts {
        assert_eq!((text.len(), text.matches('-').count()), (19, 3), "{text}");
    }
    texts.sort_unstable();
    texts.dedup();
    assert_eq!(texts.len(), RECOVERY_CODES);
}

#[tokio::test]
async fn new_recovery_codes_end_the_old_ones_and_need_the_password() {
    let (bed, own, _, codes) = secured().await;
    let wrong = bed.accounts.new_recovery_codes(&own.session, b"wrong password", &from(1)).await;
    assert!(is_wrong(&wrong));
    let new = bed.accounts.new_recovery_codes(&own.session, PASSWORD, &from(1)).await.unwrap();
    assert!(is_wrong(&bed.try_in("anna", PASSWORD, Some(codes[0].reveal())).await));
    bed.try_in("anna", PASSWORD, Some(new[0].reveal())).await.unwrap();
    let ben = bed.sign_in("ben").await;
    let none = bed.accounts.new_recovery_codes(&ben.session, PASSWORD, &from(1)).await;
    assert!(matches!(none, Err(AccountsError::NoSecondFactor)));
}

#[tokio::test]
async fn a_stolen_session_is_not_enough_for_a_second_factor() {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    assert!(is_wrong(&bed.accounts.begin_totp(&own.session, b"wrong password", &from(1)).await));
    let nothing = bed.accounts.confirm_totp(&own.session, "000000", &from(1)).await;
    assert!(matches!(nothing, Err(AccountsError::NothingOffered)));
    assert_eq!(bed.log.names().last().unwrap(), "second_factor.add.refused");
}

#[tokio::test]
async fn a_factor_that_is_offered_counts_when_it_is_confirmed_in_time() {
    for (wait_s, is_good) in [(599.0, true), (600.0, false), (601.0, false)] {
        let bed = Bed::peopled().await;
        let own = bed.sign_in("anna").await;
        let offered = bed.accounts.begin_totp(&own.session, PASSWORD, &from(1)).await.unwrap();
        assert!(is_wrong(&bed.accounts.confirm_totp(&own.session, "12345", &from(1)).await));
        bed.sign_in("anna").await;
        bed.clock.advance(wait_s);
        let shown = code(&bed, &offered.secret);
        assert_eq!(bed.accounts.confirm_totp(&own.session, &shown, &from(1)).await.is_ok(), is_good);
        bed.clock.advance(30.0);
        // The code that confirmed it was used up.
        assert_eq!(bed.try_in("anna", PASSWORD, Some(&shown)).await.is_ok(), !is_good);
    }
}

#[tokio::test]
async fn what_authenticators_are_given_is_one_secret_in_two_forms() {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    let offered = bed.accounts.begin_totp(&own.session, PASSWORD, &from(1)).await.unwrap();
    let secret = offered.secret.reveal();
    assert_eq!(secret.len(), 32);
    assert!(
        offered.address.reveal().starts_with(&format!("otpauth://totp/MCP%20Memory:anna?secret={secret}&"))
    );
    assert!(!format!("{offered:?}").contains(&secret[..8]));
}

#[tokio::test]
async fn a_second_factor_is_taken_away_with_the_password() {
    let (bed, own, _, codes) = secured().await;
    assert!(is_wrong(&bed.accounts.remove_totp(&own.session, b"wrong password", &from(1)).await));
    bed.accounts.remove_totp(&own.session, PASSWORD, &from(1)).await.unwrap();
    let again = bed.accounts.remove_totp(&own.session, PASSWORD, &from(1)).await;
    assert!(matches!(again, Err(AccountsError::NoSecondFactor)));
    bed.sign_in("anna").await;
    // A code that nobody needs any more is not looked at.
    bed.try_in("anna", PASSWORD, Some(codes[0].reveal())).await.unwrap();
    assert!(bed.log.names().contains(&"second_factor.remove.done".to_owned()));
}

//! WebAuthn Level 3, section 7.2: each step with one thing that is wrong, and nothing else.

use serde_json::json;

use super::*;

#[tokio::test]
async fn a_passkey_is_enough_to_sign_in() {
    for authenticator in [FakeAuthenticator::new(ORIGIN, 1), FakeAuthenticator::of_ed25519(ORIGIN, 1)] {
        let (bed, own, mut authenticator, passkey) = with_passkey(authenticator).await;
        bed.clock.advance(60.0);
        let signed_in = bed.answer(&authenticator.sign(&bed.ask().await)).await.unwrap();
        assert_eq!(signed_in.user, own.user);
        assert_ne!(signed_in.session.id, own.session.id);
        assert!(bed.is_in(&signed_in).await && bed.is_in(&own).await);
        assert_eq!(signed_in.session.machine.unwrap().as_str(), "192.0.2.1");
        let noted = bed.accounts.passkeys_of(&own.user.id).await.unwrap().remove(0);
        assert_eq!(noted.last_used_at, Some(bed.clock.now()));
        let entry = bed.log.entries(&ports::AuditFilter::default(), 1).await.unwrap().remove(0);
        assert_eq!(entry.name(), "sign_in.done");
        assert_eq!(entry.detail.unwrap().as_str(), format!("passkey:{}", passkey.id));
    }
}

#[tokio::test]
async fn step_1_the_browser_is_told_nothing_of_who_there_is() {
    let (bed, ..) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let options = bed.ask().await;
    let expected = json!({
        "challenge": options["challenge"],
        "timeout": 300_000,
        "rpId": "memory.example",
        "allowCredentials": [],
        "userVerification": "required",
    });
    assert_eq!(options, expected);
}

fn cases() -> Vec<Case> {
    let unreadable = "passkey: it cannot be read";
    let origin = "passkey: it was asked for by another origin";
    let framed = "passkey: it was asked for in a frame";
    let another = "passkey: it is another user's";
    vec![
        case("6", |answer| answer.user_handle = None, unreadable),
        case("6", |answer| answer.user_handle = Some(vec![]), another),
        case("6", |answer| answer.user_handle = Some(vec![b'a'; 16]), another),
        case("9", |answer| answer.client_data = json!(1), unreadable),
        said("10", "type", json!("webauthn.create"), "passkey: it was made for something else"),
        said("10", "type", json!(null), "passkey: it was made for something else"),
        said("11", "challenge", json!("AAAA"), challenge()),
        said("11", "challenge", json!(null), challenge()),
        said("12", "origin", json!("https://memory.example.evil"), origin),
        said("12", "origin", json!("https://sub.memory.example"), origin),
        said("13", "crossOrigin", json!(true), framed),
        said("14", "topOrigin", json!("https://evil.example"), framed),
        case("15", |answer| answer.site = "example".to_owned(), "passkey: it is for another site"),
        case("16", |answer| answer.flags &= !1, "passkey: nobody was there"),
        case("17", |answer| answer.flags &= !4, "passkey: the authenticator did not look who it was"),
        case("18", |answer| answer.flags |= 0x10, "passkey: what it says of copies cannot be"),
        case("19", |answer| answer.flags |= 0x08, "passkey: what it says of copies cannot be"),
        case("21", |answer| answer.behind = vec![0], unreadable),
    ]
}

fn challenge() -> &'static str {
    "passkey: the challenge is over, or was not given out to this browser"
}

#[tokio::test]
async fn steps_6_to_21_what_is_wrong_is_refused_and_nobody_is_told_why() {
    let (bed, own, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let whose = Some(format!("user:{}", own.user.id));
    for (number, (step, change, why)) in cases().into_iter().enumerate() {
        let mut answer = authenticator.signing(&bed.ask().await);
        let right = authenticator.signed(&answer);
        change(&mut answer);
        let machine = from(100 + number as u8);
        let wrong = authenticator.signed(&answer);
        let refused = bed.accounts.sign_in_with_passkey(&site(), BROWSER, &wrong, &machine).await;
        assert_eq!(refused.unwrap_err().to_string(), "this passkey was not accepted", "step {step}");
        assert_eq!(bed.last_refusal().await, (why.to_owned(), whose.clone()), "step {step}");
        bed.answer(&right).await.unwrap();
    }
}

#[tokio::test]
async fn step_6_a_passkey_that_nobody_has_is_refused_alike() {
    let (bed, _, authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let mut unknown = FakeAuthenticator::new(ORIGIN, 2);
    unknown.user_handle = authenticator.user_handle.clone();
    let refused = bed.answer(&unknown.sign(&bed.ask().await)).await;
    assert_eq!(refused.unwrap_err().to_string(), "this passkey was not accepted");
    assert_eq!(bed.last_refusal().await, ("passkey: no such passkey".to_owned(), None));
}

#[tokio::test]
async fn step_21_a_signature_is_of_this_key_and_of_all_that_is_said() {
    let (bed, _, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let mut other = FakeAuthenticator::new(ORIGIN, 1);
    other.user_handle = authenticator.user_handle.clone();
    let options = bed.ask().await;
    let right: Value = serde_json::from_str(&authenticator.sign(&options)).unwrap();
    // The counter is signed, too.
    let mut counted = authenticator.signing(&options);
    counted.sign_count = 1;
    let counted: Value = serde_json::from_str(&authenticator.signed(&counted)).unwrap();
    let mixed = |part: &str| {
        let mut mixed = right.clone();
        mixed["response"][part] = counted["response"][part].clone();
        mixed.to_string()
    };
    for wrong in [other.sign(&options), mixed("authenticatorData"), mixed("signature")] {
        assert!(is_refused(&bed.answer(&wrong).await));
        assert_eq!(bed.last_refusal().await.0, "passkey: the signature is wrong");
    }
    bed.answer(&right.to_string()).await.unwrap();
}

#[tokio::test]
async fn step_22_a_counter_that_does_not_grow_is_refused_and_written_down() {
    let (bed, own, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let counts = [(0, true), (3, true), (3, false), (2, false), (0, false), (4, true)];
    for (sign_count, is_in) in counts {
        let mut answer = authenticator.signing(&bed.ask().await);
        answer.sign_count = sign_count;
        assert_eq!(bed.answer(&authenticator.signed(&answer)).await.is_ok(), is_in, "{sign_count}");
        if !is_in {
            let why = "passkey: its counter did not grow: there may be a copy of it".to_owned();
            assert_eq!(bed.last_refusal().await, (why, Some(format!("user:{}", own.user.id))));
        }
    }
    assert_eq!(bed.accounts.passkeys_of(&own.user.id).await.unwrap()[0].sign_count, 4);
}

#[tokio::test]
async fn an_answer_is_good_once_for_five_minutes_and_in_one_browser() {
    let (bed, _, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let answer = authenticator.sign(&bed.ask().await);
    let elsewhere = bed.accounts.sign_in_with_passkey(&site(), "another cookie", &answer, &from(1)).await;
    assert!(is_refused(&elsewhere));
    bed.clock.advance(299.0);
    bed.answer(&answer).await.unwrap();
    assert!(is_refused(&bed.answer(&answer).await));
    assert_eq!(bed.last_refusal().await.0, "passkey: the challenge was answered before");
    // Also after what is of no use any more was removed.
    let late = authenticator.sign(&bed.ask().await);
    bed.clock.advance(300.0);
    bed.accounts.sweep().await.unwrap();
    for over in [&answer, &late] {
        assert!(is_refused(&bed.answer(over).await));
        assert_eq!(bed.last_refusal().await.0, challenge());
    }
    // What was given out for adding a passkey is for that alone.
    let own = bed.sign_in("anna").await;
    let options = bed.begin(&own).await;
    let mut answer = authenticator.signing(&bed.ask().await);
    answer.client_data["challenge"] = options["challenge"].clone();
    assert!(is_refused(&bed.answer(&authenticator.signed(&answer)).await));
}

//! WebAuthn Level 3, section 7.1: each step with one thing that is wrong, and nothing else.

use model::MAX_CREDENTIAL_ID_BYTES;
use serde_json::json;
use testkit::authenticator::{cbor_bytes, cbor_text};

use super::*;

#[tokio::test]
async fn what_an_authenticator_makes_is_kept() {
    for authenticator in [FakeAuthenticator::new(ORIGIN, 1), FakeAuthenticator::of_ed25519(ORIGIN, 1)] {
        let (bed, own, authenticator, passkey) = with_passkey(authenticator).await;
        assert_eq!(bed.accounts.passkeys_of(&own.user.id).await.unwrap(), std::slice::from_ref(&passkey));
        assert_eq!(passkey.credential.as_bytes(), authenticator.credential);
        assert_eq!(passkey.public_key, authenticator.public_key());
        assert_eq!((passkey.name.as_str(), passkey.sign_count), ("my phone", 0));
        let entry = bed.log.entries(&ports::AuditFilter::default(), 1).await.unwrap().remove(0);
        assert_eq!(entry.name(), "passkey.add.done");
        assert_eq!(entry.subject.unwrap().as_str(), format!("passkey:{}", passkey.id));
    }
}

#[tokio::test]
async fn step_1_the_browser_is_told_what_is_wanted() {
    let (bed, own, authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let options = bed.begin(&own).await;
    assert_eq!(options["rp"]["id"], "memory.example");
    assert_eq!(options["user"]["name"], "anna");
    assert_eq!(authenticator.user_handle, own.user.id.as_str().as_bytes());
    let algorithms: Vec<_> = options["pubKeyCredParams"].as_array().unwrap().iter().collect();
    assert_eq!(
        algorithms.iter().map(|kind| kind["alg"].as_i64().unwrap()).collect::<Vec<_>>(),
        [-7, -8, -257]
    );
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(options["authenticatorSelection"]["userVerification"], "required");
    assert_eq!((&options["attestation"], &options["timeout"]), (&json!("none"), &json!(300_000)));
    assert_eq!(options["excludeCredentials"].as_array().unwrap().len(), 1);
    let again = bed.begin(&own).await;
    assert_ne!(options["challenge"], again["challenge"]);
}

fn cases() -> Vec<Case> {
    let unreadable = "it cannot be read";
    let origin = "it was asked for by another origin";
    let framed = "it was asked for in a frame";
    let attestation = "its attestation is wrong";
    let algorithm = "the key is of a kind that was not asked for";
    vec![
        case("6", |answer| answer.client_data = json!([]), unreadable),
        said("7", "type", json!("webauthn.get"), "it was made for something else"),
        said("8", "challenge", json!("AAAA"), "the challenge is over, or was not given out to this browser"),
        said("9", "origin", json!("http://memory.example"), origin),
        said("9", "origin", json!("https://memory.example:8443"), origin),
        said("9", "origin", json!("https://evil.memory.example"), origin),
        said("9", "origin", json!("https://memory.example.evil"), origin),
        said("9", "origin", json!("https://memory.example/"), origin),
        said("9", "origin", json!(null), origin),
        said("10", "crossOrigin", json!(true), framed),
        said("10", "crossOrigin", json!("false"), framed),
        said("11", "topOrigin", json!(ORIGIN), framed),
        case("13", |answer| answer.behind = vec![0], unreadable),
        case("13", |answer| answer.public_key = None, unreadable),
        case("13", |answer| answer.flags &= !0x40, unreadable),
        case("14", |answer| answer.site = "evil.example".to_owned(), "it is for another site"),
        case("15", |answer| answer.flags &= !1, "nobody was there"),
        case("16", |answer| answer.flags &= !4, "the authenticator did not look who it was"),
        case("17", |answer| answer.flags |= 0x10, "what it says of copies cannot be"),
        // {1: 2, 3: -35 (ES384)}
        case("20", |answer| answer.public_key = Some(vec![0xa2, 1, 2, 3, 0x38, 34]), algorithm),
        case("20", too_long_a_key, algorithm),
        case("22", |answer| answer.attestation.0 = "fido-u2f", attestation),
        case("23", |answer| answer.attestation.1 = vec![0xa1, 1, 1], attestation),
        case("23", |answer| answer.attestation.1 = vec![1], unreadable),
        case("26", |answer| same_id(answer, MAX_CREDENTIAL_ID_BYTES + 1), wrong_id()),
        case("26", |answer| same_id(answer, 0), wrong_id()),
        case("26", |answer| answer.ids.1 = vec![9; 32], wrong_id()),
    ]
}

fn wrong_id() -> &'static str {
    "the id of the authenticator is too long, empty or another one"
}

fn same_id(answer: &mut Answer, length: usize) {
    answer.ids = (vec![7; length], vec![7; length]);
}

/// A key of ES256 with something long in it.
fn too_long_a_key(answer: &mut Answer) {
    let mut key = answer.public_key.take().unwrap();
    key[0] = 0xa6;
    key.push(8);
    key.extend(cbor_bytes(&[0; 2048 - 77 - 4 + 1]));
    answer.public_key = Some(key);
}

#[tokio::test]
async fn steps_6_to_26_what_is_wrong_is_refused_and_nobody_is_told_why() {
    for (step, change, why) in cases() {
        let bed = Bed::peopled().await;
        let own = bed.sign_in("anna").await;
        let mut authenticator = FakeAuthenticator::new(ORIGIN, 1);
        let mut answer = authenticator.making(&bed.begin(&own).await);
        let right = authenticator.made(&answer);
        change(&mut answer);
        let refused = bed.add(&own, &authenticator.made(&answer)).await;
        assert_eq!(refused.unwrap_err().to_string(), "this passkey was not accepted", "step {step}");
        assert_eq!(bed.last_refusal().await.0, why, "step {step}");
        assert_eq!(bed.accounts.passkeys_of(&own.user.id).await.unwrap(), []);
        // What was refused used no challenge up, and it was this alone that was wrong.
        bed.add(&own, &right).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_at_its_limit_or_only_unusual_is_taken() {
    let changes: [fn(&mut Answer); 5] = [
        |answer| same_id(answer, MAX_CREDENTIAL_ID_BYTES),
        // As some browsers have it, which do not say that they show no frame.
        |answer| drop(answer.client_data.as_object_mut().unwrap().remove("crossOrigin")),
        |answer| answer.flags |= 0x18,
        // An extension that nobody asked for: {"a": 1}.
        |answer| (answer.flags, answer.behind) = (answer.flags | 0x80, vec![0xa1, 0x61, b'a', 1]),
        |answer| answer.sign_count = u32::MAX,
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let bed = Bed::peopled().await;
        let own = bed.sign_in("anna").await;
        let mut authenticator = FakeAuthenticator::new(ORIGIN, 1);
        let mut answer = authenticator.making(&bed.begin(&own).await);
        change(&mut answer);
        let passkey = bed.add(&own, &authenticator.made(&answer)).await;
        let passkey = passkey.unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!((passkey.is_backup_eligible, passkey.is_backed_up), (number == 2, number == 2));
    }
}

#[tokio::test]
async fn step_23_an_attestation_of_the_key_itself_has_to_be_right() {
    for (change, is_good) in [("nothing", true), ("signature", false), ("algorithm", false), ("chain", false)]
    {
        let bed = Bed::peopled().await;
        let own = bed.sign_in("anna").await;
        let mut authenticator = FakeAuthenticator::new(ORIGIN, 1);
        let mut answer = authenticator.making(&bed.begin(&own).await);
        let mut signature = authenticator.signature(&answer);
        if change == "signature" {
            *signature.last_mut().unwrap() ^= 1;
        }
        let algorithm: &[u8] = if change == "algorithm" { &[0x27] } else { &[0x26] };
        let fields = if change == "chain" { 0xa3 } else { 0xa2 };
        let mut statement = [&[fields][..], &cbor_text("alg"), algorithm, &cbor_text("sig")].concat();
        statement.extend(cbor_bytes(&signature));
        if change == "chain" {
            statement.extend([cbor_text("x5c"), vec![0x80]].concat());
        }
        answer.attestation = ("packed", statement);
        assert_eq!(bed.add(&own, &authenticator.made(&answer)).await.is_ok(), is_good, "{change}");
    }
}

#[tokio::test]
async fn step_27_an_id_belongs_to_one_passkey_of_all_users() {
    let (bed, own, mut authenticator, _) = with_passkey(FakeAuthenticator::new(ORIGIN, 1)).await;
    let other = bed.sign_in("ben").await;
    for who in [&own, &other] {
        let made = authenticator.make(&bed.begin(who).await);
        assert!(is_refused(&bed.add(who, &made).await));
        assert_eq!(bed.last_refusal().await.0, "there is a passkey of that id already");
    }
}

#[tokio::test]
async fn what_is_no_credential_at_all_is_refused() {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    let mut authenticator = FakeAuthenticator::new(ORIGIN, 1);
    let made: Value = serde_json::from_str(&authenticator.make(&bed.begin(&own).await)).unwrap();
    let without = |name: &str| {
        let mut made = made.clone();
        made.as_object_mut().unwrap().remove(name);
        made.to_string()
    };
    for text in ["", "null", "[]", "{", &without("id"), &without("type"), &without("response")] {
        bed.clock.advance(10.0);
        assert!(is_refused(&bed.add(&own, text).await), "{text}");
        assert!(is_refused(&bed.answer(text).await), "{text}");
        bed.clock.advance(-10.0);
        bed.accounts.forget_attempts(&own.user).await.unwrap();
    }
    bed.add(&own, &made.to_string()).await.unwrap();
}

//! ID tokens: what has to stand in them, each claim changed.

use model::Timestamp;
use testkit::ProviderKey;

use super::*;
use crate::openid::id_token::{Claims, Expected, MAX_TOKEN_BYTES, Unverified};
use crate::openid::keys::Keys;

const NOW: f64 = 1_800_000_000.0;

struct Desk {
    key: ProviderKey,
    keys: Keys,
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "aud": CLIENT, "sub": "42", "iat": NOW, "exp": NOW + 300.0, "nonce": "n" })
}

impl Desk {
    fn new() -> Self {
        let key = ProviderKey::p256("k");
        let keys = Keys::read(json!({ "keys": [key.public()] }).to_string().as_bytes()).unwrap();
        Self { key, keys }
    }

    fn verify(&self, token: &str) -> Result<Claims, Wrong> {
        let now = Timestamp::from_seconds(NOW).unwrap();
        let expected = Expected { issuer: ISSUER, client_id: CLIENT, nonce: "n", now };
        Unverified::read(token)?.verify(&self.keys, &expected)
    }

    /// What comes of a token with one claim changed; `null` leaves it out.
    fn with(&self, name: &str, value: Value) -> Result<Claims, Wrong> {
        let mut claims = claims();
        claims[name] = value;
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        self.verify(&self.key.token(&claims))
    }

    fn under(&self, header: &Value) -> Result<Claims, Wrong> {
        self.verify(&self.key.token_under(header, &claims()))
    }
}

#[test]
fn a_token_says_who_somebody_is() {
    let desk = Desk::new();
    let told = desk.verify(&desk.key.token(&claims())).unwrap();
    assert_eq!((told.identity.issuer(), told.identity.subject(), told.email), (ISSUER, "42", None));
    for (said, is_verified) in [
        (json!(true), true),
        (json!("true"), true),
        (json!(false), false),
        (json!(1), false),
        (json!(null), false),
    ] {
        let more =
            json!({ "email": "anna@example.org", "email_verified": said, "preferred_username": "anna" });
        let mut all = claims();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let told = desk.verify(&desk.key.token(&all)).unwrap();
        assert_eq!(told.email, Some(("anna@example.org".to_owned(), is_verified)), "{said}");
        assert_eq!(told.preferred_username.as_deref(), Some("anna"));
    }
    assert_eq!(desk.with("email", json!("a".repeat(255))).unwrap().email, None);
}

#[test]
fn each_claim_that_is_another_one_is_found_out() {
    let desk = Desk::new();
    for (name, wrong) in [
        ("iss", json!("https://evil.example")),
        ("iss", json!(format!("{ISSUER}/"))),
        ("iss", json!(null)),
        ("iss", json!([ISSUER])),
        ("aud", json!("other")),
        ("aud", json!(null)),
        ("aud", json!([])),
        ("aud", json!(["other"])),
        ("aud", json!({ "memory": 1 })),
        ("azp", json!("other")),
        ("azp", json!(1)),
        ("nonce", json!("m")),
        ("nonce", json!("")),
        ("nonce", json!(null)),
        ("sub", json!("")),
        ("sub", json!(null)),
        ("sub", json!(42)),
        ("sub", json!("4\u{e4}")),
        ("sub", json!("4".repeat(256))),
        ("exp", json!(null)),
        ("exp", json!("tomorrow")),
        ("iat", json!(null)),
        ("nbf", json!("now")),
    ] {
        assert!(desk.with(name, wrong.clone()).is_err(), "{name} {wrong}");
    }
}

#[test]
fn a_token_for_several_is_good_when_it_was_made_for_this_one() {
    let desk = Desk::new();
    assert!(desk.with("aud", json!([CLIENT])).is_ok());
    assert!(desk.with("azp", json!(CLIENT)).is_ok());
    assert!(desk.with("aud", json!([CLIENT, "other"])).is_err());
    let mut claims = claims();
    (claims["aud"], claims["azp"]) = (json!(["other", CLIENT]), json!(CLIENT));
    assert!(desk.verify(&desk.key.token(&claims)).is_ok());
    claims["azp"] = json!("other");
    assert!(desk.verify(&desk.key.token(&claims)).is_err());
}

#[test]
fn times_are_good_up_to_their_edges() {
    let desk = Desk::new();
    for (name, at, is_good) in [
        ("exp", NOW - 59.0, true),
        ("exp", NOW - 60.0, false),
        ("iat", NOW + 60.0, true),
        ("iat", NOW + 61.0, false),
        ("iat", NOW - 660.0, true),
        ("iat", NOW - 661.0, false),
        ("nbf", NOW + 60.0, true),
        ("nbf", NOW + 61.0, false),
    ] {
        assert_eq!(desk.with(name, json!(at)).is_ok(), is_good, "{name} {}", at - NOW);
    }
}

#[test]
fn s7_a_token_without_the_signature_of_the_provider_is_refused() {
    let (desk, evil) = (Desk::new(), ProviderKey::p256("k"));
    assert_eq!(desk.verify(&evil.token(&claims())), Err(Wrong("its ID token is not signed by it")));
    let token = desk.key.token(&claims());
    let parts: Vec<&str> = token.split('.').collect();
    let other = desk.key.token(&json!({"sub": "1"}));
    let others: Vec<&str> = other.split('.').collect();
    for changed in [
        [parts[0], others[1], parts[2]].join("."),
        [parts[0], parts[1], others[2]].join("."),
        [parts[0], parts[1], ""].join("."),
        format!("{token}A"),
        format!("{}.{}", parts[0], parts[1]),
        format!(".{token}"),
        String::new(),
    ] {
        assert!(desk.verify(&changed).is_err(), "{changed}");
    }
    for header in [
        json!({ "alg": "none" }),
        json!({ "alg": "HS256", "kid": "k" }),
        json!({ "alg": "RS256", "kid": "k" }),
        json!({ "alg": "ES256", "kid": "other" }),
        json!({ "alg": "ES256", "kid": 1 }),
        json!({ "alg": "ES256", "kid": "k", "crit": ["exp"] }),
        json!({ "kid": "k" }),
        // Nor by a key that it brings along.
        json!({ "alg": "EdDSA", "jwk": ProviderKey::ed25519("k").public() }),
    ] {
        assert!(desk.under(&header).is_err(), "{header}");
    }
    assert!(desk.under(&json!({ "alg": "ES256" })).is_ok(), "there is one key, and it says none of its name");
}

#[test]
fn a_token_ends_at_its_limit() {
    let desk = Desk::new();
    let token = |length: usize| {
        let mut claims = claims();
        claims["x"] = json!("y".repeat(length));
        desk.key.token(&claims)
    };
    // Three bytes are four characters.
    let fill = (MAX_TOKEN_BYTES - token(0).len()) / 4 * 3;
    let (good, long) = (token(fill - 3), token(fill + 3));
    assert!(good.len() <= MAX_TOKEN_BYTES && desk.verify(&good).is_ok(), "{}", good.len());
    assert!(long.len() > MAX_TOKEN_BYTES);
    assert_eq!(desk.verify(&long), Err(Wrong("its ID token is too long")));
}

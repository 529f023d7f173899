use super::super::tests::{BACK, Bed, said, text, wait};
use super::*;
use ports::{Clock, MAX_CLIENTS, OAuthStore};
use proptest::prelude::*;

fn refused(bed: &Bed, said: &Value) -> (u16, &'static str) {
    let error = bed.register(said).unwrap_err();
    (error.status, error.code)
}

#[test]
fn s4_what_is_registered_is_answered() {
    let bed = Bed::new();
    let told = bed
        .register(&json!({
            "client_name": "Claude\u{202e}Code", "redirect_uris": [BACK, BACK], "token_endpoint_auth_method": "none",
            "grant_types": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
            "response_types": ["code"], "scope": "read write claudeai", "client_uri": "https://x.example", "jwks": {},
        }))
        .unwrap();
    let id = text(&told, "client_id");
    let seconds = bed.clock.now().as_microseconds() / 1_000_000;
    assert_eq!(
        told,
        json!({
            "client_id": id, "client_id_issued_at": seconds, "redirect_uris": [BACK],
            "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
            "token_endpoint_auth_method": "none", "client_name": "ClaudeCode", "scope": "read write",
        })
    );
}

#[test]
fn s4_what_is_left_out_is_what_the_standard_says_and_a_secret_is_given_where_one_is_needed() {
    let bed = Bed::new();
    let told = bed.register(&json!({ "redirect_uris": [BACK] })).unwrap();
    assert_eq!(told["token_endpoint_auth_method"], "client_secret_basic");
    assert_eq!(told["grant_types"], json!(["authorization_code", "refresh_token"]));
    assert!(text(&told, "client_secret").starts_with("mcs_"));
    assert_eq!(told["client_secret_expires_at"], 0);
    let public = bed.register(&said()).unwrap();
    assert_eq!((public.get("client_secret"), public.get("client_secret_expires_at")), (None, None));
}

#[test]
fn s4_cursor_and_other_clients_register_all_their_addresses_at_once() {
    let bed = Bed::new();
    let cursor = [
        "cursor://anysphere.cursor-mcp/oauth/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
        "http://localhost:8787/callback",
    ];
    let mut said = said();
    said["redirect_uris"] = json!(cursor);
    assert_eq!(bed.register(&said).unwrap()["redirect_uris"], json!(cursor));
    said["redirect_uris"] = json!(["claude://back", BACK, "myapp://x", "http://evil.example"]);
    assert_eq!(bed.register(&said).unwrap()["redirect_uris"], json!([BACK]));
}

#[test]
fn s4_addresses_that_are_none_are_refused() {
    let bed = Bed::new();
    for uris in [
        json!([]),
        json!(["javascript:alert(1)"]),
        json!(["http://evil.example/", "claude://back", "https://a.example/#x"]),
        Value::Null,
        json!((0..17).map(|number| format!("https://a.example/{number}")).collect::<Vec<_>>()),
    ] {
        let mut said = said();
        said["redirect_uris"] = uris.clone();
        assert_eq!(refused(&bed, &said), (400, "invalid_redirect_uri"), "{uris}");
    }
    let mut said = said();
    said["redirect_uris"] =
        json!((0..16).map(|number| format!("https://a.example/{number}")).collect::<Vec<_>>());
    assert_eq!(bed.register(&said).unwrap()["redirect_uris"].as_array().unwrap().len(), 16);
}

#[test]
fn s4_what_cannot_be_is_refused() {
    let bed = Bed::new();
    for (name, value) in [
        ("redirect_uris", json!("https://a.example")),
        ("redirect_uris", json!([1])),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_method", json!(1)),
        ("grant_types", json!(["password"])),
        ("grant_types", json!(["refresh_token"])),
        ("grant_types", json!([])),
        ("grant_types", json!("authorization_code")),
        // A client without a secret has nothing to show for itself.
        ("grant_types", json!(["client_credentials"])),
        ("response_types", json!(["token"])),
    ] {
        let mut said = said();
        said[name] = value.clone();
        assert_eq!(refused(&bed, &said), (400, "invalid_client_metadata"), "{name} {value}");
    }
    for body in ["", "[]", "null", "{", "\"x\"", &"[".repeat(5000)] {
        let error = wait(bed.server.register(body.as_bytes(), None, None)).unwrap_err();
        assert_eq!((error.status, error.code), (400, "invalid_client_metadata"), "{body:.20}");
    }
    assert_eq!(wait(bed.store.clients()).unwrap(), []);
}

#[test]
fn the_registration_key_is_asked_for_where_there_is_one() {
    let bed = Bed::with(|settings| settings.registration = Registration::Key(Secret::new("hunter2")));
    let body = said().to_string();
    let register =
        |key: Option<&str>| wait(bed.server.register(body.as_bytes(), key.map(str::as_bytes), None));
    let missing = register(None).unwrap_err();
    assert_eq!((missing.status, missing.code, missing.challenge), (401, "invalid_token", Some("Bearer")));
    let wrong = register(Some("hunter3")).unwrap_err();
    assert_eq!((wrong.status, wrong.challenge), (401, Some("Bearer error=\"invalid_token\"")));
    assert!(register(Some("hunter2")).is_ok());
    assert_eq!(bed.log.names(), ["client.register.refused", "client.register.done"]);
    let off = Bed::with(|settings| settings.registration = Registration::Off);
    assert_eq!(refused(&off, &said()), (403, "access_denied"));
}

#[test]
fn v3_ten_thousand_registrations_leave_room_for_the_next_one() {
    let bed = Bed::new();
    let used = bed.connected().client;
    let mut last = 0;
    for number in 0..10_000 {
        bed.clock.advance(0.5);
        last += usize::from(bed.register(&said()).is_ok());
        if number % 2000 == 0 {
            assert!(wait(bed.store.clients()).unwrap().len() <= MAX_CLIENTS);
        }
    }
    // As many as there is room for in ten minutes, and in each second after that.
    assert!(last >= 1000);
    bed.clock.advance(601.0);
    assert!(bed.register(&said()).is_ok());
    let clients = wait(bed.store.clients()).unwrap();
    assert!(clients.len() <= MAX_CLIENTS && clients.iter().any(|client| client.id.as_str() == used));
}

#[test]
fn when_there_is_no_room_a_client_is_told_to_try_again() {
    let bed = Bed::new();
    for _ in 0..MAX_CLIENTS {
        bed.register(&said()).unwrap();
    }
    assert_eq!(refused(&bed, &said()), (503, "temporarily_unavailable"));
    bed.clock.advance(600.0);
    assert_eq!(refused(&bed, &said()).0, 503);
    bed.clock.advance(0.1);
    assert!(bed.register(&said()).is_ok());
}

#[test]
fn o23_a_registration_that_cannot_be_written_down_does_not_stay() {
    let bed = Bed::new();
    bed.log.become_busy();
    assert_eq!(refused(&bed, &said()), (503, "temporarily_unavailable"));
    assert_eq!(wait(bed.store.clients()).unwrap(), []);
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from(BACK)),
        Just(Value::from("code")),
        Just(Value::from("authorization_code")),
        Just(Value::from("none")),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| prop::collection::vec(inner, 0..4).prop_map(Value::from))
}

proptest! {
    #[test]
    fn s4_whatever_is_registered_a_client_or_a_refusal_comes_of_it(
        fields in prop::collection::vec((0..6_usize, any_json()), 0..6),
        bytes in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let names = ["redirect_uris", "grant_types", "response_types", "client_name", "token_endpoint_auth_method", "scope"];
        let bed = Bed::new();
        let said: Map<String, Value> = fields.into_iter().map(|(place, value)| (names[place].to_owned(), value)).collect();
        match bed.register(&Value::Object(said)) {
            Ok(told) => prop_assert!(told["grant_types"].as_array().is_some_and(|grants| !grants.is_empty())),
            Err(error) => prop_assert_eq!(error.status, 400),
        }
        prop_assert!(wait(bed.server.register(&bytes, None, None)).is_err());
    }
}

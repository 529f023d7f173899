use super::super::tests::{Bed, VERIFIER, changed, query, text, user, wait};
use super::*;
use crate::oauth::{AskError, Asked};
use ports::OAuthStore;
use serde_json::json;

const ADDRESS: &str = "https://client.example/oauth/client.json";

fn document() -> Value {
    json!({
        "client_id": ADDRESS,
        "client_name": "Claude Code",
        "redirect_uris": ["http://localhost/callback", "http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
    })
}

fn asking() -> Vec<(&'static str, &'static str)> {
    changed(&query(ADDRESS), "redirect_uri", Some("http://localhost:51234/callback"))
}

fn objection(answer: Result<Asked, AskError>) -> Objection {
    match answer.unwrap_err() {
        AskError::Shown(objection) => objection,
        AskError::Sent { location, .. } => panic!("a browser is sent to {location}"),
    }
}

#[test]
fn s3_a_client_is_what_its_document_says() {
    let bed = Bed::new();
    bed.documents.put(ADDRESS, document().to_string(), None);
    let asked = bed.ask(&asking()).unwrap();
    assert_eq!(asked.client.name.as_ref().unwrap().as_str(), "Claude Code");
    assert_eq!((asked.document(), asked.is_loopback()), (Some(ADDRESS), true));
    let code = bed.code(&asking(), &user(1));
    let told = bed.token(&[
        ("grant_type", "authorization_code"),
        ("client_id", ADDRESS),
        ("code", &code),
        ("redirect_uri", "http://localhost:51234/callback"),
        ("code_verifier", VERIFIER),
    ]);
    assert!(bed.refresh(ADDRESS, &text(&told.unwrap(), "refresh_token")).is_ok());
    let foreign = changed(&asking(), "redirect_uri", Some("https://evil.example/callback"));
    assert!(matches!(objection(bed.ask(&foreign)), Objection::ForeignRedirect));
}

#[test]
fn s3_a_document_is_read_again_when_its_time_is_over_and_not_before() {
    let hour = 3600.0;
    for (said, kept) in [(None, hour), (Some(0), 300.0), (Some(600), 600.0), (Some(u64::MAX), 24.0 * hour)] {
        let bed = Bed::new();
        bed.documents.put(ADDRESS, document().to_string(), said);
        bed.ask(&asking()).unwrap();
        bed.clock.advance(kept - 0.001);
        bed.ask(&asking()).unwrap();
        assert_eq!(bed.documents.fetches(), 1, "{said:?}");
        bed.clock.advance(0.001);
        bed.ask(&asking()).unwrap();
        assert_eq!(bed.documents.fetches(), 2, "{said:?}");
    }
}

#[test]
fn s3_a_document_that_says_something_else_now_counts_and_one_that_is_gone_is_no_client() {
    let bed = Bed::new();
    bed.documents.put(ADDRESS, document().to_string(), None);
    bed.ask(&asking()).unwrap();
    let mut other = document();
    other["redirect_uris"] = json!(["https://client.example/back"]);
    bed.documents.put(ADDRESS, other.to_string(), None);
    bed.clock.advance(3600.0);
    assert!(matches!(objection(bed.ask(&asking())), Objection::ForeignRedirect));
    bed.documents.remove(ADDRESS);
    bed.clock.advance(3600.0);
    assert!(matches!(objection(bed.ask(&asking())), Objection::NoDocument));
    // That nobody answered is not remembered.
    bed.documents.put(ADDRESS, document().to_string(), None);
    assert!(bed.ask(&asking()).is_ok());
}

#[test]
fn s3_tokens_do_not_wait_for_the_document() {
    let bed = Bed::new();
    bed.documents.put(ADDRESS, document().to_string(), None);
    let code = bed.code(&asking(), &user(1));
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", ADDRESS),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
    ];
    let told = bed.token(&form).unwrap();
    bed.documents.remove(ADDRESS);
    bed.clock.advance(86_400.0);
    assert!(bed.refresh(ADDRESS, &text(&told, "refresh_token")).is_ok());
    assert_eq!(bed.documents.fetches(), 1);
}

#[test]
fn s3_v3_documents_that_anybody_had_read_take_no_room_of_clients() {
    let bed = Bed::new();
    bed.documents.put(ADDRESS, document().to_string(), None);
    bed.ask(&asking()).unwrap();
    for number in 0..2 * MAX_READ_DOCUMENTS {
        let address = format!("https://evil.example/{number}.json");
        let mut document = document();
        document["client_id"] = address.clone().into();
        bed.documents.put(&address, document.to_string(), None);
        bed.ask(&changed(&asking(), "client_id", Some(&address))).unwrap();
    }
    assert_eq!(wait(bed.store.clients()).unwrap(), []);
    assert!(bed.server.read.lock().unwrap().len() <= MAX_READ_DOCUMENTS);
    // Who is allowed something is kept, whatever others ask.
    bed.code(&asking(), &user(1));
    let kept = wait(bed.store.clients()).unwrap();
    assert_eq!(kept.iter().map(|client| client.id.as_str()).collect::<Vec<_>>(), [ADDRESS]);
}

#[test]
fn s3_a_document_that_is_not_what_it_has_to_be_is_no_client() {
    let bed = Bed::new();
    for (name, value) in [
        ("client_id", json!("https://client.example/oauth/client.json/")),
        ("client_id", json!("https://CLIENT.example/oauth/client.json")),
        ("client_id", Value::Null),
        ("client_name", Value::Null),
        ("client_name", json!("\u{200b}")),
        ("redirect_uris", Value::Null),
        ("redirect_uris", json!([])),
        ("redirect_uris", json!(["javascript:alert(1)"])),
        ("redirect_uris", json!("http://localhost/callback")),
        ("client_secret", json!("x")),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
        ("token_endpoint_auth_method", json!("private_key_jwt")),
        ("token_endpoint_auth_method", Value::Null),
    ] {
        let mut document = document();
        document[name] = value.clone();
        bed.documents.put(ADDRESS, document.to_string(), None);
        assert!(matches!(objection(bed.ask(&asking())), Objection::BadDocument(_)), "{name}: {value}");
    }
    for body in ["", "<html>", "[]"] {
        bed.documents.put(ADDRESS, body, None);
        assert!(matches!(objection(bed.ask(&asking())), Objection::BadDocument(_)));
    }
}

#[test]
fn s3_only_an_https_address_with_a_path_is_read() {
    let bed = Bed::new();
    for address in [
        "http://client.example/client.json",
        "https://client.example",
        "https://client.example/",
        "https:///client.json",
        "https://client.example/a/../client.json",
        "https://client.example/./client.json",
        "https://client.example/%2e%2E/client.json",
        "https://user@client.example/client.json",
        "https://client.example/client.json#x",
        "https://client.example\\x/client.json",
        "ftp://client.example/client.json",
    ] {
        bed.documents.put(address, document().to_string(), None);
        let answer = bed.ask(&changed(&asking(), "client_id", Some(address)));
        assert!(matches!(objection(answer), Objection::UnknownClient), "{address}");
    }
    assert_eq!(bed.documents.fetches(), 0);
}

#[test]
fn without_a_way_to_documents_there_are_no_such_clients() {
    let bed = Bed::without_documents();
    bed.documents.put(ADDRESS, document().to_string(), None);
    assert!(matches!(objection(bed.ask(&asking())), Objection::UnknownClient));
    assert_eq!(bed.documents.fetches(), 0);
}

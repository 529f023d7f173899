use super::*;
use crate::render::table::{Headings, Width};
use crate::render::time;
use model::{Capability, KeyDigest, KeyId, KeyName, Space};

fn at(text: &str) -> Timestamp {
    Timestamp::from_stored_iso(text).unwrap()
}

fn key(id: u64, name: &str) -> ApiKey {
    ApiKey {
        id: KeyId::from_bytes(id.to_be_bytes()),
        name: KeyName::new(name).unwrap(),
        digest: KeyDigest::of(&id.to_be_bytes()),
        capability: Capability::Write,
        space: Space::Default,
        created_at: at("2026-11-01T10:00:00Z"),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

fn keys() -> Vec<ApiKey> {
    vec![
        ApiKey { capability: Capability::Admin, ..key(0x1111_2222_3333_4444, "laptop") },
        ApiKey {
            expires_at: Some(at("2027-02-22T10:00:00Z")),
            last_used_at: Some(at("2026-11-24T09:55:00Z")),
            ..key(0xabcd_0000_0000_0001, "ci \u{202e}runner")
        },
        ApiKey {
            capability: Capability::Read,
            expires_at: Some(at("2026-11-24T10:00:00Z")),
            ..key(0xabcd_0000_0000_0002, "old")
        },
        ApiKey { revoked_at: Some(at("2026-11-02T10:00:00Z")), ..key(0xffff_0000_0000_0000, "lost") },
    ]
}

#[test]
fn keys_are_told_with_their_state_and_without_their_digests() {
    let now = at("2026-11-24T10:00:00Z");
    let text = list::for_people(&keys(), now, &time::noon(), Width::Unlimited, Headings::Plain);
    insta::assert_snapshot!(text);
    let none = list::for_people(&[], now, &time::noon(), Width::Unlimited, Headings::Plain);
    assert!(none.contains("memory keys create"), "{none}");
}

#[test]
fn programs_are_told_everything_but_the_digest() {
    let told = for_programs(&keys()[1], at("2026-11-24T10:00:00Z"));
    let expected = json!({
        "id": "abcd000000000001", "name": "ci \u{202e}runner", "scope": "write", "space": "default", "state": "active",
        "created_at": "2026-11-01T10:00:00Z", "expires_at": "2027-02-22T10:00:00Z", "revoked_at": null,
        "last_used_at": "2026-11-24T09:55:00Z",
    });
    assert_eq!(told, expected);
}

#[test]
fn a_key_is_named_by_its_name_or_the_beginning_of_its_id() {
    let keys = keys();
    let id = |text: &str| revoke::meant(&keys, text).map(|key| key.id.short().to_owned());
    for (text, expected) in [
        ("laptop", "11112222"),
        ("1111", "11112222"),
        ("1111222233334444", "11112222"),
        ("lost", "ffff0000"),
        ("ffff", "ffff0000"),
    ] {
        assert_eq!(id(text).unwrap(), expected, "{text}");
    }
    for text in ["Laptop", "lap", "111", "2222", "1111222233334445", "", "ABCD"] {
        assert!(matches!(id(text), Err(Failure::Known { code: engine::ErrorCode::NotFound, .. })), "{text}");
    }
    let Err(Failure::Known { code: engine::ErrorCode::InvalidInput, message, .. }) = id("abcd") else {
        panic!("two keys are meant")
    };
    assert!(message.contains("abcd000000000001, abcd000000000002"), "{message}");
}

#[test]
fn a_name_that_is_in_use_again_means_the_newer_key() {
    let mut keys = keys();
    keys.push(key(1, "lost"));
    keys.push(key(2, "abcd"));
    assert_eq!(revoke::meant(&keys, "lost").unwrap().id, key(1, "lost").id);
    assert!(revoke::meant(&keys, "abcd").is_err(), "a name that is the beginning of other keys' ids");
}

#[test]
fn a_name_of_several_spaces_is_revoked_in_none_of_them() {
    let mut keys = keys();
    let crew = Space::Named(model::SpaceId::from_bytes([7; 10]));
    keys.push(ApiKey { space: crew.clone(), ..key(0xeeee_0000_0000_0000, "laptop") });
    let Err(Failure::Known { message, .. }) = revoke::meant(&keys, "laptop") else {
        panic!("two keys are meant")
    };
    assert!(message.contains("1111222233334444, eeee000000000000"), "{message}");
    keys.retain(|key| key.space == crew);
    assert!(revoke::meant(&keys, "laptop").is_ok(), "its space says which");
}

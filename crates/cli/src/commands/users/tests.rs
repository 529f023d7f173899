use super::*;
use crate::render::table::{Headings, Width};
use crate::render::time;
use model::{PasswordHash, Space, SpaceId, Timestamp, Totp, TotpSecret, UserId, UserName};

fn at(text: &str) -> Timestamp {
    Timestamp::from_stored_iso(text).unwrap()
}

fn account(number: u8, name: &str) -> Account {
    let user = User {
        id: UserId::from_bytes([number; 10]),
        name: UserName::new(name).unwrap(),
        is_owner: false,
        space: Space::Named(SpaceId::from_bytes([number; 10])),
        created_at: at("2026-11-01T10:00:00Z"),
        disabled_at: None,
    };
    let password = PasswordHash::stored("$argon2id$v=19$secret");
    Account { user, password, password_since: at("2026-11-02T10:00:00Z"), totp: None, recovery_codes: 0 }
}

fn accounts() -> Vec<Account> {
    let anna = account(1, "anna@example.org");
    let anna = Account { user: User { is_owner: true, space: Space::Default, ..anna.user }, ..anna };
    let totp = Totp { secret: TotpSecret::from_bytes([b's'; 20]), last_step: 7 };
    let ben = Account { totp: Some(totp), recovery_codes: 9, ..account(2, "ben") };
    let carla = account(3, "carla");
    let carla =
        Account { user: User { disabled_at: Some(at("2026-11-20T10:00:00Z")), ..carla.user }, ..carla };
    vec![anna, ben, carla]
}

#[test]
fn users_are_told_with_their_state_and_without_their_secrets() {
    let text = list::for_people(&accounts(), &time::noon(), Width::Unlimited, Headings::Plain);
    insta::assert_snapshot!(text);
    let none = list::for_people(&[], &time::noon(), Width::Unlimited, Headings::Plain);
    assert!(none.contains("memory users add"), "{none}");
}

#[test]
fn programs_are_told_everything_but_what_anybody_signs_in_with() {
    let expected = json!({
        "id": "aebagbafaydqqcik", "name": "ben", "is_owner": false, "space": "aebagbafaydqqcik", "state": "active",
        "created_at": "2026-11-01T10:00:00Z", "disabled_at": null, "password_since": "2026-11-02T10:00:00Z",
        "has_password": true, "has_second_factor": true, "recovery_codes_left": 9,
    });
    let mut told = for_programs(&accounts()[1]);
    for id in ["id", "space"] {
        assert_eq!(told[id], UserId::from_bytes([2; 10]).as_str());
        told[id] = json!("aebagbafaydqqcik");
    }
    assert_eq!(told, expected);
    let disabled = for_programs(&accounts()[2]);
    assert_eq!(
        (&disabled["state"], &disabled["disabled_at"]),
        (&json!("disabled"), &json!("2026-11-20T10:00:00Z"))
    );
}

#[test]
fn each_refusal_has_its_exit_code() {
    for (error, code) in [
        (AccountsError::NoUser, ErrorCode::NotFound),
        (AccountsError::NameTaken, ErrorCode::Conflict),
        (AccountsError::TooManyUsers, ErrorCode::Conflict),
        (AccountsError::ShortPassword, ErrorCode::InvalidInput),
        (AccountsError::LongPassword, ErrorCode::InvalidInput),
        (AccountsError::Unavailable(ports::StoreError::Busy { waited_ms: 1 }), ErrorCode::StorageBusy),
    ] {
        let told = error.to_string();
        let Failure::Known { code: given, .. } = refusal(error) else { panic!("{told}") };
        assert_eq!(given, code, "{told}");
    }
}

//! Rules for passwords; changing one.

use ports::OAuthStore;

use super::*;

async fn change(bed: &Bed, signed_in: &SignedIn, current: &[u8], new: &[u8]) -> Result<(), AccountsError> {
    bed.accounts.change_password(&signed_in.session, current, new, &from(1)).await
}

#[tokio::test]
async fn passwords_end_at_their_limits_and_need_nothing_else() {
    let bed = Bed::new();
    let by = Actor::Installation;
    let long = "x".repeat(MAX_PASSWORD_BYTES);
    for (name, password) in [
        ("a", "            "),
        ("b", "aaaaaaaaaaaa"),
        ("c", "пароль пароль"),
        ("d", &long),
        ("e", "éééééééééééé"),
    ] {
        bed.accounts.add(&by, name, password.as_bytes()).await.unwrap();
        bed.try_in(name, password.as_bytes(), None).await.unwrap();
    }
    for short in ["", "elevenchars", "ééééééééééé", "e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}e\u{301}"]
    {
        let answer = bed.accounts.add(&by, "f", short.as_bytes()).await;
        assert!(matches!(answer, Err(AccountsError::ShortPassword)), "{short}");
    }
    let longer = "x".repeat(MAX_PASSWORD_BYTES + 1);
    assert!(matches!(bed.accounts.add(&by, "f", longer.as_bytes()).await, Err(AccountsError::LongPassword)));
    let no_text = bed.accounts.add(&by, "f", b"twelve chars\xff").await;
    assert!(matches!(no_text, Err(AccountsError::UnreadablePassword)));
}

#[tokio::test]
async fn it_does_not_matter_with_which_keys_a_password_was_typed() {
    let bed = Bed::new();
    bed.accounts.add(&Actor::Installation, "anna", "caf\u{e9} caf\u{e9} 123".as_bytes()).await.unwrap();
    bed.try_in("anna", "cafe\u{301} cafe\u{301} 123".as_bytes(), None).await.unwrap();
    assert!(is_wrong(&bed.try_in("anna", b"cafe cafe 123", None).await));
    assert!(is_wrong(&bed.try_in("anna", "Caf\u{e9} caf\u{e9} 123".as_bytes(), None).await));
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let bed = Bed::peopled().await;
    let (own, other, ben) = (bed.sign_in("anna").await, bed.sign_in("anna").await, bed.sign_in("ben").await);
    change(&bed, &own, PASSWORD, b"another password").await.unwrap();
    assert!(bed.is_in(&own).await && !bed.is_in(&other).await && bed.is_in(&ben).await);
    assert!(is_wrong(&bed.try_in("anna", PASSWORD, None).await));
    bed.try_in("anna", b"another password", None).await.unwrap();
    assert_eq!(bed.log.names()[5], "password.change.done");
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing_and_is_slowed_down() {
    let bed = Bed::peopled().await;
    let (own, other) = (bed.sign_in("anna").await, bed.sign_in("anna").await);
    for _ in 0..5 {
        assert!(is_wrong(&change(&bed, &own, b"wrong password", b"another password").await));
    }
    let locked = change(&bed, &own, PASSWORD, b"another password").await;
    assert!(matches!(locked, Err(AccountsError::LockedOut { seconds: 5 })));
    assert!(bed.is_in(&other).await);
    assert_eq!(bed.log.names()[4..], ["password.change.refused"; 5]);
    // Whoever stole a session does not lock its owner out by that.
    bed.sign_in("anna").await;
    bed.clock.advance(5.0);
    assert!(matches!(change(&bed, &own, PASSWORD, b"short").await, Err(AccountsError::ShortPassword)));
    change(&bed, &own, PASSWORD, b"another password").await.unwrap();
}

#[tokio::test]
async fn of_two_who_change_one_password_at_once_one_does() {
    let bed = Arc::new(Bed::peopled().await);
    let mut sessions = Vec::new();
    for _ in 0..4 {
        sessions.push(bed.sign_in("anna").await);
    }
    let mut tries = tokio::task::JoinSet::new();
    for (number, own) in sessions.into_iter().enumerate() {
        let bed = Arc::clone(&bed);
        let new = format!("another password {number}");
        tries.spawn(async move { (change(&bed, &own, PASSWORD, new.as_bytes()).await.is_ok(), own) });
    }
    let (mut changed, mut inside) = (0, 0);
    for (is_changed, own) in tries.join_all().await {
        (changed, inside) = (changed + u8::from(is_changed), inside + u8::from(bed.is_in(&own).await));
    }
    assert_eq!((changed, inside), (1, 1));
}

#[tokio::test]
async fn what_programs_were_allowed_ends_with_the_password() {
    let bed = Bed::peopled().await;
    let own = bed.sign_in("anna").await;
    let (anna, ben) = (own.user.id.clone(), bed.id("ben").await);
    let of_anna = granted(&bed, 1, &anna).await;
    let of_ben = granted(&bed, 2, &ben).await;
    change(&bed, &own, PASSWORD, b"another password").await.unwrap();
    let is_over = async |id| bed.grants.authorization(id).await.unwrap().unwrap().revoked_at.is_some();
    assert!(is_over(&of_anna).await && !is_over(&of_ben).await);
    assert_eq!(bed.log.names()[3..], ["authorization.revoke.done", "password.change.done"]);
    // When that cannot be done, the password stays.
    bed.grants.become_busy(true);
    let answer = change(&bed, &own, b"another password", b"a third password").await;
    assert!(matches!(answer, Err(AccountsError::Unavailable(_))));
    bed.try_in("anna", b"another password", None).await.unwrap();
}

/// Something that a user allowed a program.
pub(super) async fn granted(bed: &Bed, number: u8, user: &UserId) -> model::oauth::AuthorizationId {
    use model::oauth::{Authorization, AuthorizationId, ClientId, GrantKind};
    let authorization = Authorization {
        id: AuthorizationId::from_bytes([number; 10]),
        client: ClientId::parse("client").unwrap(),
        client_name: None,
        user: user.clone(),
        space: Space::Default,
        capability: model::Capability::Read,
        scopes: model::oauth::Scopes::default(),
        resource: "https://memory.example.org/mcp".to_owned(),
        kind: GrantKind::Consent,
        redirect_owner: None,
        created_at: bed.clock.now(),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    };
    let id = authorization.id.clone();
    bed.grants.grant(authorization, None).await.unwrap();
    id
}

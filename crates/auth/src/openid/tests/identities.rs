//! Whose an identity is: linking, unlinking, signing up.

use model::{AuditAction, Identity, Space};

use super::*;

fn sign_up() -> SignUp {
    SignUp::Domains(vec!["example.org".to_owned()])
}

fn person(subject: &str, email: &str) -> Value {
    json!({ "sub": subject, "email": email, "email_verified": true, "preferred_username": email })
}

async fn link(bed: &Bed, session: &Session, subject: &str) -> Result<Arrived, OpenIdError> {
    let departure = bed.party.depart_to_link(session).await.unwrap();
    let query = bed.visit(&departure, &person(subject, "ben@example.org"));
    bed.arrive(&departure, &query, Some(session)).await
}

#[tokio::test]
async fn an_identity_that_nobody_linked_is_refused_whatever_its_e_mail_address_says() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    let told = bed.come(&person("43", "ben@example.org")).await;
    assert!(matches!(told, Err(OpenIdError::Nobody)));
    assert_eq!(bed.refusals().await, ["sign_in.refused: no user here has this identity"]);
    assert_eq!(bed.accounts.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_user_who_shows_the_password_links_an_identity_and_signs_in_with_it() {
    let bed = Bed::new().await;
    let session = bed.session("ben").await;
    let identities = bed.party.identities();
    assert!(matches!(
        identities.proven(&session, b"wrong", &from(1)).await,
        Err(AccountsError::WrongCredentials)
    ));
    identities.proven(&session, PASSWORD, &from(1)).await.unwrap();
    assert!(matches!(link(&bed, &session, "42").await.unwrap(), Arrived::Linked(_)));
    let own = identities.of(&session.user).await.unwrap();
    assert_eq!(own[0].label.as_ref().unwrap().as_str(), "ben@example.org");
    assert_eq!(bed.come(&json!({"sub": "42"})).await.unwrap().user.name.as_str(), "ben");
    let filter = AuditFilter { action: Some(AuditAction::IdentityLink), ..AuditFilter::default() };
    let names: Vec<_> =
        bed.log.entries(&filter, 9).await.unwrap().iter().map(model::AuditEntry::name).collect();
    assert_eq!(names, ["identity.link.done", "identity.link.refused"]);
}

#[tokio::test]
async fn an_identity_of_another_user_is_not_linked() {
    let bed = Bed::new().await;
    bed.link("anna", "42").await;
    let session = bed.session("ben").await;
    assert!(matches!(link(&bed, &session, "42").await, Err(OpenIdError::Taken)));
    assert_eq!(bed.come(&json!({"sub": "42"})).await.unwrap().user.name.as_str(), "anna");
    for number in 0..ports::MAX_IDENTITIES_OF_ONE {
        link(&bed, &session, &format!("b{number}")).await.unwrap();
    }
    assert!(matches!(link(&bed, &session, "more").await, Err(OpenIdError::TooMany)));
}

#[tokio::test]
async fn an_identity_is_linked_in_the_session_that_asked_for_it_and_in_no_other() {
    let bed = Bed::new().await;
    let (bens, annas) = (bed.session("ben").await, bed.session("anna").await);
    for other in [None, Some(&annas)] {
        let departure = bed.party.depart_to_link(&bens).await.unwrap();
        let query = bed.visit(&departure, &json!({"sub": "42"}));
        assert!(matches!(bed.arrive(&departure, &query, other).await, Err(OpenIdError::NotBegun)));
    }
    assert!(bed.party.identities().of(&bens.user).await.unwrap().is_empty());
    assert_eq!(bed.refusals().await.len(), 2);
}

#[tokio::test]
async fn an_identity_is_taken_away_by_whoever_shows_the_password() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    let (session, identity) = (bed.session("ben").await, Identity::new(ISSUER, "42").unwrap());
    let identities = bed.party.identities();
    assert!(identities.unlink(&session, &identity, b"wrong", &from(1)).await.is_err());
    assert!(bed.come(&json!({"sub": "42"})).await.is_ok());
    assert!(identities.unlink(&session, &identity, PASSWORD, &from(1)).await.unwrap());
    assert!(!identities.unlink(&session, &identity, PASSWORD, &from(1)).await.unwrap());
    assert!(matches!(bed.come(&json!({"sub": "42"})).await, Err(OpenIdError::Nobody)));
    let annas = bed.session("anna").await;
    bed.link("ben", "42").await;
    assert!(!identities.unlink(&annas, &identity, PASSWORD, &from(1)).await.unwrap(), "it is ben's");
}

#[tokio::test]
async fn the_owner_links_and_unlinks_for_others_and_nobody_else_does() {
    let bed = Bed::new().await;
    let (anna, ben) = (bed.user("anna").await.id, bed.user("ben").await.id);
    let identity = || Identity::new(ISSUER, "42").unwrap();
    let (identities, owner, other) =
        (bed.party.identities(), Actor::User(anna.clone()), Actor::User(ben.clone()));
    assert!(matches!(identities.link_by(&other, &ben, identity()).await, Err(AccountsError::NotOwner)));
    identities.link_by(&owner, &ben, identity()).await.unwrap();
    assert!(matches!(identities.link_by(&owner, &anna, identity()).await, Err(AccountsError::IdentityTaken)));
    assert!(matches!(identities.unlink_by(&other, &ben, &identity()).await, Err(AccountsError::NotOwner)));
    assert!(!identities.unlink_by(&owner, &anna, &identity()).await.unwrap());
    assert!(identities.unlink_by(&owner, &ben, &identity()).await.unwrap());
}

#[tokio::test]
async fn a_disabled_user_is_not_let_in_by_a_provider() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    bed.accounts.disable(&Actor::Installation, &bed.user("ben").await.id).await.unwrap();
    assert!(matches!(bed.come(&json!({"sub": "42"})).await, Err(OpenIdError::Nobody)));
    bed.accounts.enable(&Actor::Installation, &bed.user("ben").await.id).await.unwrap();
    assert!(bed.come(&json!({"sub": "42"})).await.is_ok());
}

#[tokio::test]
async fn people_of_a_domain_become_users_with_memories_of_their_own() {
    let bed = Bed::with(sign_up()).await;
    let first = bed.come(&person("42", "cleo@example.org")).await.unwrap().user;
    assert_eq!(first.name.as_str(), "cleo");
    assert!(!first.is_owner && matches!(first.space, Space::Named(_)));
    // The next time it is the same user; another person of that name is another one.
    assert_eq!(bed.come(&person("42", "other@example.org")).await.unwrap().user, first);
    let second = bed.come(&person("43", "cleo@example.org")).await.unwrap().user;
    assert_eq!(second.name.as_str(), "cleo-2");
    assert_ne!(first.space, second.space);
    let filter = AuditFilter { action: Some(AuditAction::SignUp), ..AuditFilter::default() };
    assert_eq!(bed.log.entries(&filter, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_signs_up_without_an_address_of_the_domain_that_the_provider_verified() {
    let bed = Bed::with(sign_up()).await;
    for stranger in [
        json!({"sub": "42"}),
        json!({"sub": "42", "email": "cleo@example.org"}),
        json!({"sub": "42", "email": "cleo@example.org", "email_verified": false}),
        json!({"sub": "42", "email": "cleo@example.com", "email_verified": true}),
        json!({"sub": "42", "email": "cleo@sub.example.org", "email_verified": true}),
        json!({"sub": "42", "preferred_username": "cleo@example.org", "email_verified": true}),
    ] {
        assert!(matches!(bed.come(&stranger).await, Err(OpenIdError::Nobody)), "{stranger}");
    }
    assert_eq!(bed.accounts.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn whoever_signed_up_has_no_password_until_the_owner_gives_one() {
    let bed = Bed::with(sign_up()).await;
    let signed_in = bed.come(&person("42", "cleo@example.org")).await.unwrap();
    let (session, from) = (&signed_in.session, from(1));
    let identity = Identity::new(ISSUER, "42").unwrap();
    // What asks for the password says that there is none, and nobody signs in with one, whatever it is.
    let told = bed.accounts.change_password(session, b"!", b"a long new password", &from).await;
    assert!(matches!(told, Err(AccountsError::NoPassword)));
    let told = bed.party.identities().unlink(session, &identity, b"!", &from).await;
    assert!(matches!(told, Err(AccountsError::NoPassword)));
    for guess in [&b"!"[..], b"", b"password"] {
        let told = bed.accounts.sign_in(b"cleo", guess, None, &from).await;
        assert!(matches!(told, Err(AccountsError::WrongCredentials)));
    }
    bed.accounts.reset(&Actor::Installation, &session.user, PASSWORD).await.unwrap();
    assert!(bed.accounts.sign_in(b"cleo", PASSWORD, None, &super::from(3)).await.is_ok());
    assert!(bed.come(&person("42", "cleo@example.org")).await.is_ok(), "the identity stays");
}

//! Adding, disabling, enabling, resetting users.

use ports::{MAX_USERS, OAuthStore};

use super::passwords::granted;
use super::*;

const OWNER: Actor = Actor::Installation;

#[tokio::test]
async fn the_first_user_owns_the_installation_and_each_has_a_space_of_its_own() {
    let bed = Bed::peopled().await;
    bed.accounts.add(&OWNER, "Carla", PASSWORD).await.unwrap();
    let users: Vec<User> =
        bed.accounts.list().await.unwrap().into_iter().map(|account| account.user).collect();
    let names: Vec<(&str, bool)> = users.iter().map(|user| (user.name.as_str(), user.is_owner)).collect();
    assert_eq!(names, [("anna", true), ("ben", false), ("carla", false)]);
    assert_eq!(users[0].space, Space::Default);
    assert!(users[1].space != users[2].space && users[1].space != Space::Default);
    assert_eq!(bed.log.names(), ["user.add.done"; 3]);
}

#[tokio::test]
async fn a_user_is_found_by_name_and_by_id() {
    let bed = Bed::peopled().await;
    let id = bed.id("BEN").await;
    assert_eq!(bed.accounts.find(id.as_str()).await.unwrap().unwrap().user.name.as_str(), "ben");
    assert_eq!(bed.accounts.user(&id).await.unwrap().unwrap().id, id);
    for text in ["", "carla", "no name", "aaaaaaaaaaaaaaaa"] {
        assert_eq!(bed.accounts.find(text).await.unwrap(), None, "{text}");
    }
}

#[tokio::test]
async fn a_name_is_given_once_and_has_to_be_one() {
    let bed = Bed::peopled().await;
    assert!(matches!(bed.accounts.add(&OWNER, "BEN", PASSWORD).await, Err(AccountsError::NameTaken)));
    assert!(matches!(bed.accounts.add(&OWNER, "b/n", PASSWORD).await, Err(AccountsError::InvalidName)));
    assert!(matches!(bed.accounts.add(&OWNER, "carla", b"short").await, Err(AccountsError::ShortPassword)));
    assert_eq!(bed.accounts.list().await.unwrap().len(), 2);
}

#[tokio::test]
async fn there_are_no_more_users_than_the_limit() {
    let bed = Bed::new();
    for number in 0..MAX_USERS {
        bed.accounts.add(&OWNER, &format!("user-{number}"), PASSWORD).await.unwrap();
    }
    assert!(matches!(bed.accounts.add(&OWNER, "more", PASSWORD).await, Err(AccountsError::TooManyUsers)));
}

#[tokio::test]
async fn only_the_owner_and_the_command_line_may() {
    let bed = Bed::peopled().await;
    let (anna, ben) = (bed.id("anna").await, bed.id("ben").await);
    let (by_anna, by_ben) = (Actor::User(anna.clone()), Actor::User(ben.clone()));
    let refused = [
        bed.accounts.add(&by_ben, "carla", PASSWORD).await,
        bed.accounts.disable(&by_ben, &anna).await,
        bed.accounts.enable(&by_ben, &ben).await,
        bed.accounts.reset(&by_ben, &anna, PASSWORD).await,
        bed.accounts.add(&Actor::User(UserId::from_bytes([9; 10])), "carla", PASSWORD).await,
    ];
    for (call, answer) in refused.into_iter().enumerate() {
        assert!(matches!(answer, Err(AccountsError::NotOwner)), "call {call}");
    }
    let carla = bed.accounts.add(&by_anna, "carla", PASSWORD).await.unwrap();
    bed.accounts.reset(&by_anna, &ben, b"another password").await.unwrap();
    bed.accounts.disable(&by_anna, &carla.id).await.unwrap();
    bed.accounts.enable(&by_anna, &carla.id).await.unwrap();
    for answer in
        [bed.accounts.disable(&by_anna, &anna).await, bed.accounts.reset(&by_anna, &anna, PASSWORD).await]
    {
        assert!(matches!(answer, Err(AccountsError::OwnAccount)));
    }
    // A disabled owner owns nothing until that ends.
    bed.accounts.disable(&OWNER, &anna).await.unwrap();
    assert!(matches!(bed.accounts.disable(&by_anna, &ben).await, Err(AccountsError::NotOwner)));
    let nobody = UserId::from_bytes([9; 10]);
    for answer in [
        bed.accounts.disable(&OWNER, &nobody).await,
        bed.accounts.enable(&OWNER, &nobody).await,
        bed.accounts.reset(&OWNER, &nobody, PASSWORD).await,
    ] {
        assert!(matches!(answer, Err(AccountsError::NoUser)));
    }
}

#[tokio::test]
async fn a_disabled_user_is_out_at_once_and_everywhere() {
    let bed = Bed::peopled().await;
    let ben = bed.sign_in("ben").await;
    let allowed = granted(&bed, 1, &ben.user.id).await;
    bed.accounts.disable(&OWNER, &ben.user.id).await.unwrap();
    assert!(!bed.is_in(&ben).await && is_wrong(&bed.try_in("ben", PASSWORD, None).await));
    assert!(bed.grants.authorization(&allowed).await.unwrap().unwrap().revoked_at.is_some());
    let change = bed.accounts.change_password(&ben.session, PASSWORD, b"another password", &from(1)).await;
    assert!(is_wrong(&change));
    bed.accounts.enable(&OWNER, &ben.user.id).await.unwrap();
    assert!(!bed.is_in(&ben).await, "what ended stays ended");
    bed.sign_in("ben").await;
    let names = bed.log.names();
    assert!(
        names.contains(&"user.disable.done".to_owned()) && names.contains(&"user.enable.done".to_owned())
    );
}

#[tokio::test]
async fn whoever_is_enabled_or_reset_is_not_locked_out_any_more() {
    let bed = Bed::peopled().await;
    let ben = bed.id("ben").await;
    for is_reset in [false, true] {
        for _ in 0..5 {
            assert!(is_wrong(&bed.try_in("ben", b"wrong password", None).await));
        }
        assert!(matches!(bed.try_in("ben", PASSWORD, None).await, Err(AccountsError::LockedOut { .. })));
        match is_reset {
            true => bed.accounts.reset(&OWNER, &ben, PASSWORD).await.unwrap(),
            false => bed.accounts.enable(&OWNER, &ben).await.unwrap(),
        };
        bed.sign_in("ben").await;
    }
}

#[tokio::test]
async fn a_reset_ends_the_old_password_the_second_factor_and_all_that_came_of_them() {
    let bed = Bed::peopled().await;
    let ben = bed.sign_in("ben").await;
    let allowed = granted(&bed, 1, &ben.user.id).await;
    bed.accounts.begin_totp(&ben.session, PASSWORD, &from(1)).await.unwrap();
    bed.accounts.reset(&OWNER, &ben.user.id, b"another password").await.unwrap();
    assert!(!bed.is_in(&ben).await && is_wrong(&bed.try_in("ben", PASSWORD, None).await));
    assert!(bed.grants.authorization(&allowed).await.unwrap().unwrap().revoked_at.is_some());
    assert_eq!(bed.store.offered_totp(&ben.user.id).await.unwrap(), None);
    let back = bed.try_in("ben", b"another password", None).await.unwrap();
    assert_eq!((back.user.id, back.user.space), (ben.user.id, ben.user.space));
    assert!(bed.log.names().contains(&"user.reset.done".to_owned()));
}

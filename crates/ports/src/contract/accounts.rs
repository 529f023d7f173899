//! The suite of [`AccountStore`]. An adapter implements [`AccountStoreUnderTest`] in its tests and calls
//! [`account_store_contract!`](crate::account_store_contract) there.
//!
//! | module | what |
//! |---|---|
//! | [`users`] | accounts, passwords, the first user |
//! | [`factors`] | second factors and recovery codes |
//! | [`passkeys`] | passkeys, and the challenges that they answer |
//! | [`sessions`] | where users are signed in |
//! | [`attempts`] | attempts that are counted; what is of no use any more |

pub mod attempts;
pub mod factors;
pub mod passkeys;
pub mod sessions;
pub mod users;

use async_trait::async_trait;
use model::{
    Account, KeyDigest, PasswordHash, Session, SessionId, Space, SpaceId, Timestamp, User, UserId, UserName,
};

use super::sample::ten;
use crate::{AccountAdded, AccountStore, FactorsThen, PasswordChange};

/// An adapter of [`AccountStore`] under test, together with what it lives in.
#[async_trait]
pub trait AccountStoreUnderTest: Send + Sync + Sized {
    /// A store without users.
    async fn empty() -> Self;

    /// The store.
    fn store(&self) -> &dyn AccountStore;

    /// The same accounts as another process sees them.
    fn elsewhere(&self) -> &dyn AccountStore;

    /// Closes the store.
    async fn close(&self);
}

/// One `#[test]` for each case of the suite of [`AccountStore`]: `account_store_contract!(MyAccountStoreUnderTest, block_on)`, where
/// `block_on` is a function that runs a future to its end.
#[macro_export]
macro_rules! account_store_contract {
    ($adapter:ty, $block_on:path) => {
        $crate::account_store_contract! { @cases ($adapter, $block_on)
            users {
                a_new_store_has_no_users
                an_account_is_read_back_as_it_was_kept
                accounts_come_oldest_first
                a_name_and_an_id_belong_to_one_user
                an_owner_is_the_first_user_or_none
                one_code_sets_up_one_owner
                a_code_is_good_until_the_moment_in_which_it_expires
                a_newer_code_takes_the_place_of_an_older_one
                of_many_who_use_one_code_at_the_same_time_one_does
                a_disabled_user_keeps_the_first_time_and_has_no_sessions
                a_new_password_takes_the_place_of_the_one_that_was_meant
                a_new_password_ends_the_other_sessions
                there_are_no_more_users_than_the_limit
                what_is_written_holds_elsewhere_at_once
                a_closed_store_refuses_every_call
            }
            factors {
                a_second_factor_is_there_when_it_is_confirmed
                only_the_offer_that_is_there_is_confirmed
                a_step_is_used_once_and_none_before_it
                of_many_who_use_one_step_at_the_same_time_one_does
                a_recovery_code_is_used_once
                new_recovery_codes_take_the_place_of_all_others
                what_is_removed_is_removed_with_its_codes
                a_password_that_is_set_anew_may_take_the_factors_away
            }
            passkeys {
                a_passkey_is_read_back_as_it_was_kept
                an_id_of_an_authenticator_belongs_to_one_passkey
                nobody_gets_a_passkey_whose_password_was_changed_or_who_is_disabled
                there_are_no_more_passkeys_than_the_limit
                a_challenge_is_answered_once
                a_passkey_signs_its_user_in_and_is_noted
                a_passkey_signs_nobody_else_in
                a_counter_that_does_not_grow_signs_nobody_in
                signing_in_with_a_passkey_makes_room_for_the_session
                of_many_who_answer_one_challenge_at_the_same_time_one_is_let_in
                what_is_taken_away_signs_nobody_in
                a_password_that_is_set_anew_may_take_the_passkeys_away
                there_is_one_key_of_challenges
                challenges_that_are_over_are_removed
            }
            sessions {
                a_session_is_read_back_as_it_was_kept
                a_session_belongs_to_its_user
                sessions_come_oldest_first_and_of_whom_was_asked_for
                nobody_signs_in_with_a_password_that_was_changed_meanwhile
                a_disabled_user_gets_no_session
                one_session_more_than_the_limit_ends_the_one_that_was_used_least_recently
                the_use_of_a_session_is_noted_and_never_goes_back
            }
            attempts {
                attempts_are_counted_and_refused_too_early
                one_counter_that_says_no_is_enough_and_nothing_is_counted_then
                an_attempt_that_is_forgiven_does_not_count
                of_many_attempts_at_the_same_time_only_the_free_ones_are_made
                the_counter_of_longest_ago_gives_way
                what_is_of_no_use_any_more_is_removed_and_nothing_else
            }
        }
    };
    (@cases ($adapter:ty, $block_on:path) $($module:ident { $($case:ident)* })*) => {
        $($(
            #[test]
            fn $case() {
                $block_on($crate::contract::accounts::$module::$case::<$adapter>());
            }
        )*)*
    };
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(1_795_500_000.0 + seconds).unwrap()
}

fn id(number: u64) -> UserId {
    UserId::from_bytes(ten(number))
}

fn digest(text: &str) -> KeyDigest {
    KeyDigest::of(text.as_bytes())
}

fn hash(text: &str) -> PasswordHash {
    PasswordHash::stored(format!("$argon2id${text}"))
}

/// An account that differs from every one of another number, and is no owner's.
fn account(number: u64) -> Account {
    let user = User {
        id: id(number),
        name: UserName::new(&format!("user-{number}")).unwrap(),
        is_owner: false,
        space: Space::Named(SpaceId::from_bytes(ten(number))),
        created_at: at(0.0),
        disabled_at: None,
    };
    Account { user, password: hash("old"), password_since: at(0.0), totp: None, recovery_codes: 0 }
}

/// A session of a user.
fn session(user: u64, number: u64) -> Session {
    Session {
        id: SessionId::from_bytes(ten(number)),
        user: id(user),
        digest: digest(&format!("session {number}")),
        created_at: at(10.0),
        last_used_at: at(10.0),
        expires_at: at(1000.0),
        machine: None,
        agent: None,
    }
}

/// A new password for a user who had any.
fn change(to: &str) -> PasswordChange {
    PasswordChange { from: None, to: hash(to), at: at(20.0), keeps: None, factors: FactorsThen::Stay }
}

async fn add(store: &dyn AccountStore, number: u64) {
    assert_eq!(store.add(account(number), None).await.unwrap(), AccountAdded::Added);
}

async fn sign_in(store: &dyn AccountStore, user: u64, number: u64) {
    assert!(store.add_session(session(user, number), &hash("old")).await.unwrap());
}

async fn found(store: &dyn AccountStore, number: u64) -> Account {
    store.by_id(&id(number)).await.unwrap().unwrap()
}

/// The sessions of a user.
async fn sessions(store: &dyn AccountStore, user: u64) -> Vec<SessionId> {
    store.sessions_of(&id(user)).await.unwrap().into_iter().map(|session| session.id).collect()
}

fn session_ids<const N: usize>(numbers: [u64; N]) -> Vec<SessionId> {
    numbers.map(|number| SessionId::from_bytes(ten(number))).to_vec()
}

//! The suite of [`OAuthStore`]. An adapter implements [`OAuthStoreUnderTest`] in its tests and calls
//! [`oauth_store_contract!`](crate::oauth_store_contract) there.
//!
//! | module | what |
//! |---|---|
//! | [`clients`] | clients |
//! | [`authorizations`] | authorizations, and codes |
//! | [`tokens`] | access tokens and refresh tokens |
//! | [`ages`] | what is too old |

pub mod ages;
pub mod authorizations;
pub mod clients;
pub mod tokens;

use async_trait::async_trait;
use model::oauth::{
    AccessToken, Authorization, AuthorizationCode, AuthorizationId, Client, ClientAuthentication, ClientId,
    ClientName, ClientSource, GrantKind, GrantType, RedirectUri, RefreshToken, Scopes, Succession,
};
use model::{Capability, KeyDigest, Space, SpaceId, Timestamp};

use super::sample::{ten, user};
use crate::{ClientKept, Granted, OAuthStore, Redeemed, Rotated};

/// An adapter of [`OAuthStore`] under test, together with what it lives in.
#[async_trait]
pub trait OAuthStoreUnderTest: Send + Sync + Sized {
    /// A store with nothing in it.
    async fn empty() -> Self;

    /// The store.
    fn store(&self) -> &dyn OAuthStore;

    /// The same things as another process sees them.
    fn elsewhere(&self) -> &dyn OAuthStore;
}

/// One `#[test]` for each case of the suite of [`OAuthStore`]: `oauth_store_contract!(MyOAuthStoreUnderTest, block_on)`, where
/// `block_on` is a function that runs a future to its end.
#[macro_export]
macro_rules! oauth_store_contract {
    ($adapter:ty, $block_on:path) => {
        $crate::oauth_store_contract! { @cases ($adapter, $block_on)
            clients {
                a_new_store_has_nothing
                a_client_is_read_back_as_it_was_kept
                a_client_that_is_kept_again_keeps_its_times
                clients_come_oldest_first
                a_client_that_is_removed_takes_its_authorizations_with_it
                when_there_is_no_room_the_oldest_unused_client_makes_some
                a_client_that_is_used_or_young_or_has_an_authorization_makes_no_room
            }
            authorizations {
                an_authorization_is_read_back_as_it_was_kept
                authorizations_come_oldest_first_and_of_whom_was_asked_for
                a_revoked_authorization_keeps_its_time
                all_authorizations_of_one_user_are_revoked_and_no_others
                there_are_no_more_good_authorizations_of_one_user_than_the_limit
                a_code_is_found_with_its_authorization
                a_code_is_redeemed_once_and_its_tokens_are_kept
                o4_of_many_who_redeem_one_code_at_the_same_time_one_does
                o4_a_code_that_is_redeemed_again_ends_its_authorization
                a_code_is_good_until_the_moment_in_which_it_expires
                a_code_of_an_authorization_that_ended_is_gone
            }
            tokens {
                an_access_token_is_read_back_and_its_use_noted
                no_token_is_kept_for_an_authorization_that_is_over
                a_refresh_token_is_read_back_with_what_came_after_it
                o12_of_many_who_rotate_one_token_at_the_same_time_one_does
                a_refresh_token_that_is_not_good_is_not_rotated
                the_salt_of_a_succession_is_forgotten_when_its_token_is_used
                a_removed_access_token_is_gone_and_the_others_stay
                the_use_of_an_authorization_is_noted_and_never_goes_back
                what_is_written_holds_elsewhere_at_once
            }
            ages {
                tokens_are_removed_when_they_expire
                codes_are_kept_for_a_while_so_that_reuse_is_seen
                authorizations_that_ended_are_removed_with_their_members
                an_authorization_of_which_no_code_was_redeemed_is_removed
                clients_are_removed_when_nobody_uses_them
                a_client_stays_as_long_as_one_of_its_authorizations
            }
        }
    };
    (@cases ($adapter:ty, $block_on:path) $($file:ident { $($case:ident)* })*) => {
        $(mod $file {
            use super::*;
            $(
                #[test]
                fn $case() {
                    $block_on($crate::contract::oauth::$file::$case::<$adapter>());
                }
            )*
        })*
    };
}

/// Seconds after a fixed time.
fn at(seconds: f64) -> Timestamp {
    Timestamp::from_microseconds(1_795_500_000_123_456).plus_seconds(seconds)
}

fn client_id(number: u64) -> ClientId {
    ClientId::from_bytes(ten(number))
}

fn authorization_id(number: u64) -> AuthorizationId {
    AuthorizationId::from_bytes(ten(number))
}

fn digest(of: &str) -> KeyDigest {
    KeyDigest::of(of.as_bytes())
}

/// A client that differs from every one of another number.
fn client(number: u64) -> Client {
    Client {
        id: client_id(number),
        name: ClientName::new(&format!("client {number}")),
        redirect_uris: vec![RedirectUri::parse("https://client.example/back").unwrap()],
        grants: vec![GrantType::AuthorizationCode, GrantType::RefreshToken],
        authentication: ClientAuthentication::None,
        secret: None,
        source: ClientSource::Registration,
        created_at: at(0.0),
        last_used_at: None,
    }
}

/// An authorization that client 1 has of user 1.
fn authorization(number: u64) -> Authorization {
    Authorization {
        id: authorization_id(number),
        client: client_id(1),
        client_name: ClientName::new("client 1"),
        user: user(1),
        space: Space::Named(SpaceId::from_bytes(ten(1))),
        capability: Capability::Write,
        scopes: Scopes::parse("write offline_access"),
        resource: "https://memory.example".to_owned(),
        kind: GrantKind::Consent,
        redirect_owner: Some("client.example".to_owned()),
        created_at: at(0.0),
        expires_at: Some(at(1000.0)),
        revoked_at: None,
        last_used_at: None,
    }
}

/// A code for an authorization, good for 60 seconds.
fn code(number: u64) -> AuthorizationCode {
    AuthorizationCode {
        digest: digest(&format!("code {number}")),
        authorization: authorization_id(number),
        redirect_uri: RedirectUri::parse("https://client.example/back?a=b%20c").unwrap(),
        challenge: digest("verifier"),
        expires_at: at(60.0),
        used_at: None,
    }
}

/// An access token of an authorization, made at a time and good for 100 seconds.
fn access(name: &str, number: u64, seconds: f64) -> AccessToken {
    AccessToken {
        digest: digest(name),
        authorization: authorization_id(number),
        capability: Capability::Read,
        resource: "https://memory.example/mcp".to_owned(),
        created_at: at(seconds),
        expires_at: at(seconds + 100.0),
    }
}

/// A refresh token of an authorization, made at a time and good for 500 seconds.
fn refresh(name: &str, number: u64, seconds: f64) -> RefreshToken {
    RefreshToken {
        digest: digest(name),
        authorization: authorization_id(number),
        created_at: at(seconds),
        expires_at: at(seconds + 500.0),
        succession: None,
    }
}

fn succession(seconds: f64, refresh: &str, access: &str) -> Succession {
    Succession { at: at(seconds), salt: Some([7; 16]), refresh: digest(refresh), access: digest(access) }
}

async fn keep(store: &dyn OAuthStore, client: Client) {
    assert_eq!(store.put_client(client, at(0.0)).await.unwrap(), ClientKept::Kept);
}

/// Keeps an authorization and a code of its number.
async fn grant(store: &dyn OAuthStore, authorization: Authorization, with: Option<AuthorizationCode>) {
    assert_eq!(store.grant(authorization, with).await.unwrap(), Granted::Kept);
}

/// Keeps an authorization with a code, and redeems that for an access token `a` and a refresh token `r`, with the number.
async fn redeemed(store: &dyn OAuthStore, number: u64) {
    grant(store, authorization(number), Some(code(number))).await;
    let tokens = (access(&format!("a{number}"), number, 1.0), refresh(&format!("r{number}"), number, 1.0));
    let done = store.redeem(&code(number).digest, at(1.0), tokens.0, Some(tokens.1)).await;
    assert_eq!(done.unwrap(), Redeemed::Done);
}

async fn rotate(store: &dyn OAuthStore, old: &str, new: &str, seconds: f64) -> Rotated {
    let access_name = format!("access of {new}");
    let succession = succession(seconds, new, &access_name);
    let (access, refresh) = (access(&access_name, 1, seconds), refresh(new, 1, seconds));
    store.rotate(&digest(old), succession, access, refresh).await.unwrap()
}

//! What a user allowed a client.

use super::{ClientId, ClientName, Scopes};
use crate::id::random_id;
use crate::{Capability, Space, Timestamp, UserId};

random_id! {
    /// The id of an [`Authorization`]. It is no secret, and whoever knows it may do nothing by that.
    AuthorizationId
}

/// What a user allowed a client: the family of all codes and tokens that come of it. When it ends, all of them end.
#[derive(Debug, Clone, PartialEq)]
pub struct Authorization {
    /// Its id.
    pub id: AuthorizationId,
    /// Who may act.
    pub client: ClientId,
    /// What the client called itself then.
    pub client_name: Option<ClientName>,
    /// For whom.
    pub user: UserId,
    /// In which space.
    pub space: Space,
    /// What it may do there at most.
    pub capability: Capability,
    /// The names by which the client asked for it.
    pub scopes: Scopes,
    /// What its tokens are good for: the URI of this server, or of a part of it.
    pub resource: String,
    /// How the client got it.
    pub kind: GrantKind,
    /// Whom the browser was sent back to; none when there was none.
    pub redirect_owner: Option<String>,
    /// Since when.
    pub created_at: Timestamp,
    /// From when on it is over, however much it is used.
    pub expires_at: Option<Timestamp>,
    /// Since when it is over because somebody said so, or because a token was stolen.
    pub revoked_at: Option<Timestamp>,
    /// When it was used last, to the minute; none if no code of it was ever redeemed.
    pub last_used_at: Option<Timestamp>,
}

/// How a client got an authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantKind {
    /// A user said yes in a browser.
    Consent,
    /// The owner approved that the client acts on its own.
    Approval,
}

impl GrantKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Consent, Self::Approval];

    /// Its name: `consent`, `approval`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Consent => "consent",
            Self::Approval => "approval",
        }
    }

    /// The one with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// Whether an authorization is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuthorizationState {
    /// It is.
    Active,
    /// Its time is over.
    Expired,
    /// It was ended.
    Revoked,
}

impl Authorization {
    /// Whether it is good at a time. It is not any more in the very moment in which it expires.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> AuthorizationState {
        if self.revoked_at.is_some() {
            return AuthorizationState::Revoked;
        }
        match self.expires_at {
            Some(end) if now >= end => AuthorizationState::Expired,
            _ => AuthorizationState::Active,
        }
    }

    /// Whether it is good at a time.
    #[must_use]
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.state(now) == AuthorizationState::Active
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    fn authorization() -> Authorization {
        Authorization {
            id: AuthorizationId::from_bytes([1; 10]),
            client: ClientId::from_bytes([2; 10]),
            client_name: None,
            user: UserId::from_bytes([3; 10]),
            space: Space::Default,
            capability: Capability::Read,
            scopes: Scopes::default(),
            resource: "https://memory.example".to_owned(),
            kind: GrantKind::Consent,
            redirect_owner: None,
            created_at: at(0.0),
            expires_at: Some(at(100.0)),
            revoked_at: None,
            last_used_at: None,
        }
    }

    #[test]
    fn o22_an_authorization_ends_in_the_moment_in_which_it_expires() {
        let states = [99.0, 100.0, 101.0].map(|seconds| authorization().state(at(seconds)));
        let [active, expired] = [AuthorizationState::Active, AuthorizationState::Expired];
        assert_eq!(states, [active, expired, expired]);
        assert!(Authorization { expires_at: None, ..authorization() }.is_active(at(1e9)));
    }

    #[test]
    fn a_revoked_authorization_is_revoked_at_any_time() {
        let revoked = Authorization { revoked_at: Some(at(50.0)), ..authorization() };
        for seconds in [0.0, 50.0, 200.0] {
            assert_eq!(revoked.state(at(seconds)), AuthorizationState::Revoked);
        }
    }

    #[test]
    fn kinds_are_read_back() {
        for kind in GrantKind::ALL {
            assert_eq!(GrantKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(GrantKind::parse("Consent"), None);
    }
}

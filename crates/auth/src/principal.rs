//! Who a request is from.

use model::oauth::AuthorizationId;
use model::{ApiKey, Capability, KeyId, SessionId, Space, UserId};

/// Who a request is from, and what that caller may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// Names the caller for sessions, limits and logs: `api_key_client` (as the original calls the holder of its one key),
    /// `anonymous`, `key:<id>`, `user:<id>`, `token:<id of what was allowed>`.
    pub id: String,
    /// The caller's name for people.
    pub name: String,
    /// What the caller may do.
    pub capability: Capability,
    /// Whose memories.
    pub space: Space,
    /// What else the caller may deal with.
    pub reach: Reach,
    /// How the caller was known.
    pub method: Method,
    /// What the caller showed.
    pub credential: Credential,
}

/// What a caller may deal with besides the memories of its space; how far, its capability says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Nothing.
    Space,
    /// What concerns everybody on this server: the process, what is counted, the keys.
    Installation,
}

/// How a caller was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// By the key of the settings (`MCP_API_KEY`).
    OwnerKey,
    /// By a key of the key store.
    Key(KeyId),
    /// By a session in a browser, of this user.
    Session(SessionId, UserId),
    /// By an access token of what a user allowed.
    Token(AuthorizationId),
    /// Not at all.
    Anonymous,
}

/// What a caller showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Its own one, or none where none is needed.
    Own,
    /// A ticket that was bought with it.
    Ticket,
}

impl Principal {
    /// The holder of the key of the settings: the owner.
    #[must_use]
    pub fn owner() -> Self {
        Self::of("api_key_client", "api_key_client", Capability::Admin, Space::Default, Method::OwnerKey)
    }

    /// Somebody who showed nothing.
    #[must_use]
    pub fn anonymous(capability: Capability) -> Self {
        Self::of("anonymous", "anonymous", capability, Space::Default, Method::Anonymous)
    }

    /// The holder of a key. The default space is that of whom the installation belongs to, and so are its keys.
    #[must_use]
    pub fn of_key(key: &ApiKey) -> Self {
        let method = Method::Key(key.id.clone());
        Self::of(&format!("key:{}", key.id), key.name.as_str(), key.capability, key.space.clone(), method)
    }

    /// Names the caller together with the space, for what is kept from one request to the next and holds what was read or
    /// written there: sessions, answers.
    #[must_use]
    pub fn in_space(&self) -> String {
        match &self.space {
            Space::Default => self.id.clone(),
            Space::Named(space) => format!("{}@{space}", self.id),
        }
    }

    fn of(id: &str, name: &str, capability: Capability, space: Space, method: Method) -> Self {
        let reach = if space == Space::Default { Reach::Installation } else { Reach::Space };
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            capability,
            space,
            reach,
            method,
            credential: Credential::Own,
        }
    }
}

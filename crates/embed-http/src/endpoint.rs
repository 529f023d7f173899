//! Where the endpoint is and what it gives.

use std::fmt;

use model::ModelIdentity;
use thiserror::Error;
use ureq::http::Uri;

use crate::key::Key;

/// The longest vectors that are taken.
pub const MAX_DIMENSION: usize = 8192;
/// What else than the name decides the vector space: made elsewhere. The address does not, see the decision.
const REVISION: &str = "external";
/// Vectors of well-known models, by the names that their servers use.
const DIMENSIONS: &[(&str, usize)] = &[
    ("nomic-embed-text", 768),
    ("nomic-embed-text-v1.5", 768),
    ("all-minilm", 384),
    ("mxbai-embed-large", 1024),
    ("bge-m3", 1024),
    ("text-embedding-3-small", 1536),
    ("text-embedding-3-large", 3072),
    ("text-embedding-ada-002", 1536),
];

/// How many numbers a vector of a well-known model has; none for others.
#[must_use]
pub fn known_dimension(model: &str) -> Option<usize> {
    let name = model.strip_suffix(":latest").unwrap_or(model);
    DIMENSIONS.iter().find(|(known, _)| *known == name).map(|(_, dimension)| *dimension)
}

/// An embeddings endpoint. Its `Debug` shows the address without its query, and no key.
#[derive(Clone, PartialEq)]
pub struct Endpoint {
    pub(crate) url: Uri,
    pub(crate) model: ModelIdentity,
    pub(crate) key: Option<Key>,
    shown: String,
}

/// Why there can be no such endpoint. The text never has the address in it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidEndpoint {
    /// Not an absolute HTTP address.
    #[error("it must be an address like http://localhost:11434/v1/embeddings, with its whole path")]
    Url,
    /// A name and a password in the address.
    #[error("it must have no user name and password in it: a key is given by its own setting")]
    UserInfo,
    /// No name.
    #[error("the name of the model must not be empty")]
    Model,
    /// A dimension that no vector has.
    #[error("the dimension must be a whole number from 1 to {MAX_DIMENSION}")]
    Dimension,
}

impl Endpoint {
    /// An endpoint without a key. `url` is used as it is given: nothing is appended to it. Sends nothing.
    ///
    /// # Errors
    /// [`InvalidEndpoint`].
    pub fn new(url: &str, model: &str, dimension: usize) -> Result<Self, InvalidEndpoint> {
        let url: Uri = url.parse().map_err(|_| InvalidEndpoint::Url)?;
        let (Some(scheme), Some(authority)) = (url.scheme_str(), url.authority()) else {
            return Err(InvalidEndpoint::Url);
        };
        if !["http", "https"].contains(&scheme) || authority.host().is_empty() {
            return Err(InvalidEndpoint::Url);
        }
        if authority.as_str().contains('@') {
            return Err(InvalidEndpoint::UserInfo);
        }
        if model.is_empty() {
            return Err(InvalidEndpoint::Model);
        }
        if !(1..=MAX_DIMENSION).contains(&dimension) {
            return Err(InvalidEndpoint::Dimension);
        }
        let shown = format!("{scheme}://{authority}{}", url.path());
        let model = ModelIdentity { name: model.to_owned(), revision: REVISION.to_owned(), dimension };
        Ok(Self { url, model, key: None, shown })
    }

    /// The same endpoint, asked with a key.
    #[must_use]
    pub fn with_key(self, key: Key) -> Self {
        Self { key: Some(key), ..self }
    }

    /// Which model it has.
    #[must_use]
    pub fn model(&self) -> &ModelIdentity {
        &self.model
    }

    /// Its address without the query: for people and for logs.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({} at {})", self.model, self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_absolute_and_have_no_password() {
        let new = |url: &str| Endpoint::new(url, "m", 3);
        assert!(new("http://localhost:11434/v1/embeddings").is_ok());
        assert!(new("https://[::1]/e?api-version=1").is_ok());
        for url in ["", "localhost", "/v1/embeddings", "ftp://host/e", "http://", "https://a b/"] {
            assert_eq!(new(url), Err(InvalidEndpoint::Url), "{url}");
        }
        assert_eq!(new("https://u:hunter2@host/v1"), Err(InvalidEndpoint::UserInfo));
    }

    #[test]
    fn dimensions_end_at_their_edges() {
        let new = |dimension| Endpoint::new("http://host/", "m", dimension).map(|_| ());
        assert_eq!((new(1), new(MAX_DIMENSION)), (Ok(()), Ok(())));
        assert_eq!(new(0), Err(InvalidEndpoint::Dimension));
        assert_eq!(new(MAX_DIMENSION + 1), Err(InvalidEndpoint::Dimension));
        assert_eq!(Endpoint::new("http://host/", "", 3), Err(InvalidEndpoint::Model));
    }

    #[test]
    fn nothing_secret_is_shown() {
        let key = Key::new("hunter2").unwrap();
        let endpoint = Endpoint::new("https://host/e?token=hunter2", "m", 3).unwrap().with_key(key);
        assert_eq!(endpoint.shown(), "https://host/e");
        assert_eq!(
            format!("{endpoint:?} {:?}", endpoint.key),
            "Endpoint(m/external/3 at https://host/e) Some(Key(not shown))"
        );
        assert!(Key::new("").is_err() && Key::new("a b").is_err() && Key::new("a\n").is_err());
    }

    #[test]
    fn the_dimension_of_a_well_known_model_is_known_with_its_usual_tag() {
        assert_eq!(known_dimension("nomic-embed-text"), Some(768));
        assert_eq!(known_dimension("mxbai-embed-large:latest"), Some(1024));
        assert_eq!(known_dimension("nomic-embed-text:other"), None);
    }
}

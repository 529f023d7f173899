//! Text to vectors.

use async_trait::async_trait;
use model::{ModelIdentity, Vector};
use thiserror::Error;

/// A model that turns texts into vectors of one space.
#[async_trait]
pub trait Embedder: Send + Sync {
    /// Which model it is. Known without loading it.
    fn model(&self) -> &ModelIdentity;

    /// The languages that it was trained on, as codes of ISO 639-3; none when that is not known or it was trained on many.
    fn languages(&self) -> Option<&'static [&'static str]> {
        None
    }

    /// Whether it can embed at once.
    fn readiness(&self) -> Readiness;

    /// Starts loading in the background, if that is not done yet. Returns at once.
    fn warm(&self);

    /// One vector for each text, in order, of [`ModelIdentity::dimension`] numbers and of length 1. Waits for the model
    /// when it is being loaded. An empty text has a vector too.
    ///
    /// # Errors
    /// [`EmbedError`]; no vector is returned when one text fails.
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError>;

    /// The vector of a text that is searched for: some models put other words before it than before what is found. For
    /// others, as here, it is that of any text.
    ///
    /// # Errors
    /// [`EmbedError`].
    async fn embed_query(&self, text: &str) -> Result<Vector, EmbedError> {
        let vector = self.embed(&[text]).await?.pop();
        vector.ok_or_else(|| {
            let (model, reason) = (self.model().name.clone(), "no vector came back".to_owned());
            EmbedError::BadVector { model, reason }
        })
    }

    /// Why it is [`Readiness::Failed`], if that is known: for people.
    fn failure(&self) -> Option<String> {
        None
    }
}

/// Whether an [`Embedder`] can embed at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Nothing was asked of it yet.
    Idle,
    /// It is being loaded.
    Loading,
    /// It can.
    Ready,
    /// Loading failed; the next call says why.
    Failed,
}

/// Why texts were not embedded.
#[derive(Debug, Error)]
pub enum EmbedError {
    /// The model could not be loaded or reached. Trying again later may help.
    #[error("the embedding model {model} is not available: {reason}")]
    Unavailable {
        /// The model's name.
        model: String,
        /// What happened.
        reason: String,
        /// The adapter's error.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// The model answered something that is no vector of its space.
    #[error("the embedding model {model} gave an unusable vector: {reason}")]
    BadVector {
        /// The model's name.
        model: String,
        /// What is wrong with it.
        reason: String,
    },
}

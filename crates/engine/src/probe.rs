//! Whether the service can do its work now.

use tokio::time::Instant;

use crate::EngineError;
use crate::capability::Admin;

/// What is embedded to see whether the model answers.
const TEXT: &str = "ready";

impl Admin {
    /// Tries whether memories can be written, read, embedded and searched by meaning now. Does it for real and leaves
    /// none.
    ///
    /// # Errors
    /// [`EngineError::Store`], [`EngineError::Embed`] say what cannot be done; a model that is still being loaded is such
    /// a case.
    pub async fn probe(&self) -> Result<(), EngineError> {
        let space = self.space();
        space.store().await?.probe().await?;
        let deadline = Instant::now() + space.parts.settings.embed_wait;
        space.in_time(deadline, space.vectors(&[TEXT])).await.map(drop)
    }
}

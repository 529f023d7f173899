//! Taking deletions back.

use ports::{Undelete, Undeleted};

use crate::EngineError;
use crate::capability::Writer;
use crate::{embedding, watch};

impl Writer {
    /// Brings deleted memories back as they were, by the number of their deletion or by their keys. What was stored anew
    /// meanwhile is left as it is, and named; what was purged cannot come back.
    ///
    /// # Errors
    /// [`EngineError::Store`]. A deletion or key that is not there is no error: the answer names what was brought back.
    pub async fn undelete(&self, which: Undelete) -> Result<Undeleted, EngineError> {
        let space = self.space();
        let undeleted = space.store().await?.undelete(which).await?;
        if !undeleted.restored.is_empty() {
            watch::tell(space);
            // Their vectors may have gone.
            embedding::notify(space);
        }
        Ok(undeleted)
    }
}

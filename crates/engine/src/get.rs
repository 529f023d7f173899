//! Reading one memory.

use model::{ContentHash, HashPrefix, Memory};
use ports::MemoryStore;

use crate::EngineError;
use crate::capability::Reader;

/// How many keys an error names when a prefix is not enough.
const NAMED_MATCHES: usize = 4;

impl Reader {
    /// The live memory with this key, or whose key alone begins so, in any partition, with its full text.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Ambiguous`], [`EngineError::Store`].
    pub async fn get(&self, hash: &HashPrefix) -> Result<Memory, EngineError> {
        let store = self.space.store().await?;
        let key = resolve(store.as_ref(), hash).await?;
        store.get(&key).await?.ok_or_else(|| EngineError::NotFound { hash: hash.clone() })
    }
}

/// The one key that a prefix means.
pub(crate) async fn resolve(
    store: &dyn MemoryStore,
    prefix: &HashPrefix,
) -> Result<ContentHash, EngineError> {
    let mut matches = store.resolve(prefix, NAMED_MATCHES).await?;
    match matches.len() {
        0 => Err(EngineError::NotFound { hash: prefix.clone() }),
        1 => Ok(matches.remove(0)),
        _ => Err(EngineError::Ambiguous { prefix: prefix.clone(), matches }),
    }
}

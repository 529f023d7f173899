//! The encoder inside the binary, asked for each text once.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use embed::{BuiltIn, Encoder};
use model::{ModelIdentity, Vector};
use ports::{EmbedError, Embedder, Readiness};

/// How many texts are encoded at once.
const BATCH: usize = 32;

/// The encoder with everything that it encoded.
#[derive(Default)]
pub(crate) struct CachedEncoder {
    inner: BuiltIn,
    known: Mutex<HashMap<String, Vector>>,
}

impl CachedEncoder {
    /// Encodes what is not known yet, short texts with short ones.
    pub(crate) fn prepare(&self, texts: Vec<String>) -> Result<(), String> {
        let encoder = Encoder::load().map_err(|error| error.to_string())?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new: HashSet<String> = texts.into_iter().filter(|text| !known.contains_key(text)).collect();
        let mut new: Vec<String> = new.into_iter().collect();
        new.sort_by_key(String::len);
        for batch in new.chunks(BATCH) {
            let texts: Vec<&str> = batch.iter().map(String::as_str).collect();
            let vectors = encoder.encode(&texts).map_err(|error| error.to_string())?;
            known.extend(batch.iter().cloned().zip(vectors));
        }
        Ok(())
    }
}

#[async_trait]
impl Embedder for CachedEncoder {
    fn model(&self) -> &ModelIdentity {
        self.inner.model()
    }

    fn readiness(&self) -> Readiness {
        self.inner.readiness()
    }

    fn warm(&self) {}

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            let all: Option<Vec<Vector>> = texts.iter().map(|text| known.get(*text).cloned()).collect();
            if let Some(all) = all {
                return Ok(all);
            }
        }
        self.inner.embed(texts).await
    }
}

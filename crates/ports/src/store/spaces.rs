//! Vectors of several models, and memories that mean nearly the same.

use model::{MemoryId, ModelIdentity};

/// How many live memories have a vector of a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VectorsOf {
    /// The model; none when nobody knows whose they are.
    pub model: Option<ModelIdentity>,
    /// How many memories.
    pub memories: u64,
}

/// Hears that so many of so many are done. It is called from wherever the work is done and must not block.
pub type Told<'a> = dyn Fn(u64, u64) + Send + Sync + 'a;

/// Two memories that mean nearly the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NearPair {
    /// The one that was stored first.
    pub first: MemoryId,
    /// The other.
    pub second: MemoryId,
    /// The cosine between their vectors.
    pub cosine: f64,
}

/// Puts the nearest pairs first and cuts the list.
pub fn keep_nearest(pairs: &mut Vec<NearPair>, limit: usize) {
    pairs.sort_by(|a, b| b.cosine.total_cmp(&a.cosine).then((a.first, a.second).cmp(&(b.first, b.second))));
    pairs.truncate(limit);
}

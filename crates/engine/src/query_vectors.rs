//! Vectors of queries that were asked before.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use model::{ModelIdentity, Vector};

use crate::capability::{Reader, Writer};

/// How many are kept: 400 KB of a model with 384 dimensions.
const LIMIT: usize = 256;
/// Longer queries are not kept, in bytes: they hardly come again, and would be the most of the memory.
const MAX_BYTES: usize = 1024;

/// Vectors by model and text; the one not used for longest goes first. What a failure gives is not kept.
#[derive(Default)]
pub(crate) struct QueryVectors {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    /// Counts the uses.
    clock: u64,
    vectors: HashMap<(ModelIdentity, String), (Vector, u64)>,
}

impl QueryVectors {
    /// The vector of this text by this model.
    pub(crate) fn get(&self, model: &ModelIdentity, text: &str) -> Option<Vector> {
        let mut kept = self.kept();
        kept.clock += 1;
        let now = kept.clock;
        let (vector, used) = kept.vectors.get_mut(&(model.clone(), text.to_owned()))?;
        *used = now;
        Some(vector.clone())
    }

    /// Keeps a vector.
    pub(crate) fn put(&self, model: &ModelIdentity, text: &str, vector: &Vector) {
        if text.len() > MAX_BYTES {
            return;
        }
        let mut kept = self.kept();
        kept.clock += 1;
        let now = kept.clock;
        kept.vectors.insert((model.clone(), text.to_owned()), (vector.clone(), now));
        if kept.vectors.len() > LIMIT {
            let oldest = kept.vectors.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| key.clone());
            oldest.map(|key| kept.vectors.remove(&key));
        }
    }

    /// How many are kept.
    fn len(&self) -> usize {
        self.kept().vectors.len()
    }

    /// Forgets all of them, and says how many they were.
    fn clear(&self) -> usize {
        std::mem::take(&mut self.kept().vectors).len()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader {
    /// How many vectors of queries are kept for the case that the queries come again.
    #[must_use]
    pub fn kept_query_vectors(&self) -> usize {
        self.space.queries.len()
    }
}

impl Writer {
    /// Forgets the vectors of queries, and says how many they were. Nothing is lost but time.
    pub fn forget_query_vectors(&self) -> usize {
        self.reader().space.queries.clear()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn model(name: &str) -> ModelIdentity {
        ModelIdentity { name: name.to_owned(), revision: "1".to_owned(), dimension: 1 }
    }

    #[test]
    fn a_vector_is_kept_for_its_model_and_text_alone() {
        let (kept, vector) = (QueryVectors::default(), Vector::new(vec![1.0]).unwrap());
        kept.put(&model("a"), "ferry", &vector);
        assert_eq!(kept.get(&model("a"), "ferry"), Some(vector));
        assert_eq!(kept.get(&model("b"), "ferry"), None);
        assert_eq!(kept.get(&model("a"), "Ferry"), None);
    }

    #[test]
    fn no_more_than_the_limit_are_kept_and_the_one_not_used_for_longest_goes() {
        let (kept, vector) = (QueryVectors::default(), Vector::new(vec![1.0]).unwrap());
        for number in 0..LIMIT {
            kept.put(&model("a"), &number.to_string(), &vector);
        }
        assert!(kept.get(&model("a"), "0").is_some());
        kept.put(&model("a"), "one more", &vector);
        assert_eq!(kept.kept().vectors.len(), LIMIT);
        assert!(kept.get(&model("a"), "0").is_some() && kept.get(&model("a"), "1").is_none());
    }

    #[test]
    fn a_query_that_is_too_long_is_not_kept() {
        let (kept, vector) = (QueryVectors::default(), Vector::new(vec![1.0]).unwrap());
        for (bytes, is_kept) in [(MAX_BYTES, true), (MAX_BYTES + 1, false)] {
            let text = "x".repeat(bytes);
            kept.put(&model("a"), &text, &vector);
            assert_eq!(kept.get(&model("a"), &text).is_some(), is_kept);
        }
    }
}

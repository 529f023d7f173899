//! An embedder without a model: the words of a text, hashed into a vector. Texts that share words are near.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use model::{ModelIdentity, Vector};
use ports::{EmbedError, Embedder, Readiness};

/// How many numbers its vectors have.
pub const DIMENSION: usize = 64;

/// A deterministic embedder that can be told to fail.
#[derive(Debug)]
pub struct FakeEmbedder {
    model: ModelIdentity,
    broken: AtomicBool,
    calls: AtomicUsize,
}

impl Default for FakeEmbedder {
    fn default() -> Self {
        Self::named("fake")
    }
}

impl FakeEmbedder {
    /// An embedder whose model has this name. Different names give different vector spaces.
    #[must_use]
    pub fn named(name: &str) -> Self {
        let model =
            ModelIdentity { name: name.to_owned(), revision: "words".to_owned(), dimension: DIMENSION };
        Self { model, broken: AtomicBool::new(false), calls: AtomicUsize::new(0) }
    }

    /// Makes every later call fail, or work again.
    pub fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::SeqCst);
    }

    /// How often it was asked to embed.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// The vector of a text.
    ///
    /// # Panics
    /// Never: the vector always has a direction.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn vector(&self, text: &str) -> Vector {
        let mut numbers = vec![0.0; DIMENSION];
        numbers[0] = 0.1;
        for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
        {
            let mut hasher = DefaultHasher::new();
            (&self.model.name, word).hash(&mut hasher);
            let hash = hasher.finish();
            let sign = if hash & 1 == 0 { 1.0 } else { -1.0 };
            numbers[usize::try_from((hash >> 1) % DIMENSION as u64).unwrap()] += sign;
        }
        let norm = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        Vector::new(numbers.iter().map(|number| number / norm).collect()).unwrap()
    }
}

#[async_trait]
impl Embedder for FakeEmbedder {
    fn model(&self) -> &ModelIdentity {
        &self.model
    }

    fn readiness(&self) -> Readiness {
        if self.broken.load(Ordering::SeqCst) { Readiness::Failed } else { Readiness::Ready }
    }

    fn warm(&self) {}

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.broken.load(Ordering::SeqCst) {
            let (model, reason) = (self.model.name.clone(), "told to fail".to_owned());
            return Err(EmbedError::Unavailable { model, reason, source: None });
        }
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}

//! An embedder without a model: the words of a text, hashed into a vector. Texts that share words are near.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use model::{ModelIdentity, Vector};
use ports::{EmbedError, Embedder, Readiness};
use tokio::sync::watch;

/// How many numbers its vectors have.
pub const DIMENSION: usize = 64;

/// A deterministic embedder that can be told to fail, and to keep its callers waiting.
#[derive(Debug)]
pub struct FakeEmbedder {
    model: ModelIdentity,
    readiness: watch::Sender<Readiness>,
    unusable: Mutex<Option<String>>,
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
        let (readiness, unusable, calls) =
            (watch::Sender::new(Readiness::Ready), Mutex::default(), AtomicUsize::default());
        Self { model, readiness, unusable, calls }
    }

    /// Makes every later call fail, or work again.
    pub fn set_broken(&self, broken: bool) {
        self.readiness.send_replace(if broken { Readiness::Failed } else { Readiness::Ready });
    }

    /// Makes every later call wait, or lets all go on.
    pub fn set_loading(&self, loading: bool) {
        self.readiness.send_replace(if loading { Readiness::Loading } else { Readiness::Ready });
    }

    /// Makes texts with this word, or no text, give no usable vector.
    ///
    /// # Panics
    /// When another test thread panicked while it held the lock.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn set_unusable(&self, word: Option<&str>) {
        *self.unusable.lock().unwrap() = word.map(str::to_owned);
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

    fn languages(&self) -> Option<&'static [&'static str]> {
        Some(&["eng"])
    }

    fn readiness(&self) -> Readiness {
        *self.readiness.borrow()
    }

    fn warm(&self) {}

    #[expect(clippy::unwrap_used, reason = "test support")]
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        let loaded = |readiness: &Readiness| *readiness != Readiness::Loading;
        let readiness = *self.readiness.subscribe().wait_for(loaded).await.unwrap();
        let model = self.model.name.clone();
        if readiness == Readiness::Failed {
            return Err(EmbedError::Unavailable { model, reason: "told to fail".to_owned(), source: None });
        }
        if let Some(word) = &*self.unusable.lock().unwrap()
            && texts.iter().any(|text| text.contains(word))
        {
            return Err(EmbedError::BadVector { model, reason: "told to fail".to_owned() });
        }
        Ok(texts.iter().map(|text| self.vector(text)).collect())
    }
}

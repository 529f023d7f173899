//! One store, filled as an assistant fills it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use engine::{Capability, Engine, Grant, Parts, Settings, StoreRequest};
use model::{Content, ContentHash, MemoryId, Origin, OriginKind, Space, Timestamp};
use ports::{Embedder, MemoryStore, OpenStore, StoreError};
use store_sqlite::{Options, SqliteStore};
use testkit::{FakeClock, SeededRng};

use super::encoder::CachedEncoder;
use super::question::{Case, Kept};

/// A filled store.
pub(crate) struct Shelf {
    store: Arc<dyn MemoryStore>,
    encoder: Arc<CachedEncoder>,
    /// The number of each memory in its case. Texts that occur twice are kept once, under the first number.
    numbers: Arc<HashMap<MemoryId, usize>>,
}

struct One(Arc<dyn MemoryStore>);

#[async_trait]
impl OpenStore for One {
    async fn open(&self, _space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError> {
        Ok(Arc::clone(&self.0))
    }
}

impl Shelf {
    /// Stores the memories of a case, one after the other, each in its conversation and at its time.
    pub(crate) fn fill(directory: &Path, case: &Case, encoder: &Arc<CachedEncoder>) -> Result<Self, String> {
        std::fs::create_dir_all(directory).map_err(|error| error.to_string())?;
        let options = Options::new(directory.join("memory.db"), encoder.model().clone());
        let store = super::run::wait(SqliteStore::open(options))?.map_err(|error| error.to_string())?;
        let (store, encoder): (Arc<dyn MemoryStore>, _) = (Arc::new(store), Arc::clone(encoder));
        let mut shelf = Self { store, encoder, numbers: Arc::default() };
        let mut numbers = HashMap::new();
        let grant = shelf.grant(Settings::default());
        let writer = grant.writer().ok_or("no writer was granted")?;
        for (number, kept) in case.memories.iter().enumerate() {
            let request = request(kept)?;
            let hash = ContentHash::of(&request.content);
            super::run::wait(writer.store(request))?.map_err(|error| error.to_string())?;
            let stored = super::run::wait(shelf.store.get(&hash))?.map_err(|error| error.to_string())?;
            let stored = stored.ok_or_else(|| format!("memory {number} was not kept"))?;
            numbers.entry(stored.id).or_insert(number);
        }
        shelf.numbers = Arc::new(numbers);
        Ok(shelf)
    }

    /// A handle on the store with these settings.
    pub(crate) fn grant(&self, settings: Settings) -> Grant {
        let engine = Engine::new(Parts {
            stores: Arc::new(One(Arc::clone(&self.store))),
            embedder: Arc::clone(&self.encoder) as Arc<dyn Embedder>,
            previous: Vec::new(),
            clock: Arc::new(FakeClock::default()),
            rng: Arc::new(SeededRng::default()),
            settings,
        });
        engine.grant(&Space::Default, Capability::Write)
    }

    /// The number of each memory in its case.
    pub(crate) fn numbers(&self) -> Arc<HashMap<MemoryId, usize>> {
        Arc::clone(&self.numbers)
    }
}

fn request(kept: &Kept) -> Result<StoreRequest, String> {
    let content = Content::parse(kept.text.clone()).map_err(|error| error.to_string())?;
    let mut request = StoreRequest::new(content);
    if let Some((conversation, seconds)) = &kept.said {
        request.occurred_at = Timestamp::from_seconds(*seconds);
        request.origin =
            Some(Origin { conversation: Some(conversation.clone()), ..Origin::of(OriginKind::User) });
    }
    Ok(request)
}

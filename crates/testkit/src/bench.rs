//! An engine on fakes.

use std::sync::Arc;

use engine::{Admin, Capability, Engine, Grant, Parts, Reader, Settings, Writer};
use model::Space;
use ports::{Clock, Embedder, OpenStore};

use crate::store::StoreOfEach;
use crate::{FakeClock, FakeEmbedder, FakeStore, SeededRng};

/// An engine with the fakes it works on, so that a test can move the clock or make a part fail.
pub struct Bench {
    /// The engine.
    pub engine: Engine,
    /// The store of its default space.
    pub store: Arc<FakeStore>,
    stores: Arc<StoreOfEach>,
    /// Its embedder.
    pub embedder: Arc<FakeEmbedder>,
    /// Its clock.
    pub clock: Arc<FakeClock>,
}

impl Default for Bench {
    fn default() -> Self {
        Self::with(Settings::default())
    }
}

impl Bench {
    /// A bench whose engine behaves so.
    #[must_use]
    pub fn with(settings: Settings) -> Self {
        let embedder = Arc::new(FakeEmbedder::default());
        let store = Arc::new(FakeStore::new(embedder.model().clone()));
        Self::of(settings, store, embedder, Vec::new(), Arc::default())
    }

    /// A bench on the same memories and with the same clock, for another model; the one in use until now is one of
    /// those before.
    #[must_use]
    pub fn with_model(&self, settings: Settings, embedder: FakeEmbedder) -> Self {
        let store = Arc::new(self.store.reopened(embedder.model().clone()));
        let previous = vec![Arc::clone(&self.embedder) as Arc<dyn Embedder>];
        Self::of(settings, store, Arc::new(embedder), previous, Arc::clone(&self.clock))
    }

    fn of(
        settings: Settings,
        store: Arc<FakeStore>,
        embedder: Arc<FakeEmbedder>,
        previous: Vec<Arc<dyn Embedder>>,
        clock: Arc<FakeClock>,
    ) -> Self {
        let stores = Arc::new(StoreOfEach::with(Arc::clone(&store)));
        let engine = Engine::new(Parts {
            stores: Arc::clone(&stores) as Arc<dyn OpenStore>,
            embedder: Arc::clone(&embedder) as Arc<dyn Embedder>,
            previous,
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            rng: Arc::new(SeededRng::default()),
            settings,
        });
        Self { engine, store, stores, embedder, clock }
    }

    /// The store of a space.
    #[must_use]
    pub fn store_of(&self, space: &Space) -> Arc<FakeStore> {
        self.stores.of(space)
    }

    /// A handle on the default space.
    #[must_use]
    pub fn grant(&self, capability: Capability) -> Grant {
        self.engine.grant(&Space::Default, capability)
    }

    /// A reader's handle on the default space.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.grant(Capability::Read).reader().clone()
    }

    /// A writer's handle on the default space.
    ///
    /// # Panics
    /// Never: the handle was granted.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn writer(&self) -> Writer {
        self.grant(Capability::Write).writer().unwrap().clone()
    }

    /// An administrator's handle on the default space.
    ///
    /// # Panics
    /// Never: the handle was granted.
    #[must_use]
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn admin(&self) -> Admin {
        self.grant(Capability::Admin).admin().unwrap().clone()
    }
}

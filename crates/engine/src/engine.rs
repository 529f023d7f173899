//! The engine: spaces, and the parts that their use cases work with.

use std::sync::Arc;
use std::time::Duration;

use model::{Ontology, Space, Splitting, TagNamespaces, Timestamp};
use ports::{Clock, Embedder, OpenStore, Rng, StoreError};

use crate::backup::BackupSchedule;
use crate::capability::{Capability, Grant};
use crate::open_spaces::OpenSpaces;

/// What an engine is made of.
pub struct Parts {
    /// Opens the store of a space.
    pub stores: Arc<dyn OpenStore>,
    /// Makes vectors.
    pub embedder: Arc<dyn Embedder>,
    /// The models in use before, newest first: while memories wait for a vector of the one in use, they are found by the
    /// vectors of these. Different models, none of them the one in use.
    pub previous: Vec<Arc<dyn Embedder>>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Gives random numbers.
    pub rng: Arc<dyn Rng>,
    /// How the use cases behave.
    pub settings: Settings,
}

/// How the use cases behave.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The cosine from which a stored memory is called a near-duplicate of a new one
    /// (`MCP_SEMANTIC_DEDUP_THRESHOLD`).
    pub near_duplicate_cosine: f64,
    /// How much words count in a search, against [`Settings::meaning_weight`].
    pub word_weight: f64,
    /// How much meaning counts in a search.
    pub meaning_weight: f64,
    /// How long a use case waits for the model before it goes on without. (With a background worker, storing waits
    /// much less while the model is being loaded.)
    pub embed_wait: Duration,
    /// Whether the work of a server is done in the background (embedding what waits, purging what was deleted long ago,
    /// making backups, looking for damage) or only when asked (a command).
    pub embed_in_background: bool,
    /// How texts are split that are longer than a memory may be; none splits no text
    /// (`MCP_SQLITEVEC_MAX_CONTENT_LENGTH`).
    pub splitting: Option<Splitting>,
    /// The longest piece of a session, in characters; 0 keeps every session whole (`SESSION_CHUNK_SIZE`).
    pub session_chunk_chars: usize,
    /// How many days make a memory old in a ranked search; 0 counts every memory as recent
    /// (`MEMORY_DECAY_WINDOW_DAYS`).
    pub decay_window_days: f64,
    /// How many days deleted memories are kept before they are purged for good, in the background; none keeps them.
    pub retention_days: Option<u32>,
    /// Which kinds of memories are known.
    pub ontology: Ontology,
    /// Which namespaces of tags are known; others are valid, and told in the log.
    pub tag_namespaces: TagNamespaces,
    /// Backups on a schedule; none makes none.
    pub backups: Option<BackupSchedule>,
    /// How often a server looks for damage; none never does.
    pub check_interval: Option<Duration>,
    /// How many spaces may be open at once, the default one among them.
    pub max_open_spaces: usize,
    /// How long a space stays open that nobody uses. The default one stays open for good.
    pub idle_before_closing: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            near_duplicate_cosine: 0.85,
            word_weight: 0.5,
            meaning_weight: 0.5,
            embed_wait: Duration::from_secs(2),
            embed_in_background: false,
            splitting: None,
            session_chunk_chars: 1500,
            decay_window_days: 0.0,
            retention_days: None,
            ontology: Ontology::built_in(),
            tag_namespaces: TagNamespaces::built_in(),
            backups: None,
            check_interval: None,
            max_open_spaces: 32,
            idle_before_closing: Duration::from_secs(600),
        }
    }
}

/// The use cases of every space. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    parts: Arc<Parts>,
    spaces: OpenSpaces,
}

impl Engine {
    /// An engine. Touches no file and loads no model.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let parts = Arc::new(parts);
        Self { shared: Arc::new(Shared { spaces: OpenSpaces::new(Arc::clone(&parts)), parts }) }
    }

    /// A handle on a space. The doors decide what a caller is granted; the engine sees to it that no more is done.
    #[must_use]
    pub fn grant(&self, space: &Space, capability: Capability) -> Grant {
        Grant::new(self.shared.spaces.get(space), capability)
    }

    /// What time it is, by the clock of the use cases.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.shared.parts.clock.now()
    }

    /// Starts loading the model and opening a space in the background. Must be called on a Tokio runtime.
    pub fn warm(&self, space: &Space) {
        self.shared.parts.embedder.warm();
        let space = self.shared.spaces.get(space);
        tokio::spawn(async move {
            // Closing while it opens is no failure.
            if let Err(error) = space.store().await
                && !matches!(error, StoreError::Closed)
            {
                tracing::warn!(error = %error, "opening the memory store in the background failed");
            }
        });
    }

    /// Finishes what is being written and closes every store. Use cases called later fail, whenever their handle was
    /// granted.
    pub async fn close(&self) {
        self.shared.spaces.close().await;
    }
}

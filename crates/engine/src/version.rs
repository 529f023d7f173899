//! New versions of memories.

use model::{
    Content, ContentHash, EmbeddingState, HashPrefix, Memory, MemoryType, Metadata, NewMemory, Origin,
    Partition, PartitionScope, Tags, Timestamp,
};
use ports::{Patch, Superseded, Version};

use crate::capability::{Reader, Writer};
use crate::{EngineError, embedding, get, new_vectors, ontology, store, update, watch};

/// Where the original copies into the metadata of an old version what took its place, and why: not inherited.
const COPIES: [&str; 2] = ["superseded_by", "evolution_reason"];

/// A text that takes the place of a memory.
#[derive(Debug, Clone)]
pub struct VersionRequest {
    /// The memory, by its key or the beginning of it.
    pub hash: HashPrefix,
    /// The new text.
    pub content: Content,
    /// Its tags; without them, those of the old one.
    pub tags: Option<Tags>,
    /// Its kind; [`Patch::Keep`] is that of the old one.
    pub memory_type: Patch<MemoryType>,
    /// Fields to set over those of the old one; null leaves one out.
    pub metadata: Metadata,
    /// Why it is replaced.
    pub reason: Option<String>,
    /// When what it tells of happened, if that was not now.
    pub occurred_at: Option<Timestamp>,
    /// Where the new text comes from.
    pub origin: Option<Origin>,
    /// Only when the old one lies there.
    pub partitions: PartitionScope,
}

/// What became of it. It is durable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionReceipt {
    /// The key of the new version.
    pub hash: ContentHash,
    /// The key of the one whose place it took.
    pub parent: ContentHash,
    /// Its number in the chain, from 1.
    pub version: u32,
    /// Where both lie.
    pub partition: Partition,
    /// Whether it can be found by meaning.
    pub embedding: EmbeddingState,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

impl VersionRequest {
    /// A new text that inherits the rest.
    #[must_use]
    pub fn new(hash: HashPrefix, content: Content) -> Self {
        Self {
            hash,
            content,
            tags: None,
            memory_type: Patch::Keep,
            metadata: Metadata::default(),
            reason: None,
            occurred_at: None,
            origin: None,
            partitions: PartitionScope::All,
        }
    }
}

impl Reader {
    /// Every version of a memory, deleted ones too, oldest first. The whole key of a deleted one finds them as well.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Ambiguous`], [`EngineError::Store`].
    pub async fn history(&self, hash: &HashPrefix) -> Result<Vec<Version>, EngineError> {
        let store = self.space.store().await?.as_ref();
        let versions = store.history(&ContentHash::stored(hash.as_str())).await?;
        if !versions.is_empty() {
            return Ok(versions);
        }
        let key = get::resolve(store, hash).await?;
        Ok(store.history(&key).await?)
    }
}

impl Writer {
    /// Stores a text that takes the place of a live memory. The old one stays in the history and is left out of answers
    /// that do not ask for it. The new one inherits what the request does not name, and is no more trusted than the old
    /// one: its origin is the less trusted of both.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] and [`EngineError::Ambiguous`] for a key, [`EngineError::SupersededAlready`] when it is
    /// not the newest version, [`EngineError::TextExists`], [`EngineError::VersionTooLong`], [`EngineError::Metadata`], [`EngineError::Tags`],
    /// [`EngineError::Store`].
    pub async fn add_version(&self, request: VersionRequest) -> Result<VersionReceipt, EngineError> {
        let space = self.space();
        let store = space.store().await?.as_ref();
        let old = update::find(store, &request.hash, &request.partitions).await?;
        if let Some(by) = old.superseded_by {
            return Err(EngineError::SupersededAlready { hash: old.hash, by });
        }
        let text = request.content.as_str();
        if space.parts.settings.splitting.is_some_and(|splitting| splitting.split(text).len() > 1) {
            return Err(EngineError::VersionTooLong { chars: text.chars().count() });
        }
        let hash = ContentHash::of(&request.content);
        // Known before it is embedded.
        if let Some(existing) = store.get(&hash).await? {
            return Err(EngineError::TextExists { hash, partition: existing.partition });
        }
        let mut warnings = Vec::new();
        if let Patch::Set(kind) = &request.memory_type {
            warnings.extend(ontology::warning(&space.parts.settings, Some(kind)));
        }
        if let Some(tags) = &request.tags {
            ontology::note_namespaces(&space.parts.settings, tags);
        }
        let asked = request.hash.clone();
        let reason = request.reason.clone();
        let mut new = inherit(request, hash.clone(), &old, space.parts.clock.now())?;
        let mut vectors = new_vectors::make(space, &[new.content.as_str()], &mut warnings, |_| {}).await;
        let vectors = vectors.pop().unwrap_or_default();
        (new.vector, new.chunks) = (vectors.whole, vectors.chunks);
        let waits = embedding::waits(&new);
        let embedding = if new.vector.is_some() { EmbeddingState::Done } else { EmbeddingState::Pending };
        match store.supersede(&old.hash, new, reason).await? {
            Superseded::Done { version, restored_from, .. } => {
                watch::tell(space);
                warnings.extend(restored_from.map(store::stored_anew));
                if waits {
                    embedding::notify(space);
                }
                let (parent, partition) = (old.hash, old.partition);
                Ok(VersionReceipt { hash, parent, version, partition, embedding, warnings })
            }
            Superseded::NotFound => Err(EngineError::NotFound { hash: asked }),
            Superseded::SupersededAlready { by } => {
                Err(EngineError::SupersededAlready { hash: old.hash, by })
            }
            Superseded::Duplicate { partition } => Err(EngineError::TextExists { hash, partition }),
        }
    }
}

/// The new version, without its vector: what the request names, and the rest from the old one.
fn inherit(
    request: VersionRequest,
    hash: ContentHash,
    old: &Memory,
    now: Timestamp,
) -> Result<NewMemory, EngineError> {
    let mut inherited = old.metadata.clone();
    for copy in COPIES {
        inherited.take(copy);
    }
    let memory_type = match request.memory_type {
        // A kind that cannot be written was never written by this program: the original's rows hold anything.
        Patch::Keep => old.memory_type.as_deref().and_then(|kind| MemoryType::parse(kind).ok().flatten()),
        Patch::Clear => None,
        Patch::Set(kind) => Some(kind),
    };
    let tags = match request.tags {
        Some(tags) => tags,
        None => Tags::from_list(&old.tags)?,
    };
    Ok(NewMemory {
        hash,
        content: request.content,
        tags,
        memory_type,
        metadata: update::merged(&inherited, &request.metadata)?,
        created_at: now,
        occurred_at: request.occurred_at,
        origin: less_trusted(request.origin, old.origin.as_ref()),
        partition: old.partition.clone(),
        vector: None,
        chunks: Vec::new(),
    })
}

/// The new text's origin, of the kind of the old one's where that is less trusted.
fn less_trusted(new: Option<Origin>, old: Option<&Origin>) -> Option<Origin> {
    match (new, old) {
        (Some(new), Some(old)) => Some(Origin { kind: new.kind.max(old.kind), ..new }),
        (new, old) => new.or_else(|| old.cloned()),
    }
}

//! Changing a memory in place.

use model::{ContentHash, HashPrefix, Memory, MemoryType, Metadata, PartitionScope, Tags, Timestamp};
use ports::{Change, MemoryStore, Patch};
use serde_json::Value;

use crate::capability::Writer;
use crate::{EngineError, get, ontology, watch};

/// What to change in which memory.
#[derive(Debug, Clone)]
pub struct UpdateRequest {
    /// The memory, by its key or the beginning of it.
    pub hash: HashPrefix,
    /// Its tags from now on, instead of those it has.
    pub tags: Option<Tags>,
    /// Its kind.
    pub memory_type: Patch<MemoryType>,
    /// Fields to set; null removes a field, the others stay.
    pub metadata: Metadata,
    /// The memory that took its place.
    pub superseded_by: Patch<HashPrefix>,
    /// What becomes of its times.
    pub times: Times,
    /// Only when it lies there.
    pub partitions: PartitionScope,
}

/// What becomes of the times of a memory that is changed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub enum Times {
    /// It was created when it was, and changed now; fields alone are no change of the memory.
    #[default]
    Preserve,
    /// The caller says when. Without a time of change, that is now; without one of creation, it stays.
    Set {
        /// When it was stored first.
        created_at: Option<Timestamp>,
        /// When it was changed last.
        updated_at: Option<Timestamp>,
    },
}

/// What was changed.
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateReceipt {
    /// The memory as it is now.
    pub memory: Memory,
    /// What was written, as the original names it: `tags`, `memory_type`, `custom_metadata`, `superseded_by`,
    /// `created_at`, `updated_at`.
    pub updated: Vec<&'static str>,
    /// What the caller should know.
    pub warnings: Vec<String>,
}

impl UpdateRequest {
    /// The change of nothing.
    #[must_use]
    pub fn new(hash: HashPrefix) -> Self {
        Self {
            hash,
            tags: None,
            memory_type: Patch::Keep,
            metadata: Metadata::default(),
            superseded_by: Patch::Keep,
            times: Times::Preserve,
            partitions: PartitionScope::All,
        }
    }

    /// Names of the fields that it sets, times apart.
    fn named(&self) -> Vec<&'static str> {
        let fields = [
            ("tags", self.tags.is_some()),
            ("memory_type", self.memory_type != Patch::Keep),
            ("custom_metadata", !self.metadata.fields().is_empty()),
            ("superseded_by", self.superseded_by != Patch::Keep),
        ];
        fields.into_iter().filter(|(_, is_named)| *is_named).map(|(name, _)| name).collect()
    }

    /// When the memory was created and changed, as far as that is to be written.
    fn times(&self, now: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
        match self.times {
            Times::Preserve if self.tags.is_some() || self.memory_type != Patch::Keep => (None, Some(now)),
            Times::Preserve => (None, None),
            Times::Set { created_at, updated_at } => (created_at, Some(updated_at.unwrap_or(now))),
        }
    }
}

impl Writer {
    /// Changes a live memory in place. Its text cannot be changed: that is a new version
    /// ([`Writer::add_version`]). Where it came from stays as it was stamped.
    ///
    /// # Errors
    /// [`EngineError::NothingToUpdate`], [`EngineError::NotFound`] and [`EngineError::Ambiguous`] for a key,
    /// [`EngineError::SupersededByItself`], [`EngineError::Metadata`] when the fields are too large together,
    /// [`EngineError::Store`].
    pub async fn update(&self, request: UpdateRequest) -> Result<UpdateReceipt, EngineError> {
        let mut updated = request.named();
        let has_time = matches!(
            request.times,
            Times::Set { created_at: Some(_), .. } | Times::Set { updated_at: Some(_), .. }
        );
        if updated.is_empty() && !has_time {
            return Err(EngineError::NothingToUpdate);
        }
        let space = self.space();
        let store = space.store().await?.as_ref();
        let (created_at, updated_at) = request.times(space.parts.clock.now());
        updated.extend(created_at.map(|_| "created_at"));
        updated.extend(updated_at.map(|_| "updated_at"));
        let UpdateRequest { hash, tags, memory_type, metadata, superseded_by, partitions, .. } = request;
        let memory = find(store, &hash, &partitions).await?;
        merged(&memory.metadata, &metadata)?;
        let mut warnings = Vec::new();
        if let Patch::Set(kind) = &memory_type {
            warnings.extend(ontology::warning(&space.parts.settings, Some(kind)));
        }
        if let Some(tags) = &tags {
            ontology::note_namespaces(&space.parts.settings, tags);
        }
        let superseded_by = successor(store, &memory.hash, superseded_by, &mut warnings).await?;
        let change = Change { tags, memory_type, metadata, superseded_by, created_at, updated_at };
        let memory = store.update(&memory.hash, change).await?.ok_or(EngineError::NotFound { hash })?;
        watch::tell(space);
        Ok(UpdateReceipt { memory, updated, warnings })
    }
}

/// The live memory that a prefix means, in the partitions of a scope.
pub(crate) async fn find(
    store: &dyn MemoryStore,
    hash: &HashPrefix,
    partitions: &PartitionScope,
) -> Result<Memory, EngineError> {
    let key = get::resolve(store, hash).await?;
    let memory = store.get(&key).await?.filter(|memory| partitions.includes(&memory.partition));
    memory.ok_or_else(|| EngineError::NotFound { hash: hash.clone() })
}

/// Fields with others set over them; null removes a field.
pub(crate) fn merged(fields: &Metadata, over: &Metadata) -> Result<Metadata, EngineError> {
    let mut merged = fields.clone();
    for (key, value) in over.fields() {
        if value.is_null() {
            merged.take(key);
        } else {
            merged.set(key, value.clone());
        }
    }
    // Fields that only go away may stay too large: they were there before.
    if over.fields().values().all(Value::is_null) {
        return Ok(merged);
    }
    Ok(Metadata::parse(merged.fields().clone())?)
}

async fn successor(
    store: &dyn MemoryStore,
    hash: &ContentHash,
    by: Patch<HashPrefix>,
    warnings: &mut Vec<String>,
) -> Result<Patch<ContentHash>, EngineError> {
    let by = match by {
        Patch::Keep => return Ok(Patch::Keep),
        Patch::Clear => return Ok(Patch::Clear),
        Patch::Set(by) => find(store, &by, &PartitionScope::All).await?,
    };
    if by.hash == *hash {
        return Err(EngineError::SupersededByItself { hash: by.hash });
    }
    if let Some(later) = &by.superseded_by {
        warnings.push(format!("{} was itself superseded by {later}: searches leave both out", by.hash));
    }
    Ok(Patch::Set(by.hash))
}

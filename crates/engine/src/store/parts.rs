//! Several memories that belong together: the parts of a long text, the pieces of a session.

use model::{Content, ContentHash, EmbeddingState, Partition};

use super::{StoreRequest, Written, check_deleted, insert, new_memory};
use crate::capability::Adder;
use crate::engine::Settings;
use crate::{EngineError, new_vectors};

/// One part of what was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The key of its text.
    pub hash: ContentHash,
    /// What became of it.
    pub outcome: PartOutcome,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PartOutcome {
    /// It was written, and it is durable.
    Created,
    /// A memory with its text was there already, in this partition.
    Duplicate {
        /// Where it lies.
        partition: Partition,
    },
    /// It was not written.
    Failed {
        /// Why.
        reason: String,
    },
}

/// The parts to write, in order.
pub(crate) type Parts = Vec<StoreRequest>;

/// The parts of a text that is longer than one memory may be; none when it is not. Each has the tags, the kind and the
/// fields of the whole, and says which part of what it is, as the original does.
pub(super) fn of_long_text(
    settings: &Settings,
    request: &StoreRequest,
    hash: &ContentHash,
) -> Result<Option<Parts>, EngineError> {
    let Some(splitting) = &settings.splitting else { return Ok(None) };
    let pieces = splitting.split(request.content.as_str());
    if pieces.len() < 2 {
        return Ok(None);
    }
    let total = pieces.len();
    let part = |(index, piece): (usize, &model::Piece<'_>)| {
        let mut metadata = request.metadata.clone();
        metadata.set("chunk_index", index);
        metadata.set("total_chunks", total);
        metadata.set("original_hash", hash.as_str());
        Ok(StoreRequest { content: Content::parse(piece.text)?, metadata, ..request.clone() })
    };
    pieces.iter().enumerate().map(part).collect::<Result<Parts, EngineError>>().map(Some)
}

/// Embeds parts and writes them one after the other; each is two steps. After a failure no more are tried, and each says so.
///
/// # Errors
/// [`EngineError::DeletedBefore`] when one of them was deleted; the failure, when nothing was written before it.
pub(crate) async fn store_parts(
    adder: &Adder,
    parts: Parts,
    warnings: &mut Vec<String>,
) -> Result<(Vec<Part>, EmbeddingState), EngineError> {
    let (space, progress) = (adder.space(), adder.progress());
    let store = space.store().await?.as_ref();
    let total = 2 * parts.len() as u64;
    progress.tell(0, total);
    for part in &parts {
        check_deleted(store, part.restore_deleted, &ContentHash::of(&part.content)).await?;
    }
    let texts: Vec<&str> = parts.iter().map(|part| part.content.as_str()).collect();
    let vectors = new_vectors::make(space, &texts, warnings, |made| progress.tell(made as u64, total)).await;
    let (mut told, mut embedding): (Vec<Part>, _) = (Vec::with_capacity(parts.len()), EmbeddingState::Done);
    let mut failure: Option<String> = None;
    for (part, vectors) in parts.into_iter().zip(vectors) {
        let hash = ContentHash::of(&part.content);
        if let Some(reason) = &failure {
            let reason = format!("not tried, because a part before it failed: {reason}");
            told.push(Part { hash, outcome: PartOutcome::Failed { reason } });
            continue;
        }
        let new = new_memory(part, hash.clone(), vectors, space.parts.clock.now());
        let (outcome, state) = match insert(space, store, new, warnings).await {
            Ok(Written::Created(memory)) => (PartOutcome::Created, memory.embedding),
            Ok(Written::Duplicate(existing)) => {
                (PartOutcome::Duplicate { partition: existing.partition }, existing.embedding)
            }
            Err(error) if told.is_empty() => return Err(error),
            Err(error) => {
                failure = Some(error.to_string());
                (PartOutcome::Failed { reason: error.to_string() }, EmbeddingState::Pending)
            }
        };
        if state == EmbeddingState::Pending {
            embedding = EmbeddingState::Pending;
        }
        told.push(Part { hash, outcome });
        progress.tell(total / 2 + told.len() as u64, total);
    }
    if failure.is_some() {
        let failed = |part: &&Part| matches!(part.outcome, PartOutcome::Failed { .. });
        let (failed, total) = (told.iter().filter(failed).count(), told.len());
        warnings.push(format!(
            "{failed} of {total} parts were not stored: store the same again, parts that are there are left as they are"
        ));
    }
    Ok((told, embedding))
}

//! Searching by meaning, in the vectors of the model in use and of those in use before.

use std::collections::HashSet;
use std::sync::Arc;

use model::{EmbeddingState, MemoryId};
use ports::{Candidate, Embedder, MemoryStore};
use ranking::{Leg, shares};
use tokio::time::Instant;

use super::{SearchRequest, candidates};
use crate::open_space::OpenSpace;
use crate::{EngineError, embedding};

/// What was found in the vectors of one model. Cosines of different models are not compared.
pub(super) struct Nearest {
    /// The model's name.
    pub(super) model: String,
    /// What is nearest by its vectors.
    pub(super) candidates: Vec<Candidate>,
}

/// The nearest memories: in the vectors of the model in use, then, while memories wait for theirs, in those that a model
/// before made. A memory is looked for in one of them only.
pub(super) async fn search(
    space: &Arc<OpenSpace>,
    store: &dyn MemoryStore,
    query: &str,
    request: &SearchRequest,
) -> Result<(Vec<Nearest>, Vec<String>), EngineError> {
    let deadline = Instant::now() + space.parts.settings.embed_wait;
    let vector = space.in_time(deadline, async {
        embedding::settle(space).await?;
        space.query_vector(query).await
    });
    let vector = vector.await?;
    let limit = candidates(request.limit);
    let own = store.search_vectors(&vector, &request.filter, limit).await?;
    let own = Nearest { model: space.parts.embedder.model().name.clone(), candidates: own };
    let (mut found, mut notices) = (vec![own], Vec::new());
    let previous = &space.parts.previous;
    if previous.is_empty() || store.unembedded(None, 1).await?.is_empty() {
        return Ok((found, notices));
    }
    let mut seen = HashSet::new();
    for embedder in previous {
        match earlier(space, store, embedder.as_ref(), query, request).await {
            Ok(mut nearest) => {
                nearest.candidates.retain(|candidate| seen.insert(candidate.id));
                found.push(nearest);
            }
            Err(error) => {
                tracing::warn!(error = %error, "searching the vectors of a model before failed");
                notices.push(format!(
                    "memories that are not embedded again yet were searched by words only: {error}"
                ));
            }
        }
    }
    Ok((found, notices))
}

/// What is nearest by the vectors of a model before, among the memories that have none of the model in use.
async fn earlier(
    space: &OpenSpace,
    store: &dyn MemoryStore,
    embedder: &dyn Embedder,
    query: &str,
    request: &SearchRequest,
) -> Result<Nearest, EngineError> {
    let deadline = Instant::now() + space.parts.settings.embed_wait;
    let (model, identity) = (embedder.model().name.clone(), embedder.model());
    embedder.warm();
    let vector = space.in_time(deadline, async { Ok(embedder.embed_query(query).await?) }).await?;
    let limit = candidates(request.limit);
    let mut candidates = store.search_space(identity, &vector, &request.filter, limit).await?;
    let ids: Vec<MemoryId> = candidates.iter().map(|candidate| candidate.id).collect();
    let waiting: HashSet<MemoryId> = store
        .get_many(&ids)
        .await?
        .into_iter()
        .filter(|memory| memory.embedding == EmbeddingState::Pending)
        .map(|memory| memory.id)
        .collect();
    candidates.retain(|candidate| waiting.contains(&candidate.id));
    Ok(Nearest { model, candidates })
}

/// The leg of meaning. The cosines of one model are a leg as they are; those of several models are each scaled by
/// themselves first.
pub(super) fn leg(spaces: &[Nearest], weight: f64) -> Leg<MemoryId> {
    let of = |nearest: &Nearest| Leg {
        weight,
        candidates: nearest.candidates.iter().map(|candidate| (candidate.id, candidate.score)).collect(),
    };
    match spaces {
        [one] => of(one),
        several => {
            Leg { weight, candidates: several.iter().flat_map(|nearest| shares(&of(nearest))).collect() }
        }
    }
}

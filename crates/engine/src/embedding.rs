//! Vectors that come later: whose vectors a database holds, and memories that wait for one.

use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use model::{MemoryId, NewMemory, Vector};
use ports::{EmbedError, MemoryStore, StoreError, Unembedded, VectorSample, VectorSpace};
use tokio::sync::Notify;

use crate::EngineError;
use crate::open_space::OpenSpace;

/// How many memories are embedded at once.
const BATCH: usize = 32;
/// The mean cosine from which stored vectors are taken for the model's own. The built-in model is quantised: against
/// float vectors of the same model it reaches .99 and more, against those of any other about 0.
const SAME_MODEL_COSINE: f64 = 0.97;
/// How long the worker waits after a failure, at first and at most.
const RETRY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));

/// Finds out, once, whether the vectors that the database held when it was first opened are of the model in use, by
/// embedding some of its texts again.
pub(crate) async fn settle(space: &Arc<OpenSpace>) -> Result<(), EngineError> {
    space.settled.get_or_try_init(|| settle_now(space)).await.copied()
}

async fn settle_now(space: &Arc<OpenSpace>) -> Result<(), EngineError> {
    let store = space.store().await?;
    let VectorSpace::Unverified { samples } = store.vector_space().await? else { return Ok(()) };
    if samples.is_empty() {
        // No memory has a vector that could be another model's: there is nothing to mix, and nothing to embed for it.
        store.settle_vector_space(true).await?;
        tracing::info!("the database has no vectors to compare with the model");
        return Ok(());
    }
    let texts: Vec<&str> = samples.iter().map(|sample| sample.content.as_str()).collect();
    let ours = space.parts.embedder.embed(&texts).await?;
    let cosine = mean_cosine(&samples, &ours);
    let is_ours = cosine.is_some_and(|cosine| cosine >= SAME_MODEL_COSINE);
    store.settle_vector_space(is_ours).await?;
    tracing::info!(
        samples = samples.len(),
        cosine,
        is_ours,
        "compared the database's vectors with the model"
    );
    Ok(())
}

fn mean_cosine(samples: &[VectorSample], ours: &[Vector]) -> Option<f64> {
    let cosines: Option<Vec<f64>> =
        samples.iter().zip(ours).map(|(sample, vector)| sample.vector.cosine(vector)).collect();
    let cosines = cosines.filter(|cosines| !cosines.is_empty())?;
    #[expect(clippy::cast_precision_loss, reason = "a handful of samples")]
    Some(cosines.iter().sum::<f64>() / cosines.len() as f64)
}

/// What one pass over the memories without a vector did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pass {
    /// Memories that have their vector now.
    pub(crate) embedded: usize,
    /// Memories whose text gave no usable vector.
    pub(crate) failed: usize,
    /// Long memories whose chunks have their vectors now.
    pub(crate) chunked: usize,
}

/// Embeds every memory that waits for it, batch by batch, oldest first; then the chunks of long ones.
pub(crate) async fn embed_pending(
    space: &Arc<OpenSpace>,
    progress: &mut (dyn FnMut(Pass) + Send),
) -> Result<Pass, EngineError> {
    settle(space).await?;
    let store = space.store().await?;
    let mut pass = Pass::default();
    let mut after: Option<MemoryId> = None;
    loop {
        let batch = store.unembedded(after, BATCH).await?;
        let Some(last) = batch.last() else { break };
        after = Some(last.id);
        let vectors = embed_batch(space, batch).await?;
        pass.failed += vectors.unusable;
        pass.embedded += store.add_vectors(vectors.made).await?;
        progress(pass);
    }
    embed_chunks(space, store.as_ref(), &mut pass, progress).await?;
    Ok(pass)
}

/// Embeds the chunks of long memories that have none yet, batch by batch, oldest first.
async fn embed_chunks(
    space: &OpenSpace,
    store: &dyn MemoryStore,
    pass: &mut Pass,
    progress: &mut (dyn FnMut(Pass) + Send),
) -> Result<(), EngineError> {
    let mut after: Option<MemoryId> = None;
    loop {
        let batch = store.unchunked(after, BATCH).await?;
        let Some(last) = batch.last() else { return Ok(()) };
        after = Some(last.id);
        pass.chunked += store.add_chunks(embed_chunks_of(space, batch).await?).await?;
        progress(*pass);
    }
}

/// The vectors of the chunks of some memories, those of several memories at once: the few of one would leave cores idle.
async fn embed_chunks_of(
    space: &OpenSpace,
    memories: Vec<Unembedded>,
) -> Result<Vec<(Unembedded, Vec<Vector>)>, EmbedError> {
    let texts: Vec<Vec<&str>> = memories.iter().map(|memory| model::chunks(&memory.content)).collect();
    let all: Vec<&str> = texts.iter().flatten().copied().collect();
    if let Some(vectors) = embed_all(space, &all).await? {
        let mut vectors = vectors.into_iter();
        let counts: Vec<usize> = texts.iter().map(Vec::len).collect();
        let of_each = counts.into_iter().map(|count| vectors.by_ref().take(count).collect::<Vec<_>>());
        let of_each: Vec<Vec<Vector>> = of_each.collect();
        return Ok(memories.into_iter().zip(of_each).collect());
    }
    // One of them gave no usable vector: it must not keep the others from theirs. It is found by the vector of the whole.
    let mut made = Vec::new();
    for memory in memories {
        match embed_all(space, &model::chunks(&memory.content)).await? {
            Some(vectors) => made.push((memory, vectors)),
            None => {
                tracing::warn!(memory.hash = %memory.hash, "a chunk of a memory gave no usable vector");
            }
        }
    }
    Ok(made)
}

/// The vector of each text; none when one of them gave no usable one.
async fn embed_all(space: &OpenSpace, texts: &[&str]) -> Result<Option<Vec<Vector>>, EmbedError> {
    let mut vectors = Vec::with_capacity(texts.len());
    for batch in texts.chunks(BATCH) {
        match space.parts.embedder.embed(batch).await {
            Ok(made) => vectors.extend(made),
            Err(EmbedError::BadVector { .. }) => return Ok(None),
            Err(unavailable) => return Err(unavailable),
        }
    }
    Ok(Some(vectors))
}

/// Whether a memory that is being stored waits for a vector: its own, or those of its chunks.
pub(crate) fn waits(new: &NewMemory) -> bool {
    new.vector.is_none() || (new.chunks.is_empty() && new.content.as_str().len() > model::MAX_CHUNK_BYTES)
}

/// The vectors of some memories.
#[derive(Default)]
struct Made {
    made: Vec<(Unembedded, Vector)>,
    /// Memories whose text gave no usable vector.
    unusable: usize,
}

/// Embeds some memories at once; when a text among them gives no usable vector, one by one, so that it does not keep the
/// others from theirs.
async fn embed_batch(space: &OpenSpace, batch: Vec<Unembedded>) -> Result<Made, EmbedError> {
    let embedder = &space.parts.embedder;
    let texts: Vec<&str> = batch.iter().map(|memory| memory.content.as_str()).collect();
    match embedder.embed(&texts).await {
        Ok(vectors) => return Ok(Made { made: batch.into_iter().zip(vectors).collect(), unusable: 0 }),
        Err(EmbedError::BadVector { .. }) => {}
        Err(unavailable) => return Err(unavailable),
    }
    let mut made = Made::default();
    for memory in batch {
        match embedder.embed(&[&memory.content]).await {
            Ok(vectors) => made.made.extend(vectors.into_iter().map(|vector| (memory.clone(), vector))),
            Err(EmbedError::BadVector { reason, .. }) => {
                tracing::warn!(memory.hash = %memory.hash, reason, "a memory gave no usable vector");
                made.unusable += 1;
            }
            Err(unavailable) => return Err(unavailable),
        }
    }
    Ok(made)
}

/// Embeds what waits, then sleeps until more does. Ends when the space is dropped or its store closed; it does not keep
/// the space alive while it sleeps.
///
/// Boxed, because opening a store starts it and it opens the store: its type would contain itself.
pub(crate) fn run_worker(
    space: Weak<OpenSpace>,
    more: Arc<Notify>,
) -> Pin<Box<dyn Future<Output = ()> + Send>> {
    Box::pin(async move {
        let mut delay = RETRY.0;
        while let Some(strong) = space.upgrade() {
            let outcome = embed_pending(&strong, &mut |_| {}).await;
            drop(strong);
            match outcome {
                Ok(pass) => {
                    delay = RETRY.0;
                    if pass != Pass::default() {
                        let Pass { embedded, failed, chunked } = pass;
                        tracing::info!(embedded, failed, chunked, "embedded memories that waited");
                    }
                    // Other processes store without a word to this one: look again after a while.
                    let _more_or_time_is_up = tokio::time::timeout(RETRY.1, more.notified()).await;
                }
                Err(EngineError::Store(StoreError::Closed)) => return,
                Err(error) => {
                    tracing::warn!(error = %error, retry_ms = delay.as_millis(), "embedding memories that wait failed");
                    tokio::time::sleep(delay).await;
                    delay = (delay * 2).min(RETRY.1);
                }
            }
        }
    })
}

/// Tells the background worker, if there is one, that a memory waits for its vector.
pub(crate) fn notify(space: &OpenSpace) {
    space.pending.notify_one();
}

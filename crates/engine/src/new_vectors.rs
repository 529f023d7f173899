//! Vectors for texts that are being stored.

use std::sync::Arc;
use std::time::Duration;

use model::Vector;
use ports::Readiness;
use tokio::time::Instant;

use crate::open_space::OpenSpace;

/// How long storing waits for a model that is still being loaded, when a background worker will embed the memory later.
const WAIT_WHILE_LOADING: Duration = Duration::from_millis(250);
/// How many texts are embedded at once.
const BATCH: usize = 16;
/// A text of more chunks gets the vectors of its chunks later: whoever stores it does not wait for them.
const CHUNKS_AT_ONCE: usize = 16;

/// The vectors of a text that could be made now.
#[derive(Debug, Clone, Default)]
pub(crate) struct NewVectors {
    /// Of the whole.
    pub(crate) whole: Option<Vector>,
    /// Of its chunks, all or none.
    pub(crate) chunks: Vec<Vector>,
}

/// How long to wait for the model. A memory that a background worker will embed does not have to wait for a model that
/// is still being loaded: the caller's assistant waits for the receipt.
pub(crate) fn wait(space: &OpenSpace) -> Duration {
    let loading = matches!(space.parts.embedder.readiness(), Readiness::Idle | Readiness::Loading);
    let wait = space.parts.settings.embed_wait;
    if loading && space.parts.settings.embed_in_background { wait.min(WAIT_WHILE_LOADING) } else { wait }
}

/// The vectors of each text, in order. What cannot be had now is embedded later; where that is the vector of a whole text,
/// the warnings say so once. `told` hears of how many whole texts there are so far.
pub(crate) async fn make(
    space: &Arc<OpenSpace>,
    texts: &[&str],
    warnings: &mut Vec<String>,
    told: impl Fn(usize),
) -> Vec<NewVectors> {
    let wholes = make_wholes(space, texts, warnings, told).await;
    let mut made = Vec::with_capacity(texts.len());
    for (text, whole) in texts.iter().zip(wholes) {
        let chunks = if whole.is_some() { make_chunks(space, text).await } else { Vec::new() };
        made.push(NewVectors { whole, chunks });
    }
    made
}

/// The vectors of the chunks of a text, all or none.
async fn make_chunks(space: &Arc<OpenSpace>, text: &str) -> Vec<Vector> {
    let chunks = model::chunks(text);
    if chunks.is_empty() || chunks.len() > CHUNKS_AT_ONCE {
        return Vec::new();
    }
    let made = space.in_time(Instant::now() + wait(space), space.vectors(&chunks)).await;
    made.unwrap_or_else(|error| {
        tracing::debug!(error = %error, "the chunks of a memory wait for their vectors");
        Vec::new()
    })
}

async fn make_wholes(
    space: &Arc<OpenSpace>,
    texts: &[&str],
    warnings: &mut Vec<String>,
    told: impl Fn(usize),
) -> Vec<Option<Vector>> {
    let mut vectors = Vec::with_capacity(texts.len());
    for batch in texts.chunks(BATCH) {
        let deadline = Instant::now() + wait(space);
        match space.in_time(deadline, space.vectors(batch)).await {
            Ok(made) => {
                vectors.extend(made.into_iter().map(Some));
                told(vectors.len());
            }
            Err(error) => {
                warnings
                    .push(format!("stored, but not found by meaning yet: {error}; it will be tried again"));
                break;
            }
        }
    }
    vectors.resize(texts.len(), None);
    vectors
}

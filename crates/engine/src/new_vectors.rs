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

/// How long to wait for the model. A memory that a background worker will embed does not have to wait for a model that
/// is still being loaded: the caller's assistant waits for the receipt.
pub(crate) fn wait(space: &OpenSpace) -> Duration {
    let loading = matches!(space.parts.embedder.readiness(), Readiness::Idle | Readiness::Loading);
    let wait = space.parts.settings.embed_wait;
    if loading && space.parts.settings.embed_in_background { wait.min(WAIT_WHILE_LOADING) } else { wait }
}

/// One vector for each text, in order, or none where it cannot be had now. What is missing is embedded later; the
/// warnings say so once. `told` hears how many there are so far.
pub(crate) async fn make(
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

//! Whether the service can do its work: found out by doing it.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, timeout};

use crate::App;

/// How long an answer is good. Whoever asks more often makes no more work.
const GOOD_FOR: Duration = Duration::from_secs(1);
/// How long the work may take.
const PATIENCE: Duration = Duration::from_secs(4);

/// What is known of it.
#[derive(Default)]
pub(crate) struct Readiness(Arc<Mutex<Option<Known>>>);

#[derive(Clone, Copy)]
struct Known {
    is_ready: bool,
    at: Instant,
}

impl Readiness {
    /// Whether memories can be written, read, embedded and searched now. Those who ask at the same time wait for one answer.
    /// Why not is told in the log, when it begins.
    pub(crate) async fn is_ready(&self, app: &App) -> bool {
        let known = Arc::clone(&self.0).lock_owned().await;
        if let Some(known) = known.filter(|known| known.at.elapsed() < GOOD_FOR) {
            return known.is_ready;
        }
        // It is known afterwards also when whoever asked has gone: the next one makes no new work.
        tokio::spawn(find_out(known, app.clone())).await.unwrap_or(false)
    }
}

async fn find_out(mut known: OwnedMutexGuard<Option<Known>>, app: App) -> bool {
    let grant = app.own_grant();
    let Some(admin) = grant.admin() else { return false };
    let failure = match timeout(PATIENCE, admin.probe()).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("it took more than {} s", PATIENCE.as_secs())),
    };
    let is_ready = failure.is_none();
    let was_ready = known.is_none_or(|known| known.is_ready);
    match failure {
        Some(reason) if was_ready => tracing::warn!(reason, "the service is not ready"),
        None if !was_ready => tracing::info!("the service is ready again"),
        _ => {}
    }
    *known = Some(Known { is_ready, at: Instant::now() });
    is_ready
}

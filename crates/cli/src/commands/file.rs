//! What commands need that work on database files themselves.

use std::path::Path;

use engine::{EngineError, ErrorCode};
use ports::StoreError;

use crate::exit::Failure;
use crate::render::Terminal;
use crate::render::progress::waiting;

/// Does work that blocks; shows a spinner when it takes longer than a second.
pub(super) async fn off_the_runtime<T: Send + 'static>(
    terminal: &Terminal,
    doing: &'static str,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let done = waiting(terminal, doing, tokio::task::spawn_blocking(work)).await;
    done.map_err(|_| Failure::Known {
        code: ErrorCode::Internal,
        message: format!("{doing} the file ended without a result"),
        hint: None,
    })
}

/// A failure about a backup: what is damaged is that file, not the database, and the advice is about backups.
pub(super) fn failure(backup: &Path, error: StoreError) -> Failure {
    match error {
        StoreError::Corrupt { reason, .. } => Failure::Known {
            code: ErrorCode::StorageDamaged,
            message: format!("the backup {} is damaged: {reason}", backup.display()),
            hint: Some("use another backup: `memory verify` says which is sound".to_owned()),
        },
        other => EngineError::from(other).into(),
    }
}

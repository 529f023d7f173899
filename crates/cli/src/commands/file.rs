//! What commands need that work on database files themselves.

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

/// A failure about a backup: its advice is about backups, not about the database.
pub(super) fn failure(error: StoreError) -> Failure {
    match Failure::from(EngineError::from(error)) {
        Failure::Known { code: ErrorCode::StorageDamaged, message, .. } => Failure::Known {
            code: ErrorCode::StorageDamaged,
            message: message.trim_end_matches("; run `memory doctor`").to_owned(),
            hint: Some("use another backup: `memory verify` says which is sound".to_owned()),
        },
        other => other,
    }
}

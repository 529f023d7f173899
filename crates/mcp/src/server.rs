//! The MCP server: the tools of the registry over a stream of newline-delimited JSON-RPC messages (stdio). The same answers
//! are given over HTTP ([`http`](crate::http)).
//!
//! Both eras are served, in any order and on the same stream: the stateless revision 2026-07-28 (`server/discover`,
//! `_meta` on every request) and the handshake of 2024-11-05 to 2025-11-25. Which one a request belongs to is read from the
//! request itself, so a client may probe first, skip the handshake, or start calling at once.
//!
//! | module | what |
//! |---|---|
//! | `handler` | answers requests; the only part that calls anything |
//! | `door` | where requests come from, and so who sends them |
//! | `tool` | tools and their answers as `rmcp` has them |
//! | `context` | resources, prompts and completions |
//! | `transport` | the stream as `rmcp` sees it: reader, end of input, writer |
//! | `ending` | what becomes of calls at the end of input |
//! | `in_flight` | which requests are not answered yet |
//! | `message` | one line: a message, or the error that answers it |
//! | `progress` | how far a call has got, as the client hears it |
//! | `order` | which calls run together |
//! | `weight` | what a line costs once it is parsed |
//! | `list_changes` | whether the list of resources has changed, for clients that want to know |
//! | `lines` | lines of limited length out of bytes |

mod context;
pub(crate) mod door;
pub(crate) mod ending;
pub(crate) mod handler;
pub(crate) mod in_flight;
mod lines;
pub(crate) mod list_changes;
pub(crate) mod message;
mod options;
pub(crate) mod order;
mod progress;
mod tool;
mod transport;
pub(crate) mod weight;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use engine::{Capability, Engine};
use model::Space;
use rmcp::service::{QuitReason, RoleServer, serve_directly};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use door::Door;
use ending::Ending;
use handler::Handler;
pub use options::Options;
use transport::{Failures, Transport, write_lines};

/// The longest line that is read, in bytes. A longer one is answered with an error and skipped.
pub const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;
/// How many calls run at the same time; more wait.
pub const MAX_CONCURRENT_CALLS: usize = 16;
/// How long the client may take to read the last answers.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// How many answers wait for a slow reader before calls do.
const QUEUED_ANSWERS: usize = 64;

/// Why serving ended early.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The requests could not be read.
    #[error("reading requests failed: {0}")]
    Input(#[source] io::Error),
    /// The answers could not be written.
    #[error("writing answers failed: {0}")]
    Output(#[source] io::Error),
    /// The server itself failed.
    #[error("the server stopped unexpectedly")]
    Stopped(#[source] tokio::task::JoinError),
}

/// Serves one client: reads requests from `input` until it ends, finishes the calls that are under way, and returns when
/// their answers are written to `output`. Calls that are not begun within 9 seconds after the end of input are answered
/// with a failure, and so are those that do not finish within 10.
///
/// The handshake and the list of tools are answered before the space's store or the model is touched; both are opened in
/// the background after the first answer. The engine is not closed.
///
/// # Errors
/// [`ServeError`] when the streams fail. A client that misbehaves is no error.
pub async fn serve<R, W>(
    engine: &Engine,
    space: &Space,
    capability: Capability,
    input: R,
    output: W,
) -> Result<(), ServeError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    serve_with(engine, space, capability, Options::default(), input, output).await
}

/// As [`serve`], but as `options` say.
///
/// # Errors
/// As [`serve`].
pub async fn serve_with<R, W>(
    engine: &Engine,
    space: &Space,
    capability: Capability,
    options: impl Into<Options>,
    input: R,
    output: W,
) -> Result<(), ServeError>
where
    R: AsyncRead + Send + Unpin + 'static,
    W: AsyncWrite + Send + Unpin + 'static,
{
    let failures = Failures::default();
    let (answers, waiting) = tokio::sync::mpsc::channel(QUEUED_ANSWERS);
    let writer = tokio::spawn(write_lines(output, waiting, failures.clone()));
    let warm = {
        let (engine, space) = (engine.clone(), space.clone());
        move || engine.warm(&space)
    };
    let (ending, ends) = Ending::new();
    let transport = Transport::new(input, answers, failures.clone(), ending, Box::new(warm));
    let door = Door::stream(engine.grant(space, capability));
    let calls = Arc::new(Semaphore::new(MAX_CONCURRENT_CALLS));
    let handler = Handler { door, options: options.into(), calls, ends, work: TaskTracker::new() };
    let service = serve_directly::<RoleServer, _, _, _, _>(handler, transport, None);
    let quit = service.waiting().await.map_err(ServeError::Stopped)?;
    // The writer ends when the transport is gone. A reader that does not read cannot hold the process.
    if tokio::time::timeout(LAST_ANSWERS, writer).await.is_err() {
        tracing::warn!("the client did not read its last answers");
    }
    match (failures.take(), quit) {
        (Some(error), _) => Err(error),
        (None, QuitReason::JoinError(error)) => Err(ServeError::Stopped(error)),
        (None, _) => Ok(()),
    }
}

#[cfg(test)]
pub(crate) mod tests;

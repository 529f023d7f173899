//! MCP over standard input and output.

use std::fs::File;
use std::pin::Pin;
use std::task::{Context, Poll};

use engine::{Capability, ErrorCode};
use mcp::ServeError;
use model::Space;
use tokio::io::{AsyncRead, ReadBuf};

use super::signals::{end_at_once, signals, stopped};
use crate::exit::{Failure, Verdict};
use crate::settings::Settings;
use crate::wiring::{self, Use};

/// Serves one assistant.
pub(super) async fn serve(settings: &Settings, output: File) -> Result<Verdict, Failure> {
    let engine = wiring::engine(settings, Use::Server);
    let input = Stoppable::new(tokio::io::stdin(), stopped(signals(None), end_at_once));
    let output = tokio::fs::File::from_std(output);
    // Whoever started the process owns the files: there is no more to protect from them.
    let options = wiring::server_options(settings);
    let served = mcp::serve_with(&engine, &Space::Default, Capability::Admin, options, input, output).await;
    engine.close().await;
    match served {
        Ok(()) => Ok(Verdict::Success),
        // The client went away without closing our input first.
        Err(ServeError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Ok(Verdict::Success)
        }
        Err(error) => {
            Err(Failure::Known { code: ErrorCode::Internal, message: error.to_string(), hint: None })
        }
    }
}

/// Input that ends when the process is asked to stop: what is under way is then finished as at any end of input.
pub(super) struct Stoppable<R, S> {
    input: R,
    /// None once it has happened: a signal comes once, and the input stays ended.
    stop: Option<Pin<Box<S>>>,
}

impl<R, S> Stoppable<R, S> {
    pub(super) fn new(input: R, stop: S) -> Self {
        Self { input, stop: Some(Box::pin(stop)) }
    }
}

impl<R: AsyncRead + Unpin, S: Future<Output = ()>> AsyncRead for Stoppable<R, S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let Some(stop) = &mut self.stop else { return Poll::Ready(Ok(())) };
        if stop.as_mut().poll(context).is_ready() {
            self.stop = None;
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.input).poll_read(context, buffer)
    }
}

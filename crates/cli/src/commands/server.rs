//! `memory server`: serves an assistant over standard input and output.

use std::fs::File;
use std::io::IsTerminal;
use std::pin::Pin;
use std::task::{Context, Poll};

use clap::Args;
use engine::{Capability, ErrorCode};
use mcp::ServeError;
use model::Space;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc;

use super::session::runtime;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::settings::{Environment, FlagValue, Settings};
use crate::wiring::{self, Use};
use crate::{logging, process};

/// Serves an assistant over standard input and output, as the Model Context Protocol has it (stdio).
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory server
  claude mcp add memory -- memory server

An assistant starts this program itself; the README has the lines for each
client. It ends with its standard input, on SIGTERM and on Ctrl-C, everything
stored; a second signal ends it at once. Messages for people go to standard
error.")]
pub struct Server {
    /// Log what happens, as --log-level debug does
    #[arg(long, conflicts_with = "log_level")]
    pub debug: bool,
    /// Kind of store: sqlite_vec
    #[arg(short, long, value_name = "KIND")]
    pub storage_backend: Option<String>,
}

impl Server {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        // First of all: from here on nothing but the protocol can reach standard output.
        let output = process::claim_stdout().map_err(|error| {
            Failure::system("standard output could not be taken for the protocol", &error)
        })?;
        let settings = Settings::resolve(self.flag_values(source), Environment::of_process())?;
        logging::start(&settings);
        if let Some(notice) = settings.in_vain() {
            tracing::warn!("{notice}");
        }
        if std::io::stdin().is_terminal() {
            terminal.say("waiting for an assistant's requests on standard input; Ctrl-C ends it");
        }
        let runtime = runtime()?;
        let result = runtime.block_on(serve(&settings, output));
        // The thread that waits for standard input cannot be stopped.
        runtime.shutdown_background();
        result
    }

    fn flag_values(self, source: &Source) -> Vec<FlagValue> {
        let mut flags = source.flag_values();
        flags.extend(self.debug.then(|| FlagValue {
            variable: "MCP_LOG_LEVEL",
            flag: "--debug",
            text: "debug".into(),
        }));
        flags.extend(self.storage_backend.map(|kind| FlagValue {
            variable: "MCP_MEMORY_STORAGE_BACKEND",
            flag: "--storage-backend",
            text: kind.into(),
        }));
        flags
    }
}

async fn serve(settings: &Settings, output: File) -> Result<Verdict, Failure> {
    let engine = wiring::engine(settings, Use::Server);
    let input = Stoppable::new(tokio::io::stdin(), stopped(signals(), end_at_once));
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
struct Stoppable<R, S> {
    input: R,
    /// None once it has happened: a signal comes once, and the input stays ended.
    stop: Option<Pin<Box<S>>>,
}

impl<R, S> Stoppable<R, S> {
    fn new(input: R, stop: S) -> Self {
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

/// What asks the process to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Signal {
    name: &'static str,
    number: u8,
}

/// Waits until the process is asked to stop. Who asks again wants it to stop at once: that is `end`.
async fn stopped(mut signals: mpsc::Receiver<Signal>, end: impl FnOnce(Signal) + Send + 'static) {
    let Some(signal) = signals.recv().await else {
        tracing::warn!("signals cannot be received: only the end of standard input stops the server cleanly");
        return std::future::pending().await;
    };
    tracing::info!(signal = signal.name, "asked to stop");
    tokio::spawn(async move {
        if let Some(again) = signals.recv().await {
            end(again);
        }
    });
}

/// Ends the process with what a shell says of one that a signal ended. What was acknowledged is stored.
fn end_at_once(signal: Signal) {
    tracing::warn!(signal = signal.name, "asked to stop again: what is under way is given up");
    std::process::exit(128 + i32::from(signal.number));
}

/// The signals that ask the process to stop, as they come. None when they cannot be received.
fn signals() -> mpsc::Receiver<Signal> {
    let (sender, receiver) = mpsc::channel(2);
    tokio::spawn(forward(sender));
    receiver
}

#[cfg(unix)]
async fn forward(signals: mpsc::Sender<Signal>) {
    use tokio::signal::unix::{SignalKind, signal};

    let streams =
        (signal(SignalKind::terminate()), signal(SignalKind::interrupt()), signal(SignalKind::hangup()));
    let (Ok(mut terminate), Ok(mut interrupt), Ok(mut hangup)) = streams else { return };
    loop {
        let signal = tokio::select! {
            _ = terminate.recv() => Signal { name: "SIGTERM", number: 15 },
            _ = interrupt.recv() => Signal { name: "SIGINT", number: 2 },
            _ = hangup.recv() => Signal { name: "SIGHUP", number: 1 },
        };
        if signals.send(signal).await.is_err() {
            return;
        }
    }
}

#[cfg(not(unix))]
async fn forward(signals: mpsc::Sender<Signal>) {
    while tokio::signal::ctrl_c().await.is_ok() {
        if signals.send(Signal { name: "Ctrl-C", number: 2 }).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests;

//! `memory server`: serves an assistant over standard input and output, or everybody over HTTP.
//!
//! | part | what |
//! |---|---|
//! | `stdio` | MCP over standard input and output |
//! | `http` | the HTTP door |
//! | `signals` | being asked to stop |

pub(crate) mod http;
mod signals;
mod stdio;
mod upkeep;

use std::io::IsTerminal;

use clap::Args;
use http_server::Surface;

use super::session::runtime;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::settings::http::Mode;
use crate::settings::{Environment, FlagValue, Settings};
use crate::{logging, process};

/// Serves an assistant over standard input and output, as the Model Context Protocol has it (stdio), or over HTTP.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  memory server
  claude mcp add memory -- memory server
  memory server --http --http-port 8000

An assistant starts this program itself; the README has the lines for each
client. It ends with its standard input, on SIGTERM and on Ctrl-C, everything
stored; a second signal ends it at once. Messages for people go to standard
error.

With --http it serves the API and MCP on one port until it is asked to stop.")]
pub struct Server {
    /// Log what happens, as --log-level debug does
    #[arg(long, conflicts_with = "log_level")]
    pub debug: bool,
    /// Kind of store: sqlite_vec
    #[arg(short, long, value_name = "KIND")]
    pub storage_backend: Option<String>,
    /// Serve the API, MCP and events over HTTP instead of standard input and output
    #[arg(long)]
    pub http: bool,
    /// Address or name to listen at [default: MCP_HTTP_HOST, else 127.0.0.1]
    #[arg(long, value_name = "HOST")]
    pub http_host: Option<String>,
    /// Port to listen at, 0 for any that is free [default: MCP_HTTP_PORT, else 8000]
    #[arg(long, value_name = "PORT")]
    pub http_port: Option<String>,
    /// Serve MCP alone over HTTP, as older configurations want it; --http serves it too
    #[arg(long, conflicts_with = "http")]
    pub streamable_http: bool,
    /// Serve the deprecated transport of MCP, HTTP with an event stream
    #[arg(long, conflicts_with_all = ["http", "streamable_http"])]
    pub sse: bool,
    /// Address or name for those two [default: MCP_SSE_HOST, else 127.0.0.1]
    #[arg(long, value_name = "HOST")]
    pub sse_host: Option<String>,
    /// Port for those two [default: MCP_SSE_PORT, else 8765]
    #[arg(long, value_name = "PORT")]
    pub sse_port: Option<String>,
    /// Leave the terminal's session first, as `memory launch` wants it
    #[arg(long)]
    pub new_session: bool,
}

impl Server {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        if self.new_session {
            process::leave_session();
        }
        // First of all: from here on nothing but the protocol can reach standard output.
        let output = process::claim_stdout().map_err(|error| {
            Failure::system("standard output could not be taken for the protocol", &error)
        })?;
        let everything = self.http;
        let settings = self.settings(source)?;
        let runtime = runtime()?;
        let result = match surface(&settings, everything) {
            Some(surface) => runtime.block_on(http::serve(&settings, surface, terminal)),
            None => {
                if std::io::stdin().is_terminal() {
                    terminal.say("waiting for an assistant's requests on standard input; Ctrl-C ends it");
                }
                runtime.block_on(stdio::serve(&settings, output))
            }
        };
        // The thread that waits for standard input cannot be stopped.
        runtime.shutdown_background();
        result
    }

    fn settings(self, source: &Source) -> Result<Settings, Failure> {
        let settings = Settings::resolve(self.flag_values(source), Environment::of_process())?;
        logging::start(&settings);
        if let Some(notice) = settings.in_vain() {
            tracing::warn!("{notice}");
        }
        Ok(settings)
    }

    fn flag_values(self, source: &Source) -> Vec<FlagValue> {
        let mut flags = source.flag_values();
        let given = [
            ("MCP_LOG_LEVEL", "--debug", self.debug.then(|| "debug".to_owned())),
            ("MCP_MEMORY_STORAGE_BACKEND", "--storage-backend", self.storage_backend),
            ("MCP_HTTP_HOST", "--http-host", self.http_host),
            ("MCP_HTTP_PORT", "--http-port", self.http_port),
            ("MCP_SSE_HOST", "--sse-host", self.sse_host),
            ("MCP_SSE_PORT", "--sse-port", self.sse_port),
            ("MCP_STREAMABLE_HTTP_MODE", "--streamable-http", self.streamable_http.then(|| "1".to_owned())),
            ("MCP_SSE_MODE", "--sse", self.sse.then(|| "1".to_owned())),
        ];
        flags.extend(
            given
                .into_iter()
                .filter_map(|(variable, flag, text)| Some(FlagValue { variable, flag, text: text?.into() })),
        );
        flags
    }
}

/// What is served over HTTP; none when it is standard input and output.
fn surface(settings: &Settings, everything: bool) -> Option<Surface> {
    let (streamable, sse) = (settings.http.streamable.value, settings.http.sse.value);
    match (everything, streamable, sse, settings.http.mode.value) {
        (true, ..) => Some(Surface::Everything),
        (_, true, ..) => Some(Surface::Mcp),
        (_, _, true, _) => Some(Surface::Sse),
        // What a flag or a switch says goes before what the container is for.
        (.., Mode::Http) => Some(Surface::Everything),
        (.., Mode::StreamableHttp) => Some(Surface::Mcp),
        (.., Mode::Stdio) => None,
    }
}

#[cfg(test)]
mod tests;

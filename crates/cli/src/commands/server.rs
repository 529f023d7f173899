//! `memory server`: serves an assistant over standard input and output.
//!
//! | part | what |
//! |---|---|
//! | `stdio` | MCP over standard input and output |
//! | `signals` | being asked to stop |

mod signals;
mod stdio;

use std::io::IsTerminal;

use clap::Args;

use super::session::runtime;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::settings::{Environment, FlagValue, Settings};
use crate::{logging, process};

/// Serves an assistant over standard input and output, as the Model Context Protocol has it (stdio).
#[derive(Debug, Default, Args)]
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
        let settings = self.settings(source)?;
        if std::io::stdin().is_terminal() {
            terminal.say("waiting for an assistant's requests on standard input; Ctrl-C ends it");
        }
        let runtime = runtime()?;
        let result = runtime.block_on(stdio::serve(&settings, output));
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
        ];
        flags.extend(
            given
                .into_iter()
                .filter_map(|(variable, flag, text)| Some(FlagValue { variable, flag, text: text?.into() })),
        );
        flags
    }
}

#[cfg(test)]
mod tests;

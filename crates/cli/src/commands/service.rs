//! A server over HTTP that runs beside: launching it, asking it, stopping it, and having the system do that.
//!
//! | file | command |
//! |---|---|
//! | [`launch`], [`stop`], [`restart`] | `memory launch`, `memory stop`, `memory restart` |
//! | [`info`], [`health`], [`logs`] | `memory info`, `memory health`, `memory logs` |
//! | [`install`], [`uninstall`], [`status`] | `memory service install`, `uninstall`, `status` |
//! | `place` | where PID file and logs are |
//! | `pid_file` | who was launched, and how to know it again |
//! | `process`, `port_owner` | processes of this machine; who listens at a port |
//! | `desk` | what these commands work with |
//! | `ending` | ending a process that is proven to be the launched one |
//! | `unit`, `manager` | units of systemd and launchd; the programs that take them |

mod desk;
mod ending;
pub mod health;
pub mod info;
pub mod install;
pub mod launch;
pub mod logs;
mod manager;
mod pid_file;
mod place;
mod port_owner;
mod process;
pub mod restart;
pub mod status;
pub mod stop;
pub mod uninstall;
mod unit;

use clap::{Args, Subcommand};

use self::desk::Desk;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::settings::FlagValue;

/// Has the system start the server: at login or at boot, and again when it fails.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:
  memory service install --print
  memory service install
  memory service status
  memory service uninstall

The unit is one of systemd, or of launchd on macOS. It belongs to you, not to
the system, unless --system says so."
)]
pub struct Service {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with the unit.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write the unit and start it
    Install(install::Install),
    /// Stop the unit and remove it
    Uninstall(uninstall::Uninstall),
    /// Say whether the unit is there and runs
    Status(status::Status),
}

impl Service {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        match self.command {
            Command::Install(command) => command.run(terminal, source),
            Command::Uninstall(command) => command.run(terminal, source),
            Command::Status(command) => command.run(terminal, source),
        }
    }
}

/// Which server.
#[derive(Debug, Clone, Default, Args)]
pub struct Target {
    /// Address or name that it listens at [default: the launched server's, else MCP_HTTP_HOST, else 127.0.0.1]
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Port that it listens at [default: the launched server's, else MCP_HTTP_PORT, else 8000]
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
}

impl Target {
    /// The flags as the settings that they stand for.
    fn flag_values(&self) -> Vec<FlagValue> {
        let given = [("MCP_HTTP_HOST", "--host", &self.host), ("MCP_HTTP_PORT", "--port", &self.port)];
        let given =
            given.into_iter().filter_map(|(variable, flag, text)| Some((variable, flag, text.as_ref()?)));
        given.map(|(variable, flag, text)| FlagValue { variable, flag, text: text.into() }).collect()
    }
}

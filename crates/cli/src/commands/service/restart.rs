//! `memory restart`: ends the launched server and starts it again.

use clap::Args;

use super::launch::Launch;
use super::{Desk, Target, stop};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;

/// Ends the launched server and starts it again, at the same place unless another is named.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory restart
  memory restart --port 8010

Settings are read anew. Without a server that was launched it only launches one.")]
pub struct Restart {
    /// Where it shall listen.
    #[command(flatten)]
    pub target: Target,
    /// Kill the old one when it has not ended in time
    #[arg(short, long)]
    pub force: bool,
    /// Kind of store: sqlite_vec
    #[arg(short, long, value_name = "KIND")]
    pub storage_backend: Option<String>,
    /// Log what happens, as --log-level debug does
    #[arg(long, conflicts_with = "log_level")]
    pub debug: bool,
}

impl Restart {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let Self { mut target, force, storage_backend, debug } = self;
        let desk = Desk::new(terminal, source, target.clone())?;
        if let Some((record, _)) = desk.launched()? {
            let how = stop::end(&desk, &record, force)?;
            terminal.say(&format!("the old server was {how} (process {})", record.pid));
            target.host = target.host.or(record.host);
            target.port = target.port.or(record.port.map(|port| port.to_string()));
        }
        Launch { target, storage_backend, debug, ..Launch::default() }.run(terminal, source)
    }
}

//! `memory stop`: ends the launched server, and nobody else.

use std::fs;
use std::io;
use std::net::TcpListener;
use std::time::Duration;

use clap::Args;
use engine::ErrorCode;
use serde_json::json;

use super::ending::{Held, Manner};
use super::pid_file::Record;
use super::{Desk, Target, launch};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::{Format, Terminal};

/// How long a server may take beyond what it grants open requests.
const MARGIN: Duration = Duration::from_secs(10);

/// Ends the launched server.
#[derive(Debug, Default, Args)]
#[command(after_help = "Examples:
  memory stop
  memory stop --force

Only the process that `memory launch` started is ended: its number, its birth
and its command line must be those that were written down. Another program at
the port is named and left alone. Open requests may finish
(MCP_TRANSPORT_TIMEOUT_GRACEFUL_SHUTDOWN).")]
pub struct Stop {
    /// Which server.
    #[command(flatten)]
    pub target: Target,
    /// Kill it when it has not ended in time
    #[arg(short, long)]
    pub force: bool,
}

impl Stop {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let desk = Desk::new(terminal, source, self.target.clone())?;
        let (status, pid) = match desk.launched_there()? {
            Some((record, _)) => (end(&desk, &record, self.force)?, Some(record.pid)),
            None => {
                leave_alone(&desk)?;
                ("not_running", None)
            }
        };
        match (terminal.format(), pid) {
            (Format::Json, _) => terminal.print_json(&json!({ "status": status, "pid": pid }))?,
            (Format::Human, Some(pid)) => {
                terminal.print(&format!("the server was {status} (process {pid})"))?
            }
            (Format::Human, None) => terminal.print("no server runs that was launched")?,
        }
        Ok(Verdict::Success)
    }
}

/// Ends the launched server; says how.
pub(super) fn end(desk: &Desk, record: &Record, force: bool) -> Result<&'static str, Failure> {
    let unsent = |error| Failure::system(&format!("process {} could not be told to end", record.pid), &error);
    let mut how = "stopped";
    if let Some(held) = Held::take(record) {
        held.end(Manner::Asked).map_err(unsent)?;
        let patience = desk.settings.http.drain() + MARGIN;
        if !held.wait(patience) {
            if !force {
                return Err(slow(record.pid, patience));
            }
            held.end(Manner::Killed).map_err(unsent)?;
            if !held.wait(MARGIN) {
                return Err(slow(record.pid, MARGIN));
            }
            how = "killed";
        }
    }
    let path = desk.place.pid_file();
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(Failure::system(&format!("{} could not be removed", path.display()), &error))
        }
        _ => Ok(how),
    }
}

fn slow(pid: u32, patience: Duration) -> Failure {
    Failure::Known {
        code: ErrorCode::Internal,
        message: format!(
            "process {pid} was told to end, and still runs after {} seconds",
            patience.as_secs()
        ),
        hint: Some("wait for it, or end it at once with `memory stop --force`".to_owned()),
    }
}

/// Fails when somebody else is at the port, and says who.
fn leave_alone(desk: &Desk) -> Result<(), Failure> {
    let door = desk.wanted();
    // A host that is no address of this machine has no port here.
    let Ok(address) = door.address() else { return Ok(()) };
    match TcpListener::bind(address) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(launch::taken(door.port)),
        _ => Ok(()),
    }
}

//! `memory launch`: starts a server over HTTP that runs beside, and waits until it answers.

mod child;

use std::fs;
use std::io;
use std::net::TcpListener;
use std::process::ExitStatus;
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use engine::ErrorCode;
use serde_json::json;

use self::child::Line;
use super::desk::Door;
use super::pid_file::{Record, Standing};
use super::{Desk, Target, logs, port_owner};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::text::plain;
use crate::render::{Format, Terminal};

/// How long a server may take until it answers.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked.
const PAUSE: Duration = Duration::from_millis(100);
/// How many lines of its log are shown when it did not start.
const SHOWN_LINES: usize = 10;

/// Starts the server over HTTP beside, and waits until it answers.
#[derive(Debug, Clone, Default, Args)]
#[command(after_help = "Examples:
  memory launch
  memory launch --host 127.0.0.1 --port 8010
  memory launch --port 0 --json | jq -r .url
  memory launch --foreground

What it does is `memory server --http`, in a session of its own, with its output
in server.log and server.err (see `memory logs`). A server that was launched and
answers is left as it is. It ends with 1 when the server does not answer within
30 seconds. To have the system start it, see `memory service`.")]
pub struct Launch {
    /// Where it shall listen; port 0 is any that is free.
    #[command(flatten)]
    pub target: Target,
    /// Run beside and give the terminal back: what is done anyway
    #[arg(long)]
    pub detach: bool,
    /// Stay in the foreground, with all output on the terminal
    #[arg(long, conflicts_with = "detach")]
    pub foreground: bool,
    /// Kind of store: sqlite_vec
    #[arg(short, long, value_name = "KIND")]
    pub storage_backend: Option<String>,
    /// Log what happens, as --log-level debug does
    #[arg(long, conflicts_with = "log_level")]
    pub debug: bool,
}

/// How a launch ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Started,
    AlreadyRunning,
}

impl Launch {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let desk = Desk::new(terminal, source, self.target.clone())?;
        let place = &desk.place;
        let unwritten =
            |error| Failure::system(&format!("{} cannot be used", place.pid_file().display()), &error);
        place.prepare().map_err(unwritten)?;
        // Two launches at once: the second finds what the first has started.
        let lock = place.lock().map_err(unwritten)?;
        if let Some((record, _)) = desk.launched()?
            && let Some(verdict) = self.already(&desk, &record)?
        {
            return Ok(verdict);
        }
        let door = free(desk.wanted())?;
        let line = Line::new(&self, source, &door)
            .map_err(|error| Failure::system("the program was not found", &error))?;
        if self.foreground {
            return line.in_foreground(place, &door, lock);
        }
        let log_start = fs::metadata(place.errors()).map_or(0, |found| found.len());
        let mut server =
            line.spawn(place).map_err(|error| Failure::system("the server could not be started", &error))?;
        line.write_down(server.id(), place, &door)?;
        match wait(&door, || server.try_wait().ok().flatten()) {
            Waited::Well => told(&desk, &door, server.id(), Outcome::Started),
            Waited::Ended(status) => {
                // Nobody was launched.
                let _none = fs::remove_file(place.pid_file());
                Err(ended(&desk, status, log_start))
            }
            Waited::Silent => Err(silent(&door, server.id())),
        }
    }

    /// There is a server already: it is waited for if it has just been started. None when it ends meanwhile.
    fn already(&self, desk: &Desk, record: &Record) -> Result<Option<Verdict>, Failure> {
        let (door, wanted) = (desk.door(Some(record)), desk.wanted());
        if self.target.port.is_some() && wanted.port != door.port {
            return Err(Failure::Known {
                code: ErrorCode::Conflict,
                message: format!("a server runs already at {} (process {})", door.url(), record.pid),
                hint: Some(
                    "move it with `memory restart --port PORT`, or end it with `memory stop`".to_owned(),
                ),
            });
        }
        let is_gone = || (!matches!(record.standing(), Standing::Ours(_))).then_some(());
        match wait(&door, is_gone) {
            Waited::Well => told(desk, &door, record.pid, Outcome::AlreadyRunning).map(Some),
            Waited::Ended(()) => Ok(None),
            Waited::Silent => Err(silent(&door, record.pid)),
        }
    }
}

/// A door that nobody else listens at. Port 0 becomes one that is free.
fn free(mut door: Door) -> Result<Door, Failure> {
    let address = door.address().map_err(|error| {
        Failure::invalid(
            format!("nobody can listen at {:?}: {error}", door.host),
            "set --host or MCP_HTTP_HOST to an address of this machine",
        )
    })?;
    match TcpListener::bind(address).and_then(|listener| listener.local_addr()) {
        Ok(bound) => {
            door.port = bound.port();
            Ok(door)
        }
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(taken(door.port)),
        Err(error) => Err(Failure::system(&format!("nobody can listen at {address}"), &error)),
    }
}

/// Somebody else listens at the port.
pub(super) fn taken(port: u16) -> Failure {
    let owner = match port_owner::find(port) {
        Some(process) => format!("{} (process {})", plain(process.name()), process.pid),
        None => "another program".to_owned(),
    };
    Failure::Known {
        code: ErrorCode::Conflict,
        message: format!(
            "port {port} is used by {owner}, which `memory launch` did not start: it was left alone"
        ),
        hint: Some("end it the way it was started, or choose another port with --port".to_owned()),
    }
}

enum Waited<T> {
    Well,
    Ended(T),
    Silent,
}

/// Waits until a server is well, or has ended.
fn wait<T>(door: &Door, mut ended: impl FnMut() -> Option<T>) -> Waited<T> {
    let until = Instant::now() + PATIENCE;
    while Instant::now() < until {
        if let Some(end) = ended() {
            return Waited::Ended(end);
        }
        if door.ask().is_ok() {
            return Waited::Well;
        }
        thread::sleep(PAUSE);
    }
    Waited::Silent
}

fn told(desk: &Desk, door: &Door, pid: u32, outcome: Outcome) -> Result<Verdict, Failure> {
    let log = desk.place.errors();
    match desk.terminal.format() {
        Format::Json => desk.terminal.print_json(&json!({
            "status": match outcome { Outcome::Started => "started", Outcome::AlreadyRunning => "already_running" },
            "url": door.url(),
            "port": door.port,
            "pid": pid,
            "log": log.display().to_string(),
        }))?,
        Format::Human => {
            let already = match outcome {
                Outcome::Started => "",
                Outcome::AlreadyRunning => " already",
            };
            desk.terminal.print(&format!("the server runs{already} at {} (process {pid})", door.url()))?;
            desk.terminal.say(&format!("its log is {}; `memory stop` ends it", log.display()));
        }
    }
    Ok(Verdict::Success)
}

fn ended(desk: &Desk, status: ExitStatus, log_start: u64) -> Failure {
    let path = desk.place.errors();
    // What earlier servers wrote is not shown. A log that was put aside begins anew.
    let is_new = fs::metadata(&path).is_ok_and(|found| found.len() > log_start);
    let lines = if is_new { logs::tail(&path, SHOWN_LINES).unwrap_or_default() } else { Vec::new() };
    let shown: String = lines.iter().map(|line| format!("\n  {}", plain(line))).collect();
    Failure::Known {
        code: ErrorCode::Internal,
        message: format!("the server ended before it answered ({status}){shown}"),
        hint: Some("correct what it says and launch it again; `memory logs` shows more".to_owned()),
    }
}

fn silent(door: &Door, pid: u32) -> Failure {
    Failure::Known {
        code: ErrorCode::Internal,
        message: format!(
            "process {pid} runs, but did not answer at {} within {} seconds",
            door.url(),
            PATIENCE.as_secs()
        ),
        hint: Some("`memory logs` shows what it does, `memory stop` ends it".to_owned()),
    }
}

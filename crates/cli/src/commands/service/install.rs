//! `memory service install`: writes the unit and starts it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::manager::{Manager, Which, by_hand, carry_out};
use super::place::Place;
use super::unit::{self, Owner, SYSTEM_BASE, Unit};
use super::{Desk, Target};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::{Format, Terminal};
use crate::settings::{Environment, Settings};

/// How many seconds a server may take beyond what it grants open requests.
const MARGIN_S: u64 = 10;

/// Writes the unit and starts it, now and at every login or boot.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory service install --print
  memory service install --port 8010
  sudo memory service install --system --account memory

Your unit has your settings: ~/.config/mcp-memory/config.toml and
~/.mcp-memory/.env. The system's runs as an account of its own, never as root,
has its files in /var/lib/mcp-memory, and reads the .env there.")]
pub struct Install {
    /// Which unit.
    #[command(flatten)]
    pub which: Which,
    /// The account that the system's unit runs as
    #[arg(long, value_name = "NAME", requires = "system")]
    pub account: Option<String>,
    /// Only print the unit
    #[arg(long)]
    pub print: bool,
    /// Address or name to listen at [default: the settings of the server]
    #[arg(long, value_name = "HOST")]
    pub host: Option<String>,
    /// Port to listen at [default: the settings of the server]
    #[arg(long, value_name = "PORT")]
    pub port: Option<String>,
}

impl Install {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let target = Target { host: self.host.clone(), port: self.port.clone() };
        let desk = Desk::new(terminal, source, target)?;
        let environment = Environment::of_process();
        let manager = Manager::of(self.which, &environment)?;
        let program =
            std::env::current_exe().map_err(|error| Failure::system("the program was not found", &error))?;
        let unit = Unit {
            command: self.command(&program, source, &environment),
            writable: self.writable(&desk.settings),
            stop_s: desk.settings.http.drain().as_secs() + MARGIN_S,
            owner: self.owner(&desk.place)?,
        };
        let odd = |text: &str| {
            Failure::invalid(format!("{text:?} cannot stand in a unit"), "choose a path without line ends")
        };
        for text in unit
            .command
            .iter()
            .map(String::as_str)
            .chain(unit.writable.iter().filter_map(|path| path.to_str()))
        {
            if !unit::is_one_line(text) {
                return Err(odd(text));
            }
        }
        let text = manager.render(&unit);
        if self.print {
            terminal.print_exactly(&text)?;
            return Ok(Verdict::Success);
        }
        if !self.which.system {
            refuse_root()?;
        }
        self.write(&unit, &manager, &text)?;
        let orders = manager.start();
        let left = carry_out(&orders);
        match terminal.format() {
            Format::Json => terminal.print_json(&json!({
                "file": manager.file.display().to_string(),
                "started": left.is_empty(),
                "by_hand": left.iter().map(super::manager::Order::line).collect::<Vec<_>>(),
            }))?,
            Format::Human => terminal.print(&format!("wrote {}", manager.file.display()))?,
        }
        if left.is_empty() {
            terminal.say("it runs, and is started again at every start; `memory service status` looks at it");
            return Ok(Verdict::Success);
        }
        terminal.say(&format!("it could not be started from here; do this by hand:{}", by_hand(left)));
        Ok(Verdict::Incomplete)
    }

    /// What the unit runs: with the flags that were given now, by absolute paths.
    fn command(&self, program: &Path, source: &Source, environment: &Environment) -> Vec<String> {
        let absolute = |path: &Path| environment.working_directory().join(path).display().to_string();
        let mut command = vec![program.display().to_string(), "server".to_owned(), "--http".to_owned()];
        let given = [
            ("--http-host", self.host.clone()),
            ("--http-port", self.port.clone()),
            ("--db", source.db.as_deref().map(absolute)),
            ("--config", source.config.as_deref().map(absolute)),
            ("--log-level", source.log_level.clone()),
        ];
        command.extend(given.into_iter().filter_map(|(flag, value)| Some(format!("{flag}={}", value?))));
        command
    }

    /// Where the server writes: its base directory, and what was put elsewhere.
    fn writable(&self, settings: &Settings) -> Vec<PathBuf> {
        let mut directories = Vec::new();
        if self.which.system {
            directories.push(SYSTEM_BASE.into());
        } else {
            directories.extend(settings.base.iter().map(|base| base.value.clone()));
            directories.extend(unit::directory_of(&settings.database.value));
            directories.extend(unit::directory_of(&settings.access.file.value));
            directories.push(settings.backups.value.clone());
        }
        let mut kept: Vec<PathBuf> = Vec::new();
        for directory in directories {
            if !kept.iter().any(|other| directory.starts_with(other)) {
                kept.push(directory);
            }
        }
        kept
    }

    fn owner(&self, place: &Place) -> Result<Owner, Failure> {
        if !self.which.system {
            return Ok(Owner::User { logs: place.logs() });
        }
        match &self.account {
            Some(name) if unit::is_account(name) => Ok(Owner::System { account: name.clone() }),
            Some(name) => Err(Failure::invalid(
                format!("{name:?} is no account that the server may run as"),
                "name an account of its own, not root: useradd --system --shell /usr/sbin/nologin memory",
            )),
            None => Err(Failure::invalid(
                "the system's unit needs an account to run as: it never runs as root",
                "name one with --account",
            )),
        }
    }

    /// Writes the unit, and makes the directories that a user's server may write in: systemd refuses those that are not there.
    fn write(&self, unit: &Unit, manager: &Manager, text: &str) -> Result<(), Failure> {
        let file = &manager.file;
        let failed = |path: &Path, error: &io::Error| {
            Failure::system(&format!("{} cannot be written", path.display()), error)
        };
        if let Owner::User { logs } = &unit.owner {
            for directory in unit.writable.iter().chain([logs]) {
                fs::create_dir_all(directory).map_err(|error| failed(directory, &error))?;
            }
        }
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory).map_err(|error| failed(directory, &error))?;
        }
        fs::write(file, text).and_then(|()| readable(file)).map_err(|error| failed(file, &error))
    }
}

/// There are no secrets in a unit, and whoever reads units need not be its owner.
#[cfg(unix)]
fn readable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(file, fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A unit of root's own would run as root.
fn refuse_root() -> Result<(), Failure> {
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        return Err(Failure::invalid(
            "you are root: your unit would serve as root",
            "use --system --account NAME, or run the command as the user whose memories are served",
        ));
    }
    Ok(())
}

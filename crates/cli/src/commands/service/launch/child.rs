//! The server as a process of its own.

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::{self, Child, Command, Stdio};

use super::super::desk::Door;
use super::super::pid_file::Record;
use super::super::place::Place;
use super::super::process::Process;
use super::Launch;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};

/// The command line of a server: a program and its arguments. No shell ever sees it.
#[derive(Debug)]
pub(super) struct Line {
    program: PathBuf,
    arguments: Vec<OsString>,
}

impl Line {
    pub(super) fn new(launch: &Launch, source: &Source, door: &Door) -> io::Result<Self> {
        Ok(Self { program: env::current_exe()?, arguments: arguments(launch, source, door) })
    }

    /// Starts it beside, its output in the logs.
    pub(super) fn spawn(&self, place: &Place) -> io::Result<Child> {
        Command::new(&self.program)
            .args(&self.arguments)
            .arg("--new-session")
            .stdin(Stdio::null())
            .stdout(Place::open_log(&place.output())?)
            .stderr(Place::open_log(&place.errors())?)
            .spawn()
    }

    /// Writes down who it is. Its words are ours: what the kernel says of them is not true at once.
    pub(super) fn write_down(&self, pid: u32, place: &Place, door: &Door) -> Result<(), Failure> {
        let Some(mut process) = Process::find(pid) else { return Ok(()) };
        let words = self.arguments.iter().map(|word| word.to_string_lossy().into_owned());
        process.command = [self.program.to_string_lossy().into_owned()].into_iter().chain(words).collect();
        let record = Record::of(&process, &door.host, door.port, door.scheme);
        let path = place.pid_file();
        record
            .write(&path)
            .map_err(|error| Failure::system(&format!("{} cannot be written", path.display()), &error))
    }

    /// Becomes it.
    pub(super) fn in_foreground(&self, place: &Place, door: &Door, lock: File) -> Result<Verdict, Failure> {
        self.write_down(process::id(), place, door)?;
        drop(lock);
        replace(Command::new(&self.program).args(&self.arguments))
    }
}

#[cfg(unix)]
fn replace(command: &mut Command) -> Result<Verdict, Failure> {
    use std::os::unix::process::CommandExt;

    Err(Failure::system("the server could not be started", &command.exec()))
}

#[cfg(not(unix))]
fn replace(command: &mut Command) -> Result<Verdict, Failure> {
    match command.status() {
        Ok(status) if status.success() => Ok(Verdict::Success),
        Ok(_) => Ok(Verdict::Incomplete),
        Err(error) => Err(Failure::system("the server could not be started", &error)),
    }
}

/// The first three are what a process is known by. Values stand behind `=`: none can be taken for a flag.
fn arguments(launch: &Launch, source: &Source, door: &Door) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = vec!["server".into(), "--http".into()];
    let mut add = |flag: &str, value: OsString| {
        let mut argument = OsString::from(flag);
        argument.push("=");
        argument.push(value);
        arguments.push(argument);
    };
    add("--http-host", door.host.clone().into());
    add("--http-port", door.port.to_string().into());
    // A server works in no space of its own.
    let Source { db, config, log_level, space: _ } = source;
    if let Some(path) = db {
        add("--db", path.into());
    }
    if let Some(path) = config {
        add("--config", path.into());
    }
    if let Some(level) = log_level {
        add("--log-level", level.into());
    }
    if let Some(kind) = &launch.storage_backend {
        add("--storage-backend", kind.into());
    }
    if launch.debug {
        arguments.push("--debug".into());
    }
    arguments
}

#[cfg(test)]
mod tests {
    use http_server::probe::Scheme;

    use super::*;
    use crate::arguments::{Arguments, Caller, Command as Parsed};

    fn parsed(launch: &Launch, source: &Source, host: &str) -> (Source, Parsed) {
        let door = Door::new(Scheme::Http, host, 8001);
        let mut line = vec![OsString::from("memory")];
        line.extend(arguments(launch, source, &door));
        let parsed = Arguments::of(line, Caller::Person).unwrap();
        (parsed.source, parsed.command)
    }

    #[test]
    fn a_host_is_a_plain_argument_whatever_it_is() {
        let source = Source { db: None, config: None, log_level: None, space: None };
        for host in ["127.0.0.1", "$(touch x)", "a; rm -rf b", "--debug", "", "'\"`\n"] {
            let (_, Parsed::Server(server)) = parsed(&Launch::default(), &source, host) else {
                panic!("{host}")
            };
            assert_eq!(server.http_host.as_deref(), Some(host));
            assert!(server.http && !server.debug, "{host}");
        }
    }

    #[test]
    fn the_server_has_the_flags_of_the_launch() {
        let source =
            Source { db: Some("-x.db".into()), config: Some("c.toml".into()), log_level: None, space: None };
        let launch = Launch { debug: true, storage_backend: Some("sqlite_vec".into()), ..Launch::default() };
        let (told, Parsed::Server(server)) = parsed(&launch, &source, "::1") else { panic!() };
        assert_eq!((told.db, told.config), (source.db, source.config));
        assert!(server.debug);
        assert_eq!((server.storage_backend, server.http_port), (launch.storage_backend, Some("8001".into())));
    }
}

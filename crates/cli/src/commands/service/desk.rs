//! What the commands around a launched server work with.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use http_server::probe::{self, Answer, Scheme};

use super::Target;
use super::pid_file::{Record, Standing};
use super::place::Place;
use super::process::Process;
use crate::arguments::Source;
use crate::exit::Failure;
use crate::logging;
use crate::render::Terminal;
use crate::settings::http::Mode;
use crate::settings::{Environment, Settings};

/// How long a server may take to say that it is well.
const PATIENCE: Duration = Duration::from_secs(3);

/// What these commands work with.
pub(super) struct Desk {
    pub(super) terminal: Terminal,
    pub(super) settings: Settings,
    pub(super) place: Place,
    target: Target,
}

/// Where a server is.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Door {
    pub(super) scheme: Scheme,
    pub(super) host: String,
    pub(super) port: u16,
    path: &'static str,
}

impl Desk {
    pub(super) fn new(terminal: &Terminal, source: &Source, target: Target) -> Result<Self, Failure> {
        let environment = Environment::of_process();
        let place = Place::of(&environment)?;
        let mut flags = source.flag_values();
        flags.extend(target.flag_values());
        let settings = Settings::resolve(flags, environment)?;
        logging::start(&settings);
        Ok(Self { terminal: *terminal, settings, place, target })
    }

    /// Who was launched and runs. A file that is left over from another process is told of and removed.
    pub(super) fn launched(&self) -> Result<Option<(Record, Process)>, Failure> {
        let path = self.place.pid_file();
        let Some(record) = Record::read(&path) else { return Ok(None) };
        let why = match record.standing() {
            Standing::Ours(process) => return Ok(Some((record, process))),
            Standing::Gone => format!("process {} has ended", record.pid),
            Standing::Stranger(other) => {
                format!("process {} is another program now ({}), and is left alone", record.pid, other.name())
            }
        };
        self.terminal.say(&format!("the PID file is left over: {why}"));
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(Failure::system(&format!("{} could not be removed", path.display()), &error))
            }
            _ => Ok(None),
        }
    }

    /// The same, if it is the one that was asked for: a port that was named is another server's otherwise.
    pub(super) fn launched_there(&self) -> Result<Option<(Record, Process)>, Failure> {
        let is_meant =
            |record: &Record| self.target.port.is_none() || record.port == Some(self.wanted().port);
        Ok(self.launched()?.filter(|(record, _)| is_meant(record)))
    }

    /// Where the settings want the server that is launched.
    pub(super) fn wanted(&self) -> Door {
        let http = &self.settings.http;
        Door::new(self.scheme(), &http.host.value, http.port.value)
    }

    /// Where a server is to be asked: the launched one, or the one of the settings.
    pub(super) fn door(&self, launched: Option<&Record>) -> Door {
        let http = &self.settings.http;
        let mut door = self.wanted();
        if let Some(record) = launched {
            if let (Some(host), None) = (&record.host, &self.target.host) {
                door.host.clone_from(host);
            }
            door.port = record.port.unwrap_or(door.port);
            door.scheme = record.scheme.unwrap_or(door.scheme);
        } else if self.serves_mcp_alone() && self.target.port.is_none() {
            // MCP is served alone: it has a port of its own.
            door = Door {
                host: http.mcp_host.value.clone(),
                port: http.mcp_port.value,
                path: "/health",
                ..door
            };
        }
        door
    }

    fn serves_mcp_alone(&self) -> bool {
        let http = &self.settings.http;
        http.streamable.value || http.sse.value || http.mode.value == Mode::StreamableHttp
    }

    fn scheme(&self) -> Scheme {
        if self.settings.tls.is_on.value { Scheme::Https } else { Scheme::Http }
    }
}

impl Door {
    pub(super) fn new(scheme: Scheme, host: &str, port: u16) -> Self {
        Self { scheme, host: host.to_owned(), port, path: "/api/health" }
    }

    /// The address for people and programs.
    pub(super) fn url(&self) -> String {
        let host = match self.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]"),
            Err(_) => self.host.clone(),
        };
        format!("{}://{host}:{}", self.scheme.name(), self.port)
    }

    /// The address that is listened at.
    pub(super) fn address(&self) -> io::Result<SocketAddr> {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        let found = (bare, self.port).to_socket_addrs()?.next();
        found.ok_or_else(|| io::Error::other("it is no address of this machine"))
    }

    /// Asks it whether it is well: an answer other than 200 is none.
    pub(super) fn ask(&self) -> io::Result<Answer> {
        let mut address = self.address()?;
        // Whoever listens everywhere is asked here.
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        let answer = probe::ask(self.scheme, address, self.path, PATIENCE)?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(io::Error::other(format!("it answers with status {}", answer.status)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_as_programs_take_it() {
        for (host, expected) in [
            ("127.0.0.1", "http://127.0.0.1:8000"),
            ("::1", "http://[::1]:8000"),
            ("[::1]", "http://[::1]:8000"),
            ("localhost", "http://localhost:8000"),
        ] {
            assert_eq!(Door::new(Scheme::Http, host, 8000).url(), expected);
        }
    }
}

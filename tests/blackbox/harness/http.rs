//! `memory server --http` in a box: a process of its own on a port of its own, which is read from its standard error.

pub(crate) mod browser;
mod exchange;

use std::io::Read;
use std::net::SocketAddr;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

pub(crate) use exchange::{Reply, Request, encoded};

use super::Home;
use super::process::{PATIENCE, pid_of};

/// What stands before the address in the line that says where the server listens.
const LISTENING: &str = "listening at ";

/// A running server over HTTP. It is killed when dropped.
pub(crate) struct HttpServer {
    pid: Pid,
    url: String,
    log: Arc<Mutex<Vec<u8>>>,
    growth: Receiver<()>,
    exit: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
}

impl Home {
    /// Starts `memory server --http` on a free port of this machine; it answers when this returns.
    pub(crate) fn http_server(&self) -> HttpServer {
        self.http_server_with(&["--http", "--http-port", "0"])
    }

    /// Starts `memory server` with these flags, which must name a door over HTTP and port 0.
    pub(crate) fn http_server_with(&self, flags: &[&str]) -> HttpServer {
        HttpServer::start(self.command(&[&["server"], flags].concat()))
    }

    /// A new API key with a scope: `read`, `write`, `admin`. The scope is its name, too.
    pub(crate) fn api_key(&self, scope: &str) -> String {
        let made = self.succeed(&["keys", "create", "--name", scope, "--scope", scope, "--quiet"]);
        made.trim_end().to_owned()
    }
}

impl HttpServer {
    /// Starts a server and waits until it says where it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let pid = pid_of(&child);
        let mut errors = child.stderr.take().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (written, (grew, growth)) = (Arc::clone(&log), mpsc::channel());
        let logger = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = errors.read(&mut bytes) {
                written.lock().unwrap().extend_from_slice(&bytes[..read]);
                // Nobody waits for it when the server is gone.
                let _gone = grew.send(());
            }
        });
        let (ended, exit) = mpsc::channel();
        std::thread::spawn(move || {
            let status = child.wait().unwrap();
            // All that it wrote has been read when its end is told.
            let _read = logger.join();
            ended.send(status).ok();
        });
        let mut server = Self { pid, url: String::new(), log, growth, exit, status: None };
        while server.url.is_empty() {
            let waited = server.growth.recv_timeout(PATIENCE);
            server.url = listening(&server.log()).unwrap_or_default();
            match waited {
                Ok(()) => {}
                Err(RecvTimeoutError::Disconnected) if !server.url.is_empty() => {}
                Err(error) => panic!("{command:?} does not listen ({error}): {}", server.log()),
            }
        }
        server
    }

    /// Where it listens: `http://127.0.0.1:40123`, or with `https`.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// The address and the port of it.
    pub(crate) fn address(&self) -> SocketAddr {
        let (_, address) = self.url.split_once("://").unwrap();
        address.parse().unwrap_or_else(|error| panic!("{}: {error}", self.url))
    }

    /// What it wrote to standard error so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// Waits until it has written this.
    pub(crate) fn wait_for_log(&self, text: &str) {
        while !self.log().contains(text) {
            let waited = self.growth.recv_timeout(PATIENCE);
            assert!(waited.is_ok() || self.log().contains(text), "{text} was not written: {}", self.log());
        }
    }

    /// Sends a request, without TLS, on a connection of its own.
    pub(crate) fn send(&self, request: &Request) -> Reply {
        request.send_to(self.address())
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid, signal).unwrap();
    }

    /// How it ended, if it did within a time.
    pub(crate) fn exit_within(&mut self, limit: Duration) -> Option<ExitStatus> {
        if self.status.is_none() {
            self.status = self.exit.recv_timeout(limit).ok();
        }
        self.status
    }

    /// Asks it to stop (`SIGTERM`) and waits for its end, which must be a success without a panic. Gives its whole log.
    pub(crate) fn stop(mut self) -> String {
        self.signal(Signal::TERM);
        let status = self.exit_within(PATIENCE);
        let log = self.log();
        assert!(status.is_some_and(|status| status.success()), "{status:?}: {log}");
        assert!(!log.contains("panicked"), "{log}");
        log
    }
}

impl Drop for HttpServer {
    fn drop(&mut self) {
        if self.status.is_none() {
            let _ended = kill_process(self.pid, Signal::KILL);
        }
    }
}

/// Where a server listens, by a line of its log that is there whole.
fn listening(log: &str) -> Option<String> {
    let (_, rest) = log.split_once(LISTENING)?;
    let (url, _) = rest.split_once(';')?;
    Some(url.to_owned())
}

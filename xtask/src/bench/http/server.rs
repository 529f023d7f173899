//! The release executable as a user starts it: keys of `memory keys create`, and `memory server --http`.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};

use crate::bench::machine;
use crate::bench::product::Product;

/// How long it may take until it listens, and until it is gone.
const PATIENCE: Duration = Duration::from_secs(40);

/// Where to ask, and as whom.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) address: SocketAddr,
    pub(crate) keys: Vec<String>,
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    log: PathBuf,
    pub(crate) target: Target,
}

impl Server {
    /// Starts it on a database of the working folder, and waits until it listens. Rates are not limited: this bench is one
    /// machine with few keys, and asks more than a person may.
    pub(crate) fn start(
        product: &Product,
        database: &str,
        keys: &[String],
        settings: &[(&str, &str)],
    ) -> Result<Self, String> {
        let log = product.path(&format!("{database}.log"));
        let file = File::create(&log).map_err(|error| format!("{}: {error}", log.display()))?;
        let child = command(product, database)
            .args(["server", "--http", "--http-port", "0"])
            .env("MCP_RATE_LIMIT_PER_MINUTE", "0")
            .envs(settings.iter().copied())
            .stderr(file)
            .spawn()
            .map_err(|error| format!("memory server: {error}"))?;
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Self { child, log, target: Target { address: nowhere, keys: keys.to_vec() } };
        server.target.address = server.address()?;
        Ok(server)
    }

    fn address(&mut self) -> Result<SocketAddr, String> {
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let said = self.said();
            if let Some(address) = listening(&said) {
                return Ok(address);
            }
            if self.child.try_wait().is_ok_and(|status| status.is_some()) {
                return Err(format!("the server ended at once: {said}"));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err("the server does not listen".to_owned())
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The processor time that it has used.
    pub(crate) fn processor_time(&self) -> Result<Duration, String> {
        machine::processor_time(self.id())
    }

    fn said(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Asks it to end, waits until it is gone, and gives what it complained about.
    pub(crate) fn finish(mut self) -> Result<Vec<String>, String> {
        let process =
            i32::try_from(self.id()).ok().and_then(Pid::from_raw).ok_or("the server has no number")?;
        kill_process(process, Signal::TERM).map_err(|error| format!("stopping the server: {error}"))?;
        let begun = Instant::now();
        loop {
            match self.child.try_wait().map_err(|error| error.to_string())? {
                Some(status) if status.success() => return Ok(complaints(&self.said())),
                Some(status) => return Err(format!("the server ended with {status}: {}", self.said())),
                None if begun.elapsed() > PATIENCE => return Err("the server does not end".to_owned()),
                None => std::thread::sleep(Duration::from_millis(10)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `finish` the process is gone and both calls do nothing. After an error it must not be left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// New keys that may write, for every server on databases of the working folder.
pub(crate) fn keys(product: &Product, count: usize) -> Result<Vec<String>, String> {
    let key = |number: usize| {
        let output = command(product, "keys.db")
            .args(["keys", "create", "--name", &format!("bench {number}")])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| format!("memory keys create: {error}"))?;
        let key = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && !key.is_empty() {
            return Ok(key);
        }
        Err(format!("memory keys create failed: {}", String::from_utf8_lossy(&output.stderr)))
    };
    (0..count).map(key).collect()
}

/// The executable with no environment but its place.
pub(crate) fn command(product: &Product, database: &str) -> Command {
    let mut command = Command::new(product.executable());
    let home = product.path("");
    command
        .env_clear()
        .env("HOME", &home)
        .env("MCP_MEMORY_SQLITE_PATH", product.path(database))
        .current_dir(&home)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    command
}

/// The address in what the server says.
fn listening(said: &str) -> Option<SocketAddr> {
    let (_, rest) = said.split_once("listening at http://")?;
    rest.split_once(';')?.0.parse().ok()
}

/// The lines of a log that tell of trouble.
fn complaints(log: &str) -> Vec<String> {
    let is_complaint = |line: &&str| {
        line.split_whitespace().take(2).any(|word| matches!(word, "WARN" | "ERROR"))
            || line.contains("panicked")
    };
    log.lines().filter(is_complaint).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{complaints, listening};

    #[test]
    fn the_address_is_read_once_it_is_said_wholly() {
        assert_eq!(listening("listening at http://127.0.0.1:80"), None);
        let said = "2026-11-25T02:00:00Z  INFO x\nlistening at http://127.0.0.1:8000; Ctrl-C ends it\n";
        assert_eq!(listening(said), "127.0.0.1:8000".parse().ok());
    }

    #[test]
    fn warnings_errors_and_panics_are_complaints() {
        let log = "2026-11-25T02:00:00Z  INFO a\n2026-11-25T02:00:00Z  WARN b\nthread 'x' panicked at y\nERROR c\nsaid: no ERROR\n";
        assert_eq!(complaints(log).len(), 3);
    }
}

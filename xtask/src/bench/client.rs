//! A small MCP client: newline-delimited JSON-RPC over the standard streams of a real server process.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::machine;

/// The protocol revision that `initialize` asks for.
const PROTOCOL: &str = "2025-11-25";

/// A running `memory server` and its two streams.
pub(crate) struct Client {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last_id: u64,
}

/// An answer, and the time from writing the request to having read the whole answer. Parsing it is not counted.
pub(crate) struct Answer {
    pub(crate) elapsed: Duration,
    pub(crate) result: Value,
}

impl Client {
    /// Starts the server on a database. Nothing of this process's environment reaches it.
    pub(crate) fn spawn(product: &Path, database: &Path) -> Result<Self, String> {
        let folder = database.parent().unwrap_or(Path::new("."));
        let mut command = Command::new(product);
        command
            .arg("server")
            .env_clear()
            .env("HOME", folder)
            .env("MCP_MEMORY_SQLITE_PATH", database)
            .current_dir(folder);
        Self::start(&mut command)
    }

    /// Starts any process that answers a line with a line.
    pub(crate) fn start(command: &mut Command) -> Result<Self, String> {
        let name = command.get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or_else(|| format!("{name} has no output"))?;
        Ok(Self { child, input, output: BufReader::with_capacity(1 << 16, output), last_id: 0 })
    }

    /// The process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The processor time that the process has used.
    pub(crate) fn processor_time(&self) -> Result<Duration, String> {
        machine::processor_time(self.id())
    }

    /// `initialize` and the notice that follows it.
    pub(crate) fn handshake(&mut self) -> Result<(), String> {
        let client = json!({"name": "xtask bench", "version": env!("CARGO_PKG_VERSION")});
        let parameters = json!({"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client});
        self.request("initialize", &parameters)?;
        self.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string())
    }

    /// One request and its answer. Notices in between are passed over.
    pub(crate) fn request(&mut self, method: &str, parameters: &Value) -> Result<Answer, String> {
        self.last_id += 1;
        let id = self.last_id;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}).to_string();
        let start = Instant::now();
        self.send(&request)?;
        loop {
            let line = self.receive()?;
            let elapsed = start.elapsed();
            let mut answer: Value =
                serde_json::from_str(&line).map_err(|error| format!("{method}: {error} in {line:?}"))?;
            if answer["id"] == json!(id) {
                if let Some(error) = answer.get("error") {
                    return Err(format!("{method} failed: {error}"));
                }
                return Ok(Answer { elapsed, result: answer["result"].take() });
            }
        }
    }

    /// One tool call. An answer with `isError` is an error here.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Result<Answer, String> {
        let answer = self.request("tools/call", &json!({"name": tool, "arguments": arguments}))?;
        if answer.result["isError"] == json!(true) {
            return Err(format!("{tool} failed: {}", answer.result["content"]));
        }
        Ok(answer)
    }

    /// Writes a line.
    pub(crate) fn send(&mut self, line: &str) -> Result<(), String> {
        let input = self.input.as_mut().ok_or("the server's input is closed")?;
        // One write, so that the server never wakes for half a line.
        let mut bytes = Vec::with_capacity(line.len() + 1);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        input.write_all(&bytes).map_err(|error| format!("writing to the server: {error}"))
    }

    /// Reads a line.
    pub(crate) fn receive(&mut self) -> Result<String, String> {
        let mut line = String::new();
        match self.output.read_line(&mut line) {
            Ok(0) => Err("the server closed its output".to_owned()),
            Ok(_) => Ok(line),
            Err(error) => Err(format!("reading from the server: {error}")),
        }
    }

    /// Ends the server by closing its input, and waits until everything is written and it is gone.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.input = None;
        let status = self.child.wait().map_err(|error| format!("waiting for the server: {error}"))?;
        if status.success() { Ok(()) } else { Err(format!("the server ended with {status}")) }
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // After `finish` the process is gone and both calls do nothing. After an error it must not be left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::time::Duration;

    use super::Client;

    #[test]
    fn a_process_that_only_waits_has_used_little_time() -> Result<(), String> {
        let mut cat = Client::start(&mut Command::new("/bin/cat"))?;
        cat.send("{}")?;
        assert_eq!(cat.receive()?, "{}\n");
        assert!(cat.processor_time()? < Duration::from_secs(1));
        cat.finish()
    }
}

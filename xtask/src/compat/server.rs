//! A server of either side and the connection to it: newline-delimited JSON-RPC over its standard input and output.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// The protocol revision that `initialize` asks for: the newest that both know.
const PROTOCOL: &str = "2025-06-18";

/// A running server. It is ended when dropped.
pub(crate) struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    last_id: u64,
}

/// An answer to `tools/call`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    /// Whether the protocol says that the call failed.
    pub(crate) is_error: bool,
    /// What a model reads.
    pub(crate) text: String,
}

impl Server {
    /// Starts a server and shakes hands.
    pub(crate) fn start(mut command: Command) -> Result<Self, String> {
        let name = command.get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("{name}: {error}"))?;
        let input = child.stdin.take();
        let output = child.stdout.take().ok_or_else(|| format!("{name} has no output"))?;
        let mut server = Self { child, input, output: BufReader::new(output), last_id: 0 };
        let client = json!({"name": "xtask compat", "version": env!("CARGO_PKG_VERSION")});
        let parameters = json!({"protocolVersion": PROTOCOL, "capabilities": {}, "clientInfo": client});
        server.request("initialize", &parameters)?;
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))?;
        Ok(server)
    }

    /// The names of the listed tools.
    pub(crate) fn tools(&mut self) -> Result<Vec<String>, String> {
        let answer = self.request("tools/list", &json!({}))?;
        let tools = answer["result"]["tools"].as_array().ok_or_else(|| format!("tools/list: {answer}"))?;
        Ok(tools.iter().filter_map(|tool| Some(tool["name"].as_str()?.to_owned())).collect())
    }

    /// Calls a tool. A failure of the protocol reads as one of the tool.
    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Result<Answer, String> {
        let answer = self.request("tools/call", &json!({"name": tool, "arguments": arguments}))?;
        if let Some(message) = answer["error"]["message"].as_str() {
            return Ok(Answer { is_error: true, text: message.to_owned() });
        }
        let content = answer["result"]["content"].as_array().map(Vec::as_slice).unwrap_or_default();
        let texts: Vec<&str> = content.iter().filter_map(|part| part["text"].as_str()).collect();
        Ok(Answer { is_error: answer["result"]["isError"] == json!(true), text: texts.join("\n") })
    }

    /// Calls a tool that must succeed: neither side may say that it failed, the original in the text alone either.
    pub(crate) fn must(&mut self, tool: &str, arguments: &Value) -> Result<Answer, String> {
        let answer = self.call(tool, arguments)?;
        if answer.failed() { Err(format!("{tool} {arguments}: {}", answer.text)) } else { Ok(answer) }
    }

    /// Ends the server by closing its input, and waits until it is gone. The original does not always end by itself.
    pub(crate) fn finish(mut self) -> Result<(), String> {
        self.input = None;
        let mut rest = String::new();
        while self.output.read_line(&mut rest).map_err(|error| format!("reading from the server: {error}"))?
            > 0
        {
            rest.clear();
        }
        self.child.wait().map(|_| ()).map_err(|error| format!("waiting for the server: {error}"))
    }

    fn request(&mut self, method: &str, parameters: &Value) -> Result<Value, String> {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}))?;
        let mut line = String::new();
        loop {
            line.clear();
            match self.output.read_line(&mut line) {
                Ok(0) => return Err(format!("{method}: the server closed its output")),
                Ok(_) => {}
                Err(error) => return Err(format!("reading from the server: {error}")),
            }
            // Older releases of the original also print what is no message.
            let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
            if message["id"] == json!(id) {
                return Ok(message);
            }
        }
    }

    fn send(&mut self, message: &Value) -> Result<(), String> {
        let input = self.input.as_mut().ok_or("the server's input is closed")?;
        let line = format!("{message}\n");
        input.write_all(line.as_bytes()).map_err(|error| format!("writing to the server: {error}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `finish` the process is gone and both calls do nothing. After an error it must not be left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    /// Whether the call failed, by the protocol or by what the text begins with.
    pub(crate) fn failed(&self) -> bool {
        self.is_error || self.text.starts_with("Error") || self.text.starts_with("{\"error\"")
    }

    /// The keys of memories in the text, in order, each once.
    pub(crate) fn hashes(&self) -> Vec<String> {
        let mut hashes: Vec<String> = Vec::new();
        for word in self.text.split(|character: char| !character.is_ascii_alphanumeric()) {
            let is_hash = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
            if is_hash && !hashes.iter().any(|known| known == word) {
                hashes.push(word.to_owned());
            }
        }
        hashes
    }
}

#[cfg(test)]
mod tests {
    use super::Answer;

    #[test]
    fn the_keys_in_a_text_are_found_once_each_in_order() {
        let (one, other) = ("1".repeat(64), "a".repeat(64));
        let text = format!("Hash: {other}\nHash: {one} (hash: {other}) {}", "b".repeat(63));
        let answer = Answer { is_error: false, text };
        assert_eq!(answer.hashes(), [other, one]);
    }

    #[test]
    fn a_failure_that_only_the_text_tells_is_one() {
        let answer = |text: &str| Answer { is_error: false, text: text.to_owned() };
        assert!(answer("Error storing memory: no").failed());
        assert!(answer("{\"error\": \"no\"}").failed());
        assert!(!answer("Memory stored").failed());
    }
}

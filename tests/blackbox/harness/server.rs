//! A client of `memory server`: newline-delimited JSON-RPC over its standard input and output.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::process::{PATIENCE, pid_of};
use super::schema;

/// How a client speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Era {
    /// Revision 2026-07-28: no handshake, every request carries what it needs.
    Modern,
    /// A revision with a handshake: `initialize` comes first.
    Handshake(&'static str),
}

/// The newest revision.
pub(crate) const MODERN: &str = "2026-07-28";

/// A running server and the connection to it. It is killed when dropped.
pub(crate) struct Server {
    pid: Pid,
    era: Era,
    input: Option<ChildStdin>,
    lines: Receiver<Vec<u8>>,
    log: Arc<Mutex<Vec<u8>>>,
    exit: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
    last_id: u64,
    /// The tools that were called and have not answered yet, by the ids of the requests.
    calls: BTreeMap<u64, String>,
}

/// An answer to `tools/call`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// Whether the tool says that it failed.
    pub(crate) is_error: bool,
    /// What it says to a model.
    pub(crate) text: String,
    /// What it says to a program.
    pub(crate) structured: Value,
}

impl Answer {
    /// The key that a receipt names.
    pub(crate) fn hash(&self) -> String {
        assert!(!self.is_error, "{self:?}");
        self.structured["content_hash"].as_str().unwrap_or_else(|| panic!("{self:?}")).to_owned()
    }

    /// The keys of the memories in an answer, in order.
    pub(crate) fn hashes(&self) -> Vec<String> {
        assert!(!self.is_error, "{self:?}");
        let memories = self.structured["memories"].as_array().unwrap_or_else(|| panic!("{self:?}"));
        memories.iter().map(|memory| memory["content_hash"].as_str().unwrap().to_owned()).collect()
    }
}

impl Server {
    /// Starts a server. With a handshake, it is done when this returns.
    pub(crate) fn start(command: Command, era: Era) -> Self {
        let mut server = Self::start_silent(command, era);
        if let Era::Handshake(version) = era {
            let answer = server.initialize(version);
            assert_eq!(answer["result"]["protocolVersion"], version, "{answer}");
        }
        server
    }

    /// Starts a server and says nothing to it.
    pub(crate) fn start_silent(mut command: Command, era: Era) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let pid = pid_of(&child);
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut errors = child.stderr.take().unwrap();
        let (line, lines) = mpsc::channel();
        let reader = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            while output.read_until(b'\n', &mut bytes).is_ok_and(|read| read > 0) {
                drop(line.send(std::mem::take(&mut bytes)));
            }
        });
        let log = Arc::new(Mutex::new(Vec::new()));
        let written = Arc::clone(&log);
        let logger = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read @ 1..) = errors.read(&mut bytes) {
                written.lock().unwrap().extend_from_slice(&bytes[..read]);
            }
        });
        let (ended, exit) = mpsc::channel();
        std::thread::spawn(move || {
            let status = child.wait().unwrap();
            // All that it wrote has been read when its end is told.
            let _readers = (reader.join(), logger.join());
            ended.send(status).ok();
        });
        Self { pid, era, input, lines, log, exit, status: None, last_id: 0, calls: BTreeMap::new() }
    }

    /// Its process number.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// What it wrote to standard error so far.
    pub(crate) fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.lock().unwrap()).into_owned()
    }

    /// The handshake of the older revisions; gives the whole answer.
    pub(crate) fn initialize(&mut self, version: &str) -> Value {
        let client = json!({"name": "blackbox", "version": "1"});
        let parameters = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
        let answer = self.request_bare("initialize", parameters);
        self.send_line(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        answer
    }

    /// Sends a request as its era does and waits for the answer, a whole message.
    pub(crate) fn request(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.send(method, parameters);
        self.answer_to(id)
    }

    /// Sends a request without anything added and waits for the answer.
    pub(crate) fn request_bare(&mut self, method: &str, parameters: Value) -> Value {
        let id = self.send_bare(method, parameters);
        self.answer_to(id)
    }

    /// Calls a tool that must answer (which may be that it failed).
    pub(crate) fn call(&mut self, tool: &str, arguments: Value) -> Answer {
        let message = self.request("tools/call", json!({"name": tool, "arguments": arguments}));
        as_answer(&message)
    }

    /// Stores a text that must be new; gives its key.
    pub(crate) fn store(&mut self, content: &str) -> String {
        let answer = self.call("memory_store", json!({"content": content}));
        assert!(!answer.is_error && answer.structured["outcome"] == "created", "{content:?}: {answer:?}");
        answer.hash()
    }

    /// The keys that a search finds, best first.
    pub(crate) fn search(&mut self, query: &str, limit: u32) -> Vec<String> {
        self.call("memory_search", json!({"query": query, "limit": limit})).hashes()
    }

    /// Sends a request as its era does; gives its id.
    pub(crate) fn send(&mut self, method: &str, mut parameters: Value) -> u64 {
        if self.era == Era::Modern {
            parameters["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": MODERN,
                "io.modelcontextprotocol/clientInfo": {"name": "blackbox", "version": "1"},
                "io.modelcontextprotocol/clientCapabilities": {},
            });
        }
        self.send_bare(method, parameters)
    }

    fn send_bare(&mut self, method: &str, parameters: Value) -> u64 {
        self.last_id += 1;
        if let ("tools/call", Some(tool)) = (method, parameters["name"].as_str()) {
            self.calls.insert(self.last_id, tool.to_owned());
        }
        let message = json!({"jsonrpc": "2.0", "id": self.last_id, "method": method, "params": parameters});
        self.send_line(message.to_string().as_bytes());
        self.last_id
    }

    /// Sends a line as it is. A server that is gone does not read it, and that is no error here.
    pub(crate) fn send_line(&mut self, line: &[u8]) {
        let input = self.input.as_mut().expect("the input was closed");
        drop(input.write_all(line).and_then(|()| input.write_all(b"\n")).and_then(|()| input.flush()));
    }

    /// The answer to a request; other messages before it are passed over.
    pub(crate) fn answer_to(&mut self, id: u64) -> Value {
        loop {
            let message = self.message();
            if message["id"] == id {
                return message;
            }
        }
    }

    /// The next message.
    pub(crate) fn message(&mut self) -> Value {
        let line = self
            .lines
            .recv_timeout(PATIENCE)
            .unwrap_or_else(|error| panic!("no message ({error}); its log: {}", self.log()));
        self.parse(&line)
    }

    /// The next message, or none when the output has ended.
    pub(crate) fn message_before_end(&mut self) -> Option<Value> {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Some(line).filter(|line| line.ends_with(b"\n")).map(|line| self.parse(&line)),
            Err(mpsc::RecvTimeoutError::Disconnected) => None,
            Err(mpsc::RecvTimeoutError::Timeout) => panic!("neither a message nor an end: {}", self.log()),
        }
    }

    /// Ends its input.
    pub(crate) fn end_input(&mut self) {
        self.input = None;
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

    /// Ends its input and waits for its end, which must be a success. Gives the messages that were still to come.
    pub(crate) fn close(mut self) -> Vec<Value> {
        self.end_input();
        let status = self.exit_within(PATIENCE);
        assert!(status.is_some_and(|status| status.success()), "{status:?}: {}", self.log());
        assert!(!self.log().contains("panicked"), "{}", self.log());
        let lines: Vec<_> = self.lines.try_iter().collect();
        lines.iter().map(|line| self.parse(line)).collect()
    }

    /// Kills it as the power does: without a word. Gives the messages that it had sent and that were not read yet.
    pub(crate) fn kill(mut self) -> Vec<Value> {
        self.signal(Signal::KILL);
        assert!(self.exit_within(PATIENCE).is_some());
        let whole: Vec<_> = self.lines.try_iter().filter(|line| line.ends_with(b"\n")).collect();
        whole.iter().map(|line| self.parse(line)).collect()
    }

    /// A line as a message. What a tool answers is held against the schema that it declared.
    fn parse(&mut self, line: &[u8]) -> Value {
        let text = std::str::from_utf8(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        let message: Value = serde_json::from_str(text)
            .unwrap_or_else(|error| panic!("standard output has {text:?}: {error}"));
        assert_eq!(message["jsonrpc"], "2.0", "standard output has {text:?}");
        if let Some(tool) = message["id"].as_u64().and_then(|id| self.calls.remove(&id)) {
            schema::check(&tool, &message);
        }
        message
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.status.is_none() {
            let _ended = kill_process(self.pid, Signal::KILL);
        }
    }
}

/// Takes an answer to `tools/call` apart.
pub(crate) fn as_answer(message: &Value) -> Answer {
    let result = &message["result"];
    let text = result["content"][0]["text"].as_str();
    Answer {
        is_error: result["isError"].as_bool().unwrap_or(false),
        text: text.unwrap_or_else(|| panic!("no answer of a tool: {message}")).to_owned(),
        structured: result["structuredContent"].clone(),
    }
}

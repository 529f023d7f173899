//! The server on the wire: bytes in, lines out.

mod calls;
mod context;
mod eras;
mod framing;
pub(crate) mod held;
mod list_changes;
mod shutdown;

use engine::{Capability, Engine};
use model::Space;
use serde_json::{Value, json};
use testkit::Bench;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf};
use tokio::task::JoinHandle;

use super::{Options, ServeError, serve_with};

/// A client at the other end of the stream.
struct Client {
    input: Option<WriteHalf<DuplexStream>>,
    output: BufReader<ReadHalf<DuplexStream>>,
    server: JoinHandle<Result<(), ServeError>>,
    last_id: u64,
}

impl Client {
    /// A client of a server on fakes, granted everything.
    fn start() -> Self {
        Self::granted(Capability::Admin)
    }

    fn granted(capability: Capability) -> Self {
        Self::of(&Bench::default().engine, capability)
    }

    fn of(engine: &Engine, capability: Capability) -> Self {
        Self::with(engine, capability, Options::default())
    }

    fn with(engine: &Engine, capability: Capability, options: impl Into<Options>) -> Self {
        let (ours, theirs) = tokio::io::duplex(1024 * 1024);
        let (read, write) = tokio::io::split(theirs);
        let (engine, options) = (engine.clone(), options.into());
        let server = tokio::spawn(async move {
            serve_with(&engine, &Space::Default, capability, options, read, write).await
        });
        let (output, input) = tokio::io::split(ours);
        Self { input: Some(input), output: BufReader::new(output), server, last_id: 0 }
    }

    async fn send_bytes(&mut self, bytes: &[u8]) {
        self.input.as_mut().unwrap().write_all(bytes).await.unwrap();
    }

    async fn send(&mut self, message: Value) {
        self.send_bytes(format!("{message}\n").as_bytes()).await;
    }

    /// The next line; everything that the server writes must be JSON.
    async fn next(&mut self) -> Option<Value> {
        let mut line = String::new();
        let length = self.output.read_line(&mut line).await.unwrap();
        (length > 0).then(|| serde_json::from_str(&line).unwrap_or_else(|_| panic!("not JSON: {line:?}")))
    }

    async fn request(&mut self, method: &str, params: Value) -> Value {
        self.last_id += 1;
        let id = self.last_id;
        self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})).await;
        let answer = self.next().await.unwrap();
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(id)), "{answer}");
        answer
    }

    /// The result of a request that has one.
    async fn result(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.request(method, params).await;
        assert!(answer.get("error").is_none(), "{answer}");
        answer["result"].take()
    }

    /// The code of a request that fails.
    async fn error_code(&mut self, method: &str, params: Value) -> i64 {
        let answer = self.request(method, params).await;
        answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("no error: {answer}"))
    }

    async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.result("tools/call", json!({"name": tool, "arguments": arguments})).await
    }

    /// Ends the input.
    async fn end_input(&mut self) {
        self.input.as_mut().unwrap().shutdown().await.unwrap();
    }

    /// Ends the input; gives what the server still wrote, and how it ended.
    async fn end(mut self) -> (Vec<Value>, Result<(), ServeError>) {
        self.end_input().await;
        let mut rest = Vec::new();
        while let Some(line) = self.next().await {
            rest.push(line);
        }
        (rest, self.server.await.unwrap())
    }
}

pub(crate) fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap()
}

/// The `_meta` of the stateless revision.
pub(crate) fn meta(version: &str) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": version,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"}
    })
}

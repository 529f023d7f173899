//! What became of a session.

use engine::SessionReceipt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PartReceipt;
use super::memory::embedding_name;

/// What became of a session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    /// Name; its memories have it in the tag session:...
    pub session_id: String,
    /// Turns that said something
    pub turns: usize,
    /// Memories it became, in order
    pub chunks: Vec<PartReceipt>,
    /// done or pending: found by meaning
    pub vector: String,
    /// Named store it lies in
    pub store: String,
    /// What to know
    pub warnings: Vec<String>,
}

impl Session {
    pub(crate) fn new(receipt: &SessionReceipt, store: &str) -> Self {
        Self {
            session_id: receipt.session_id.clone(),
            turns: receipt.turns,
            chunks: receipt.chunks.iter().map(PartReceipt::from).collect(),
            vector: embedding_name(receipt.embedding).to_owned(),
            store: store.to_owned(),
            warnings: receipt.warnings.clone(),
        }
    }
}

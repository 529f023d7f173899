//! What became of a store.

use engine::{Outcome, Part, PartOutcome, StoreReceipt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::memory::embedding_name;

/// What became of a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// Key of the memory
    pub content_hash: String,
    /// created; duplicate: the text was there already, nothing was written; split: a long text became several
    pub outcome: String,
    /// Whether it survives a crash
    pub durable: bool,
    /// done: found by words
    pub lexical: String,
    /// done or pending: found by meaning
    pub vector: String,
    /// Named store it lies in
    pub store: String,
    /// When the text was split: its parts, in order
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartReceipt>,
    /// Other memories that mean nearly the same; all are kept
    pub near_duplicates: Vec<NearDuplicate>,
    /// What to know
    pub warnings: Vec<String>,
}

/// The receipt of a store, and for doors of this process the memory, too.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Stored {
    /// What became of it.
    pub receipt: Receipt,
    /// The memory as it is kept, or that was there already; none when the text became several.
    #[serde(skip)]
    pub memory: Option<model::Memory>,
}

impl Stored {
    /// The receipt of a store into `store`.
    pub(crate) fn new(mut receipt: StoreReceipt, store: &str) -> Self {
        let memory = receipt.memory.take();
        Self { receipt: Receipt::new(receipt, store), memory }
    }
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PartReceipt {
    /// Key
    pub content_hash: String,
    /// created, duplicate or failed
    pub outcome: String,
    /// Why it failed
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A memory that means nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NearDuplicate {
    /// Key
    pub content_hash: String,
    /// Cosine, -1 to 1
    pub similarity: f64,
}

impl From<&Part> for PartReceipt {
    fn from(part: &Part) -> Self {
        let (outcome, reason) = match &part.outcome {
            PartOutcome::Created => ("created", None),
            PartOutcome::Duplicate { .. } => ("duplicate", None),
            PartOutcome::Failed { reason } => ("failed", Some(reason.clone())),
        };
        Self { content_hash: part.hash.to_string(), outcome: outcome.to_owned(), reason }
    }
}

impl Receipt {
    /// The receipt of a store into `store`.
    pub(crate) fn new(receipt: StoreReceipt, store: &str) -> Self {
        let (outcome, store) = match &receipt.outcome {
            Outcome::Created => ("created", store),
            Outcome::Duplicate { partition } => ("duplicate", partition.as_str()),
            Outcome::Split { .. } => ("split", store),
        };
        let parts = match &receipt.outcome {
            Outcome::Split { parts } => parts.iter().map(PartReceipt::from).collect(),
            _ => Vec::new(),
        };
        Self {
            content_hash: receipt.hash.to_string(),
            outcome: outcome.to_owned(),
            durable: true,
            lexical: "done".to_owned(),
            vector: embedding_name(receipt.embedding).to_owned(),
            store: store.to_owned(),
            parts,
            near_duplicates: receipt
                .near_duplicates
                .into_iter()
                .map(|near| NearDuplicate {
                    content_hash: near.hash.to_string(),
                    similarity: near.similarity,
                })
                .collect(),
            warnings: receipt.warnings,
        }
    }
}

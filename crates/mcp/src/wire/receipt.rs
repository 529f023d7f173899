//! What became of a store.

use engine::{Outcome, StoreReceipt};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::memory::embedding_name;

/// What became of a store.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Receipt {
    /// Key of the memory
    pub content_hash: String,
    /// created, or duplicate: the same text was there already and nothing was written
    pub outcome: String,
    /// Whether it survives a crash
    pub durable: bool,
    /// done: found by words
    pub lexical: String,
    /// done or pending: found by meaning
    pub vector: String,
    /// Named store it lies in
    pub store: String,
    /// Other memories that mean nearly the same; all are kept
    pub near_duplicates: Vec<NearDuplicate>,
    /// What to know
    pub warnings: Vec<String>,
}

/// A memory that means nearly the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NearDuplicate {
    /// Key
    pub content_hash: String,
    /// Cosine, -1 to 1
    pub similarity: f64,
}

impl Receipt {
    /// The receipt of a store into `store`.
    pub(crate) fn new(receipt: StoreReceipt, store: &str) -> Self {
        let (outcome, store) = match &receipt.outcome {
            Outcome::Created => ("created", store),
            Outcome::Split { .. } => ("split", store),
            Outcome::Duplicate { partition } => ("duplicate", partition.as_str()),
        };
        Self {
            content_hash: receipt.hash.to_string(),
            outcome: outcome.to_owned(),
            durable: true,
            lexical: "done".to_owned(),
            vector: embedding_name(receipt.embedding).to_owned(),
            store: store.to_owned(),
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

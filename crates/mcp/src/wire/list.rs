//! A page of memories.

use engine::ListAnswer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Memory;

/// A page of memories.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct List {
    /// Newest first
    pub memories: Vec<Memory>,
    /// Page, from 1
    pub page: u64,
    /// Memories on a page
    pub page_size: u32,
    /// Memories that meet the filter
    pub total: u64,
    /// Pages they fill
    pub total_pages: u64,
    /// Whether a page follows
    pub has_more: bool,
}

impl From<ListAnswer> for List {
    fn from(answer: ListAnswer) -> Self {
        let ListAnswer { memories, page, page_size, total, total_pages, has_more } = answer;
        let memories = memories.into_iter().map(Memory::from).collect();
        Self { memories, page, page_size, total, total_pages, has_more }
    }
}

//! A page of memories.

use engine::ListAnswer;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Memory, Window};

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
    /// Memories of this page left out by max_response_chars
    pub omitted: usize,
    /// Memories left out because a newer version replaced them
    #[serde(default, skip_serializing_if = "is_zero")]
    pub superseded_hidden: u64,
    /// Time that was asked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_window: Option<Window>,
    /// What to know
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notices: Vec<String>,
}

impl List {
    pub(crate) fn new(answer: ListAnswer, time_window: Option<Window>) -> Self {
        let ListAnswer { memories, page, page_size, total, total_pages, has_more, superseded } = answer;
        let memories = memories.into_iter().map(Memory::from).collect();
        let (omitted, notices) = (0, Vec::new());
        Self {
            memories,
            page,
            page_size,
            total,
            total_pages,
            has_more,
            omitted,
            superseded_hidden: superseded,
            time_window,
            notices,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
pub(super) fn is_zero(number: &u64) -> bool {
    *number == 0
}

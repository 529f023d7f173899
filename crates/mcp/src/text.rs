//! The text of a search's answer, in the two forms that the original's clients read.

use std::fmt::Write;

use crate::wire::{Hit, Memory, Search, Window};

/// What a memory costs beyond its own characters, as the original counts.
const OVERHEAD_CHARS: u64 = 200;

/// How found memories are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// A numbered list.
    List,
    /// Blocks between `=== Memory 1 ===` and `---`: the original's form when the caller limits the length.
    Blocks,
}

/// What was left out of an answer so that it is not too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Memories left out.
    pub(crate) omitted: usize,
    shown_chars: u64,
    total_chars: u64,
}

impl Cut {
    /// Keeps whole memories from the front while they fit; the first is always kept.
    pub(crate) fn to<T: Costs>(memories: &mut Vec<T>, budget: u64) -> Self {
        let (mut kept, mut shown_chars, mut total_chars) = (0, 0, 0);
        for memory in memories.iter() {
            total_chars += memory.chars();
            if kept == 0 || total_chars <= budget {
                (kept, shown_chars) = (kept + 1, total_chars);
            }
        }
        let omitted = memories.len() - kept;
        memories.truncate(kept);
        Self { omitted, shown_chars, total_chars }
    }
}

/// What has a length in an answer.
pub(crate) trait Costs {
    /// How long it is, in characters.
    fn chars(&self) -> u64;
}

impl Costs for Memory {
    fn chars(&self) -> u64 {
        let tags: usize = self.tags.iter().map(|tag| tag.chars().count()).sum();
        let metadata = if self.metadata.is_empty() {
            0
        } else {
            serde_json::to_string(&self.metadata).map_or(0, |text| text.chars().count())
        };
        (self.content.chars().count() + tags + metadata) as u64 + OVERHEAD_CHARS
    }
}

impl Costs for Hit {
    fn chars(&self) -> u64 {
        self.memory.chars()
    }
}

/// The time that was asked for, as the end of a text.
pub(crate) fn window(window: Option<&Window>) -> String {
    window.map(|window| format!("\n\nTime: {window}")).unwrap_or_default()
}

/// The text of an answer.
pub(crate) fn search(answer: &Search, cut: &Cut, form: Form) -> String {
    let mut text = String::new();
    let query = answer.query.as_ref().map(|query| format!(" for query: '{query}'")).unwrap_or_default();
    if answer.memories.is_empty() {
        let _infallible = write!(text, "No memories found{query}");
    } else {
        let (total, mode) = (answer.memories.len() + answer.omitted, &answer.mode);
        let _infallible = write!(text, "Found {total} memories (mode: {mode}){query}\n\n");
        if cut.omitted > 0 {
            write_cut(&mut text, answer, cut);
        }
        for (index, hit) in answer.memories.iter().enumerate() {
            match form {
                Form::List => write_item(&mut text, index + 1, hit),
                Form::Blocks => write_block(&mut text, index + 1, hit),
            }
        }
    }
    text.truncate(text.trim_end_matches('\n').len());
    text.push_str(&window(answer.time_window.as_ref()));
    for notice in &answer.notices {
        let _infallible = write!(text, "\n\nNote: {notice}");
    }
    text
}

fn write_cut(text: &mut String, answer: &Search, cut: &Cut) {
    let (shown, omitted) = (answer.memories.len(), cut.omitted);
    let (shown_chars, total_chars) = (thousands(cut.shown_chars), thousands(cut.total_chars));
    let _infallible = write!(
        text,
        "[!] RESPONSE TRUNCATED: Showing {shown} of {} results ({shown_chars} of {total_chars} chars).\n\
         {omitted} result(s) omitted to keep the answer short.\n\
         Narrow the search, or raise max_response_chars.\n\n\n",
        shown + omitted
    );
}

fn write_item(text: &mut String, number: usize, hit: &Hit) {
    let memory = &hit.memory;
    let created = memory.created_at_iso.as_deref().unwrap_or("unknown");
    let tags = if memory.tags.is_empty() { String::new() } else { format!(" [{}]", memory.tags.join(", ")) };
    let _infallible = write!(
        text,
        "{number}. {}\n   Hash: {}\n   Created: {created}{tags}\n",
        memory.content, memory.content_hash
    );
    let facts: Vec<String> = [
        memory.memory_type.as_ref().map(|kind| format!("Type: {kind}")),
        hit.score.map(|score| format!("Score: {score:.2}")),
        hit.similarity.map(|similarity| format!("Similarity: {similarity:.2}")),
        (memory.store != "default").then(|| format!("Store: {}", memory.store)),
        memory.superseded_by.as_ref().map(|hash| format!("Superseded by: {hash}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !facts.is_empty() {
        let _infallible = writeln!(text, "   {}", facts.join(" | "));
    }
    text.push('\n');
}

fn write_block(text: &mut String, number: usize, hit: &Hit) {
    let memory = &hit.memory;
    let created = memory.created_at_iso.as_deref().unwrap_or("unknown");
    let _infallible =
        writeln!(text, "=== Memory {number} ===\nTimestamp: {created}\nContent: {}", memory.content);
    let _infallible = writeln!(text, "Hash: {}\nTags: {}", memory.content_hash, memory.tags.join(", "));
    if let Some(score) = hit.score {
        let _infallible = writeln!(text, "Relevance Score: {score:.2}");
    }
    text.push_str("---\n");
}

/// `12,345`.
fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

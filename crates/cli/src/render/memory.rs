//! Memories, hits, pages.

use mcp::wire::{Explanation, Hit, List, Memory, Search};
use model::Timestamp;

use super::table::{Headings, Width, fields, table};
use super::text::{FAINT, STRONG, cut, memories, one_line, plain, styled, thousands};
use super::time::Now;

/// How many characters of a hash are shown where the whole one is not needed.
pub const SHORT_HASH: usize = 12;
/// How many characters of a text a hit shows.
const SHOWN_CHARS: usize = 400;
/// How many characters of a text a row of a list shows where the terminal does not cut it.
const ROW_CHARS: usize = 200;

/// How much of a text is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Its beginning.
    Beginning,
    /// All of it.
    Whole,
}

/// The first characters of a hash.
#[must_use]
pub fn short(hash: &str) -> String {
    // Keys of other shapes than a SHA-256 begin alike (`assoc_...`): those are shown whole.
    let is_digest = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_digest { hash[..SHORT_HASH].to_owned() } else { plain(hash) }
}

/// One memory whole.
#[must_use]
pub fn whole(memory: &Memory, now: &Now) -> String {
    let mut list = vec![("Hash", memory.content_hash.clone())];
    list.extend(time(memory.created_at).map(|time| ("Created", now.in_full(time))));
    let changed = memory.updated_at.filter(|_| memory.updated_at != memory.created_at);
    list.extend(time(changed).map(|time| ("Changed", now.in_full(time))));
    list.extend(memory.memory_type.clone().map(|kind| ("Type", kind)));
    if !memory.tags.is_empty() {
        list.push(("Tags", memory.tags.join(", ")));
    }
    if memory.store != model::Partition::DEFAULT {
        list.push(("Store", memory.store.clone()));
    }
    if memory.version > 1 {
        list.push(("Version", memory.version.to_string()));
    }
    list.extend(memory.parent.clone().map(|parent| ("Replaces", parent)));
    list.extend(memory.superseded_by.clone().map(|newer| ("Replaced by", newer)));
    if !memory.metadata.is_empty() {
        list.push(("Metadata", serde_json::Value::Object(memory.metadata.clone()).to_string()));
    }
    if memory.embedding == "pending" {
        list.push(("Meaning", "waits for its vector; found by words until then".to_owned()));
    }
    format!("{}\n\n{}", plain(&memory.content), fields(&list))
}

/// What a search found.
#[must_use]
pub fn search(found: &Search, extent: Extent, now: &Now) -> String {
    if found.memories.is_empty() {
        return "nothing found".to_owned();
    }
    let numbered = found.memories.iter().enumerate();
    let mut blocks: Vec<String> = numbered.map(|(at, hit)| self::hit(at + 1, hit, extent, now)).collect();
    if found.omitted > 0 {
        blocks
            .push(format!("{} more left out: the answer would be too long", thousands(found.omitted as u64)));
    }
    blocks.join("\n\n")
}

fn hit(number: usize, hit: &Hit, extent: Extent, now: &Now) -> String {
    let memory = &hit.memory;
    let text = match extent {
        Extent::Whole => plain(&memory.content),
        Extent::Beginning => beginning(memory),
    };
    let indent = " ".repeat(number.to_string().len() + 2);
    let text = text.lines().collect::<Vec<_>>().join(&format!("\n{indent}"));
    let mut facts = vec![short(&memory.content_hash)];
    facts.extend(hit.score.map(|score| format!("fit {score:.2}")));
    facts.extend(memory.memory_type.as_deref().map(one_line));
    facts.extend((!memory.tags.is_empty()).then(|| one_line(&memory.tags.join(", "))));
    facts.extend(
        (memory.store != model::Partition::DEFAULT).then(|| format!("store {}", one_line(&memory.store))),
    );
    facts.extend(time(memory.created_at).map(|time| now.in_full(time)));
    let mut lines = vec![facts.join("  ")];
    lines.extend(hit.explanation.iter().flat_map(explanation));
    let lines = lines.iter().map(|line| format!("\n{indent}{}", styled(FAINT, line)));
    format!("{} {text}{}", styled(STRONG, &format!("{number}.")), lines.collect::<String>())
}

/// How a score came about, a line for each part.
fn explanation(explanation: &Explanation) -> Vec<String> {
    let mut lines: Vec<String> = explanation
        .terms
        .iter()
        .map(|term| {
            let raw = term.raw.map(|raw| format!(" (from {raw:.3})")).unwrap_or_default();
            format!("{} {:.3}{raw} counts {:.2}", plain(&term.name), term.value, term.weight)
        })
        .collect();
    if explanation.verbatim {
        lines.push("the whole query is in the text".to_owned());
    }
    if let (Some(weight), Some(quality)) = (explanation.quality_weight, explanation.quality) {
        lines.push(format!(
            "quality {quality:.2} counts {weight:.2}, the rest was {:.3}",
            explanation.base_score
        ));
    }
    lines
}

fn beginning(memory: &Memory) -> String {
    let text = memory.content.trim();
    let chars = text.chars().count();
    if chars <= SHOWN_CHARS {
        return plain(text);
    }
    let more = format!("({} characters, see `memory get`)", thousands(chars as u64));
    format!("{} {}", plain(&cut(text, SHOWN_CHARS)), styled(FAINT, &more))
}

/// A page of memories.
#[must_use]
pub fn list(list: &List, now: &Now, width: Width, headings: Headings) -> String {
    if list.memories.is_empty() {
        return match list.total {
            0 => "no memories".to_owned(),
            total => {
                format!("no memories on page {}: there are {}", list.page, pages(total, list.total_pages))
            }
        };
    }
    let rows: Vec<Vec<String>> = list.memories.iter().map(|memory| row(memory, now)).collect();
    let table = table(&["Hash", "Created", "Type", "Tags", "Text"], &rows, width, headings);
    let page = format!("page {} of {}", list.page, pages(list.total, list.total_pages));
    format!("{table}\n\n{}", styled(FAINT, &page))
}

fn row(memory: &Memory, now: &Now) -> Vec<String> {
    vec![
        short(&memory.content_hash),
        time(memory.created_at).map(|time| now.ago(time)).unwrap_or_default(),
        memory.memory_type.as_deref().map(one_line).unwrap_or_default(),
        cut(&one_line(&memory.tags.join(", ")), 40),
        cut(&one_line(&memory.content), ROW_CHARS),
    ]
}

fn pages(total: u64, pages: u64) -> String {
    format!("{}, {}", thousands(pages), memories(total))
}

fn time(seconds: Option<f64>) -> Option<Timestamp> {
    seconds.and_then(Timestamp::from_seconds)
}

#[cfg(test)]
mod tests;

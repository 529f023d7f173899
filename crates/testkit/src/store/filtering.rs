//! Filters, order and words, in the simplest form.

use std::cmp::Ordering;
use std::collections::HashSet;

use model::{Filter, Memory, TagMatch};

/// Whether a live memory meets a filter.
pub(super) fn matches(memory: &Memory, filter: &Filter) -> bool {
    let has = |tag: &str| memory.tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
    let tags = match filter.tag_match {
        _ if filter.tags.is_empty() => true,
        TagMatch::Any => filter.tags.iter().any(has),
        TagMatch::All => filter.tags.iter().all(has),
    };
    let kind =
        filter.memory_type.as_ref().is_none_or(|kind| memory.memory_type.as_deref() == Some(kind.as_str()));
    tags && kind
        && filter.hashes.as_ref().is_none_or(|hashes| hashes.contains(&memory.hash))
        && filter.created_from.is_none_or(|from| memory.created_at.is_some_and(|at| at >= from))
        && filter.created_before.is_none_or(|before| memory.created_at.is_some_and(|at| at < before))
        && filter.partitions.includes(&memory.partition)
        && (filter.include_superseded || memory.superseded_by.is_none())
}

/// The order of lists.
pub(super) fn newest_first(a: &Memory, b: &Memory) -> Ordering {
    let seconds = |memory: &Memory| memory.created_at.map_or(f64::NEG_INFINITY, |at| at.as_seconds());
    seconds(b).total_cmp(&seconds(a)).then_with(|| b.hash.cmp(&a.hash))
}

/// The different words of a text.
pub(super) fn words(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

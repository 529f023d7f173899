//! Filters, order and words, in the simplest form.

use std::cmp::Ordering;
use std::collections::HashSet;

use model::{Filter, Memory, TagMatch};
use ports::{Usage, fold_case};

use super::linking::is_of_entity;
use super::{Row, Rows};

/// Whether a live memory meets a filter.
pub(super) fn matches(rows: &Rows, row: &Row, filter: &Filter) -> bool {
    let memory = &row.memory;
    let has = |tag: &str| memory.tags.iter().any(|own| own.eq_ignore_ascii_case(tag));
    let tags = match filter.tag_match {
        _ if filter.tags.is_empty() => true,
        TagMatch::Any => filter.tags.iter().any(has),
        TagMatch::All => filter.tags.iter().all(has),
    };
    let kind =
        filter.memory_type.as_ref().is_none_or(|kind| memory.memory_type.as_deref() == Some(kind.as_str()));
    tags && kind
        && is_of(memory, filter)
        && filter.entity.as_ref().is_none_or(|name| {
            let is_meant = |own: &str| fold_case(own) == fold_case(name);
            rows.edges.iter().any(|edge| {
                is_of_entity(edge) && edge.source == memory.hash && is_meant(edge.target.as_str())
            })
        })
        && filter.unused_since.is_none_or(|since| {
            let usage = Usage::of(memory.id, &memory.metadata, row.usage);
            usage.last.or(memory.created_at).is_some_and(|last| last < since)
        })
        && filter.hashes.as_ref().is_none_or(|hashes| hashes.contains(&memory.hash))
        && filter.created_from.is_none_or(|from| memory.time().is_some_and(|at| at >= from))
        && filter.created_before.is_none_or(|before| memory.time().is_some_and(|at| at < before))
        && filter.partitions.includes(&memory.partition)
        && (filter.include_superseded || memory.superseded_by.is_none())
}

/// Whether it is of the filter's agent and conversation.
fn is_of(memory: &Memory, filter: &Filter) -> bool {
    let field = |key: &str, value: &str| {
        memory.metadata.fields().get(key).and_then(|field| field.as_str()) == Some(value)
    };
    let agent = filter.agent.as_ref().is_none_or(|agent| {
        let tag = format!("agent:{agent}");
        field("agent_id", agent)
            || memory.tags.iter().any(|own| own.eq_ignore_ascii_case(&tag))
            || memory.origin.as_ref().is_some_and(|origin| origin.agent.as_ref() == Some(agent))
    });
    let conversation = filter.conversation.as_ref().is_none_or(|conversation| {
        field("conversation_id", conversation)
            || memory.origin.as_ref().is_some_and(|origin| origin.conversation.as_ref() == Some(conversation))
    });
    agent && conversation
}

/// The order of lists.
pub(super) fn newest_first(a: &Memory, b: &Memory) -> Ordering {
    let seconds = |memory: &Memory| memory.time().map_or(f64::NEG_INFINITY, |at| at.as_seconds());
    seconds(b).total_cmp(&seconds(a)).then_with(|| b.hash.cmp(&a.hash))
}

/// The letters and digits of a text.
pub(super) fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The different words of a text.
pub(super) fn words(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

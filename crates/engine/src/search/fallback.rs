//! Looking further when a search found little.

use model::{ContentHash, Filter, MAX_TAG_CHARS, MAX_TAGS, Memory, TagMatch, Tags};
use ports::{MemoryStore, Page};

use super::{FoundBy, Hit};
use crate::EngineError;

/// From how many hits on nothing more is looked for.
const ENOUGH: usize = 3;
/// How many memories that have a word as a tag are looked at.
const TAGGED: u32 = 1000;
/// Words are longer than this, in characters.
const SHORT_WORD: usize = 2;

/// Adds memories that have the whole query in their text, then those that have one of its words as a tag, up to the
/// limit. All of them meet the caller's filter. Says by what any were added.
pub(super) async fn widen(
    store: &dyn MemoryStore,
    query: &str,
    filter: &Filter,
    limit: usize,
    hits: &mut Vec<Hit>,
) -> Result<Vec<FoundBy>, EngineError> {
    let mut added = Vec::new();
    if hits.len() >= ENOUGH.min(limit) {
        return Ok(added);
    }
    let page = Page { offset: 0, limit: u32::try_from(limit).unwrap_or(u32::MAX) };
    let with_text = store.search_text(query, filter, page).await?.memories;
    if add(hits, with_text, FoundBy::Text, limit) {
        added.push(FoundBy::Text);
    }
    if hits.len() < limit && add(hits, tagged(store, query, filter).await?, FoundBy::Tag, limit) {
        added.push(FoundBy::Tag);
    }
    Ok(added)
}

fn add(hits: &mut Vec<Hit>, memories: Vec<Memory>, found_by: FoundBy, limit: usize) -> bool {
    let before = hits.len();
    for memory in memories {
        if hits.len() < limit && hits.iter().all(|hit| hit.memory.id != memory.id) {
            hits.push(Hit::of(memory, found_by));
        }
    }
    hits.len() > before
}

/// The memories that meet a filter and have a word of the query as a tag, newest first.
async fn tagged(store: &dyn MemoryStore, query: &str, filter: &Filter) -> Result<Vec<Memory>, EngineError> {
    let tags = words(query);
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let page = Page { offset: 0, limit: TAGGED };
    let by_words = Filter { tags, tag_match: TagMatch::Any, ..filter.clone() };
    let found = store.list(&by_words, page).await?.memories;
    if filter.tags.is_empty() {
        return Ok(found);
    }
    // A filter has one list of tags: the caller's own is looked at among what was found.
    let hashes: Vec<ContentHash> = found.into_iter().map(|memory| memory.hash).collect();
    let own = Filter { hashes: Some(hashes), ..filter.clone() };
    Ok(store.list(&own, page).await?.memories)
}

/// The words of a query that can be tags.
fn words(query: &str) -> Tags {
    let is_mark = |c: char| ".,;:!?\"'()[]{}".contains(c);
    let words = query.split_whitespace().map(|word| word.trim_matches(is_mark).to_lowercase());
    let usable = |word: &String| (SHORT_WORD + 1..=MAX_TAG_CHARS).contains(&word.chars().count());
    Tags::from_list(words.filter(usable).take(MAX_TAGS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lose_their_marks_and_short_ones_are_left_out() {
        let words = words("(Is) the \"Ferry\", at-nine?! \0nul");
        assert!(words.is_empty(), "a character that no tag has makes no error: {words:?}");
        let words = super::words("(Is) the \"Ferry\", at-nine?!");
        assert_eq!(words.iter().collect::<Vec<_>>(), ["the", "ferry", "at-nine"]);
    }
}

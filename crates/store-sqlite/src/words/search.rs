//! The best memories by words that meet a filter.

use std::collections::HashSet;

use model::{Filter, MemoryId};
use ports::{Candidate, WordQuery};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::query::Terms;
use crate::candidates;
use crate::error::{Result, While};
use crate::filter::Condition;

/// How much a word in the text counts, and a word in the tags.
const WEIGHTS: (f64, f64) = (1.0, 0.5);
/// The most memories that one query ranks.
const MAX_LIMIT: usize = 10_000;

/// The best memories by words, best first. Those with whole words come first; when they are fewer than asked for, those
/// follow that have the text in the middle of words, or the signs of scripts without spaces.
pub(crate) fn best(
    connection: &Connection,
    query: &WordQuery,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let limit = limit.min(MAX_LIMIT);
    let terms = Terms::of(&query.0);
    let condition = Condition::of(filter);
    let mut found = Vec::new();
    if let Some(words) = &terms.words {
        found = by_words(connection, words, &condition, limit)?;
    }
    if let Some(pieces) = terms.pieces.as_ref().filter(|_| found.len() < limit) {
        append(&mut found, by_pieces(connection, pieces, &condition, limit)?, limit);
    }
    if found.len() < limit && !terms.short.is_empty() {
        append(&mut found, by_short_texts(connection, &terms.short, condition, limit)?, limit);
    }
    Ok(found)
}

fn by_words(
    connection: &Connection,
    terms: &str,
    condition: &Condition,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let (content, tags) = WEIGHTS;
    let ranked =
        ranked(connection, "service_words", &format!("bm25(service_words, {content}, {tags})"), terms);
    candidates::first_meeting(connection, condition, &ranked.doing("searching words")?, limit)
}

fn by_pieces(
    connection: &Connection,
    terms: &str,
    condition: &Condition,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let ranked = ranked(connection, "memory_content_fts", "bm25(memory_content_fts)", terms);
    candidates::first_meeting(connection, condition, &ranked.doing("searching pieces of words")?, limit)
}

/// All that an index finds, best first. The memories are not joined here: left to itself the planner may walk them and
/// ask the index for each, and most of those found are never looked at.
fn ranked(connection: &Connection, index: &str, rank: &str, terms: &str) -> rusqlite::Result<Vec<Candidate>> {
    let sql = format!("SELECT rowid, -{rank} FROM {index} WHERE {index} MATCH ?");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement
        .query_map([terms], |row| Ok(Candidate { id: MemoryId(row.get(0)?), score: row.get(1)? }))?;
    let mut found = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
    Ok(found)
}

/// Texts too short for an index are looked for in every memory, newest first.
fn by_short_texts(
    connection: &Connection,
    texts: &[String],
    mut condition: Condition,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let any = vec!["instr(m.content, ?) > 0"; texts.len()].join(" OR ");
    condition.and(&format!("({any})"), texts.iter().map(|text| Value::from(text.clone())));
    let sql = format!(
        "SELECT m.id FROM memories AS m WHERE {} ORDER BY m.created_at DESC, m.id DESC LIMIT {limit}",
        condition.sql()
    );
    connection
        .prepare(&sql)
        .and_then(|mut statement| {
            let rows = statement.query_map(params_from_iter(condition.values()), |row| {
                Ok(Candidate { id: MemoryId(row.get(0)?), score: 1.0 })
            })?;
            rows.collect()
        })
        .doing("searching short texts")
}

/// Adds what is not found yet, below what is: the scores of two indexes cannot be compared, their order can be kept.
fn append(found: &mut Vec<Candidate>, more: Vec<Candidate>, limit: usize) {
    let seen: HashSet<MemoryId> = found.iter().map(|candidate| candidate.id).collect();
    let mut score = found.last().map_or(2.0, |last| last.score);
    for candidate in more.into_iter().filter(|candidate| !seen.contains(&candidate.id)) {
        if found.len() == limit {
            return;
        }
        score /= 1.0 + 1.0 / 16.0;
        found.push(Candidate { id: candidate.id, score });
    }
}

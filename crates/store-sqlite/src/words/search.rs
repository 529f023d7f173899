//! The best memories by words that meet a filter.

use std::collections::HashSet;

use model::{Filter, MemoryId};
use ports::{Candidate, WordQuery};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::query::Terms;
use crate::error::{Result, While};
use crate::filter::{Condition, rows_limit};

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
    if found.len() < limit {
        if let Some(pieces) = &terms.pieces {
            append(&mut found, by_pieces(connection, pieces, &condition, limit)?, limit);
        }
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
    let rank = format!("bm25(service_words, {content}, {tags})");
    ranked(connection, "service_words", &rank, terms, condition, limit).doing("searching words")
}

fn by_pieces(
    connection: &Connection,
    terms: &str,
    condition: &Condition,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let rank = "bm25(memory_content_fts)";
    ranked(connection, "memory_content_fts", rank, terms, condition, limit).doing("searching pieces of words")
}

/// The index drives: it is read first, whole, and the memories are looked up by number. Left to itself the planner may
/// walk the memories and ask the index for each of them.
fn ranked(
    connection: &Connection,
    index: &str,
    rank: &str,
    terms: &str,
    condition: &Condition,
    limit: usize,
) -> rusqlite::Result<Vec<Candidate>> {
    let sql = format!(
        "WITH found (id, score) AS MATERIALIZED (SELECT rowid, -{rank} FROM {index} WHERE {index} MATCH ?)
         SELECT m.id, found.score FROM found CROSS JOIN memories AS m ON m.id = found.id
            WHERE {} ORDER BY found.score DESC, m.id LIMIT ?",
        condition.sql()
    );
    let (terms, limit) = (Value::from(terms.to_owned()), Value::from(rows_limit(limit)));
    let values = std::iter::once(&terms).chain(condition.values()).chain([&limit]);
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), |row| {
        Ok(Candidate { id: MemoryId(row.get(0)?), score: row.get(1)? })
    })?;
    rows.collect()
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

//! The best memories by words that meet a filter.

use std::collections::{HashMap, HashSet};

use model::{Filter, MemoryId};
use ports::{Candidate, WordCandidate, WordQuery};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::coverage::full_score;
use super::query::{Terms, Whole};
use crate::candidates;
use crate::error::{Result, While};
use crate::filter::{CREATED, Condition};

/// An index that is searched.
struct Index {
    name: &'static str,
    rank: &'static str,
}

/// Whole words. A word in the tags counts half of one in the text.
const WORDS: Index = Index { name: "service_words", rank: "bm25(service_words, 1.0, 0.5)" };
/// Pieces of three characters.
const PIECES: Index = Index { name: "memory_content_fts", rank: "bm25(memory_content_fts)" };
/// The most memories that one query ranks.
const MAX_LIMIT: usize = 10_000;

/// The best memories by words: first those that have the whole query in their text, also in the middle of words; then
/// those that have words of it, or signs of scripts without spaces.
pub(crate) fn best(
    connection: &Connection,
    query: &WordQuery,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<WordCandidate>> {
    let limit = limit.min(MAX_LIMIT);
    let terms = Terms::of(&query.0);
    let condition = Condition::of(filter);
    let whole = match &terms.whole {
        Some(whole) => having(connection, whole).doing("searching the whole query")?,
        None => HashSet::new(),
    };
    let mut found = Found::default();
    let mut verbatim = Found::default();
    for (index, terms) in [(&WORDS, &terms.words), (&PIECES, &terms.pieces)] {
        if !terms.is_empty() {
            let covering = covering(connection, index, terms).doing("searching words")?;
            found.add(candidates::first_meeting(connection, &condition, &covering, limit)?);
            verbatim.add(covering.into_iter().filter(|candidate| whole.contains(&candidate.id)));
        }
    }
    verbatim.add_below(whole);
    let verbatim = candidates::first_meeting(connection, &condition, &verbatim.best(usize::MAX), limit)?;
    if found.0.len() < limit && !terms.short.is_empty() {
        found.add_below(by_short_texts(connection, &terms.short, condition, limit)?);
    }
    let leading: HashSet<MemoryId> = verbatim.iter().map(|candidate| candidate.id).collect();
    let others = found.best(limit).into_iter().filter(|candidate| !leading.contains(&candidate.id));
    let word_candidate = |candidate: Candidate| WordCandidate {
        id: candidate.id,
        coverage: candidate.score,
        is_verbatim: leading.contains(&candidate.id),
        terms: Vec::new(),
    };
    Ok(verbatim.iter().copied().chain(others).take(limit).map(word_candidate).collect())
}

/// The memories that have the whole query in their text. There is no rank: what they cover of it tells them apart.
fn having(connection: &Connection, whole: &Whole) -> rusqlite::Result<HashSet<MemoryId>> {
    let name = PIECES.name;
    let sql = format!("SELECT rowid FROM {name} WHERE {name} MATCH ?");
    let mut statement = connection.prepare_cached(&sql)?;
    if let Some(sample) = &whole.sample
        && !statement.exists([sample])?
    {
        return Ok(HashSet::new());
    }
    statement.query_map([&whole.phrase], |row| row.get(0).map(MemoryId))?.collect()
}

/// All memories that have one of the terms, with the share of them that they cover, best first.
fn covering(connection: &Connection, index: &Index, terms: &[String]) -> rusqlite::Result<Vec<Candidate>> {
    let mut found = ranked(connection, index, &terms.join(" OR "))?;
    if !found.is_empty() {
        let full = full_score(connection, index.name, terms)?;
        found.iter_mut().for_each(|candidate| candidate.score /= full);
    }
    Ok(found)
}

/// All that an index finds, best first. The memories are not joined here: left to itself the planner may walk them and
/// ask the index for each, and most of those found are never looked at.
fn ranked(connection: &Connection, index: &Index, terms: &str) -> rusqlite::Result<Vec<Candidate>> {
    let Index { name, rank } = index;
    let sql = format!("SELECT rowid, -{rank} FROM {name} WHERE {name} MATCH ?");
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
) -> Result<Vec<MemoryId>> {
    let any = vec!["instr(m.content, ?) > 0"; texts.len()].join(" OR ");
    condition.and(&format!("({any})"), texts.iter().map(|text| Value::from(text.clone())));
    let sql = format!(
        "SELECT m.id FROM memories AS m WHERE {} ORDER BY {CREATED} DESC, m.id DESC LIMIT {limit}",
        condition.sql()
    );
    connection
        .prepare(&sql)
        .and_then(|mut statement| {
            statement
                .query_map(params_from_iter(condition.values()), |row| row.get(0).map(MemoryId))?
                .collect()
        })
        .doing("searching short texts")
}

/// What several indexes found, with the share of the query that each memory covers.
#[derive(Default)]
struct Found(HashMap<MemoryId, f64>);

impl Found {
    /// Adds memories; one that is there already keeps its better coverage.
    fn add(&mut self, candidates: impl IntoIterator<Item = Candidate>) {
        for Candidate { id, score } in candidates {
            let coverage = self.0.entry(id).or_insert(score);
            *coverage = coverage.max(score);
        }
    }

    /// Adds memories whose coverage is not known: they count as the least that is there, and wholly when nothing is.
    fn add_below(&mut self, ids: impl IntoIterator<Item = MemoryId>) {
        let lowest = self.0.values().copied().fold(1.0, f64::min);
        for id in ids {
            self.0.entry(id).or_insert(lowest);
        }
    }

    fn best(self, limit: usize) -> Vec<Candidate> {
        let found = self.0.into_iter();
        let mut list: Vec<Candidate> = found.map(|(id, score)| Candidate { id, score }).collect();
        list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.id.cmp(&b.id)));
        list.truncate(limit);
        list
    }
}

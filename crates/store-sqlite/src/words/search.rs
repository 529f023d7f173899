//! The best memories by words that meet a filter.

use std::collections::{HashMap, HashSet};

use lexical::Query;
use model::{Filter, MemoryId};
use ports::{WordCandidate, WordQuery};
use rusqlite::Connection;

use super::index::{self, COLUMNS, Source};
use super::scoring::{self, Scored, Weighted};
use super::verbatim::{Having, Whole};
use super::{languages, queue};
use crate::error::{Result, While};
use crate::filter::{Condition, json_list};
use crate::{candidates, selection};

/// The most memories that one query ranks.
const MAX_LIMIT: usize = 10_000;
/// How many entries of lists are read before the best of them are scored again by their texts; and how many more when too
/// few of them meet the filter.
const BUDGET: u64 = 60_000;
const GROWTH: u64 = 8;
/// When an index says that so many memories at most can meet the filter, others are passed over.
const AROUND: usize = 20_000;
/// So few of them are all scored by their texts when the words of the query are in too many memories.
const FEW: usize = 1_000;
/// How many memories that wait for the index are scored by their texts, the newest. Others that wait are found by meaning,
/// and as a whole query, until they are indexed in the background.
const WAITING: usize = if cfg!(test) { 8 } else { 1_000 };
/// How many entries are read in the time that scoring one text takes.
const ENTRIES_PER_TEXT: u64 = 400;
/// How many memories that have all words of the query are looked at for whether they have them in a row.
const NEAR: usize = 64;
/// How many are scored again beyond those asked for.
const SPARE: usize = 100;

/// The best memories by words: first those that have the whole query in their text, also in the middle of words; then
/// those that have words of it.
pub(crate) fn best(
    connection: &Connection,
    query: &WordQuery,
    filter: &Filter,
    limit: usize,
) -> Result<Vec<WordCandidate>> {
    best_within(connection, query, filter, limit, BUDGET)
}

fn best_within(
    connection: &Connection,
    query: &WordQuery,
    filter: &Filter,
    limit: usize,
    budget: u64,
) -> Result<Vec<WordCandidate>> {
    let doing = "searching words";
    let memories = index::count(connection).doing(doing)?;
    let stemmers = languages::stemmers(connection, &query.0).doing(doing)?;
    let weighted = Weighted::of(connection, Query::of(&query.0, &stemmers), memories).doing(doing)?;
    let waiting = queue::newest(connection, WAITING).doing(doing)?;
    let mut indexed = Condition::of(filter);
    if !waiting.is_empty() {
        indexed.and("NOT EXISTS (SELECT 1 FROM service_words_queue AS q WHERE q.id = m.id)", []);
    }
    let search = Search {
        connection,
        condition: Condition::of(filter),
        indexed,
        around: if selection::is_narrow(filter) {
            selection::around(connection, filter, AROUND)?
        } else {
            None
        },
        waiting,
        limit: limit.clamp(NEAR, MAX_LIMIT),
        budget,
        weighted,
    };
    let found = search.by_words()?;
    let mut candidates = match Whole::of(&query.0) {
        Some(whole) => search.led_by(found, &whole)?,
        None => found.into_iter().map(|scored| candidate(scored, false)).collect(),
    };
    candidates.truncate(limit);
    Ok(candidates)
}

/// One search, in one state of the database.
struct Search<'c> {
    connection: &'c Connection,
    condition: Condition,
    /// The condition, and not to wait for the index.
    indexed: Condition,
    /// Every memory that meets the filter, and perhaps others, when they are few.
    around: Option<Vec<i64>>,
    /// Memories that the index does not have as they are, the newest of them.
    waiting: Vec<i64>,
    /// How many are told apart: those asked for, and some that may come first.
    limit: usize,
    budget: u64,
    weighted: Weighted,
}

impl Search<'_> {
    /// The best memories by words, best first.
    fn by_words(&self) -> Result<Vec<Scored>> {
        let entries = self.weighted.entries();
        let few =
            self.few().filter(|few| entries > self.budget || few.len() as u64 * ENTRIES_PER_TEXT < entries);
        let mut found = match few {
            Some(few) => self.by_texts(&self.selected(few)?)?,
            None => self.by_lists()?,
        };
        if !self.waiting.is_empty() && few.is_none() {
            found.extend(self.by_texts(&self.selected(&self.waiting)?)?);
        }
        scoring::sort(&mut found);
        found.truncate(self.limit);
        Ok(found)
    }

    /// Every memory that can meet the filter, when they are few enough to look at each.
    fn few(&self) -> Option<&[i64]> {
        self.around.as_deref().filter(|around| around.len() <= FEW)
    }

    /// Reads the index, until enough of what it has meet the filter.
    fn by_lists(&self) -> Result<Vec<Scored>> {
        let mut budget = self.budget;
        loop {
            let (mut entries, is_complete) =
                self.weighted.read(self.connection, budget).doing("searching words")?;
            if let Some(around) = &self.around {
                entries.keep(|id| around.binary_search(&id).is_ok());
            }
            let wanted = if is_complete { self.limit } else { self.limit.saturating_add(SPARE) };
            let found = self.first_meeting(&self.weighted.ranked(entries), wanted)?;
            if is_complete {
                return Ok(found);
            }
            if found.len() >= self.limit {
                let ids: Vec<i64> = found.iter().map(|scored| scored.id).collect();
                return self.by_texts(&ids);
            }
            budget = budget.saturating_mul(GROWTH);
        }
    }

    /// The first of a ranking that meet the filter and are as the index has them.
    fn first_meeting(&self, ranked: &scoring::Ranked<'_>, wanted: usize) -> Result<Vec<Scored>> {
        let mut found = Vec::new();
        let (mut from, mut width) = (0, wanted.saturating_add(16));
        while from < ranked.len() && found.len() < wanted {
            let batch = ranked.slice(from, from.saturating_add(width));
            from += batch.len();
            let ids: Vec<i64> = batch.iter().map(|scored| scored.id).collect();
            let meeting = candidates::ids_meeting(self.connection, &self.indexed, &ids)?;
            found.extend(batch.into_iter().filter(|scored| meeting.contains(&scored.id)));
            width = width.saturating_mul(4);
        }
        found.truncate(wanted);
        Ok(found)
    }

    fn meeting(&self, ids: &[i64]) -> Result<HashSet<i64>> {
        candidates::ids_meeting(self.connection, &self.condition, ids)
    }

    /// Scores memories by their texts, those that cover nothing left out.
    fn by_texts(&self, ids: &[i64]) -> Result<Vec<Scored>> {
        let scored = |source: &Source| self.weighted.score(source.id, &source.document());
        let mut found = Vec::with_capacity(ids.len());
        self.each_source(ids, |source| found.push(scored(&source)))?;
        found.retain(|scored| scored.coverage() > 0.0);
        Ok(found)
    }

    fn each_source(&self, ids: &[i64], mut visit: impl FnMut(Source)) -> Result<()> {
        let sql = format!(
            "SELECT {COLUMNS} FROM json_each(?) AS wanted CROSS JOIN memories AS m ON m.id = wanted.value"
        );
        let mut read = || -> rusqlite::Result<()> {
            let mut statement = self.connection.prepare_cached(&sql)?;
            let mut rows = statement.query([json_list(ids)])?;
            while let Some(row) = rows.next()? {
                visit(Source::read(row)?);
            }
            Ok(())
        };
        read().doing("searching words")
    }

    /// Puts those first that have the whole query in their text.
    fn led_by(&self, found: Vec<Scored>, whole: &Whole) -> Result<Vec<WordCandidate>> {
        let having = match whole.having(self.connection).doing("searching the whole query")? {
            Having::These(ids) => self.selected(&ids)?,
            Having::TooMany(newest) => self.some_of(&found, whole, &newest)?,
        };
        let mut leading: HashSet<i64> = having.iter().copied().collect();
        leading.extend(self.spread(&found, whole, &leading)?);
        let known: HashSet<i64> = found.iter().map(|scored| scored.id).collect();
        let missing: Vec<i64> =
            having.into_iter().filter(|id| !known.contains(id)).take(self.limit).collect();
        let below = self.below(&found, &missing)?;
        let (first, others): (Vec<Scored>, Vec<Scored>) =
            found.into_iter().partition(|scored| leading.contains(&scored.id));
        let first = first.into_iter().chain(below).map(|scored| candidate(scored, true));
        let others = others.into_iter().map(|scored| candidate(scored, false));
        Ok(first.chain(others).take(self.limit).collect())
    }

    /// Those that have the words of the whole query in a row with other blanks and signs between them. They have each word
    /// that anybody has, and those that texts of their language leave out perhaps.
    fn spread(&self, found: &[Scored], whole: &Whole, known: &HashSet<i64>) -> Result<Vec<i64>> {
        if whole.is_one_word() {
            return Ok(Vec::new());
        }
        let asked: Vec<(usize, bool)> =
            self.weighted.words().filter(|(n, _)| found.iter().any(|scored| scored.has(*n))).collect();
        let has_all = |scored: &&Scored| {
            let lacks_none = asked.iter().all(|(n, is_kept)| !is_kept || scored.has(*n));
            lacks_none && !known.contains(&scored.id)
        };
        let mut near: Vec<&Scored> = found.iter().filter(has_all).collect();
        near.sort_by_key(|scored| asked.iter().filter(|(n, _)| !scored.has(*n)).count());
        let near: Vec<i64> = near.iter().take(NEAR).map(|scored| scored.id).collect();
        let mut spread = Vec::new();
        if near.is_empty() {
            return Ok(spread);
        }
        self.each_source(&near, |source| {
            if whole.is_spread_in(&source.content) {
                spread.push(source.id);
            }
        })?;
        Ok(spread)
    }

    /// Those that meet the filter, in their order.
    fn selected(&self, ids: &[i64]) -> Result<Vec<i64>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let meeting = self.meeting(ids)?;
        Ok(ids.iter().copied().filter(|id| meeting.contains(id)).collect())
    }

    /// Of more memories that have the whole query than can be told apart by that: those found by words, and the newest when
    /// these are too few.
    fn some_of(&self, found: &[Scored], whole: &Whole, newest: &[i64]) -> Result<Vec<i64>> {
        let ids: Vec<i64> = found.iter().map(|scored| scored.id).collect();
        let mut having = Vec::new();
        self.each_source(&ids, |source| {
            if whole.is_in(&source.content) {
                having.push(source.id);
            }
        })?;
        if having.len() < self.limit {
            match self.few() {
                // All that meet the filter are known: so are all of them that have it.
                Some(few) => self.each_source(&self.selected(few)?, |source| {
                    if whole.is_in(&source.content) {
                        having.push(source.id);
                    }
                })?,
                None => having.extend(self.selected(newest)?),
            }
        }
        let mut seen = HashSet::new();
        having.retain(|id| seen.insert(*id));
        Ok(having)
    }

    /// Memories that were not among the best by words: they have the whole query all the same, perhaps cut inside its words.
    /// What covers nothing counts as the least that was found, and wholly when nothing was.
    fn below(&self, found: &[Scored], ids: &[i64]) -> Result<Vec<Scored>> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let lowest = found.iter().map(Scored::coverage).fold(1.0, f64::min);
        let mut scored: HashMap<i64, Scored> =
            self.by_texts(ids)?.into_iter().map(|scored| (scored.id, scored)).collect();
        let width = self.weighted.width().max(1);
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "at most 64 parts")]
        let part = (lowest / width as f64) as f32;
        let mut below: Vec<Scored> = ids
            .iter()
            .map(|id| scored.remove(id).unwrap_or_else(|| Scored { id: *id, terms: vec![part; width] }))
            .collect();
        scoring::sort(&mut below);
        Ok(below)
    }
}

fn candidate(scored: Scored, is_verbatim: bool) -> WordCandidate {
    WordCandidate { id: MemoryId(scored.id), coverage: scored.coverage(), is_verbatim, terms: scored.terms }
}

#[cfg(test)]
mod tests;

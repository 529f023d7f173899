//! What each memory covers of a query.
//!
//! A memory's score is BM25: for each word of the query how rare it is, times what it counts in the memory. Over the sum of
//! how rare the words are, it is the share of the query that the memory covers.
//!
//! Common words are in hundreds of thousands of memories, and to read them all for each query would take long. The lists of
//! memories are read in the order of what they add to a score, until a number of entries is reached ("score-at-a-time" with
//! a budget: Lin and Trotman, "Anytime Ranking for Impact-Ordered Indexes", 2015). When lists are left, the best memories
//! are scored again by their texts, so that what is told of them is right.

use lexical::{Document, GroupKind, Query};
use rusqlite::{Connection, Result};

use super::postings::{List, Lists};

/// A memory with what each word of the query adds to its coverage.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scored {
    pub(super) id: i64,
    pub(super) terms: Vec<f32>,
}

impl Scored {
    /// How much of the query it covers.
    pub(super) fn coverage(&self) -> f64 {
        self.terms.iter().map(|term| f64::from(*term)).sum()
    }

    /// Whether a group of the query adds to it.
    pub(super) fn has(&self, group: usize) -> bool {
        self.terms.get(group).is_some_and(|term| *term > 0.0)
    }
}

/// Best first; the same coverage by number.
pub(super) fn sort(found: &mut [Scored]) {
    found.sort_by_cached_key(|scored| (std::cmp::Reverse(ordered(scored.coverage())), scored.id));
}

/// A score that is not negative as a number that can be compared.
fn ordered(score: f64) -> u64 {
    score.to_bits()
}

/// A query, with what is known of its words in the index.
pub(super) struct Weighted {
    query: Query,
    /// What a group adds to the coverage of a memory that it counts 1 in.
    shares: Vec<f64>,
    lists: Lists,
}

impl Weighted {
    /// Looks the words of a query up.
    pub(super) fn of(connection: &Connection, query: Query, memories: u64) -> Result<Self> {
        let mut lists = Lists::of(connection, &query)?;
        let mut having = vec![0_u64; query.groups.len()];
        lists.all.iter().for_each(|list| having[list.group] += list.count);
        let rarities: Vec<f64> = having.iter().map(|count| rarity(memories, *count)).collect();
        let words = query.groups.iter().zip(&rarities).filter(|(group, _)| group.kind == GroupKind::Word);
        let full: f64 = words.map(|(_, rarity)| rarity).sum();
        // A question of nothing but a day is covered by that day.
        let full = if full > 0.0 { full } else { rarities.iter().sum::<f64>().max(f64::MIN_POSITIVE) };
        let shares: Vec<f64> = rarities.iter().map(|rarity| rarity / full).collect();
        let adds = |list: &List| ordered(shares[list.group] * list.level.impact());
        lists
            .all
            .sort_by(|a, b| adds(b).cmp(&adds(a)).then_with(|| (a.group, &a.term).cmp(&(b.group, &b.term))));
        Ok(Self { query, shares, lists })
    }

    /// How many groups the query has.
    pub(super) fn width(&self) -> usize {
        self.shares.len()
    }

    /// The groups that are words of the query, and whether every text that has the word has it as a term.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, bool)> {
        let kinds = self.query.groups.iter().enumerate();
        kinds.filter(|(_, group)| group.kind == GroupKind::Word).map(|(n, group)| (n, !group.is_common))
    }

    /// How many entries all lists have.
    pub(super) fn entries(&self) -> u64 {
        self.lists.all.iter().map(|list| list.count).sum()
    }

    /// What a document covers.
    pub(super) fn score(&self, id: i64, document: &Document) -> Scored {
        let impacts = self.query.impacts(document).into_iter();
        #[expect(clippy::cast_possible_truncation, reason = "shares need no more digits")]
        let terms = impacts.zip(&self.shares).map(|(impact, share)| (impact * share) as f32).collect();
        Scored { id, terms }
    }

    /// The memories of as many lists as a budget of entries allows, and of one at least. Their coverage is that of these
    /// lists alone. Says whether all lists were read.
    pub(super) fn read(&self, connection: &Connection, budget: u64) -> Result<(Entries, bool)> {
        let mut spent = 0;
        let fits = |list: &&List| {
            spent += list.count;
            spent <= budget
        };
        let count = self.lists.all.iter().take_while(fits).count().max(1).min(self.lists.all.len());
        let mut entries = Entries::default();
        #[expect(clippy::cast_possible_truncation, reason = "64 groups have no such number of lists")]
        self.lists.each(connection, count, |id, number| entries.0.push((id, number as u32)))?;
        Ok((entries, count == self.lists.all.len()))
    }

    /// The memories of entries, best first.
    pub(super) fn ranked(&self, mut entries: Entries) -> Ranked<'_> {
        entries.0.sort_unstable();
        let mut spans: Vec<(u32, u32, u32)> = Vec::new();
        let mut start = 0;
        while start < entries.0.len() {
            let id = entries.0[start].0;
            let length = entries.0[start..].iter().take_while(|(other, _)| *other == id).count();
            let total: f64 =
                self.terms(&entries.0[start..start + length]).iter().map(|term| f64::from(*term)).sum();
            #[expect(clippy::cast_possible_truncation, reason = "a budget of entries is far below that")]
            spans.push((f32::to_bits(total as f32), start as u32, length as u32));
            start += length;
        }
        spans.sort_unstable_by_key(|(total, start, _)| (std::cmp::Reverse(*total), *start));
        Ranked { weighted: self, entries, spans }
    }

    /// What each group adds, of the lists that a memory is in: of several lists of one group the heaviest counts.
    fn terms(&self, entries: &[(i64, u32)]) -> Vec<f32> {
        let mut terms = vec![0_f32; self.shares.len()];
        for (_, number) in entries {
            let list = &self.lists.all[*number as usize];
            #[expect(clippy::cast_possible_truncation, reason = "shares need no more digits")]
            let adds = (list.level.impact() * self.shares[list.group]) as f32;
            terms[list.group] = terms[list.group].max(adds);
        }
        terms
    }
}

/// Which memory is in which list.
#[derive(Debug, Default)]
pub(super) struct Entries(Vec<(i64, u32)>);

impl Entries {
    /// Keeps the memories of which this is so.
    pub(super) fn keep(&mut self, is_kept: impl Fn(i64) -> bool) {
        self.0.retain(|(id, _)| is_kept(*id));
    }
}

/// Memories in order, best first.
pub(super) struct Ranked<'w> {
    weighted: &'w Weighted,
    entries: Entries,
    /// What each covers, and where its entries are.
    spans: Vec<(u32, u32, u32)>,
}

impl Ranked<'_> {
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The memories from one place to another.
    pub(super) fn slice(&self, from: usize, to: usize) -> Vec<Scored> {
        let spans = &self.spans[from.min(self.len())..to.min(self.len())];
        let scored = spans.iter().map(|(_, start, length)| {
            let own = &self.entries.0[*start as usize..(*start + *length) as usize];
            Scored { id: own[0].0, terms: self.weighted.terms(own) }
        });
        scored.collect()
    }
}

/// How rare a word is: BM25's inverse document frequency, which is never negative.
#[expect(clippy::cast_precision_loss, reason = "counts of memories")]
fn rarity(memories: u64, having: u64) -> f64 {
    let (all, having) = (memories.max(having) as f64, having as f64);
    (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_words_weigh_more_and_none_weighs_nothing() {
        assert!(rarity(1000, 0) > rarity(1000, 1));
        assert!(rarity(1000, 1) > rarity(1000, 100));
        assert!(rarity(1000, 1000) > 0.0);
        assert!(rarity(0, 0) > 0.0 && rarity(1, 5) > 0.0);
    }

    #[test]
    fn the_better_comes_first_and_of_equals_the_older() {
        let scored = |id, term| Scored { id, terms: vec![term, 0.0] };
        let mut found = [scored(3, 0.5), scored(1, 0.2), scored(2, 0.5)];
        sort(&mut found);
        assert_eq!(found.map(|scored| scored.id), [2, 3, 1]);
    }
}

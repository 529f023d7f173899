//! Which memories have a word, the heaviest first.
//!
//! Beginning to read from FTS5 costs more than reading some hundred entries, so what is short is read together.

use std::collections::HashMap;

use lexical::{Level, Query, Variant};
use rusqlite::{Connection, Result};

use super::term;
use crate::filter::json_list;

/// Up to how many entries the lists of a term are read together.
const SHORT: u64 = 1_000;

/// The memories that have one term with one weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct List {
    /// Which group of the query it belongs to.
    pub(super) group: usize,
    /// Which of the terms that were looked for it is a list of.
    variant: usize,
    /// The term as the index has it.
    pub(super) term: String,
    /// The weight.
    pub(super) level: Level,
    /// How many memories there are.
    pub(super) count: u64,
}

/// Every list of the words of a query.
#[derive(Debug, Default)]
pub(super) struct Lists {
    pub(super) all: Vec<List>,
    /// From which term to which each variant reaches.
    ranges: Vec<(String, String)>,
}

impl Lists {
    /// Looks the words of a query up.
    pub(super) fn of(connection: &Connection, query: &Query) -> Result<Self> {
        let mut groups = Vec::new();
        let mut ranges = Vec::new();
        for (group, variant) in
            query.groups.iter().enumerate().flat_map(|(n, group)| group.variants.iter().map(move |v| (n, v)))
        {
            groups.push(group);
            ranges.push(match variant {
                Variant::Term(term) => term::range(term),
                Variant::Prefix(prefix) => term::prefix_range(prefix),
            });
        }
        let mut all = Vec::new();
        let mut statement = connection.prepare_cached(
            "SELECT wanted.key, v.term, v.doc FROM json_each(?) AS wanted CROSS JOIN temp.service_terms AS v
                WHERE v.term >= wanted.value ->> 0 AND v.term <= wanted.value ->> 1",
        )?;
        let mut found = statement.query([json_list(&ranges)])?;
        while let Some(row) = found.next()? {
            let (variant, term): (usize, String) = (row.get(0)?, row.get(1)?);
            if let Some(level) = term::level(&term) {
                all.push(List { group: groups[variant], variant, level, count: row.get(2)?, term });
            }
        }
        Ok(Self { all, ranges })
    }

    /// Visits the memories of the first so many lists: each with the number of its list.
    pub(super) fn each(
        &self,
        connection: &Connection,
        count: usize,
        mut visit: impl FnMut(i64, usize),
    ) -> Result<()> {
        let mut lengths = vec![0; self.ranges.len()];
        self.all.iter().for_each(|list| lengths[list.variant] += list.count);
        let mut together: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut ranges: Vec<&(String, String)> = Vec::new();
        let mut is_taken = vec![false; self.ranges.len()];
        let mut alone =
            connection.prepare_cached("SELECT rowid FROM service_words WHERE service_words MATCH ?")?;
        for (number, list) in self.all[..count].iter().enumerate() {
            if lengths[list.variant] <= SHORT {
                together.entry(&list.term).or_default().push(number);
                let range = &self.ranges[list.variant];
                // Two words may have the same term.
                if !std::mem::replace(&mut is_taken[list.variant], true) && !ranges.contains(&range) {
                    ranges.push(range);
                }
                continue;
            }
            let mut found = alone.query([format!("\"{}\"", list.term)])?;
            while let Some(row) = found.next()? {
                visit(row.get(0)?, number);
            }
        }
        if ranges.is_empty() {
            return Ok(());
        }
        let mut statement = connection.prepare_cached(
            "SELECT v.term, v.doc FROM json_each(?) AS wanted CROSS JOIN temp.service_postings AS v
                WHERE v.term >= wanted.value ->> 0 AND v.term <= wanted.value ->> 1",
        )?;
        let mut found = statement.query([json_list(&ranges)])?;
        while let Some(row) = found.next()? {
            let numbers = row.get_ref(0)?.as_str().ok().and_then(|term| together.get(term));
            for number in numbers.into_iter().flatten() {
                visit(row.get(1)?, *number);
            }
        }
        Ok(())
    }
}

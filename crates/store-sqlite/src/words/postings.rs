//! Which memories have a word, the heaviest first.

use lexical::{Level, Query, Variant};
use rusqlite::{Connection, Result};

use super::term;

/// The memories that have one term with one weight.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct List {
    /// Which group of the query it belongs to.
    pub(super) group: usize,
    /// The term as the index has it.
    pub(super) term: String,
    /// The weight.
    pub(super) level: Level,
    /// How many memories there are.
    pub(super) count: u64,
}

/// Every list of every group of a query.
pub(super) fn lists(connection: &Connection, query: &Query) -> Result<Vec<List>> {
    let mut statement = connection
        .prepare_cached("SELECT term, doc FROM temp.service_terms WHERE term >= ? AND term <= ?")?;
    let mut lists = Vec::new();
    for (group, variants) in query.groups.iter().map(|group| &group.variants).enumerate() {
        for variant in variants {
            let bounds = match variant {
                Variant::Term(term) => term::range(term),
                Variant::Prefix(prefix) => term::prefix_range(prefix),
            };
            let mut found = statement.query([bounds.0, bounds.1])?;
            while let Some(row) = found.next()? {
                let term: String = row.get(0)?;
                // A range may hold longer terms as well; only a prefix wants them.
                if let Some(level) = term::level(&term) {
                    lists.push(List { group, level, count: row.get(1)?, term });
                }
            }
        }
    }
    Ok(lists)
}

/// Visits the memories of a list.
pub(super) fn each(connection: &Connection, list: &List, mut visit: impl FnMut(i64)) -> Result<()> {
    let mut statement =
        connection.prepare_cached("SELECT rowid FROM service_words WHERE service_words MATCH ?")?;
    let mut found = statement.query([format!("\"{}\"", list.term)])?;
    while let Some(row) = found.next()? {
        visit(row.get(0)?);
    }
    Ok(())
}

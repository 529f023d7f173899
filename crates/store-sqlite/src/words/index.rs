//! The index of terms: adding, removing, building again, checking.
//!
//! It is an FTS5 table without content: it holds which memories have a term and nothing else. Live memories are in it,
//! deleted ones are not.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use lexical::{Date, Document, Fields};
use model::UNTAGGED_TAG;
use rusqlite::{Connection, Result, Row};

use super::{missing, queue, term};
use crate::rows;
use crate::schema::catalogue::WORDS;

/// A field of the metadata of `m` when it is a text, as filters read it.
macro_rules! field {
    ($key:literal) => {
        concat!(
            "CASE WHEN instr(m.metadata, '\"",
            $key,
            "\"') > 0 THEN CASE WHEN json_valid(m.metadata, 2) THEN CASE WHEN json_type(m.metadata, '$.",
            $key,
            "') = 'text' THEN json_extract(m.metadata, '$.",
            $key,
            "') END END END"
        )
    };
}

/// What is read of a memory `m`, in the order of [`Source::read`].
pub(super) const COLUMNS: &str = concat!(
    "m.id, m.content, m.tags, m.created_at, m.created_at_iso,
    (SELECT o.occurred_at FROM service_origins AS o WHERE o.id = m.id),
    (SELECT o.conversation FROM service_origins AS o WHERE o.id = m.id),
    (SELECT o.agent FROM service_origins AS o WHERE o.id = m.id), ",
    field!("conversation_id"),
    ", ",
    field!("agent_id")
);

/// What of a memory is indexed.
pub(super) struct Source {
    pub(super) id: i64,
    pub(super) content: String,
    tags: Vec<String>,
    date: Option<Date>,
    conversations: Vec<String>,
    agents: Vec<String>,
}

impl Source {
    /// Reads a row of [`COLUMNS`].
    pub(super) fn read(row: &Row<'_>) -> Result<Self> {
        let created = rows::time(row, 3, 4)?;
        let occurred = row.get::<_, Option<f64>>(5).ok().flatten().and_then(model::Timestamp::from_seconds);
        let seconds = occurred.or(created).map(|time| time.as_seconds().floor());
        #[expect(clippy::cast_possible_truncation, reason = "times are within some thousand years")]
        let date = seconds.map(|seconds| Date::of_unix_seconds(seconds as i64));
        let names = |own: usize, field: usize| -> Result<Vec<String>> {
            Ok(rows::text(row, own)?.into_iter().chain(rows::text(row, field)?).collect())
        };
        let mut tags = rows::tags(&rows::text(row, 2)?.unwrap_or_default());
        tags.retain(|tag| tag != UNTAGGED_TAG);
        Ok(Self {
            id: row.get(0)?,
            content: rows::text(row, 1)?.unwrap_or_default(),
            tags,
            date,
            conversations: names(6, 8)?,
            agents: names(7, 9)?,
        })
    }

    /// Its words.
    pub(super) fn document(&self) -> Document {
        let tags: Vec<&str> = self.tags.iter().map(String::as_str).collect();
        Document::of(&Fields { content: &self.content, tags: &tags, date: self.date })
    }

    /// Every term that it is indexed by.
    fn terms(&self) -> Vec<String> {
        let document = self.document();
        let mut terms: Vec<String> =
            document.terms.iter().map(|(term, level)| term::weighted(term, *level)).collect();
        terms.extend(self.tags.iter().filter_map(|tag| term::tag(tag)));
        terms.extend(self.conversations.iter().filter_map(|name| term::conversation(name)));
        terms.extend(self.agents.iter().filter_map(|name| term::agent(name)));
        terms.push(term::language(document.language));
        terms.extend(document.stemmed_as.iter().map(|language| term::stemmer(*language)));
        terms.sort_unstable();
        terms.dedup();
        terms
    }
}

/// What is kept beside a memory, by its number.
const BESIDE: [&str; 6] = [
    "DELETE FROM service_origins WHERE id = ?",
    "DELETE FROM service_usage WHERE id = ?",
    "DELETE FROM service_deleted_vectors WHERE id = ?",
    "DELETE FROM service_vectors WHERE id = ?",
    "DELETE FROM service_parts WHERE id = ? AND part > 0",
    "DELETE FROM service_codes WHERE id = ? AND part > 0",
];

/// Makes the index have a memory as it is now: not at all when it is deleted or gone. What lay beside a memory that is gone
/// goes too: when its row was replaced, no trigger did that.
pub(super) fn refresh(connection: &Connection, id: i64) -> Result<()> {
    connection.prepare_cached("DELETE FROM service_words WHERE rowid = ?")?.execute([id])?;
    let sql = format!("SELECT {COLUMNS} FROM memories AS m WHERE m.id = ? AND m.deleted_at IS NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query([id])?;
    match found.next()? {
        Some(row) => insert(connection, &Source::read(row)?),
        None => remove_beside(connection, id),
    }
}

fn remove_beside(connection: &Connection, id: i64) -> Result<()> {
    if connection.prepare_cached("SELECT 1 FROM memories WHERE id = ?")?.exists([id])? {
        return Ok(());
    }
    BESIDE.iter().try_for_each(|sql| connection.prepare_cached(sql)?.execute([id]).map(|_| ()))
}

fn insert(connection: &Connection, source: &Source) -> Result<()> {
    connection
        .prepare_cached("INSERT INTO service_words (rowid, terms_2) VALUES (?, ?)")?
        .execute((source.id, source.terms().join(" ")))
        .map(|_| ())
}

/// Builds the index from the memories, whatever it was before. When they are many it begins empty, and they are indexed
/// some at a time ([`missing`]).
pub(crate) fn rebuild(connection: &Connection) -> Result<()> {
    let (name, sql) = WORDS;
    connection.execute_batch(&format!("DROP TABLE IF EXISTS {name}"))?;
    connection.execute_batch(sql)?;
    queue::empty(connection)?;
    if missing::begin(connection)? {
        return Ok(());
    }
    each_live(connection, |source| insert(connection, source))?;
    // In one part each term is found once.
    super::merge(connection, name)
}

fn each_live(connection: &Connection, mut visit: impl FnMut(&Source) -> Result<()>) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM memories AS m WHERE m.deleted_at IS NULL ORDER BY m.id");
    let mut statement = connection.prepare(&sql)?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        visit(&Source::read(row)?)?;
    }
    Ok(())
}

/// How many memories are indexed. FTS5 counts them itself, in the first number of its record of averages.
pub(crate) fn count(connection: &Connection) -> Result<u64> {
    let mut statement = connection.prepare_cached("SELECT block FROM service_words_data WHERE id = 1")?;
    let mut found = statement.query([])?;
    let Some(row) = found.next()? else { return Ok(0) };
    Ok(first_number(row.get_ref(0)?.as_blob().unwrap_or_default()))
}

/// A number as SQLite packs it: seven bits a byte, the highest first, while the eighth bit is set.
fn first_number(bytes: &[u8]) -> u64 {
    let mut number = 0;
    for byte in bytes.iter().take(8) {
        number = (number << 7) | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}

/// Whether the index has every live memory by the terms that it has now, and nothing else. Memories in the queue, and those
/// that are missing yet, are about to be indexed and do not count.
pub(super) fn is_complete(connection: &Connection) -> Result<bool> {
    let mut sums: HashMap<i64, u64> = HashMap::new();
    let mut statement = connection.prepare("SELECT doc, term FROM temp.service_postings")?;
    let mut found = statement.query([])?;
    while let Some(row) = found.next()? {
        let sum = sums.entry(row.get(0)?).or_default();
        *sum = sum.wrapping_add(hash(row.get_ref(1)?.as_bytes().unwrap_or_default()));
    }
    let waiting = queue::waiting(connection)?;
    let missing = missing::below(connection)?.unwrap_or(i64::MIN);
    let mut is_complete = true;
    each_live(connection, |source| {
        let expected = source.terms().iter().fold(0_u64, |sum, term| sum.wrapping_add(hash(term.as_bytes())));
        let found = sums.remove(&source.id);
        let is_missing = found.is_none() && source.id < missing;
        is_complete &= found == Some(expected) || is_missing || waiting.contains(&source.id);
        Ok(())
    })?;
    Ok(is_complete && sums.keys().all(|id| waiting.contains(id)))
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_numbers_are_read() {
        assert_eq!(first_number(&[5, 1, 2]), 5);
        assert_eq!(first_number(&[0x81, 0x00]), 128);
        assert_eq!(first_number(&[0xBD, 0x84, 0x40]), 1_000_000);
        assert_eq!(first_number(&[]), 0);
    }
}

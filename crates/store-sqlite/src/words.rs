//! Finding memories by words.
//!
//! | module | what |
//! |---|---|
//! | [`term`] | terms as the index has them |
//! | [`index`] | the index of terms: adding, removing, building again, checking |
//! | [`queue`] | memories that another program wrote and nobody indexed yet |
//! | [`missing`] | memories that an index built anew does not have yet |
//! | [`postings`] | which memories have a word, the heaviest first |
//! | [`scoring`] | what each memory covers of a query |
//! | [`verbatim`] | the whole query as a piece of a text |
//! | [`search`] | the best memories by words that meet a filter |
//! | [`languages`] | which languages the memories are in |
//!
//! Two indexes hold the words: terms as crate `lexical` makes them (`service_words`, ours), and pieces of three characters
//! (`memory_content_fts`, the original's). Triggers keep the second. They cannot keep the first, because the original's
//! SQLite does not know our terms: they only write down which memories changed (`service_words_queue`), and every
//! transaction of ours indexes those before it ends. Why: `docs/decisions/0009-lexical-leg.md`.

pub(crate) mod index;
pub(crate) mod languages;
pub(crate) mod missing;
mod postings;
pub(crate) mod queue;
mod scoring;
pub(crate) mod search;
pub(crate) mod term;
mod verbatim;

use rusqlite::{Connection, ErrorCode, Result};

use crate::schema::catalogue::{PIECES, WORDS};

/// Builds a word index again from the memories.
pub(crate) fn rebuild(connection: &Connection, index: &str) -> Result<()> {
    if index == WORDS.0 {
        return index::rebuild(connection);
    }
    connection.execute_batch(&format!("INSERT INTO {index}({index}) VALUES ('rebuild')"))
}

/// Whether a word index holds the words of the memories and no others. Needs the right to write, and writes nothing.
pub(crate) fn is_sound(connection: &Connection, index: &str) -> Result<bool> {
    let level = if index == PIECES.0 { 1 } else { 0 };
    let checked = connection
        .execute_batch(&format!("INSERT INTO {index}({index}, rank) VALUES ('integrity-check', {level})"));
    let compared =
        checked.and_then(|()| if index == WORDS.0 { index::is_complete(connection) } else { Ok(true) });
    match compared {
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => Ok(false),
        compared => compared,
    }
}

/// Merges the parts of a word index into one, which drops every word of texts that are not there any more.
pub(crate) fn merge(connection: &Connection, index: &str) -> Result<()> {
    connection.execute_batch(&format!("INSERT INTO {index}({index}) VALUES ('optimize')"))
}

/// Makes this connection forget what it remembers of a word index. Queries do that themselves after another connection
/// wrote; SQLite's check of pages does not, and then takes what was merged away for missing.
pub(crate) fn refresh(connection: &Connection, index: &str) -> Result<()> {
    let sql = format!("SELECT rowid FROM {index} WHERE {index} MATCH '\"a\"' LIMIT 1");
    connection.prepare(&sql)?.exists([]).map(|_| ())
}

/// Whether a line of SQLite's check of pages is about a word index.
pub(crate) fn is_about_words(line: &str) -> bool {
    line.contains("FTS5 table") || line.starts_with("fts5: ")
}

//! Finding memories by words.
//!
//! | module | what |
//! |---|---|
//! | [`query`] | the words in what somebody wrote; nothing in it is syntax |
//! | [`search`] | the whole query first, then whole words and pieces of texts without spaces |
//! | [`coverage`] | how much of a query a memory covers |
//!
//! Two indexes hold the words, both kept by triggers: whole words (`service_words`, ours) and pieces of three characters
//! (`memory_content_fts`, the original's).

mod coverage;
pub(crate) mod query;
pub(crate) mod search;

use rusqlite::{Connection, ErrorCode, Result};

/// Builds a word index again from the memories.
pub(crate) fn rebuild(connection: &Connection, index: &str) -> Result<()> {
    connection.execute_batch(&format!("INSERT INTO {index}({index}) VALUES ('rebuild')"))
}

/// Whether a word index holds the words of the memories and no others. Needs the right to write, and writes nothing.
pub(crate) fn is_sound(connection: &Connection, index: &str) -> Result<bool> {
    match connection
        .execute_batch(&format!("INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)"))
    {
        Ok(()) => Ok(true),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt) => Ok(false),
        Err(error) => Err(error),
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

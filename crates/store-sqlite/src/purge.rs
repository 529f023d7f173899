//! Removing deleted memories for good.
//!
//! A row's text is in more places than its row: in both word indexes, in the events of release 12.4, in pages that are
//! free, in the write-ahead log. SQLite overwrites what it frees inside pages (`secure_delete`), the indexes are merged so
//! that no segment keeps a removed word, free pages are overwritten, and the log is emptied. The file is not vacuumed: that
//! would give the rows of vec0's inner tables other numbers. So a piece of a text that the *original* program changed or
//! deleted, which does not overwrite, can stay in the unused part of a page that is in use.

use model::ContentHash;
use ports::{LogState, Purge};
use rusqlite::types::Value;
use rusqlite::{Connection, Params, params_from_iter};

use crate::error::{Result, While};
use crate::filter::json_list;
use crate::pool::Session;
use crate::schema::catalogue::{PIECES, WORDS};
use crate::vectors::home;
use crate::words;

/// The largest blob that is written to fill free pages, in bytes.
const FILLER_BYTES: i64 = 16 * 1024 * 1024;

/// What was removed from the database.
pub(crate) struct Removed {
    pub(crate) hashes: Vec<ContentHash>,
    pub(crate) live: Vec<ContentHash>,
}

/// Removes deleted memories and everything that is known of them, and overwrites where they were.
pub(crate) fn remove(connection: &Connection, purge: &Purge) -> Result<Removed> {
    let (condition, values, asked) = match purge {
        Purge::DeletedBefore(before) => {
            ("deleted_at < ?", Value::from(before.as_seconds()), "[]".to_owned().into())
        }
        Purge::Hashes(hashes) => {
            let keys: Vec<&str> = hashes.iter().map(ContentHash::as_str).collect();
            let list = json_list(&keys);
            (
                "deleted_at IS NOT NULL AND content_hash IN (SELECT value FROM json_each(?))",
                list.clone(),
                list,
            )
        }
    };
    let doing = "selecting memories to purge";
    let sql = format!("SELECT id, content_hash FROM memories WHERE {condition} ORDER BY id");
    let doomed = pairs(connection, &sql, [values]).doing(doing)?;
    let live = "SELECT id, content_hash FROM memories WHERE deleted_at IS NULL
        AND content_hash IN (SELECT value FROM json_each(?)) ORDER BY id";
    let live = pairs(connection, live, [asked]).doing(doing)?;
    let (ids, hashes): (Vec<i64>, Vec<ContentHash>) = doomed.into_iter().unzip();
    if !ids.is_empty() {
        remove_rows(connection, &ids, &hashes)?;
        // Before they are merged: what is taken out of an index afterwards stays in it.
        words::queue::drain_all(connection).doing("removing words")?;
        // The original leaves pieces of a row behind that it replaced.
        if !words::is_sound(connection, PIECES.0).doing("checking words")? {
            words::rebuild(connection, PIECES.0).doing("rebuilding words")?;
        }
        for (index, _) in [WORDS, PIECES] {
            words::merge(connection, index).doing("merging words")?;
        }
        fill_free_pages(connection).doing("overwriting free pages")?;
    }
    Ok(Removed { hashes, live: live.into_iter().map(|(_, hash)| hash).collect() })
}

fn pairs(
    connection: &Connection,
    sql: &str,
    values: impl Params,
) -> rusqlite::Result<Vec<(i64, ContentHash)>> {
    let mut statement = connection.prepare(sql)?;
    let rows = statement
        .query_map(values, |row| Ok((row.get(0)?, ContentHash::stored(row.get::<_, String>(1)?))))?;
    rows.collect()
}

/// Words, vectors of ours and what lies aside go by triggers.
fn remove_rows(connection: &Connection, ids: &[i64], hashes: &[ContentHash]) -> Result<()> {
    for id in ids {
        // Other programs may have left some.
        home::remove_from_vec0(connection, *id)?;
    }
    let keys: Vec<&str> = hashes.iter().map(ContentHash::as_str).collect();
    let (ids, keys) = (json_list(ids), json_list(&keys));
    for (sql, list) in [
        ("DELETE FROM memories WHERE id IN (SELECT value FROM json_each(?))", &ids),
        ("DELETE FROM service_vectors WHERE id IN (SELECT value FROM json_each(?))", &ids),
        ("DELETE FROM memory_graph WHERE source_hash IN (SELECT value FROM json_each(?))", &keys),
        ("DELETE FROM memory_graph WHERE target_hash IN (SELECT value FROM json_each(?))", &keys),
        ("DELETE FROM service_deleted WHERE content_hash IN (SELECT value FROM json_each(?))", &keys),
        // That it was deleted has to be told to others; what it said has not.
        (
            "DELETE FROM sync_events WHERE op <> 'delete' AND content_hash IN (SELECT value FROM json_each(?))",
            &keys,
        ),
    ] {
        connection.execute(sql, params_from_iter([list])).doing("purging memories")?;
    }
    connection
        .execute("DELETE FROM service_deletions WHERE id NOT IN (SELECT deletion FROM service_deleted)", [])
        .map(|_| ())
        .doing("purging memories")
}

/// Overwrites the pages that are free: those that this purge freed, and those that somebody freed before.
fn fill_free_pages(connection: &Connection) -> rusqlite::Result<()> {
    let number = |pragma: &str| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let mut bytes = number("freelist_count")? * number("page_size")?;
    if bytes == 0 {
        return Ok(());
    }
    connection.execute_batch("CREATE TABLE service_filler (filler BLOB)")?;
    while bytes > 0 {
        let length = bytes.min(FILLER_BYTES);
        connection.execute("INSERT INTO service_filler (filler) VALUES (zeroblob(?))", [length])?;
        bytes -= length;
    }
    connection.execute_batch("DROP TABLE service_filler")
}

/// Empties the write-ahead log, when nobody reads from it.
pub(crate) fn empty_log(session: &mut Session) -> Result<LogState> {
    let (connection, _) = session.connection()?;
    let is_busy: i64 = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .doing("emptying the write-ahead log")?;
    Ok(if is_busy == 0 { LogState::Emptied } else { LogState::InUse })
}

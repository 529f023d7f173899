//! Both word indexes, and the triggers that keep them and our vectors right.

use rusqlite::{Connection, Result};

use crate::schema::catalogue::{self, Object};
use crate::schema::form::Form;
use crate::words;

/// Adds what is not there, replaces triggers that are not as they should be, and rebuilds an index whose words are not
/// those of the memories.
pub(super) fn create(connection: &Connection, form: &Form) -> Result<()> {
    if !form.has(catalogue::PIECES.0) {
        connection.execute_batch(catalogue::PIECES.1)?;
        words::rebuild(connection, catalogue::PIECES.0)?;
    }
    let stale = catalogue::triggers().filter(|trigger| !form.has_same(*trigger)).collect::<Vec<_>>();
    for (name, sql) in &stale {
        connection.execute_batch(&format!("DROP TRIGGER IF EXISTS {name}"))?;
        connection.execute_batch(sql)?;
    }
    // Until schema 2 it held texts as FTS5 itself takes them apart.
    if !form.has_same(catalogue::WORDS) {
        words::rebuild(connection, catalogue::WORDS.0)?;
    }
    // As long as a trigger was missing or the original's, words may have been left behind.
    let was_kept = |triggers: &[Object]| !triggers.iter().any(|trigger| stale.contains(trigger));
    if form.has(catalogue::PIECES.0)
        && !was_kept(&catalogue::PIECES_TRIGGERS)
        && !words::is_sound(connection, catalogue::PIECES.0)?
    {
        words::rebuild(connection, catalogue::PIECES.0)?;
    }
    if form.has_same(catalogue::WORDS) && !was_kept(&catalogue::WORDS_TRIGGERS) {
        words::rebuild(connection, catalogue::WORDS.0)?;
    }
    Ok(())
}

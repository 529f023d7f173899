//! Both word indexes, and the triggers that keep them and our vectors right.

use rusqlite::{Connection, Result};

use crate::schema::catalogue::{self, Object};
use crate::schema::form::Form;
use crate::words;

/// Adds what is not there, replaces triggers that are not as they should be, and rebuilds an index whose words are not
/// those of the memories.
pub(super) fn create(connection: &Connection, form: &Form) -> Result<()> {
    for (name, sql) in [catalogue::PIECES, catalogue::WORDS] {
        if !form.has(name) {
            connection.execute_batch(sql)?;
            words::rebuild(connection, name)?;
        }
    }
    let stale = catalogue::triggers().filter(|trigger| !form.has_same(*trigger)).collect::<Vec<_>>();
    for (name, sql) in &stale {
        connection.execute_batch(&format!("DROP TRIGGER IF EXISTS {name}"))?;
        connection.execute_batch(sql)?;
    }
    // As long as a trigger was missing or the original's, words may have been left behind.
    for ((index, _), triggers) in
        [(catalogue::PIECES, catalogue::PIECES_TRIGGERS), (catalogue::WORDS, catalogue::WORDS_TRIGGERS)]
    {
        let was_kept = |trigger: &Object| !stale.contains(trigger);
        if form.has(index) && !triggers.iter().all(was_kept) && !words::is_sound(connection, index)? {
            words::rebuild(connection, index)?;
        }
    }
    Ok(())
}

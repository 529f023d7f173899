//! Codes and copies of the original's vectors, where nobody watched its table.

use rusqlite::{Connection, Result};

use crate::schema::catalogue;
use crate::schema::form::Form;
use crate::vectors::derived;

/// Drops them when the triggers on the original's table are not there: it was made anew, or written without them. They
/// are made again in the background.
pub(super) fn clear(connection: &Connection, form: &Form) -> Result<()> {
    let is_watched =
        catalogue::CODE_TRIGGERS[..catalogue::VEC0_TRIGGERS].iter().all(|trigger| form.has_same(*trigger));
    if is_watched && !form.needs_vectors_rebuilt() {
        return Ok(());
    }
    derived::drop_vec0(connection)
}

//! The vector table: created, or rebuilt in the partitioned cosine form with every vector that there is.

use model::ModelIdentity;
use rusqlite::{Connection, OptionalExtension};

use crate::error::{Result, While};
use crate::schema::catalogue;
use crate::schema::form::{Form, UNFINISHED};

/// Where the vectors are while their table is rebuilt, inside the transaction.
const COPY: &str = "service_vectors_in_transit";

/// Creates or rebuilds the vector table. The vectors are stored as they were given, so that a table that measured by
/// distance becomes one that measures by cosine without embedding anything again. The dimension stays.
pub(super) fn rebuild(connection: &Connection, form: &Form, model: &ModelIdentity) -> Result<()> {
    if !form.needs_vectors_rebuilt() {
        return Ok(());
    }
    let doing = "rebuilding the vector table";
    let dimension = dimension(connection, form, model).doing(doing)?;
    connection
        .execute_batch(&format!("CREATE TABLE {COPY} (id INTEGER PRIMARY KEY, vector BLOB NOT NULL)"))
        .doing(doing)?;
    if form.vec0.is_some() {
        let copy = format!("INSERT INTO {COPY} SELECT rowid, content_embedding FROM memory_embeddings");
        connection.execute(&copy, []).doing(doing)?;
        connection.execute_batch("DROP TABLE memory_embeddings").doing(doing)?;
    }
    if form.has(UNFINISHED) {
        // The original stopped between copying and putting back: what it had put back is in the vector table.
        let copy = format!(
            "INSERT OR IGNORE INTO {COPY} SELECT rowid, content_embedding FROM {UNFINISHED}
                WHERE length(content_embedding) = ?"
        );
        connection.execute(&copy, [dimension * size_of::<f32>()]).doing(doing)?;
        connection.execute_batch(&format!("DROP TABLE {UNFINISHED}")).doing(doing)?;
    }
    connection.execute_batch(&catalogue::vec0(dimension)).doing(doing)?;
    let put_back = format!(
        "INSERT INTO memory_embeddings (rowid, content_embedding, store)
            SELECT c.id, c.vector, coalesce(nullif(m.store, ''), 'default')
            FROM {COPY} AS c LEFT JOIN memories AS m ON m.id = c.id ORDER BY c.id"
    );
    connection.execute(&put_back, []).doing(doing)?;
    connection.execute_batch(&format!("DROP TABLE {COPY}")).doing(doing)
}

fn dimension(connection: &Connection, form: &Form, model: &ModelIdentity) -> rusqlite::Result<usize> {
    if let Some(table) = form.vec0 {
        return Ok(table.dimension);
    }
    let bytes: Option<usize> = if form.has(UNFINISHED) {
        let first = format!("SELECT length(content_embedding) FROM {UNFINISHED} LIMIT 1");
        connection.query_row(&first, [], |row| row.get(0)).optional()?
    } else {
        None
    };
    Ok(bytes.map(|bytes| bytes / size_of::<f32>()).filter(|found| *found > 0).unwrap_or(model.dimension))
}

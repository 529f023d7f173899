//! Whose vectors a file holds, of how many memories.

use model::ModelIdentity;
use ports::{StoreError, VectorsOf};
use rusqlite::{Connection, OptionalExtension, params};

use super::derived;
use super::home::{self, Home};
use crate::error::{Result, While};
use crate::info;

/// Writes down the parts of a model's identity, so that it is known when another model is in use.
pub(crate) fn remember(connection: &Connection, model: &ModelIdentity) -> Result<()> {
    let identity = home::identity(model);
    let is_known = connection
        .prepare_cached("SELECT 1 FROM service_models WHERE identity = ?")
        .and_then(|mut statement| statement.exists([&identity]))
        .doing("looking for a model")?;
    if is_known {
        return Ok(());
    }
    connection
        .execute(
            "INSERT OR IGNORE INTO service_models (identity, name, revision, dimension) VALUES (?, ?, ?, ?)",
            params![identity, model.name, model.revision, model.dimension],
        )
        .map(|_| ())
        .doing("remembering a model")
}

/// Whose vectors there are.
pub(crate) fn list(connection: &Connection) -> Result<Vec<VectorsOf>> {
    let doing = "counting vectors";
    let mut spaces = Vec::new();
    let in_vec0: u64 = connection
        .query_row(
            "SELECT count(*) FROM memory_embeddings_rowids AS v JOIN memories AS m ON m.id = v.rowid
                WHERE m.deleted_at IS NULL",
            [],
            |row| row.get(0),
        )
        .doing(doing)?;
    if in_vec0 > 0 {
        spaces.push(VectorsOf { model: owner(connection)?, memories: in_vec0 });
    }
    let aside: Vec<(String, u64)> = connection
        .prepare(
            "SELECT v.model, count(*) FROM service_vectors AS v JOIN memories AS m ON m.id = v.id
                WHERE m.deleted_at IS NULL GROUP BY v.model ORDER BY v.model",
        )
        .and_then(|mut statement| statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .doing(doing)?;
    for (model, memories) in aside {
        spaces.push(VectorsOf { model: identity(connection, &model)?, memories });
    }
    Ok(spaces)
}

/// The model whose vectors the original's table holds, if it is known.
pub(crate) fn owner(connection: &Connection) -> Result<Option<ModelIdentity>> {
    let owner = owner_of_vec0(connection).doing("looking for a model")?;
    Ok(owner.map(|owner| identity(connection, &owner)).transpose()?.flatten())
}

fn owner_of_vec0(connection: &Connection) -> rusqlite::Result<Option<String>> {
    connection
        .query_row(
            "SELECT substr(key, 12) FROM service_info WHERE key LIKE 'vectors of %' AND value = 'vec0'",
            [],
            |row| row.get(0),
        )
        .optional()
}

/// A model by its identity as text. Files of our first releases hold the text alone; its last two parts have no slash.
fn identity(connection: &Connection, text: &str) -> Result<Option<ModelIdentity>> {
    let known = connection
        .query_row("SELECT name, revision, dimension FROM service_models WHERE identity = ?", [text], |row| {
            Ok(ModelIdentity { name: row.get(0)?, revision: row.get(1)?, dimension: row.get(2)? })
        })
        .optional()
        .doing("looking for a model")?;
    Ok(known.or_else(|| {
        let mut parts = text.rsplitn(3, '/');
        let (dimension, revision, name) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        Some(ModelIdentity { name: name.to_owned(), revision: revision.to_owned(), dimension })
    }))
}

/// Drops the vectors of a model from our own table. Says how many there were.
pub(crate) fn drop_vectors(
    connection: &Connection,
    own: &ModelIdentity,
    model: &ModelIdentity,
) -> Result<u64> {
    let refused = |reason: &str| Err(StoreError::Unsupported { reason: reason.to_owned() });
    if model == own {
        return refused("the vectors of the model in use are not dropped: choose another model first");
    }
    if Home::read(connection, model)? == Home::Vec0 {
        return refused(
            "these vectors are in the table of the original program, which uses them: they are kept",
        );
    }
    let identity = home::identity(model);
    let doing = "dropping vectors";
    connection.execute("DELETE FROM service_deleted_vectors WHERE model = ?", [&identity]).doing(doing)?;
    let dropped =
        connection.execute("DELETE FROM service_vectors WHERE model = ?", [&identity]).doing(doing)?;
    info::remove(connection, &home::key(&identity))?;
    derived::drop_chunks(connection, model)?;
    Ok(dropped as u64)
}

//! Which table holds the vectors of a model.
//!
//! vec0 (`memory_embeddings`) holds vectors of one space, the original's. A model whose space that is shares it; every
//! other model's vectors go to `service_vectors`, where each row names its model. The choice is made once for each model
//! and kept in `service_info`; as long as it is open, new vectors go to `service_vectors`, so that nothing is mixed
//! before it is known whether it may be. docs/decisions/0003-vectors-and-their-models.md tells the whole story.

use model::{ModelIdentity, Vector};
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::derived;
use crate::error::{Result, While};
use crate::info;

/// Where the vectors of a model are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Home {
    /// In the original's table.
    Vec0,
    /// In our own, under this identity.
    Side {
        /// The model's identity as text.
        model: String,
        /// Whether that is so for good, and not only until the vectors in vec0 are known.
        is_settled: bool,
    },
}

/// A model's identity as text.
pub(crate) fn identity(model: &ModelIdentity) -> String {
    format!("{}/{}/{}", model.name, model.revision, model.dimension)
}

/// Under which key of `service_info` a model's home stands.
pub(super) fn key(identity: &str) -> String {
    format!("vectors of {identity}")
}

impl Home {
    /// Reads where the vectors of a model are.
    pub(crate) fn read(connection: &Connection, model: &ModelIdentity) -> Result<Self> {
        let model = identity(model);
        Ok(match info::get(connection, &key(&model))?.as_deref() {
            Some("vec0") => Self::Vec0,
            found => Self::Side { model, is_settled: found.is_some() },
        })
    }

    /// Writes where the vectors of a model are.
    pub(crate) fn settle(connection: &Connection, model: &ModelIdentity, is_vec0: bool) -> Result<()> {
        info::set(connection, &key(&identity(model)), if is_vec0 { "vec0" } else { "service_vectors" })
    }

    /// SQL that says whether the memory `m` has a vector here.
    pub(crate) fn has_vector(&self) -> String {
        match self {
            Self::Vec0 => {
                "EXISTS (SELECT 1 FROM memory_embeddings_rowids AS v WHERE v.rowid = m.id)".to_owned()
            }
            Self::Side { model, .. } => format!(
                "EXISTS (SELECT 1 FROM service_vectors AS v WHERE v.id = m.id AND v.model = {})",
                literal(model)
            ),
        }
    }

    /// Under which name vectors of here lie aside while their memory is deleted.
    pub(crate) fn name_aside(&self) -> &str {
        match self {
            Self::Vec0 => "",
            Self::Side { model, .. } => model,
        }
    }

    /// Writes a vector.
    pub(crate) fn add(
        &self,
        connection: &Connection,
        id: i64,
        partition: &str,
        vector: &Vector,
    ) -> Result<()> {
        let bytes = bytes_of(vector.as_slice());
        match self {
            Self::Vec0 => {
                remove_from_vec0(connection, id)?;
                connection
                    .prepare_cached(
                        "INSERT INTO memory_embeddings (rowid, content_embedding, store) VALUES (?, ?, ?)",
                    )
                    .and_then(|mut insert| insert.execute(params![id, bytes, partition]))
            }
            Self::Side { model, .. } => connection
                .prepare_cached("INSERT OR REPLACE INTO service_vectors (id, model, vector) VALUES (?, ?, ?)")
                .and_then(|mut insert| insert.execute(params![id, model, bytes])),
        }
        .doing("writing a vector")?;
        // After the vector: its triggers take the code of what was there before.
        derived::write_whole(connection, self, id, vector.as_slice())
    }

    /// Removes the vectors of a memory, of every model.
    pub(crate) fn remove_everywhere(&self, connection: &Connection, id: i64) -> Result<()> {
        remove_from_vec0(connection, id)?;
        connection
            .prepare_cached("DELETE FROM service_vectors WHERE id = ?")
            .and_then(|mut delete| delete.execute([id]))
            .map(|_| ())
            .doing("removing a vector")
    }
}

/// Removes a vector from the original's table, if it is there. Says whether it was.
pub(crate) fn remove_from_vec0(connection: &Connection, id: i64) -> Result<bool> {
    let is_there = connection
        .prepare_cached("SELECT 1 FROM memory_embeddings_rowids WHERE rowid = ?")
        .and_then(|mut statement| statement.exists([id]))
        .doing("looking for a vector")?;
    if is_there {
        connection
            .prepare_cached("DELETE FROM memory_embeddings WHERE rowid = ?")
            .and_then(|mut delete| delete.execute([id]))
            .doing("removing a vector")?;
    }
    Ok(is_there)
}

/// Decides where the vectors of a model go when a file is opened with it for the first time: to vec0 when that is
/// empty and nobody else's; to our own table when vec0 is another model's or of another `dimension`; otherwise it stays
/// open until somebody compared the vectors that are there.
pub(crate) fn decide_when_opened(
    connection: &Connection,
    model: &ModelIdentity,
    dimension: Option<usize>,
) -> Result<()> {
    let fits = dimension == Some(model.dimension);
    if is_decided(connection, model, fits)? {
        return Ok(());
    }
    let transaction =
        Transaction::new_unchecked(connection, TransactionBehavior::Immediate).doing("settling vectors")?;
    // Again under the lock: another process may have decided it meanwhile, and may have written vectors since.
    if is_decided(&transaction, model, fits)? {
        return Ok(());
    }
    if let Some(is_vec0) = decide(&transaction, model, fits)? {
        Home::settle(&transaction, model, is_vec0)?;
        transaction.commit().doing("settling vectors")?;
    }
    Ok(())
}

fn is_decided(connection: &Connection, model: &ModelIdentity, fits: bool) -> Result<bool> {
    Ok(match Home::read(connection, model)? {
        Home::Side { is_settled, .. } => is_settled,
        // Unless somebody made the table anew for another model.
        Home::Vec0 => fits,
    })
}

fn decide(connection: &Connection, model: &ModelIdentity, fits: bool) -> Result<Option<bool>> {
    let is_anothers = || {
        let others =
            "SELECT 1 FROM service_info WHERE key LIKE 'vectors of %' AND value = 'vec0' AND key <> ?";
        connection
            .prepare(others)
            .and_then(|mut statement| statement.exists([key(&identity(model))]))
            .doing("settling vectors")
    };
    if !fits || is_anothers()? {
        return Ok(Some(false));
    }
    let is_full = connection
        .prepare("SELECT 1 FROM memory_embeddings_rowids LIMIT 1")
        .and_then(|mut statement| statement.exists([]))
        .doing("settling vectors")?;
    Ok((!is_full).then_some(true))
}

/// A vector as it is stored: the numbers, four bytes each, little-endian.
pub(crate) fn bytes_of(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// The numbers of a stored vector; bytes beyond the last whole number are left out.
pub(crate) fn numbers_of(bytes: &[u8]) -> Vec<f32> {
    let number = |four: &[u8]| f32::from_le_bytes([four[0], four[1], four[2], four[3]]);
    bytes.chunks_exact(4).map(number).collect()
}

/// A text as an SQL literal.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests;

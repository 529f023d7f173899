//! Finding out whose vectors a foreign database holds.

use model::{ModelIdentity, Vector};
use ports::{VectorSample, VectorSpace};
use rusqlite::{Connection, params};

use super::codes::Codes;
use super::home::{self, Home, numbers_of};
use super::stored;
use crate::error::{Result, While};

/// How many texts are compared.
const SAMPLES: usize = 8;
/// The longest text that is compared, in characters: models cut long texts at different places.
const LONGEST_CHARS: usize = 300;

/// What is known of the vectors in vec0.
pub(crate) fn vector_space(connection: &Connection, model: &ModelIdentity) -> Result<VectorSpace> {
    Ok(match Home::read(connection, model)? {
        Home::Vec0 => VectorSpace::Ours,
        Home::Side { is_settled: true, .. } => VectorSpace::Foreign,
        Home::Side { is_settled: false, .. } => VectorSpace::Unverified { samples: samples(connection)? },
    })
}

/// Short memories whose vectors have a direction, the longest of them first: a text of two words says little.
fn samples(connection: &Connection) -> Result<Vec<VectorSample>> {
    let mut statement = connection
        .prepare(
            "SELECT m.id, m.content FROM memories AS m JOIN memory_embeddings_rowids AS v ON v.rowid = m.id
                WHERE m.deleted_at IS NULL AND length(m.content) <= ? ORDER BY length(m.content) DESC, m.id LIMIT ?",
        )
        .doing("choosing samples")?;
    let short: Vec<(i64, String)> = statement
        .query_map(params![LONGEST_CHARS, SAMPLES * 4], |row| Ok((row.get(0)?, row.get(1)?)))
        .and_then(Iterator::collect)
        .doing("choosing samples")?;
    let mut samples = Vec::new();
    for (id, content) in short {
        let numbers = stored::one(connection, &Home::Vec0, id)?.unwrap_or_default();
        if let Ok(vector) = Vector::new(numbers) {
            samples.push(VectorSample { content, vector });
        }
        if samples.len() == SAMPLES {
            break;
        }
    }
    Ok(samples)
}

/// Records whose they are. When they are the model's, vectors that were put aside until now join them, and those that
/// have no direction go, so that their memories are embedded again.
pub(crate) fn settle(connection: &Connection, model: &ModelIdentity, is_ours: bool) -> Result<()> {
    let Home::Side { model: identity, is_settled: false } = Home::read(connection, model)? else {
        return Ok(());
    };
    Home::settle(connection, model, is_ours)?;
    if is_ours {
        drop_unusable(connection, model.dimension)?;
        join(connection, &identity)?;
    }
    Ok(())
}

/// Drops vectors in vec0 that have no direction. Says how many there were.
pub(crate) fn drop_unusable(connection: &Connection, dimension: usize) -> Result<usize> {
    let mut unusable = Vec::new();
    stored::each(
        connection,
        &Home::Vec0,
        dimension,
        |_| true,
        |id, numbers| {
            if Codes::of(numbers).is_none() {
                unusable.push(id);
            }
        },
    )?;
    for id in &unusable {
        home::remove_from_vec0(connection, *id)?;
        connection
            .execute("UPDATE memories SET embedding_pending = 1 WHERE id = ?", [id])
            .doing("dropping vectors without direction")?;
    }
    Ok(unusable.len())
}

fn join(connection: &Connection, identity: &str) -> Result<()> {
    let mut statement = connection
        .prepare(
            "SELECT v.id, v.vector, coalesce(nullif(m.store, ''), 'default') FROM service_vectors AS v
                JOIN memories AS m ON m.id = v.id WHERE v.model = ? AND m.deleted_at IS NULL",
        )
        .doing("joining vectors")?;
    let aside: Vec<(i64, Vec<u8>, String)> = statement
        .query_map([identity], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .and_then(Iterator::collect)
        .doing("joining vectors")?;
    for (id, bytes, partition) in aside {
        if let Ok(vector) = Vector::new(numbers_of(&bytes)) {
            Home::Vec0.add(connection, id, &partition, &vector)?;
            connection
                .execute("UPDATE memories SET embedding_pending = 0 WHERE id = ?", [id])
                .doing("joining vectors")?;
        }
    }
    connection
        .execute("DELETE FROM service_vectors WHERE model = ?", [identity])
        .map(|_| ())
        .doing("joining vectors")
}

//! Finding out whose vectors a foreign database holds.

use model::{ModelIdentity, Partition, Vector};
use ports::{VectorSample, VectorSpace};
use rusqlite::Connection;

use super::exact;
use super::home::{self, Home, numbers_of};
use super::stored;
use crate::error::{Result, While};
use crate::integrity::ORPHANS;
use crate::rows;

/// How many texts are compared.
const SAMPLES: usize = 8;
/// Up to how many characters a text is short. Models cut longer ones at different places, so that they prove less.
const LONGEST_CHARS: usize = 300;

/// What is known of the vectors in vec0.
pub(crate) fn vector_space(connection: &Connection, model: &ModelIdentity) -> Result<VectorSpace> {
    Ok(match Home::read(connection, model)? {
        Home::Vec0 => VectorSpace::Ours,
        Home::Side { is_settled: true, .. } => VectorSpace::Foreign,
        Home::Side { is_settled: false, .. } => VectorSpace::Unverified { samples: samples(connection)? },
    })
}

/// Memories whose vectors have a direction. Short ones, the longest of them first: a text of two words says little. Only
/// when there is none of these, long ones, the shortest first; and those without a text only when there is nothing else.
fn samples(connection: &Connection) -> Result<Vec<VectorSample>> {
    let mut statement = connection
        .prepare(
            "SELECT m.id, m.content, CASE WHEN length(m.content) > ?1 THEN 1 WHEN length(m.content) > 0 THEN 0 ELSE 2 END AS class
                FROM memories AS m JOIN memory_embeddings_rowids AS v ON v.rowid = m.id WHERE m.deleted_at IS NULL
                ORDER BY class, CASE class WHEN 0 THEN -length(m.content) ELSE length(m.content) END, m.id",
        )
        .doing("choosing samples")?;
    let mut found = statement.query([LONGEST_CHARS]).doing("choosing samples")?;
    let mut samples = Vec::new();
    let mut first_class = None;
    while let Some(row) = found.next().doing("choosing samples")? {
        let (id, class) =
            row.get(0).and_then(|id| Ok((id, row.get::<_, i64>(2)?))).doing("choosing samples")?;
        if samples.len() == SAMPLES || first_class.is_some_and(|first| first != class) {
            break;
        }
        let numbers = stored::one(connection, &Home::Vec0, id)?.unwrap_or_default();
        if let Some(vector) =
            Vector::new(numbers).ok().filter(|vector| exact::has_direction(vector.as_slice()))
        {
            let content = rows::text(row, 1).doing("choosing samples")?.unwrap_or_default();
            samples.push(VectorSample { content, vector });
            first_class = Some(class);
        }
    }
    Ok(samples)
}

/// Records whose they are. When they are the model's, vectors that were put aside until now join them. Those that have no
/// direction go, so that their memories are embedded again, and so do those without a memory: they may be of any model,
/// because only those of live memories were compared.
pub(crate) fn settle(connection: &Connection, model: &ModelIdentity, is_ours: bool) -> Result<()> {
    let Home::Side { model: identity, is_settled: false } = Home::read(connection, model)? else {
        return Ok(());
    };
    Home::settle(connection, model, is_ours)?;
    if is_ours {
        drop_orphans(connection)?;
        drop_unusable(connection, model.dimension)?;
        join(connection, &identity)?;
    }
    Ok(())
}

/// Drops vectors in vec0 that have no live memory. Says how many there were.
pub(crate) fn drop_orphans(connection: &Connection) -> Result<usize> {
    let orphans: Vec<i64> = connection
        .prepare(ORPHANS)
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .doing("looking for vectors without a memory")?;
    for id in &orphans {
        home::remove_from_vec0(connection, *id)?;
    }
    Ok(orphans.len())
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
            if !exact::has_direction(numbers) {
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
            "SELECT v.id, v.vector, m.store FROM service_vectors AS v
                JOIN memories AS m ON m.id = v.id WHERE v.model = ? AND m.deleted_at IS NULL",
        )
        .doing("joining vectors")?;
    let aside: Vec<(i64, Vec<u8>, Partition)> = statement
        .query_map([identity], |row| Ok((row.get(0)?, row.get(1)?, rows::partition(rows::text(row, 2)?))))
        .and_then(Iterator::collect)
        .doing("joining vectors")?;
    for (id, bytes, partition) in aside {
        if let Ok(vector) = Vector::new(numbers_of(&bytes)) {
            Home::Vec0.add(connection, id, partition.as_str(), &vector)?;
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

//! Codes and copies of vectors in the database, so that a search need not read every vector first.
//!
//! `service_codes` has the one-bit code of every vector ([`super::codes`]); a code without bytes says that the vector has
//! no direction. `service_parts` has vectors in sixteen bits a number ([`super::fine`]): copies of those of the original's
//! table, of which it takes a hundred times as long to read one, and the vectors of chunks of long memories, which are
//! nowhere else. Triggers remove codes and copies when their vector goes or is replaced, by whose hand ever, so that a code
//! that is there is right. One that is not there is made from the vector, and written when there is time ([`fill`]).

use model::{ModelIdentity, Vector};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::codes::Code;
use super::exact;
use super::fine::{Fine, Reference};
use super::home::{self, Home};
use super::index::Index;
use super::rotation::Rotation;
use super::stored;
use crate::error::{Result, While};
use crate::schema::catalogue;

/// The space of the original's table.
const VEC0: i64 = 0;
/// How many codes are made in one transaction; other writes come in between.
const AT_ONCE: usize = 2048;

/// Under which numbers the vectors of a model stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spaces {
    /// Those of whole memories.
    pub(crate) whole: i64,
    /// Those of chunks: the model's own number, wherever the others are.
    pub(crate) chunks: i64,
}

impl Spaces {
    /// The numbers of a model whose vectors are at home there.
    pub(crate) fn of(model: &ModelIdentity, home: &Home) -> Self {
        let chunks = number(&home::identity(model));
        let whole = if *home == Home::Vec0 { VEC0 } else { chunks };
        Self { whole, chunks }
    }
}

/// A model's number, of 48 bits: SQLite takes six bytes for it. Not 0.
fn number(identity: &str) -> i64 {
    let digest = Sha256::digest(identity.as_bytes());
    digest.iter().take(6).fold(0, |number, byte| number << 8 | i64::from(*byte)).max(1)
}

/// Writes what is derived from the vector of a whole memory.
pub(crate) fn write_whole(connection: &Connection, home: &Home, id: i64, numbers: &[f32]) -> Result<()> {
    let space = match home {
        Home::Vec0 => VEC0,
        Home::Side { model, .. } => number(model),
    };
    write(connection, &Rotation::of(numbers.len()), space, id, 0, numbers)
        .doing("writing the code of a vector")
}

/// Writes the vectors of the chunks of a memory that has none, and what is derived from them.
pub(crate) fn write_chunks(
    connection: &Connection,
    model: &ModelIdentity,
    id: i64,
    chunks: &[Vector],
) -> Result<()> {
    if chunks.is_empty() {
        return Ok(());
    }
    let (space, rotation) = (number(&home::identity(model)), Rotation::of(model.dimension));
    for (part, vector) in (1_u16..).zip(chunks) {
        write(connection, &rotation, space, id, part, vector.as_slice())
            .doing("writing the vectors of chunks")?;
    }
    Ok(())
}

/// SQL that says whether the memory `m` is long enough to have chunks. The index of the long ones is used only for an
/// expression that is the same to the letter.
pub(crate) const IS_LONG: &str = "length(CAST(content AS BLOB)) > 880";
const _: () = assert!(model::MAX_CHUNK_BYTES == 880, "the index of long memories is for this many bytes");

/// SQL that says whether the memory `m` has vectors of chunks by a model.
pub(crate) fn has_chunks(model: &ModelIdentity) -> String {
    let space = number(&home::identity(model));
    format!(
        "EXISTS (SELECT 1 FROM service_parts AS p WHERE p.id = m.id AND p.space = {space} AND p.part > 0)"
    )
}

fn write(
    connection: &Connection,
    rotation: &Rotation,
    space: i64,
    id: i64,
    part: u16,
    numbers: &[f32],
) -> rusqlite::Result<()> {
    // Before the code: a trigger takes the code of what was there before.
    if (space == VEC0 || part > 0)
        && let Some(fine) = Fine::of(numbers)
    {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO service_parts (id, space, part, vector) VALUES (?, ?, ?, ?)",
            )?
            .execute(params![id, space, part, fine.bytes()])?;
    }
    let code = Code::of(rotation, numbers).map(|code| code.bytes()).unwrap_or_default();
    connection
        .prepare_cached("INSERT OR REPLACE INTO service_codes (id, space, part, code) VALUES (?, ?, ?, ?)")?
        .execute(params![id, space, part, code])?;
    Ok(())
}

/// Hands over every code of a model: memory, part, bytes; memories in order, the whole before its chunks.
pub(crate) fn each_code(
    connection: &Connection,
    spaces: Spaces,
    mut take: impl FnMut(i64, u16, &[u8]) -> Result<()>,
) -> Result<()> {
    let doing = "reading codes";
    let mut statement = connection
        .prepare_cached(
            "SELECT id, part, code FROM service_codes
                WHERE (space = ?1 AND part = 0) OR (space = ?2 AND part > 0) ORDER BY id, space, part",
        )
        .doing(doing)?;
    let mut rows = statement.query(params![spaces.whole, spaces.chunks]).doing(doing)?;
    while let Some(row) = rows.next().doing(doing)? {
        let (id, part) = row.get(0).and_then(|id| Ok((id, row.get(1)?))).doing(doing)?;
        let code = row.get_ref(2).and_then(|code| Ok(code.as_bytes()?)).doing(doing)?;
        take(id, part, code)?;
    }
    Ok(())
}

/// The codes of one memory: part and bytes.
pub(crate) fn codes_of(connection: &Connection, spaces: Spaces, id: i64) -> Result<Vec<(u16, Vec<u8>)>> {
    connection
        .prepare_cached(
            "SELECT part, code FROM service_codes
                WHERE id = ?1 AND ((space = ?2 AND part = 0) OR (space = ?3 AND part > 0)) ORDER BY part",
        )
        .and_then(|mut statement| {
            statement
                .query_map(params![id, spaces.whole, spaces.chunks], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
        .doing("reading codes")
}

/// How many codes there are, of every model: at least as many as of one.
pub(crate) fn count(connection: &Connection) -> Result<usize> {
    connection.query_row("SELECT count(*) FROM service_codes", [], |row| row.get(0)).doing("counting codes")
}

/// Reads vectors to measure them.
pub(crate) struct Measure<'c> {
    connection: &'c Connection,
    home: Home,
    spaces: Spaces,
    dimension: usize,
    by_row: CachedStatement<'c>,
}

impl<'c> Measure<'c> {
    /// Of the vectors that an index mirrors.
    pub(crate) fn new(connection: &'c Connection, index: &Index) -> Result<Self> {
        let by_row = connection
            .prepare_cached("SELECT vector FROM service_parts WHERE id = ? AND space = ? AND part = ?")
            .doing("reading a vector")?;
        Ok(Self {
            connection,
            home: index.home.clone(),
            spaces: index.spaces,
            dimension: index.dimension(),
            by_row,
        })
    }

    /// A vector in sixteen bits a number, from where it is read fastest; none when it is gone or has no direction.
    pub(crate) fn read(&mut self, id: i64, part: u16) -> Result<Option<Fine>> {
        if part == 0 && self.home != Home::Vec0 {
            return Ok(
                stored::one(self.connection, &self.home, id)?.and_then(|numbers| self.usable(&numbers))
            );
        }
        let space = if part == 0 { self.spaces.whole } else { self.spaces.chunks };
        let dimension = self.dimension;
        let copy = self
            .by_row
            .query_row(params![id, space, part], |row| Ok(Fine::read(row.get_ref(0)?.as_bytes()?, dimension)))
            .optional()
            .doing("reading a vector")?;
        match copy {
            Some(Some(fine)) => Ok(Some(fine)),
            _ if part > 0 => Ok(None),
            _ => Ok(stored::one(self.connection, &self.home, id)?.and_then(|numbers| self.usable(&numbers))),
        }
    }

    fn usable(&self, numbers: &[f32]) -> Option<Fine> {
        Fine::of(numbers).filter(|fine| fine.codes().len() == self.dimension)
    }

    /// The cosine of the vector at a place of the index.
    pub(crate) fn cosine(
        &mut self,
        index: &Index,
        reference: &Reference,
        slot: usize,
    ) -> Result<Option<f64>> {
        if let Some(codes) = index.fine(slot) {
            return Ok(reference.cosine(codes));
        }
        let (id, part) = index.at(slot);
        if part == 0 && self.home != Home::Vec0 {
            let numbers = stored::one(self.connection, &self.home, id)?;
            return Ok(numbers.and_then(|numbers| exact::cosine(reference.numbers(), &numbers)));
        }
        Ok(self.read(id, part)?.and_then(|fine| reference.cosine(fine.codes())))
    }
}

/// Makes codes and copies of some vectors that have none, of memories after one. Gives the last of them, if there may be
/// more.
pub(crate) fn fill(connection: &Connection, model: &ModelIdentity, after: i64) -> Result<Option<i64>> {
    let home = Home::read(connection, model)?;
    let (space, rotation) = (Spaces::of(model, &home).whole, Rotation::of(model.dimension));
    let found = stored::without_code(connection, &home, space, model.dimension, after, AT_ONCE)?;
    for (id, numbers) in &found {
        write(connection, &rotation, space, *id, 0, numbers).doing("writing codes")?;
    }
    Ok(found.last().filter(|_| found.len() == AT_ONCE).map(|(id, _)| *id))
}

/// Whether the triggers on the original's table are there. Whoever makes that table anew makes it without them.
pub(crate) fn is_watched(connection: &Connection) -> Result<bool> {
    let found: usize = connection
        .prepare_cached(
            "SELECT count(*) FROM sqlite_master
                WHERE type = 'trigger' AND tbl_name = 'memory_embeddings_rowids' AND name IN (?, ?)",
        )
        .and_then(|mut statement| {
            let [first, second] = [0, 1].map(|at: usize| catalogue::CODE_TRIGGERS[at].0);
            statement.query_row([first, second], |row| row.get(0))
        })
        .doing("looking for triggers")?;
    Ok(found == catalogue::VEC0_TRIGGERS)
}

/// Sets the triggers on the original's table again, and drops what was derived from it while it was not watched.
pub(crate) fn watch(connection: &Connection) -> rusqlite::Result<()> {
    for (name, sql) in &catalogue::CODE_TRIGGERS[..catalogue::VEC0_TRIGGERS] {
        connection.execute_batch(&format!("DROP TRIGGER IF EXISTS {name}"))?;
        connection.execute_batch(sql)?;
    }
    drop_vec0(connection)
}

/// Drops what was derived from the original's table.
pub(crate) fn drop_vec0(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM service_codes WHERE space = ?", [VEC0])?;
    connection.execute("DELETE FROM service_parts WHERE space = ?", [VEC0])?;
    Ok(())
}

/// Drops the vectors of the chunks that a model made.
pub(crate) fn drop_chunks(connection: &Connection, model: &ModelIdentity) -> Result<()> {
    connection
        .execute("DELETE FROM service_parts WHERE space = ? AND part > 0", [number(&home::identity(model))])
        .map(|_| ())
        .doing("dropping the vectors of chunks")
}

/// How many codes of a model are not those of their vectors.
pub(crate) fn wrong_codes(connection: &Connection, model: &ModelIdentity) -> Result<usize> {
    let home = Home::read(connection, model)?;
    let (spaces, rotation) = (Spaces::of(model, &home), Rotation::of(model.dimension));
    let mut wrong = 0;
    let mut failed = Ok(());
    stored::each(
        connection,
        &home,
        model.dimension,
        |_| true,
        |id, numbers| {
            let expected = Code::of(&rotation, numbers).map(|code| code.bytes()).unwrap_or_default();
            match codes_of(connection, spaces, id) {
                Ok(found) => {
                    wrong += usize::from(found.iter().any(|(part, code)| *part == 0 && *code != expected))
                }
                Err(error) => failed = Err(error),
            }
        },
    )?;
    failed.map(|()| wrong)
}

/// Drops every code and copy; those of chunks are made again at once.
pub(crate) fn rebuild(connection: &Connection, model: &ModelIdentity) -> Result<()> {
    let doing = "making codes anew";
    connection.execute("DELETE FROM service_codes", []).doing(doing)?;
    connection.execute("DELETE FROM service_parts WHERE part = 0", []).doing(doing)?;
    let rotation = Rotation::of(model.dimension);
    let space = number(&home::identity(model));
    let mut chunks = connection
        .prepare("SELECT id, part, vector FROM service_parts WHERE space = ? AND part > 0")
        .doing(doing)?;
    let mut rows = chunks.query([space]).doing(doing)?;
    while let Some(row) = rows.next().doing(doing)? {
        let (id, part): (i64, u16) = row.get(0).and_then(|id| Ok((id, row.get(1)?))).doing(doing)?;
        let bytes = row.get_ref(2).and_then(|bytes| Ok(bytes.as_bytes()?)).doing(doing)?;
        let Some(fine) = Fine::read(bytes, model.dimension) else { continue };
        let code = Code::of(&rotation, &fine.numbers()).map(|code| code.bytes()).unwrap_or_default();
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO service_codes (id, space, part, code) VALUES (?, ?, ?, ?)",
            )
            .and_then(|mut insert| insert.execute(params![id, space, part, code]))
            .doing(doing)?;
    }
    Ok(())
}

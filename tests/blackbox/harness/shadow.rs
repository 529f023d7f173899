//! The vectors of a database, read from the shadow tables of `sqlite-vec` with plain SQL. So the tests judge what is on
//! disk without the library that wrote it.
//!
//! A chunk holds up to 1,024 vectors: a bitmap of the slots in use, the row numbers of the slots (64 bits each, little
//! end first), and the vectors (32-bit floats, little end first).

use std::collections::BTreeMap;

use rusqlite::Connection;

/// The vector of each row number. Panics when the parts disagree with each other.
pub(crate) fn vectors(connection: &Connection) -> BTreeMap<i64, Vec<f32>> {
    let places = places(connection);
    let mut vectors = BTreeMap::new();
    let mut chunks =
        connection.prepare("SELECT chunk_id, size, validity, rowids FROM memory_embeddings_chunks").unwrap();
    let chunks = chunks
        .query_map([], |row| Ok((row.get(0)?, row.get::<_, u32>(1)? as usize, row.get(2)?, row.get(3)?)))
        .unwrap();
    for chunk in chunks {
        let (chunk, size, validity, rowids): (i64, usize, Vec<u8>, Vec<u8>) = chunk.unwrap();
        let sql = "SELECT vectors FROM memory_embeddings_vector_chunks00 WHERE rowid = ?1";
        let stored: Vec<u8> = connection.query_row(sql, [chunk], |row| row.get(0)).unwrap();
        let bytes = stored.len() / size;
        let in_use = |slot: usize| validity[slot / 8] >> (slot % 8) & 1 == 1;
        for slot in (0..size).filter(|slot| in_use(*slot)) {
            let rowid = i64::from_le_bytes(rowids[slot * 8..][..8].try_into().unwrap());
            assert_eq!(places.get(&rowid), Some(&(chunk, slot)), "row {rowid} of the vectors");
            let vector = floats(&stored[slot * bytes..][..bytes]);
            assert!(vectors.insert(rowid, vector).is_none(), "row {rowid} has two vectors");
        }
    }
    assert_eq!(vectors.len(), places.len(), "a row of the vectors has no slot");
    vectors
}

/// The chunk and the slot of each row number.
fn places(connection: &Connection) -> BTreeMap<i64, (i64, usize)> {
    let sql = "SELECT rowid, chunk_id, chunk_offset FROM memory_embeddings_rowids";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get::<_, u32>(2)? as usize))))
        .unwrap();
    rows.map(Result::unwrap).collect()
}

/// Numbers as they lie on the disk.
pub(crate) fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|number| f32::from_le_bytes(number.try_into().unwrap())).collect()
}

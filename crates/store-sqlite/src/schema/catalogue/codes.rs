//! The tables of the index of vectors, and the triggers that keep them.

use super::Object;

/// What the index of vectors is kept in (docs/decisions/0011-vector-index.md). A space is a number for the table of the
/// original (0) or for a model; part 0 is the vector of the whole memory, the others those of its chunks.
pub(crate) const CODE_TABLES: [Object; 3] = [
    // One bit a number: what a search goes through.
    (
        "service_codes",
        "CREATE TABLE service_codes (id INTEGER NOT NULL, space INTEGER NOT NULL, part INTEGER NOT NULL,
            code BLOB NOT NULL, PRIMARY KEY (id, space, part)) WITHOUT ROWID",
    ),
    // An ordinary table: without a rowid, its rows would lie in the inner pages too, and each lookup would read more of them.
    // Sixteen bits a number: copies of the original's vectors, which cannot be read one by one, and the vectors of chunks.
    (
        "service_parts",
        "CREATE TABLE service_parts (id INTEGER NOT NULL, space INTEGER NOT NULL, part INTEGER NOT NULL,
            vector BLOB NOT NULL, PRIMARY KEY (id, space, part))",
    ),
    // Whose vectors changed, in order; the last of them.
    ("service_vector_log", "CREATE TABLE service_vector_log (seq INTEGER PRIMARY KEY, id INTEGER NOT NULL)"),
];

/// The triggers that keep [`CODE_TABLES`] when vectors come and go, by whose hand ever. Those on the inner table of vec0
/// come first ([`VEC0_TRIGGERS`]).
pub(crate) const CODE_TRIGGERS: [Object; 8] = [
    (
        "service_vec0_ai",
        "CREATE TRIGGER service_vec0_ai AFTER INSERT ON memory_embeddings_rowids BEGIN
            DELETE FROM service_codes WHERE id = new.rowid AND space = 0 AND part = 0;
            DELETE FROM service_parts WHERE id = new.rowid AND space = 0 AND part = 0;
            INSERT INTO service_vector_log (id) VALUES (new.rowid);
            DELETE FROM service_vector_log WHERE seq <= (SELECT max(seq) FROM service_vector_log) - 65536;
        END",
    ),
    (
        "service_vec0_ad",
        "CREATE TRIGGER service_vec0_ad AFTER DELETE ON memory_embeddings_rowids BEGIN
            DELETE FROM service_codes WHERE id = old.rowid AND space = 0 AND part = 0;
            DELETE FROM service_parts WHERE id = old.rowid AND space = 0 AND part = 0;
            INSERT INTO service_vector_log (id) VALUES (old.rowid);
            DELETE FROM service_vector_log WHERE seq <= (SELECT max(seq) FROM service_vector_log) - 65536;
        END",
    ),
    (
        "service_vectors_codes_ai",
        "CREATE TRIGGER service_vectors_codes_ai AFTER INSERT ON service_vectors BEGIN
            DELETE FROM service_codes WHERE id = new.id AND space <> 0 AND part = 0;
            INSERT INTO service_vector_log (id) VALUES (new.id);
            DELETE FROM service_vector_log WHERE seq <= (SELECT max(seq) FROM service_vector_log) - 65536;
        END",
    ),
    (
        "service_vectors_codes_ad",
        "CREATE TRIGGER service_vectors_codes_ad AFTER DELETE ON service_vectors BEGIN
            DELETE FROM service_codes WHERE id = old.id AND space <> 0 AND part = 0;
            INSERT INTO service_vector_log (id) VALUES (old.id);
            DELETE FROM service_vector_log WHERE seq <= (SELECT max(seq) FROM service_vector_log) - 65536;
        END",
    ),
    (
        "service_parts_ai",
        "CREATE TRIGGER service_parts_ai AFTER INSERT ON service_parts WHEN new.part > 0 BEGIN
            DELETE FROM service_codes WHERE id = new.id AND space = new.space AND part = new.part;
            INSERT INTO service_vector_log (id) VALUES (new.id);
            DELETE FROM service_vector_log WHERE seq <= (SELECT max(seq) FROM service_vector_log) - 65536;
        END",
    ),
    (
        "service_parts_ad",
        "CREATE TRIGGER service_parts_ad AFTER DELETE ON service_parts WHEN old.part > 0 BEGIN
            DELETE FROM service_codes WHERE id = old.id AND space = old.space AND part = old.part;
            INSERT INTO service_vector_log (id) VALUES (old.id);
            DELETE FROM service_vector_log WHERE seq <= (SELECT max(seq) FROM service_vector_log) - 65536;
        END",
    ),
    (
        "service_chunks_ad",
        "CREATE TRIGGER service_chunks_ad AFTER DELETE ON memories BEGIN
            DELETE FROM service_parts WHERE id = old.id AND part > 0;
        END",
    ),
    (
        "service_chunks_au",
        "CREATE TRIGGER service_chunks_au AFTER UPDATE OF content ON memories WHEN new.content <> old.content BEGIN
            DELETE FROM service_parts WHERE id = old.id AND part > 0;
        END",
    ),
];

/// How many of [`CODE_TRIGGERS`] stand on the inner table of vec0 and go when somebody makes it anew.
pub(crate) const VEC0_TRIGGERS: usize = 2;

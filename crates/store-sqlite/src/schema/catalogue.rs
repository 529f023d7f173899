//! Every table, column, index and trigger, by name.
//!
//! Names, types and defaults of the original's objects are the original's (release 12.4) and must stay so: it reads and
//! writes the same file. Objects named `service_...` are ours; the original ignores them, and their triggers use only
//! what every SQLite build has that it runs on (FTS5, no vec0, no functions).

mod codes;

pub(crate) use codes::{CODE_TABLES, CODE_TRIGGERS, VEC0_TRIGGERS};

/// A named object and the statement that creates it.
pub(crate) type Object = (&'static str, &'static str);

pub(crate) const MEMORIES: &str = "CREATE TABLE memories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    content_hash TEXT UNIQUE NOT NULL,
    content TEXT NOT NULL,
    tags TEXT,
    memory_type TEXT,
    metadata TEXT,
    created_at REAL,
    updated_at REAL,
    created_at_iso TEXT,
    updated_at_iso TEXT,
    deleted_at REAL DEFAULT NULL
)";

/// Columns that later releases added, in the order in which a new file of 12.4 has them.
pub(crate) const ADDED_COLUMNS: [Object; 8] = [
    ("deleted_at", "REAL DEFAULT NULL"),
    ("store", "TEXT DEFAULT 'default'"),
    ("parent_id", "TEXT"),
    ("version", "INTEGER DEFAULT 1"),
    ("confidence", "REAL DEFAULT 1.0"),
    ("last_accessed", "INTEGER"),
    ("superseded_by", "TEXT"),
    ("embedding_pending", "INTEGER NOT NULL DEFAULT 0"),
];

/// Columns without which a table named `memories` is some other program's.
pub(crate) const FIRST_COLUMNS: [&str; 10] = [
    "id",
    "content_hash",
    "content",
    "tags",
    "memory_type",
    "metadata",
    "created_at",
    "updated_at",
    "created_at_iso",
    "updated_at_iso",
];

/// Columns of `memory_graph` that later releases added.
pub(crate) const ADDED_GRAPH_COLUMNS: [Object; 1] = [("relationship_type", "TEXT DEFAULT 'related'")];

/// The original's ordinary tables.
pub(crate) const TABLES: [Object; 7] = [
    ("metadata", "CREATE TABLE metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL)"),
    (
        "migration_registry",
        "CREATE TABLE migration_registry (version INTEGER PRIMARY KEY, name TEXT NOT NULL,
            filename TEXT NOT NULL, applied_at TEXT NOT NULL, checksum TEXT)",
    ),
    (
        "memory_graph",
        "CREATE TABLE memory_graph (source_hash TEXT NOT NULL, target_hash TEXT NOT NULL,
            similarity REAL NOT NULL, connection_types TEXT NOT NULL, metadata TEXT, created_at REAL NOT NULL,
            relationship_type TEXT DEFAULT 'related', PRIMARY KEY (source_hash, target_hash))",
    ),
    (
        "beliefs",
        "CREATE TABLE beliefs (id INTEGER PRIMARY KEY AUTOINCREMENT, belief_hash TEXT UNIQUE NOT NULL,
            content TEXT NOT NULL, confidence REAL NOT NULL DEFAULT 0.5, status TEXT NOT NULL DEFAULT 'candidate',
            created_at TEXT NOT NULL, updated_at TEXT NOT NULL, derived_from TEXT NOT NULL DEFAULT '[]',
            contradicted_by TEXT NOT NULL DEFAULT '[]', metadata TEXT DEFAULT '{}')",
    ),
    (
        "sync_events",
        "CREATE TABLE sync_events (seq INTEGER PRIMARY KEY AUTOINCREMENT,
            schema_version INTEGER NOT NULL DEFAULT 1, agent_id TEXT, event_id TEXT NOT NULL, op TEXT NOT NULL,
            content_hash TEXT NOT NULL, payload TEXT NOT NULL, created_at REAL NOT NULL, created_at_iso TEXT,
            hlc_physical INTEGER, hlc_logical INTEGER, embedding_model TEXT, embedding_dim INTEGER,
            UNIQUE(agent_id, event_id))",
    ),
    (
        "sync_cursor",
        "CREATE TABLE sync_cursor (peer_id TEXT PRIMARY KEY, last_seq_seen INTEGER NOT NULL DEFAULT 0,
            last_hlc_physical INTEGER, last_hlc_logical INTEGER, updated_at REAL NOT NULL)",
    ),
    (
        "push_cursor",
        "CREATE TABLE push_cursor (peer_id TEXT PRIMARY KEY, last_seq_pushed INTEGER NOT NULL DEFAULT 0,
            updated_at REAL NOT NULL)",
    ),
];

/// The original's indexes.
pub(crate) const INDEXES: [Object; 15] = [
    ("idx_content_hash", "CREATE INDEX idx_content_hash ON memories(content_hash)"),
    ("idx_created_at", "CREATE INDEX idx_created_at ON memories(created_at)"),
    ("idx_memory_type", "CREATE INDEX idx_memory_type ON memories(memory_type)"),
    ("idx_deleted_at", "CREATE INDEX idx_deleted_at ON memories(deleted_at)"),
    (
        "idx_memories_embedding_pending",
        "CREATE INDEX idx_memories_embedding_pending ON memories(embedding_pending)",
    ),
    ("idx_graph_source", "CREATE INDEX idx_graph_source ON memory_graph(source_hash)"),
    ("idx_graph_target", "CREATE INDEX idx_graph_target ON memory_graph(target_hash)"),
    ("idx_graph_relationship", "CREATE INDEX idx_graph_relationship ON memory_graph(relationship_type)"),
    ("idx_beliefs_status", "CREATE INDEX idx_beliefs_status ON beliefs(status)"),
    ("idx_beliefs_confidence", "CREATE INDEX idx_beliefs_confidence ON beliefs(confidence)"),
    ("idx_sync_events_hash", "CREATE INDEX idx_sync_events_hash ON sync_events(content_hash)"),
    ("idx_sync_events_seq", "CREATE INDEX idx_sync_events_seq ON sync_events(seq)"),
    ("idx_sync_events_op", "CREATE INDEX idx_sync_events_op ON sync_events(op, content_hash)"),
    ("idx_sync_cursor_updated", "CREATE INDEX idx_sync_cursor_updated ON sync_cursor(updated_at)"),
    ("idx_push_cursor_updated", "CREATE INDEX idx_push_cursor_updated ON push_cursor(updated_at)"),
];

/// Columns of `sync_events` that its second migration added, and the index over them.
pub(crate) const ADDED_EVENT_COLUMNS: [Object; 4] = [
    ("hlc_physical", "INTEGER"),
    ("hlc_logical", "INTEGER"),
    ("embedding_model", "TEXT"),
    ("embedding_dim", "INTEGER"),
];
pub(crate) const EVENT_CLOCK_INDEX: Object = (
    "idx_sync_events_hlc",
    "CREATE INDEX idx_sync_events_hlc ON sync_events(hlc_physical, hlc_logical, agent_id, event_id)",
);

/// The original's word index: pieces of three characters, found anywhere in a word.
pub(crate) const PIECES: Object = (
    "memory_content_fts",
    "CREATE VIRTUAL TABLE memory_content_fts USING fts5(content, content='memories', content_rowid='id',
        tokenize='trigram')",
);

/// The triggers that keep [`PIECES`], under the original's names. Its own ones delete without the old text, which
/// leaves pieces of it behind, and run on every update; these do neither.
pub(crate) const PIECES_TRIGGERS: [Object; 3] = [
    (
        "memories_fts_ai",
        "CREATE TRIGGER memories_fts_ai AFTER INSERT ON memories BEGIN
            INSERT INTO memory_content_fts(rowid, content) VALUES (new.id, new.content);
        END",
    ),
    (
        "memories_fts_au",
        "CREATE TRIGGER memories_fts_au AFTER UPDATE OF content ON memories BEGIN
            INSERT INTO memory_content_fts(memory_content_fts, rowid, content)
                VALUES ('delete', old.id, old.content);
            INSERT INTO memory_content_fts(rowid, content) VALUES (new.id, new.content);
        END",
    ),
    (
        "memories_fts_ad",
        "CREATE TRIGGER memories_fts_ad AFTER DELETE ON memories BEGIN
            INSERT INTO memory_content_fts(memory_content_fts, rowid, content)
                VALUES ('delete', old.id, old.content);
        END",
    ),
];

/// Our word index: terms of crate `lexical`, as `words::term` writes them. It holds no texts, and the original never
/// touches it. The number in the name of its column is raised when `lexical` makes other terms of the same text: then the
/// index is built again.
pub(crate) const WORDS: Object = (
    "service_words",
    "CREATE VIRTUAL TABLE service_words USING fts5(terms_2, content='', contentless_delete=1, detail='none',
        tokenize='ascii')",
);

/// Memories that changed since they were indexed.
pub(crate) const WORDS_QUEUE: Object =
    ("service_words_queue", "CREATE TABLE service_words_queue (id INTEGER PRIMARY KEY)");

/// The triggers that fill [`WORDS_QUEUE`], at our writes and at the original's. A statement's own conflict clause would take the
/// place of one in a trigger, so that there is none. `INSERT OR REPLACE`, by which the original takes in what its other hosts
/// changed, deletes a row without any trigger for that: the first one writes its number down before.
pub(crate) const WORDS_TRIGGERS: [Object; 4] = [
    (
        "service_words_bi",
        "CREATE TRIGGER service_words_bi BEFORE INSERT ON memories BEGIN
            INSERT INTO service_words_queue (id) SELECT m.id FROM memories AS m
                WHERE m.content_hash = new.content_hash
                    AND NOT EXISTS (SELECT 1 FROM service_words_queue AS q WHERE q.id = m.id);
        END",
    ),
    (
        "service_words_ai",
        "CREATE TRIGGER service_words_ai AFTER INSERT ON memories BEGIN
            INSERT INTO service_words_queue (id) SELECT new.id
                WHERE NOT EXISTS (SELECT 1 FROM service_words_queue AS q WHERE q.id = new.id);
        END",
    ),
    (
        "service_words_au",
        "CREATE TRIGGER service_words_au AFTER UPDATE OF content, tags, metadata, created_at, created_at_iso, deleted_at
        ON memories WHEN new.content IS NOT old.content OR new.tags IS NOT old.tags
            OR new.metadata IS NOT old.metadata OR new.created_at IS NOT old.created_at
            OR new.created_at_iso IS NOT old.created_at_iso OR new.deleted_at IS NOT old.deleted_at BEGIN
            INSERT INTO service_words_queue (id) SELECT new.id
                WHERE NOT EXISTS (SELECT 1 FROM service_words_queue AS q WHERE q.id = new.id);
        END",
    ),
    (
        "service_words_ad",
        "CREATE TRIGGER service_words_ad AFTER DELETE ON memories BEGIN
            INSERT INTO service_words_queue (id) SELECT old.id
                WHERE NOT EXISTS (SELECT 1 FROM service_words_queue AS q WHERE q.id = old.id);
        END",
    ),
];

/// What [`WORDS`] has, read term by term. These stand in no file: each connection has its own.
pub(crate) const WORDS_VIEWS: &str =
    "CREATE VIRTUAL TABLE temp.service_terms USING fts5vocab(main, service_words, row);
    CREATE VIRTUAL TABLE temp.service_postings USING fts5vocab(main, service_words, instance)";

/// Our own facts about the file: its schema number, what it was before, whose vectors it holds.
pub(crate) const INFO: Object =
    ("service_info", "CREATE TABLE service_info (key TEXT PRIMARY KEY, value TEXT NOT NULL)");

/// Vectors that must not be mixed with those in vec0 (docs/decisions/0003-vectors-and-their-models.md).
pub(crate) const VECTORS: Object = (
    "service_vectors",
    "CREATE TABLE service_vectors (id INTEGER NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
        PRIMARY KEY (id, model))",
);

/// The triggers that drop vectors of ours when their memory is deleted, for good or softly, or says something else.
pub(crate) const VECTORS_TRIGGERS: [Object; 2] = [
    (
        "service_vectors_ad",
        "CREATE TRIGGER service_vectors_ad AFTER DELETE ON memories BEGIN
            DELETE FROM service_vectors WHERE id = old.id;
        END",
    ),
    (
        "service_vectors_au",
        "CREATE TRIGGER service_vectors_au AFTER UPDATE OF content, deleted_at ON memories
        WHEN new.deleted_at IS NOT NULL OR new.content <> old.content BEGIN
            DELETE FROM service_vectors WHERE id = old.id;
        END",
    ),
];

/// Side tables for what the original has no column for. Rows are named by the number of their memory, which is never
/// given twice.
pub(crate) const SIDE_TABLES: [Object; 8] = [
    // When it happened and where it came from.
    (
        "service_origins",
        "CREATE TABLE service_origins (id INTEGER PRIMARY KEY, occurred_at REAL, kind TEXT, client TEXT,
            conversation TEXT, agent TEXT)",
    ),
    // How often it was used.
    (
        "service_usage",
        "CREATE TABLE service_usage (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, last REAL NOT NULL)",
    ),
    // Deletions that can be undone: which memories each deleted, and what went with them.
    (
        "service_deletions",
        "CREATE TABLE service_deletions (id INTEGER PRIMARY KEY AUTOINCREMENT, deleted_at REAL NOT NULL)",
    ),
    (
        "service_deleted",
        "CREATE TABLE service_deleted (deletion INTEGER NOT NULL, content_hash TEXT NOT NULL, id INTEGER NOT NULL,
            PRIMARY KEY (deletion, content_hash))",
    ),
    (
        "service_deleted_edges",
        "CREATE TABLE service_deleted_edges (source_hash TEXT NOT NULL, target_hash TEXT NOT NULL,
            similarity REAL NOT NULL, connection_types TEXT NOT NULL, metadata TEXT, created_at REAL NOT NULL,
            relationship_type TEXT, PRIMARY KEY (source_hash, target_hash))",
    ),
    // The model is empty for vectors that were in the original's table.
    (
        "service_deleted_vectors",
        "CREATE TABLE service_deleted_vectors (id INTEGER NOT NULL, model TEXT NOT NULL, vector BLOB NOT NULL,
            PRIMARY KEY (id, model))",
    ),
    // The parts of the identities of models.
    (
        "service_models",
        "CREATE TABLE service_models (identity TEXT PRIMARY KEY, name TEXT NOT NULL, revision TEXT NOT NULL,
            dimension INTEGER NOT NULL)",
    ),
    // What happened to memories, in order; the last of it. Key and partition stand only where the row went at once.
    (
        "service_events",
        "CREATE TABLE service_events (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, id INTEGER NOT NULL,
            content_hash TEXT, store TEXT)",
    ),
];

/// Indexes of the side tables.
pub(crate) const SIDE_INDEXES: [Object; 4] = [
    (
        "service_origins_conversation",
        "CREATE INDEX service_origins_conversation ON service_origins(conversation) WHERE conversation IS NOT NULL",
    ),
    (
        "service_origins_occurred",
        "CREATE INDEX service_origins_occurred ON service_origins(occurred_at) WHERE occurred_at IS NOT NULL",
    ),
    ("service_deleted_hash", "CREATE INDEX service_deleted_hash ON service_deleted(content_hash)"),
    (
        "service_deleted_edges_target",
        "CREATE INDEX service_deleted_edges_target ON service_deleted_edges(target_hash)",
    ),
];

/// The trigger that drops what lies aside of a memory whose row goes for good.
pub(crate) const SIDE_TRIGGERS: [Object; 1] = [(
    "service_aside_ad",
    "CREATE TRIGGER service_aside_ad AFTER DELETE ON memories BEGIN
            DELETE FROM service_origins WHERE id = old.id;
            DELETE FROM service_usage WHERE id = old.id;
            DELETE FROM service_deleted_vectors WHERE id = old.id;
            DELETE FROM service_deleted_edges WHERE source_hash = old.content_hash;
            DELETE FROM service_deleted_edges WHERE target_hash = old.content_hash;
        END",
)];

/// The triggers that write `service_events` (1 stored, 2 changed, 3 deleted), by whose hand ever. `INSERT OR REPLACE` deletes a
/// row without a word: what it puts there is stored.
pub(crate) const EVENT_TRIGGERS: [Object; 4] = [
    (
        "service_events_ai",
        "CREATE TRIGGER service_events_ai AFTER INSERT ON memories WHEN new.deleted_at IS NULL BEGIN
            INSERT INTO service_events (kind, id) VALUES (1, new.id);
            DELETE FROM service_events WHERE seq <= (SELECT max(seq) FROM service_events) - 16384;
        END",
    ),
    (
        "service_events_au_deleted",
        "CREATE TRIGGER service_events_au_deleted AFTER UPDATE OF deleted_at ON memories
        WHEN (new.deleted_at IS NULL) <> (old.deleted_at IS NULL) BEGIN
            INSERT INTO service_events (kind, id, content_hash, store)
                VALUES (CASE WHEN new.deleted_at IS NULL THEN 1 ELSE 3 END, new.id,
                    CASE WHEN new.deleted_at IS NOT NULL THEN new.content_hash END,
                    CASE WHEN new.deleted_at IS NOT NULL THEN new.store END);
            DELETE FROM service_events WHERE seq <= (SELECT max(seq) FROM service_events) - 16384;
        END",
    ),
    (
        "service_events_au",
        "CREATE TRIGGER service_events_au AFTER UPDATE OF content, tags, memory_type, superseded_by ON memories
        WHEN new.deleted_at IS NULL AND old.deleted_at IS NULL AND (new.content IS NOT old.content
            OR new.tags IS NOT old.tags OR new.memory_type IS NOT old.memory_type
            OR new.superseded_by IS NOT old.superseded_by) BEGIN
            INSERT INTO service_events (kind, id) VALUES (2, new.id);
            DELETE FROM service_events WHERE seq <= (SELECT max(seq) FROM service_events) - 16384;
        END",
    ),
    (
        "service_events_ad",
        "CREATE TRIGGER service_events_ad AFTER DELETE ON memories WHEN old.deleted_at IS NULL BEGIN
            INSERT INTO service_events (kind, id, content_hash, store) VALUES (3, old.id, old.content_hash, old.store);
            DELETE FROM service_events WHERE seq <= (SELECT max(seq) FROM service_events) - 16384;
        END",
    ),
];

/// Memories that are long enough to have vectors of chunks.
pub(crate) const LONG_INDEX: Object =
    ("service_long", "CREATE INDEX service_long ON memories(id) WHERE length(CAST(content AS BLOB)) > 880");

/// Which memories are in a partition beside the default one. A question has to say it in the same words to use the index.
pub(crate) const OTHER_PARTITION: &str = "store <> '' AND store <> 'default'";

/// Memories of partitions beside the default one, by partition.
pub(crate) const PARTITION_INDEX: Object = (
    "service_partition",
    "CREATE INDEX service_partition ON memories(store) WHERE store <> '' AND store <> 'default'",
);

/// Every trigger.
pub(crate) fn triggers() -> impl Iterator<Item = Object> {
    PIECES_TRIGGERS
        .into_iter()
        .chain(WORDS_TRIGGERS)
        .chain(VECTORS_TRIGGERS)
        .chain(SIDE_TRIGGERS)
        .chain(EVENT_TRIGGERS)
        .chain(CODE_TRIGGERS)
}

/// The original's vector table for vectors of a dimension.
pub(crate) fn vec0(dimension: usize) -> String {
    format!(
        "CREATE VIRTUAL TABLE memory_embeddings USING vec0(
            content_embedding FLOAT[{dimension}] distance_metric=cosine,
            store TEXT partition key
        )"
    )
}

/// A script of the original's migrations: number, name, checksum of the file that holds it.
pub(crate) type Script = (i64, &'static str, &'static str);

/// The scripts whose effect the catalogue has, as the registry of a 12.4 file names them.
pub(crate) const SCRIPTS: [Script; 10] = [
    (8, "add_graph_table", "2f9a9790446132e799e98216c8b63817370806f5f8cae6c07a1a2f72df2db526"),
    (9, "add_relationship_type", "1ac4592fe01144b1274de6a255661c40c4d1e80034a8521bc6e65bfdfaaf640a"),
    (10, "fix_asymmetric_relationships", "cfd32afb02e75faee4054eea5deb807c812bd9df95f09958f6a8e1e88da98a4f"),
    (11, "memory_evolution_p1", "0701f310c540c4d00df1cb1889315b729ea1c8e0a77db8561ceff96d848f5a43"),
    (12, "add_belief_store", "7c8ba14e31023c3d8c94b74436c9160c76744066a0d4ffb3a5d7b3253d9df318"),
    (15, "add_sync_events", "e178451d72dde5cf414cebbfba5a8fa77c9a5a1781d6e2ebc371273605f315cb"),
    (16, "add_hlc_to_sync_events", "50c08256872940e289fab24a56e9fa93c8f15261fdedc31ff6fefb3a666a1dd8"),
    (17, "add_embedding_consistency", "ede2fa157a74ea4b232bac5b7cd09ea8dafaf6a0f1c5fc0e8fd781649cfb4e66"),
    (18, "add_sync_cursor", "694dd8917ec1c7979cfe0c494a6f12070f3abcd8683745a5fe65aa275c23aac4"),
    (19, "add_push_cursor", "df1886eb50d9de69784c8a0dc15fca81151689c1e1f22c656a7e8c417b459d76"),
];

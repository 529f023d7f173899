//! What a file has. Detected by looking at its schema: no release of the original wrote a number into it.

use std::collections::{HashMap, HashSet};

use ports::StoreError;
use rusqlite::{Connection, OptionalExtension};

use super::{SCHEMA, catalogue};
use crate::error::{Result, While};

/// What a file has, as far as this store is concerned.
#[derive(Debug)]
pub(crate) struct Form {
    /// The statement that created each table, index and trigger, by name.
    objects: HashMap<String, String>,
    /// Names of the columns of the tables that grew over time, by table.
    columns: HashMap<&'static str, HashSet<String>>,
    /// The vector table, if there is one.
    pub(crate) vec0: Option<Vec0>,
    /// Our own schema number, when we opened the file before.
    pub(crate) schema: Option<i64>,
}

/// The original's vector table, as its statement describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vec0 {
    /// How many numbers a vector has.
    pub(crate) dimension: usize,
    /// Whether it measures by cosine (since 8.7) and not by distance.
    pub(crate) is_cosine: bool,
    /// Whether it has the partition column (since 11.5).
    pub(crate) is_partitioned: bool,
}

/// Where the original keeps the vectors while it rebuilds its vector table.
pub(crate) const UNFINISHED: &str = "memory_embeddings_migration_backup";

/// Tables that grew over time.
const GROWN: [&str; 3] = ["memories", "memory_graph", "sync_events"];

impl Form {
    /// Looks at a file.
    pub(crate) fn detect(connection: &Connection) -> Result<Self> {
        let mut objects = HashMap::new();
        let mut statement = connection
            .prepare("SELECT name, coalesce(sql, '') FROM sqlite_master WHERE name IS NOT NULL")
            .doing("reading the schema")?;
        let rows = statement
            .query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))
            .doing("reading the schema")?;
        for row in rows {
            let (name, sql) = row.doing("reading the schema")?;
            objects.insert(name, sql);
        }
        let mut columns = HashMap::new();
        for table in GROWN {
            columns.insert(table, columns_of(connection, table)?);
        }
        let schema = schema_number(connection, objects.contains_key("service_info"))?;
        let vec0 = objects.get("memory_embeddings").map(|sql| parse_vec0(sql)).transpose()?;
        Ok(Self { objects, columns, vec0, schema })
    }

    /// Whether there is an object of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.objects.contains_key(name)
    }

    /// Whether an object is exactly as the catalogue has it.
    pub(crate) fn has_same(&self, (name, sql): catalogue::Object) -> bool {
        self.objects.get(name).is_some_and(|found| found == sql)
    }

    /// Whether a table has a column. Only the tables that grew over time are known.
    pub(crate) fn has_column(&self, table: &str, column: &str) -> bool {
        self.columns.get(table).is_some_and(|columns| columns.contains(column))
    }

    /// Whether nothing was ever created in the file.
    pub(crate) fn is_empty(&self) -> bool {
        self.objects.is_empty()
    }

    /// The release whose form the file has, for its owner.
    pub(crate) fn release(&self) -> &'static str {
        match () {
            () if self.has("push_cursor") => "12.4",
            () if self.has_column("memories", "store") => "11.4",
            () if self.has_column("memories", "superseded_by") => "10.59",
            () if self.has_column("memories", "deleted_at") => "8.64",
            () if self.vec0.is_some_and(|table| table.is_cosine) => "8.44",
            () => "8.6",
        }
    }

    /// Refuses what this store must not touch.
    ///
    /// # Errors
    /// [`StoreError::TooNew`] for a newer file of ours, [`StoreError::Open`] for another program's database.
    pub(crate) fn check_ours(&self) -> Result<()> {
        if let Some(found) = self.schema.filter(|found| *found > SCHEMA) {
            return Err(StoreError::TooNew { found, known: SCHEMA });
        }
        let is_memories = catalogue::FIRST_COLUMNS.iter().all(|column| self.has_column("memories", column));
        if self.is_empty() || is_memories {
            return Ok(());
        }
        Err(StoreError::Open {
            reason: "the file is an SQLite database, but not one of memories: name another file".to_owned(),
            source: None,
        })
    }

    /// Whether something is not as this release leaves it.
    pub(crate) fn needs_upgrade(&self) -> bool {
        let lacks_object = [catalogue::PIECES, catalogue::WORDS_QUEUE, catalogue::INFO, catalogue::VECTORS]
            .iter()
            .chain(&catalogue::TABLES)
            .chain(&catalogue::INDEXES)
            .chain(&catalogue::SIDE_TABLES)
            .chain(&catalogue::SIDE_INDEXES)
            .chain(&catalogue::CODE_TABLES)
            .chain([&catalogue::EVENT_CLOCK_INDEX, &catalogue::LONG_INDEX, &catalogue::PARTITION_INDEX])
            .any(|(name, _)| !self.has(name));
        let lacks_column = |table: &str, columns: &[catalogue::Object]| {
            columns.iter().any(|(column, _)| !self.has_column(table, column))
        };
        self.schema != Some(SCHEMA)
            || lacks_object
            || lacks_column("memories", &catalogue::ADDED_COLUMNS)
            || lacks_column("memory_graph", &catalogue::ADDED_GRAPH_COLUMNS)
            || lacks_column("sync_events", &catalogue::ADDED_EVENT_COLUMNS)
            || !self.has_same(catalogue::WORDS)
            || catalogue::triggers().any(|trigger| !self.has_same(trigger))
            || self.needs_vectors_rebuilt()
    }

    /// Whether the vector table is missing, of an older form, or left half-rebuilt by the original.
    pub(crate) fn needs_vectors_rebuilt(&self) -> bool {
        self.has(UNFINISHED) || !self.vec0.is_some_and(|table| table.is_cosine && table.is_partitioned)
    }
}

fn columns_of(connection: &Connection, table: &str) -> Result<HashSet<String>> {
    let mut statement =
        connection.prepare("SELECT name FROM pragma_table_info(?)").doing("reading the schema")?;
    let rows = statement.query_map([table], |row| row.get(0)).doing("reading the schema")?;
    rows.collect::<rusqlite::Result<_>>().doing("reading the schema")
}

fn schema_number(connection: &Connection, has_info: bool) -> Result<Option<i64>> {
    if !has_info {
        return Ok(None);
    }
    connection
        .query_row("SELECT CAST(value AS INTEGER) FROM service_info WHERE key = 'schema'", [], |row| {
            row.get(0)
        })
        .optional()
        .doing("reading the schema number")
}

/// Reads the statement of a vector table; white space and case are free.
fn parse_vec0(sql: &str) -> Result<Vec0> {
    let text: String = sql.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let dimension = text
        .split_once("content_embeddingfloat[")
        .and_then(|(_, rest)| rest.split_once(']'))
        .and_then(|(number, _)| number.parse().ok())
        .filter(|dimension| (1..=8192).contains(dimension));
    let Some(dimension) = dimension else {
        return Err(StoreError::Open {
            reason:
                "the vector table of the database has a form that is not known: memory_embeddings has no \
                     column content_embedding FLOAT[n]"
                    .to_owned(),
            source: None,
        });
    };
    Ok(Vec0 {
        dimension,
        is_cosine: text.contains("distance_metric=cosine"),
        is_partitioned: text.contains("storetextpartitionkey"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vector_tables_of_every_release_are_read() {
        let first =
            parse_vec0("CREATE VIRTUAL TABLE memory_embeddings USING vec0(content_embedding FLOAT[384])");
        assert_eq!(first.unwrap(), Vec0 { dimension: 384, is_cosine: false, is_partitioned: false });
        let tenth = parse_vec0(
            "create virtual table x using vec0(\n  content_embedding float [768]\tdistance_metric = COSINE )",
        );
        assert_eq!(tenth.unwrap(), Vec0 { dimension: 768, is_cosine: true, is_partitioned: false });
        let twelfth = parse_vec0(&catalogue::vec0(384));
        assert_eq!(twelfth.unwrap(), Vec0 { dimension: 384, is_cosine: true, is_partitioned: true });
    }

    #[test]
    fn a_vector_table_of_another_kind_is_refused() {
        for sql in [
            "CREATE VIRTUAL TABLE x USING vec0(content_embedding int8[384])",
            "vec0(content_embedding FLOAT[0])",
        ] {
            assert!(matches!(parse_vec0(sql), Err(StoreError::Open { .. })), "{sql}");
        }
    }
}

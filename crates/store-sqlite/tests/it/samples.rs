//! Databases, memories and vectors to test with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Content, ContentHash, Metadata, ModelIdentity, NewMemory, Partition, Tags, Timestamp, Vector};
use ports::{Clock, MemoryStore};
use store_sqlite::{Options, SqliteStore};
use tempfile::TempDir;

/// Makes vec0 known to this process: it is from the first opening of any store on.
pub(crate) async fn with_vec0() {
    Place::empty().open().await.close().await;
}

/// The dimension of the vectors of the original's files.
pub(crate) const DIMENSION: usize = 384;

/// When the tests run.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_seconds(1_795_500_000.25).unwrap()
}

struct Stopped;

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        now()
    }

    fn zone(&self) -> jiff::tz::TimeZone {
        jiff::tz::TimeZone::UTC
    }
}

/// A model of a dimension.
pub(crate) fn model_of(dimension: usize) -> ModelIdentity {
    ModelIdentity { name: "test-model".to_owned(), revision: "1".to_owned(), dimension }
}

/// The model that most tests use.
pub(crate) fn model() -> ModelIdentity {
    model_of(DIMENSION)
}

/// A directory with a database in it.
pub(crate) struct Place {
    pub(crate) directory: TempDir,
}

impl Place {
    /// An empty directory.
    pub(crate) fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// A copy of a fixture.
    pub(crate) fn of(fixture: &str) -> Self {
        let place = Self::empty();
        let from = fixtures().join(fixture);
        std::fs::write(place.path(), std::fs::read(from).unwrap()).unwrap();
        place
    }

    /// A copy of the fixture with two partitions.
    pub(crate) fn of_two_stores() -> Self {
        let place = Self::empty();
        let packed = std::fs::read(fixtures().join("upstream_12.4_two_stores.db.gz")).unwrap();
        let mut bytes = Vec::new();
        std::io::copy(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut bytes).unwrap();
        std::fs::write(place.path(), bytes).unwrap();
        place
    }

    /// Where the database is.
    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("sqlite_vec.db")
    }

    /// Where backups go.
    pub(crate) fn backups(&self) -> PathBuf {
        self.directory.path().join("backups")
    }

    pub(crate) fn options(&self) -> Options {
        Options { clock: Arc::new(Stopped), ..Options::new(self.path(), model()) }
    }

    pub(crate) async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.options()).await.unwrap()
    }

    /// A connection of another program: nothing set, vec0 there.
    pub(crate) fn plain(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path()).unwrap()
    }
}

pub(crate) fn fixtures() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures"))
}

/// A memory with this text.
pub(crate) fn memory(text: &str) -> NewMemory {
    let content = Content::parse(text).unwrap();
    NewMemory {
        hash: ContentHash::of(&content),
        content,
        tags: Tags::none(),
        memory_type: None,
        metadata: Metadata::default(),
        created_at: now(),
        occurred_at: None,
        origin: None,
        partition: Partition::default(),
        vector: None,
        chunks: Vec::new(),
    }
}

/// A memory with this text and a vector of its own.
pub(crate) fn embedded(text: &str, seed: u64) -> NewMemory {
    NewMemory { vector: Some(vector(seed)), ..memory(text) }
}

/// A vector that depends on the seed alone; two of them are about at right angles.
pub(crate) fn vector(seed: u64) -> Vector {
    Vector::new(Random::new(seed).numbers(DIMENSION)).unwrap()
}

/// Numbers that look random and are the same each time (splitmix64).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5851_F42D_4C95_7F2D)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Roughly normal numbers around 0.
    pub(crate) fn numbers(&mut self, count: usize) -> Vec<f32> {
        let mut uniform = || f32::from(u16::try_from(self.next() >> 48).unwrap()) / 65_536.0 - 0.5;
        (0..count).map(|_| uniform() + uniform() + uniform()).collect()
    }
}

//! An engine on a file.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use engine::{Capability, Engine, Grant, Mode, Parts, SearchAnswer, SearchRequest, Settings, StoreRequest};
use model::{Content, Filter, Space};
use ports::{Clock, Embedder, MemoryStore, OpenStore, StoreError};
use proptest::test_runner::Config;
use store_sqlite::{Options, SqliteStore};
use testkit::{FakeClock, FakeEmbedder, SeededRng};
use tokio::runtime::Runtime;

/// An engine on a file of its own.
pub(crate) struct Place {
    directory: tempfile::TempDir,
    pub(crate) runtime: Runtime,
    pub(crate) store: Arc<dyn MemoryStore>,
    pub(crate) clock: Arc<FakeClock>,
    grant: Grant,
}

struct One(Arc<dyn MemoryStore>);

#[async_trait]
impl OpenStore for One {
    async fn open(&self, _space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError> {
        Ok(Arc::clone(&self.0))
    }
}

impl Place {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let embedder = Arc::new(FakeEmbedder::default());
        let options = Options::new(directory.path().join("memory.db"), embedder.model().clone());
        let store: Arc<dyn MemoryStore> = Arc::new(runtime.block_on(SqliteStore::open(options)).unwrap());
        let clock = Arc::new(FakeClock::default());
        let engine = Engine::new(Parts {
            stores: Arc::new(One(Arc::clone(&store))),
            embedder,
            previous: Vec::new(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            rng: Arc::new(SeededRng::default()),
            settings: Settings::default(),
        });
        let grant = engine.grant(&Space::Default, Capability::Admin);
        Self { directory, runtime, store, clock, grant }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().join("memory.db")
    }

    pub(crate) fn grant(&self) -> &Grant {
        &self.grant
    }

    pub(crate) fn remember(&self, request: StoreRequest) {
        self.runtime.block_on(self.grant.writer().unwrap().store(request)).unwrap();
    }

    pub(crate) fn search(&self, request: SearchRequest) -> SearchAnswer {
        let answer = self.runtime.block_on(self.grant.reader().search(request)).unwrap();
        assert!(answer.notices.is_empty(), "{:?}", answer.notices);
        answer
    }

    /// The texts that the default mode finds, best first.
    pub(crate) fn found(&self, query: &str, limit: u32) -> Vec<String> {
        let request = SearchRequest { query: Some(query.to_owned()), limit, ..SearchRequest::default() };
        texts(&self.search(request))
    }
}

pub(crate) fn texts(answer: &SearchAnswer) -> Vec<String> {
    answer.hits.iter().map(|hit| hit.memory.content.clone()).collect()
}

/// What a search finds: scores in millionths, and the texts that have each of them. Those that are equally good come in
/// the order in which they were stored, and here in that of their texts.
pub(crate) fn ranking(place: &Place, query: &str, mode: Mode) -> Vec<(i64, Vec<String>)> {
    let query = Some(query.to_owned());
    let answer = place.search(SearchRequest { query, mode, limit: 100, ..SearchRequest::default() });
    let mut ranking: Vec<(i64, Vec<String>)> = Vec::new();
    for hit in answer.hits {
        #[expect(clippy::cast_possible_truncation, reason = "a score is a share")]
        let score = (hit.score.unwrap() * 1e6).round() as i64;
        match ranking.last_mut().filter(|(last, _)| *last == score) {
            Some((_, texts)) => texts.push(hit.memory.content),
            None => ranking.push((score, vec![hit.memory.content])),
        }
    }
    ranking.iter_mut().for_each(|(_, texts)| texts.sort());
    ranking
}

/// A text without anything else.
pub(crate) fn text(text: &str) -> StoreRequest {
    StoreRequest::new(Content::parse(text).unwrap())
}

/// Everything that can be found.
pub(crate) fn everywhere() -> Filter {
    Filter::everything()
}

/// So many cases: each has a file of its own.
pub(crate) fn cases(cases: u32) -> Config {
    Config { cases, failure_persistence: None, ..Config::default() }
}

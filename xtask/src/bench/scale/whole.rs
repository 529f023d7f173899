//! The search of the product among all memories: the text of a query in, hits out, words and meaning together.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use embed::BuiltIn;
use engine::{Capability, Engine, Parts, Reader, SearchRequest, Settings};
use model::{Filter, Space};
use ports::{Embedder, MemoryStore, OpenStore, StoreError, SystemClock};
use serde_json::{Value, json};
use testkit::SeededRng;
use tokio::runtime::Runtime;

use super::database;
use super::probe::{Case, FILE, texts};
use crate::bench::machine::processor_time;
use crate::bench::memory::resident_bytes;

/// How many hits a search asks for: as many as the product's default.
pub(crate) const HITS: usize = 10;
/// The ways to ask.
const CASES: [Case; 4] = [Case::Ten, Case::Percent, Case::Recent, Case::Rare];

struct One(Arc<dyn MemoryStore>);

#[async_trait]
impl OpenStore for One {
    async fn open(&self, _space: &Space) -> Result<Arc<dyn MemoryStore>, StoreError> {
        Ok(Arc::clone(&self.0))
    }
}

/// A process that opens the file and searches. The first search has everything that comes after the start of a process:
/// opening the file, the model, the codes.
pub(crate) fn run(folder: &Path) -> Result<Value, String> {
    let (start, before) = (Instant::now(), resident_bytes()?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let store: Arc<dyn MemoryStore> = Arc::new(database::open(&folder.join(FILE))?);
    let embedder = Arc::new(BuiltIn::new());
    let engine = Engine::new(Parts {
        stores: Arc::new(One(Arc::clone(&store))),
        embedder: Arc::clone(&embedder) as Arc<dyn Embedder>,
        previous: Vec::new(),
        clock: Arc::new(SystemClock),
        rng: Arc::new(SeededRng::default()),
        settings: Settings::default(),
    });
    let reader = engine.grant(&Space::Default, Capability::Read).reader().clone();
    let queries = texts(folder)?;
    search(&runtime, &reader, &queries[0], &Filter::default(), HITS)?;
    let first_ms = start.elapsed().as_secs_f64() * 1e3;
    let size = runtime.block_on(store.statistics()).map_err(|error| error.to_string())?.memories;
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut cases = Vec::new();
    for case in CASES {
        let filter = case.filter(size)?;
        let wanted = if case == Case::Rare { 1 } else { HITS };
        let (mut times, used) = (Vec::new(), processor_time(std::process::id())?);
        for query in &queries {
            let begun = Instant::now();
            search(&runtime, &reader, query, &filter, wanted)?;
            times.push(begun.elapsed().as_secs_f64() * 1e3);
        }
        let used = (processor_time(std::process::id())? - used).as_secs_f64() * 1e3 / times.len() as f64;
        cases.push(json!({"case": case.name(), "ms": times, "processor_ms": used}));
    }
    let bytes = resident_bytes()?.saturating_sub(before);
    let encoded = encode(&runtime, embedder.as_ref(), &queries)?;
    runtime.block_on(engine.close());
    Ok(json!({"first_ms": first_ms, "bytes": bytes, "cases": cases, "encode_ms": encoded}))
}

fn search(
    runtime: &Runtime,
    reader: &Reader,
    query: &str,
    filter: &Filter,
    wanted: usize,
) -> Result<(), String> {
    let request = SearchRequest {
        query: Some(query.to_owned()),
        filter: filter.clone(),
        limit: HITS as u32,
        ..SearchRequest::default()
    };
    let answer = runtime.block_on(reader.search(request)).map_err(|error| error.to_string())?;
    if answer.hits.len() != wanted || !answer.notices.is_empty() {
        let (found, notices) = (answer.hits.len(), answer.notices);
        return Err(format!("a search of {query:?} gave {found} of {wanted} hits: {notices:?}"));
    }
    Ok(())
}

/// How long encoding each query takes: the engine remembers those that came before, the embedder does not.
fn encode(runtime: &Runtime, embedder: &BuiltIn, queries: &[String]) -> Result<Vec<f64>, String> {
    let mut times = Vec::new();
    for query in queries {
        let begun = Instant::now();
        runtime.block_on(embedder.embed(&[query])).map_err(|error| error.to_string())?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(times)
}

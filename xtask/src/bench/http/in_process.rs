//! The same engine in this process, wired as the server wires it: what the server would take without HTTP.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use cli::settings::{Environment, Settings};
use cli::wiring::{self, Use};
use engine::{Engine, Grant, Outcome, SearchRequest, StoreRequest};
use model::{Content, Space};
use tokio::runtime::Runtime;

use super::load::{HITS, Loaded, Work};
use crate::bench::machine::processor_time;
use crate::bench::statistics::Samples;
use crate::bench::workload::Workload;

/// An engine on a database that no server has.
pub(crate) struct InProcess {
    /// One thread, as the server has.
    runtime: Runtime,
    engine: Engine,
    grant: Arc<Grant>,
}

impl InProcess {
    /// Opens it.
    pub(crate) fn open(database: &Path) -> Result<Self, String> {
        let folder = database.parent().unwrap_or(Path::new("."));
        let path = database.to_str().ok_or("the folder of the bench must have a name in UTF-8")?;
        let environment = Environment::of(&[("MCP_MEMORY_SQLITE_PATH", path)], Some(folder), folder);
        let settings = Settings::resolve(Vec::new(), environment).map_err(|error| error.to_string())?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let (engine, grant) = {
            let _inside = runtime.enter();
            let engine = wiring::engine(&settings, Use::Server);
            engine.warm(&Space::Default);
            let grant = wiring::owner(&engine);
            (engine, grant)
        };
        Ok(Self { runtime, engine, grant: Arc::new(grant) })
    }

    /// One call and its time.
    pub(crate) fn call(&self, work: Work, text: &str) -> Result<Duration, String> {
        let start = Instant::now();
        self.runtime.block_on(call(&self.grant, work, text))?;
        Ok(start.elapsed())
    }

    /// The keys of what a search finds.
    pub(crate) fn found(&self, query: &str) -> Result<Vec<String>, String> {
        let search = self.grant.reader().search(request(query));
        let answer = self.runtime.block_on(search).map_err(|error| error.to_string())?;
        Ok(answer.hits.iter().map(|hit| hit.memory.hash.to_string()).collect())
    }

    /// So many calls at the same time, for some seconds.
    pub(crate) fn load(
        &self,
        work: Work,
        at_once: usize,
        seconds: f64,
        first: usize,
    ) -> Result<Loaded, String> {
        let workload = Arc::new(Workload::new());
        let next = Arc::new(AtomicUsize::new(first));
        let used = processor_time(std::process::id())?;
        let start = Instant::now();
        let end = start + Duration::from_secs_f64(seconds);
        let callers: Vec<_> = (0..at_once)
            .map(|_| {
                let (workload, next, grant) =
                    (Arc::clone(&workload), Arc::clone(&next), Arc::clone(&self.grant));
                self.runtime.spawn(async move {
                    let mut times = Samples::new();
                    while Instant::now() < end {
                        let text = work.text(&workload, next.fetch_add(1, Ordering::Relaxed));
                        let begun = Instant::now();
                        call(&grant, work, &text).await?;
                        times.push(begun.elapsed());
                    }
                    Ok::<Samples, String>(times)
                })
            })
            .collect();
        let mut times = Samples::new();
        for caller in callers {
            times.extend(self.runtime.block_on(caller).map_err(|error| error.to_string())??);
        }
        let elapsed_s = start.elapsed().as_secs_f64();
        let used = processor_time(std::process::id())? - used;
        Ok(Loaded { times, elapsed_s, processor_s: used.as_secs_f64() })
    }

    /// Closes it.
    pub(crate) fn close(self) {
        self.runtime.block_on(self.engine.close());
    }
}

fn request(query: &str) -> SearchRequest {
    SearchRequest { query: Some(query.to_owned()), limit: HITS, ..SearchRequest::default() }
}

async fn call(grant: &Grant, work: Work, text: &str) -> Result<(), String> {
    match work {
        Work::Search => {
            let answer = grant.reader().search(request(text)).await.map_err(|error| error.to_string())?;
            match answer.notices.is_empty() {
                true => Ok(()),
                false => Err(format!("a search of {text:?} was not whole: {:?}", answer.notices)),
            }
        }
        Work::Store => {
            let content = Content::parse(text).map_err(|error| error.to_string())?;
            let writer = grant.writer().ok_or("the owner may write")?;
            let receipt =
                writer.store(StoreRequest::new(content)).await.map_err(|error| error.to_string())?;
            match receipt.outcome {
                Outcome::Created => Ok(()),
                other => Err(format!("a text was not stored: {other:?}")),
            }
        }
    }
}

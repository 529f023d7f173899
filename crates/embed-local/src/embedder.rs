//! The adapter of the port: a thread that loads the model and takes requests.

mod worker;

use std::path::Path;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use async_trait::async_trait;
use futures_channel::oneshot;
use model::{ModelIdentity, Vector};
use ports::{EmbedError, Embedder, Readiness};

use crate::sentence::Purpose;
use crate::{DirectoryError, ModelDirectory};
use worker::{Request, Worker};

/// Requests that may wait; one more is refused.
const QUEUE: usize = 1024;
/// The revision of a directory that cannot be used: no vector is ever made of it.
const UNUSABLE: &str = "unusable";
/// How long vectors are supposed to be then, if the directory does not tell.
const USUAL_DIMENSION: usize = 384;

/// The model in a directory. Loading begins with [`Embedder::warm`] or the first request, on a thread of its own that ends
/// with this value; loading that failed is tried again with the next request.
pub struct LocalEmbedder {
    model: ModelIdentity,
    directory: Option<Arc<ModelDirectory>>,
    state: Arc<AtomicU8>,
    failure: Arc<Mutex<Option<String>>>,
    requests: Mutex<Option<SyncSender<Request>>>,
}

impl LocalEmbedder {
    /// The model in that directory, not loaded yet.
    #[must_use]
    pub fn new(directory: ModelDirectory) -> Self {
        Self {
            model: directory.model().clone(),
            directory: Some(Arc::new(directory)),
            state: Arc::new(AtomicU8::new(Readiness::Idle as u8)),
            failure: Arc::default(),
            requests: Mutex::default(),
        }
    }

    /// What stands for a directory that cannot be used: it has failed, and whoever asks it for a vector is told why.
    #[must_use]
    pub fn unusable(path: &Path, error: &DirectoryError) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let dimension = ModelDirectory::width(path).unwrap_or(USUAL_DIMENSION);
        Self {
            model: ModelIdentity { name, revision: UNUSABLE.to_owned(), dimension },
            directory: None,
            state: Arc::new(AtomicU8::new(Readiness::Failed as u8)),
            failure: Arc::new(Mutex::new(Some(error.to_string()))),
            requests: Mutex::default(),
        }
    }

    /// The way to the worker, which is started if it does not run.
    fn worker(&self) -> Result<SyncSender<Request>, EmbedError> {
        let Some(directory) = &self.directory else {
            return Err(self.unavailable(&self.failure().unwrap_or_default(), None));
        };
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*requests {
            return Ok(sender.clone());
        }
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let (state, failure) = (Arc::clone(&self.state), Arc::clone(&self.failure));
        let worker = Worker::new(self.model.name.clone(), state, failure);
        let directory = Arc::clone(directory);
        let started = thread::Builder::new().name("embed-local".to_owned()).spawn(move || {
            worker.run(&receiver, || directory.load().map_err(|error| error.to_string()));
        });
        if let Err(error) = started {
            self.state.store(Readiness::Failed as u8, Ordering::Release);
            return Err(self.unavailable("its thread cannot be started", Some(Box::new(error))));
        }
        *requests = Some(sender.clone());
        Ok(sender)
    }

    async fn ask(&self, purpose: Purpose, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        let (answer, vectors) = oneshot::channel();
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        match self.worker()?.try_send(Request { purpose, texts, answer }) {
            Ok(()) => {
                if let Ok(answer) = vectors.await {
                    if self.readiness() == Readiness::Failed {
                        self.forget_worker();
                    }
                    return answer;
                }
            }
            Err(TrySendError::Full(_)) => {
                let reason = format!("{QUEUE} requests are waiting for it already; try again later");
                return Err(self.unavailable(&reason, None));
            }
            Err(TrySendError::Disconnected(_)) => {}
        }
        self.forget_worker();
        let reason = self.failure().unwrap_or_else(|| "its thread has ended".to_owned());
        Err(self.unavailable(&reason, None))
    }

    /// Forgets a worker that has ended, so that the next call starts another.
    fn forget_worker(&self) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn unavailable(
        &self,
        reason: &str,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> EmbedError {
        EmbedError::Unavailable { model: self.model.name.clone(), reason: reason.to_owned(), source }
    }
}

#[async_trait]
impl Embedder for LocalEmbedder {
    fn model(&self) -> &ModelIdentity {
        &self.model
    }

    fn readiness(&self) -> Readiness {
        let states = [Readiness::Idle, Readiness::Loading, Readiness::Ready];
        let state = self.state.load(Ordering::Acquire);
        states.into_iter().find(|known| *known as u8 == state).unwrap_or(Readiness::Failed)
    }

    fn failure(&self) -> Option<String> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn warm(&self) {
        // That a directory cannot be used is known; whoever asks is told.
        if self.directory.is_none() {
            return;
        }
        if let Err(error) = self.worker() {
            tracing::warn!(embed.model = self.model.name, error = %error, "the embedding model cannot be loaded");
        }
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        self.ask(Purpose::Document, texts).await
    }

    async fn embed_query(&self, text: &str) -> Result<Vector, EmbedError> {
        let vector = self.ask(Purpose::Query, &[text]).await?.pop();
        vector.ok_or_else(|| EmbedError::BadVector {
            model: self.model.name.clone(),
            reason: "no vector came back".to_owned(),
        })
    }
}

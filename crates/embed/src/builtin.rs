//! The adapter of the port: a thread that owns the encoder and takes requests.

mod worker;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use async_trait::async_trait;
use futures_channel::oneshot;
use model::{ModelIdentity, Vector};
use ports::{EmbedError, Embedder, Readiness};

use crate::encoder::{EncodeError, Encoder};
use crate::shape::DIMENSION;
use worker::{Request, Worker};

/// The model's name.
pub(crate) const MODEL: &str = "all-MiniLM-L6-v2";
/// Mean pooling, then length 1.
const REVISION: &str = "mean-l2";

/// The model inside the binary. Loading begins with [`Embedder::warm`] or the first request, on a thread of its own that
/// ends with this value. Requests that wait for each other are encoded together.
pub struct BuiltIn {
    model: ModelIdentity,
    threads: Option<usize>,
    state: Arc<AtomicU8>,
    requests: Mutex<Option<Sender<Request>>>,
}

impl Default for BuiltIn {
    fn default() -> Self {
        Self::new()
    }
}

impl BuiltIn {
    /// The model, not loaded yet, that will use every core.
    #[must_use]
    pub fn new() -> Self {
        let model =
            ModelIdentity { name: MODEL.to_owned(), revision: REVISION.to_owned(), dimension: DIMENSION };
        let state = Arc::new(AtomicU8::new(Readiness::Idle as u8));
        Self { model, threads: None, state, requests: Mutex::default() }
    }

    /// At most so many threads; at least one.
    #[must_use]
    pub fn with_threads(threads: usize) -> Self {
        Self { threads: Some(threads), ..Self::new() }
    }

    /// The way to the worker, which is started if it does not run.
    fn worker(&self) -> Result<Sender<Request>, EmbedError> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*requests {
            return Ok(sender.clone());
        }
        let (sender, receiver) = mpsc::channel();
        let worker = Worker::new(Arc::clone(&self.state));
        let threads = self.threads;
        let started = thread::Builder::new()
            .name("embed".to_owned())
            .spawn(move || worker.run(&receiver, || load(threads)));
        if let Err(error) = started {
            self.state.store(Readiness::Failed as u8, Ordering::Release);
            return Err(unavailable("its thread cannot be started", Some(Box::new(error))));
        }
        *requests = Some(sender.clone());
        Ok(sender)
    }

    /// Forgets a worker that has ended, so that the next call starts another.
    fn forget_worker(&self) {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// The encoder as a function, its pages brought in before somebody waits for them.
fn load(threads: Option<usize>) -> Result<impl Fn(&[&str]) -> Result<Vec<Vector>, EncodeError>, EncodeError> {
    let encoder = Encoder::load()?;
    let encoder = match threads {
        Some(threads) => encoder.with_threads(threads),
        None => encoder,
    };
    encoder.encode(&["warm"])?;
    Ok(move |texts: &[&str]| encoder.encode(texts))
}

#[async_trait]
impl Embedder for BuiltIn {
    fn model(&self) -> &ModelIdentity {
        &self.model
    }

    fn readiness(&self) -> Readiness {
        let states = [Readiness::Idle, Readiness::Loading, Readiness::Ready];
        let state = self.state.load(Ordering::Acquire);
        states.into_iter().find(|known| *known as u8 == state).unwrap_or(Readiness::Failed)
    }

    fn warm(&self) {
        if let Err(error) = self.worker() {
            tracing::warn!(embed.model = MODEL, error = %error, "the embedding model cannot be loaded");
        }
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        let (answer, vectors) = oneshot::channel();
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let sent = self.worker()?.send(Request { texts, answer });
        let answered = if sent.is_ok() { vectors.await.ok() } else { None };
        answered.unwrap_or_else(|| {
            self.forget_worker();
            Err(unavailable("its thread has ended", None))
        })
    }
}

/// The error of a model that gives no answer.
fn unavailable(reason: &str, source: Option<Box<dyn std::error::Error + Send + Sync>>) -> EmbedError {
    EmbedError::Unavailable { model: MODEL.to_owned(), reason: reason.to_owned(), source }
}

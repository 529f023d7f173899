//! The adapter of the port: a thread that owns the encoder and takes requests.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use async_trait::async_trait;
use futures_channel::oneshot;
use model::{ModelIdentity, Vector};
use ports::{EmbedError, Embedder, Readiness};

use crate::encoder::Encoder;
use crate::shape::DIMENSION;

/// The model's name.
pub(crate) const MODEL: &str = "all-MiniLM-L6-v2";
/// Mean pooling, then length 1.
pub(crate) const REVISION: &str = "mean-l2";
/// Texts of several requests that are encoded together.
const BATCH: usize = 256;

/// The model inside the binary. Loading begins with [`Embedder::warm`] or the first request, on a thread of its own that
/// ends with this value.
pub struct BuiltIn {
    model: ModelIdentity,
    threads: Option<usize>,
    state: Arc<AtomicU8>,
    requests: Mutex<Option<Sender<Request>>>,
}

type Answer = Result<Vec<Vector>, EmbedError>;

/// Texts that wait for their vectors.
struct Request {
    texts: Vec<String>,
    answer: oneshot::Sender<Answer>,
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
        Self {
            model,
            threads: None,
            state: Arc::new(AtomicU8::new(Readiness::Idle as u8)),
            requests: Mutex::default(),
        }
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
        let worker = Worker { state: Arc::clone(&self.state), threads: self.threads };
        worker.set(Readiness::Loading);
        let started = thread::Builder::new().name("embed".to_owned()).spawn(move || worker.run(&receiver));
        if let Err(error) = started {
            self.state.store(Readiness::Failed as u8, Ordering::Release);
            return Err(unavailable("its thread cannot be started", Some(Box::new(error))));
        }
        *requests = Some(sender.clone());
        Ok(sender)
    }
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

    async fn embed(&self, texts: &[&str]) -> Answer {
        let (answer, vectors) = oneshot::channel();
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        let sent = self.worker()?.send(Request { texts, answer });
        if sent.is_err() {
            return Err(unavailable("its thread has ended", None));
        }
        vectors.await.unwrap_or_else(|_| Err(unavailable("its thread has ended", None)))
    }
}

fn unavailable(reason: &str, source: Option<Box<dyn std::error::Error + Send + Sync>>) -> EmbedError {
    EmbedError::Unavailable { model: MODEL.to_owned(), reason: reason.to_owned(), source }
}

/// The thread's side.
struct Worker {
    state: Arc<AtomicU8>,
    threads: Option<usize>,
}

impl Worker {
    fn set(&self, state: Readiness) {
        self.state.store(state as u8, Ordering::Release);
    }

    /// Loads the model, then answers requests until nobody can send one.
    fn run(&self, requests: &Receiver<Request>) {
        let encoder = match Encoder::load() {
            Ok(encoder) => encoder,
            Err(error) => {
                self.set(Readiness::Failed);
                let reason = error.to_string();
                return requests.iter().for_each(|request| {
                    let _ = request.answer.send(Err(unavailable(&reason, None)));
                });
            }
        };
        let encoder = match self.threads {
            Some(threads) => encoder.with_threads(threads),
            None => encoder,
        };
        // Brings the weights' pages in before somebody waits for them.
        let warmed = encode(&encoder, &["warm"]);
        self.set(if warmed.is_ok() { Readiness::Ready } else { Readiness::Failed });
        while let Ok(first) = requests.recv() {
            let waiting = batch(first, requests);
            answer(&encoder, waiting);
        }
    }
}

/// A request and those that wait behind it.
fn batch(first: Request, requests: &Receiver<Request>) -> Vec<Request> {
    let mut texts = first.texts.len();
    let mut waiting = vec![first];
    while texts < BATCH
        && let Ok(request) = requests.try_recv()
    {
        texts += request.texts.len();
        waiting.push(request);
    }
    waiting
}

fn answer(encoder: &Encoder, requests: Vec<Request>) {
    let texts: Vec<_> = requests.iter().flat_map(|request| &request.texts).map(String::as_str).collect();
    let mut vectors = match encode(encoder, &texts) {
        Ok(vectors) => vectors.into_iter(),
        Err(reason) => {
            for request in requests {
                let error = EmbedError::BadVector { model: MODEL.to_owned(), reason: reason.clone() };
                let _ = request.answer.send(Err(error));
            }
            return;
        }
    };
    for request in requests {
        let own = vectors.by_ref().take(request.texts.len()).collect();
        // Whoever asked may have gone.
        let _ = request.answer.send(Ok(own));
    }
}

/// The vectors, or what went wrong, a panic included: a request is always answered.
fn encode(encoder: &Encoder, texts: &[&str]) -> Result<Vec<Vector>, String> {
    match catch_unwind(AssertUnwindSafe(|| encoder.encode(texts))) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("the encoder failed unexpectedly".to_owned()),
    }
}

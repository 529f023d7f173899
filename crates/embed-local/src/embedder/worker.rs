//! The thread's side: loads the model, then answers requests until nobody can send one.
//!
//! Texts are encoded a few at a time, and between two portions a query goes first: a search does not wait behind the texts that
//! are embedded in the background.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, PoisonError};

use futures_channel::oneshot;
use model::Vector;
use ports::{EmbedError, Readiness};

use crate::sentence::{Purpose, SentenceModel};

/// Tokens from which no further text joins a portion: enough that matrices are multiplied well, few enough that nobody waits
/// long behind it.
const PORTION_TOKENS: usize = 256;

pub(super) type Answer = Result<Vec<Vector>, EmbedError>;

/// Texts that wait for their vectors.
pub(super) struct Request {
    pub(super) purpose: Purpose,
    pub(super) texts: Vec<String>,
    pub(super) answer: oneshot::Sender<Answer>,
}

/// What a worker needs of a model.
pub(super) trait Encode {
    fn tokens(&self, purpose: Purpose, text: &str) -> Result<Vec<u32>, String>;
    fn vectors(&self, texts: &[Vec<u32>]) -> Result<Vec<Vector>, String>;
}

impl Encode for SentenceModel {
    fn tokens(&self, purpose: Purpose, text: &str) -> Result<Vec<u32>, String> {
        self.tokens(purpose, text)
    }

    fn vectors(&self, texts: &[Vec<u32>]) -> Result<Vec<Vector>, String> {
        self.vectors(texts)
    }
}

/// A request that is being answered.
struct Job {
    request: Request,
    vectors: Vec<Vector>,
}

/// The thread's side.
pub(super) struct Worker {
    model: String,
    state: Arc<AtomicU8>,
    failure: Arc<Mutex<Option<String>>>,
}

impl Worker {
    /// A worker that shows its state there, `Loading` from now on.
    pub(super) fn new(model: String, state: Arc<AtomicU8>, failure: Arc<Mutex<Option<String>>>) -> Self {
        let worker = Self { model, state, failure };
        worker.set(Readiness::Loading, None);
        worker
    }

    fn set(&self, state: Readiness, failure: Option<String>) {
        *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = failure;
        self.state.store(state as u8, Ordering::Release);
    }

    /// Loads the model and answers. When it cannot be loaded, those who wait are told why, and the worker ends.
    pub(super) fn run<E: Encode>(
        &self,
        requests: &Receiver<Request>,
        load: impl FnOnce() -> Result<E, String>,
    ) {
        let loaded = catch_unwind(AssertUnwindSafe(load)).unwrap_or_else(|_| Err(PANICKED.to_owned()));
        match loaded {
            Ok(model) => {
                self.set(Readiness::Ready, None);
                self.serve(requests, &model);
            }
            Err(reason) => {
                tracing::warn!(embed.model = self.model, reason, "the embedding model cannot be loaded");
                self.set(Readiness::Failed, Some(reason.clone()));
                for request in requests.try_iter() {
                    let model = self.model.clone();
                    let error = EmbedError::Unavailable { model, reason: reason.clone(), source: None };
                    // Whoever asked may have gone.
                    let _ = request.answer.send(Err(error));
                }
            }
        }
    }

    fn serve(&self, requests: &Receiver<Request>, model: &impl Encode) {
        let mut jobs: VecDeque<Job> = VecDeque::new();
        loop {
            if jobs.is_empty() {
                let Ok(request) = requests.recv() else { return };
                jobs.push_back(Job { request, vectors: Vec::new() });
            }
            jobs.extend(requests.try_iter().map(|request| Job { request, vectors: Vec::new() }));
            let next = jobs.iter().position(|job| job.request.purpose == Purpose::Query).unwrap_or(0);
            let Some(mut job) = jobs.remove(next) else { continue };
            if job.request.answer.is_canceled() {
                continue;
            }
            let outcome = catch_unwind(AssertUnwindSafe(|| advance(&mut job, model)));
            match outcome.unwrap_or_else(|_| Err(PANICKED.to_owned())) {
                Ok(()) if job.vectors.len() < job.request.texts.len() => jobs.push_front(job),
                Ok(()) => drop(job.request.answer.send(Ok(job.vectors))),
                Err(reason) => {
                    let error = EmbedError::BadVector { model: self.model.clone(), reason };
                    drop(job.request.answer.send(Err(error)));
                }
            }
        }
    }
}

/// Encodes the next portion of a request.
fn advance(job: &mut Job, model: &impl Encode) -> Result<(), String> {
    let Request { purpose, texts, .. } = &job.request;
    let (mut portion, mut tokens) = (Vec::new(), 0);
    for text in &texts[job.vectors.len()..] {
        let own = model.tokens(*purpose, text)?;
        if !portion.is_empty() && tokens + own.len() > PORTION_TOKENS {
            break;
        }
        tokens += own.len();
        portion.push(own);
    }
    if portion.is_empty() {
        return Ok(());
    }
    let vectors = model.vectors(&portion)?;
    if vectors.len() != portion.len() {
        return Err("as many vectors as texts were expected".to_owned());
    }
    job.vectors.extend(vectors);
    Ok(())
}

/// What a panic is to those who asked.
const PANICKED: &str = "the model failed unexpectedly: its files may be damaged";

#[cfg(test)]
mod tests;

//! The adapter of the port: a thread that owns the encoder and takes requests.

mod worker;

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, SyncSender, TrySendError};
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
/// Requests that may wait; one more is refused.
const QUEUE: usize = 1024;

/// The model inside the binary. Loading begins with [`Embedder::warm`] or the first request, on a thread of its own that
/// ends with this value. Requests that wait for each other are encoded together.
pub struct BuiltIn {
    model: ModelIdentity,
    threads: Option<usize>,
    state: Arc<AtomicU8>,
    requests: Mutex<Option<SyncSender<Request>>>,
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
    fn worker(&self) -> Result<SyncSender<Request>, EmbedError> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*requests {
            return Ok(sender.clone());
        }
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
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

    fn languages(&self) -> Option<&'static [&'static str]> {
        Some(&["eng"])
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
        match self.worker()?.try_send(Request { texts, answer }) {
            Ok(()) => {
                if let Ok(answer) = vectors.await {
                    return answer;
                }
            }
            Err(TrySendError::Full(_)) => {
                let reason = format!("{QUEUE} requests are waiting for it already; try again later");
                return Err(unavailable(&reason, None));
            }
            Err(TrySendError::Disconnected(_)) => {}
        }
        self.forget_worker();
        Err(unavailable("its thread has ended", None))
    }
}

/// The error of a model that gives no answer.
fn unavailable(reason: &str, source: Option<Box<dyn std::error::Error + Send + Sync>>) -> EmbedError {
    EmbedError::Unavailable { model: MODEL.to_owned(), reason: reason.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// An embedder whose worker takes nothing.
    fn stuck() -> (BuiltIn, mpsc::Receiver<Request>) {
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let embedder = BuiltIn::new();
        *embedder.requests.lock().unwrap() = Some(sender);
        (embedder, receiver)
    }

    fn poll(
        asked: impl Future<Output = Result<Vec<Vector>, EmbedError>>,
    ) -> Poll<Result<Vec<Vector>, EmbedError>> {
        pin!(asked).poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn one_request_more_than_may_wait_is_refused() {
        let (embedder, _requests) = stuck();
        for _ in 0..QUEUE {
            assert!(poll(embedder.embed(&["text"])).is_pending());
        }
        let Poll::Ready(Err(error)) = poll(embedder.embed(&["text"])) else {
            panic!("the request is not refused");
        };
        assert!(error.to_string().contains("1024 requests are waiting"), "{error}");
    }

    #[test]
    fn a_worker_that_has_ended_is_an_error_and_the_next_request_starts_another() {
        let (embedder, requests) = stuck();
        drop(requests);
        assert!(matches!(poll(embedder.embed(&["text"])), Poll::Ready(Err(EmbedError::Unavailable { .. }))));
        assert!(poll(embedder.embed(&["text"])).is_pending() || embedder.readiness() == Readiness::Ready);
    }

    #[test]
    fn a_worker_that_drops_a_request_is_an_error_and_no_hang() {
        let (embedder, requests) = stuck();
        let mut asked = pin!(embedder.embed(&["text"]));
        let mut context = Context::from_waker(Waker::noop());
        assert!(asked.as_mut().poll(&mut context).is_pending());
        drop(requests.recv().unwrap());
        assert!(matches!(asked.poll(&mut context), Poll::Ready(Err(EmbedError::Unavailable { .. }))));
    }
}

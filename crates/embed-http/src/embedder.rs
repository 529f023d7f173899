//! The adapter of the port: a thread that asks the endpoint and takes requests.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use async_trait::async_trait;
use futures_channel::oneshot;
use model::{ModelIdentity, Vector};
use ports::{EmbedError, Embedder, Readiness};

use crate::client::{Client, Limits};
use crate::endpoint::Endpoint;

/// Requests that may wait; one more is refused.
const QUEUE: usize = 1024;
/// What is embedded to find out whether the endpoint answers.
const PROBE: &str = "warm";

type Answer = Result<Vec<Vector>, EmbedError>;

/// Texts that wait for their vectors; a probe has nobody who waits.
struct Request {
    texts: Vec<String>,
    answer: Option<oneshot::Sender<Answer>>,
}

/// A model behind an endpoint. Nothing is sent before [`Embedder::warm`] or the first request; then a thread of its own
/// asks, one request after the other, and ends with this value.
pub struct HttpEmbedder {
    endpoint: Endpoint,
    limits: Limits,
    state: Arc<AtomicU8>,
    requests: Mutex<Option<SyncSender<Request>>>,
}

impl HttpEmbedder {
    /// The model behind that endpoint.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        Self::with_limits(endpoint, Limits::default())
    }

    pub(crate) fn with_limits(endpoint: Endpoint, limits: Limits) -> Self {
        let state = Arc::new(AtomicU8::new(Readiness::Idle as u8));
        Self { endpoint, limits, state, requests: Mutex::default() }
    }

    /// The way to the worker, which is started if it does not run.
    fn worker(&self) -> Result<SyncSender<Request>, EmbedError> {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = &*requests {
            return Ok(sender.clone());
        }
        let (sender, receiver) = mpsc::sync_channel(QUEUE);
        let client = Client::new(self.endpoint.clone(), self.limits);
        let state = Arc::clone(&self.state);
        let probe_after = self.limits.probe_after;
        thread::Builder::new()
            .name("embed-http".to_owned())
            .spawn(move || serve(&client, &receiver, &state, probe_after))
            .map_err(|error| self.unavailable("its thread cannot be started", Some(Box::new(error))))?;
        *requests = Some(sender.clone());
        Ok(sender)
    }

    /// Puts a request into the queue.
    fn ask(&self, request: Request) -> Result<(), EmbedError> {
        match self.worker()?.try_send(request) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(_)) => {
                let reason = format!("{QUEUE} requests are waiting for it already; try again later");
                Err(self.unavailable(&reason, None))
            }
            Err(TrySendError::Disconnected(_)) => Err(self.ended()),
        }
    }

    /// The error of a worker that has ended. The next call starts another.
    fn ended(&self) -> EmbedError {
        *self.requests.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.unavailable("its thread has ended", None)
    }

    fn unavailable(
        &self,
        reason: &str,
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    ) -> EmbedError {
        EmbedError::Unavailable { model: self.endpoint.model.name.clone(), reason: reason.to_owned(), source }
    }
}

/// Answers requests until nobody can send one. A probe gives way to a request that comes soon after it.
fn serve(client: &Client, requests: &Receiver<Request>, state: &AtomicU8, probe_after: Duration) {
    while let Ok(first) = requests.recv() {
        let request = match first.answer {
            Some(_) => first,
            None => match requests.recv_timeout(probe_after) {
                Ok(next) => next,
                Err(RecvTimeoutError::Timeout) => first,
                Err(RecvTimeoutError::Disconnected) => return,
            },
        };
        // Whoever has gone is not asked for.
        if !request.answer.as_ref().is_some_and(oneshot::Sender::is_canceled) {
            answer(client, request, state);
        }
    }
}

fn answer(client: &Client, request: Request, state: &AtomicU8) {
    let texts: Vec<&str> = request.texts.iter().map(String::as_str).collect();
    let answer = client.embed(&texts);
    let readiness = match (&answer, &request.answer) {
        // Texts that it refuses are no failure of the endpoint; a word that it cannot embed is.
        (Ok(_), _) | (Err(EmbedError::BadVector { .. }), Some(_)) => Readiness::Ready,
        (Err(_), _) => Readiness::Failed,
    };
    state.store(readiness as u8, Ordering::Release);
    match (request.answer, answer) {
        // It may have gone.
        (Some(asker), answer) => drop(asker.send(answer)),
        (None, Err(error)) => tracing::warn!(error = %error, "the embedding endpoint cannot be used"),
        (None, Ok(_)) => {}
    }
}

#[async_trait]
impl Embedder for HttpEmbedder {
    fn model(&self) -> &ModelIdentity {
        self.endpoint.model()
    }

    fn readiness(&self) -> Readiness {
        let states = [Readiness::Idle, Readiness::Loading, Readiness::Ready];
        let state = self.state.load(Ordering::Acquire);
        states.into_iter().find(|known| *known as u8 == state).unwrap_or(Readiness::Failed)
    }

    /// Embeds a word, once, unless a text comes first: servers that load models on demand load theirs, and
    /// [`Embedder::readiness`] tells whether the endpoint answers.
    fn warm(&self) {
        let (idle, loading) = (Readiness::Idle as u8, Readiness::Loading as u8);
        if self.state.compare_exchange(idle, loading, Ordering::AcqRel, Ordering::Acquire).is_err() {
            return;
        }
        if let Err(error) = self.ask(Request { texts: vec![PROBE.to_owned()], answer: None }) {
            self.state.store(Readiness::Failed as u8, Ordering::Release);
            tracing::warn!(error = %error, "the embedding endpoint cannot be asked");
        }
    }

    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        let (answer, vectors) = oneshot::channel();
        let texts = texts.iter().map(|text| (*text).to_owned()).collect();
        self.ask(Request { texts, answer: Some(answer) })?;
        match vectors.await {
            Ok(answer) => answer,
            Err(_) => Err(self.ended()),
        }
    }
}

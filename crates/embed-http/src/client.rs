//! One request to the endpoint: batches, the time limit, what is tried again.

mod failure;

use std::thread;
use std::time::{Duration, Instant};

use model::Vector;
use ports::EmbedError;
use serde::Serialize;
use ureq::{Agent, http};

use crate::answer;
use crate::endpoint::Endpoint;
use failure::Failure;

/// Texts in one request.
pub(crate) const BATCH: usize = 32;

/// What a request may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// For one batch, everything that is tried again included.
    pub(crate) time: Duration,
    /// How often one batch is sent at most.
    pub(crate) attempts: u32,
    /// Before the second attempt; twice as long before each one after that.
    pub(crate) back_off: Duration,
    /// How long a probe waits for a text that makes it needless.
    pub(crate) probe_after: Duration,
    /// The longest answer.
    pub(crate) answer_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(30),
            attempts: 3,
            back_off: Duration::from_millis(250),
            probe_after: Duration::from_millis(250),
            // 32 vectors of 8,192 numbers of 25 characters are 6.6 MB.
            answer_bytes: 16 << 20,
        }
    }
}

#[derive(Serialize)]
struct Body<'a> {
    input: &'a [&'a str],
    model: &'a str,
}

/// Asks one endpoint. Blocks.
pub(crate) struct Client {
    agent: Agent,
    endpoint: Endpoint,
    limits: Limits,
}

impl Client {
    pub(crate) fn new(endpoint: Endpoint, limits: Limits) -> Self {
        let config = Agent::config_builder()
            // A status is answered by `Failure`, which knows what is worth another try.
            .http_status_as_error(false)
            // Texts and key go where the user said, not where an answer or the environment says.
            .max_redirects(0)
            .proxy(None)
            .user_agent(concat!("memory/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.new_agent(), endpoint, limits }
    }

    /// A vector for each text, in order. Every batch has its own time limit.
    pub(crate) fn embed(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for batch in texts.chunks(BATCH) {
            vectors.extend(self.batch(batch)?);
        }
        Ok(vectors)
    }

    fn batch(&self, texts: &[&str]) -> Result<Vec<Vector>, EmbedError> {
        let model = &self.endpoint.model;
        // Several servers refuse an empty text, and the port promises a vector for it.
        let input: Vec<&str> = texts.iter().map(|text| if text.is_empty() { " " } else { text }).collect();
        let body = serde_json::to_vec(&Body { input: &input, model: &model.name }).map_err(|error| {
            Failure::lasting("the request cannot be written", Some(Box::new(error))).of(&self.endpoint)
        })?;
        let answered = self.persist(&body).map_err(|failure| failure.of(&self.endpoint))?;
        answer::vectors(&answered, texts.len(), model.dimension)
            .map_err(|reason| Failure::refused(reason).of(&self.endpoint))
    }

    /// The answer, tried again while that may help and time is left.
    fn persist(&self, body: &[u8]) -> Result<Vec<u8>, Failure> {
        let deadline = Instant::now() + self.limits.time;
        let mut pause = self.limits.back_off;
        let mut attempt = 1;
        loop {
            let failure = match self.post(body, deadline) {
                Ok(answered) => return Ok(answered),
                Err(failure) => failure,
            };
            let Some(wait) = failure.worth_waiting(pause) else { return Err(failure) };
            let left = deadline.saturating_duration_since(Instant::now());
            if attempt >= self.limits.attempts || wait >= left {
                return Err(failure);
            }
            tracing::debug!(embed.model = %self.endpoint.model.name, attempt, "the embedding endpoint is asked again");
            thread::sleep(wait);
            pause = pause.saturating_mul(2);
            attempt += 1;
        }
    }

    fn post(&self, body: &[u8], deadline: Instant) -> Result<Vec<u8>, Failure> {
        let left = deadline.saturating_duration_since(Instant::now());
        let mut request = self
            .agent
            .post(&self.endpoint.url)
            .config()
            .timeout_global(Some(left))
            .build()
            .header(http::header::CONTENT_TYPE, "application/json")
            .header(http::header::ACCEPT, "application/json");
        if let Some(key) = &self.endpoint.key {
            request = request.header(http::header::AUTHORIZATION, key.bearer());
        }
        let mut response = request.send(body).map_err(|error| self.failure(error))?;
        if let Some(failure) = Failure::of_status(response.status(), response.headers()) {
            return Err(failure);
        }
        let reader = response.body_mut().with_config().limit(self.limits.answer_bytes);
        reader.read_to_vec().map_err(|error| self.failure(error))
    }

    fn failure(&self, error: ureq::Error) -> Failure {
        Failure::of_transport(error, self.limits.time)
    }
}

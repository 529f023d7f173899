//! What happens on a connection: how many requests of it are open, and since when there is none.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::body::{Body, Bytes, HttpBody};
use axum::response::Response;
use http_body::{Frame, SizeHint};
use tokio::time::Instant;
use tower::Service;

use super::Waits;

/// What happens on a connection.
pub(super) struct Activity {
    state: Mutex<State>,
}

struct State {
    /// How many requests are open.
    open: usize,
    /// Since when there is none.
    idle_since: Instant,
    /// Since when something is heard of the next one.
    head_since: Option<Instant>,
    /// Whoever reads, to be told that the last request ended.
    reader: Option<Waker>,
}

/// A request that is open, until this is dropped.
pub(super) struct Open(Arc<Activity>);

impl Activity {
    pub(super) fn new() -> Self {
        let state = State { open: 0, idle_since: Instant::now(), head_since: None, reader: None };
        Self { state: Mutex::new(state) }
    }

    /// A request begins: its head was read.
    pub(super) fn open(self: &Arc<Self>) -> Open {
        let mut state = self.state();
        state.open += 1;
        state.head_since = None;
        Open(Arc::clone(self))
    }

    /// Something came from the client.
    pub(super) fn heard(&self) {
        let mut state = self.state();
        if state.open == 0 {
            state.head_since.get_or_insert_with(Instant::now);
        }
    }

    /// Until when something must happen; none while a request is open. The reader is told when a request ends.
    pub(super) fn patience(&self, waits: Waits, reader: &Waker) -> Option<Instant> {
        let mut state = self.state();
        if !state.reader.as_ref().is_some_and(|known| known.will_wake(reader)) {
            state.reader = Some(reader.clone());
        }
        if state.open > 0 {
            return None;
        }
        Some(match state.head_since {
            Some(since) => since + waits.head,
            None => state.idle_since + waits.keep_alive,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.open -= 1;
        if state.open == 0 {
            state.idle_since = Instant::now();
            let reader = state.reader.take();
            drop(state);
            if let Some(reader) = reader {
                reader.wake();
            }
        }
    }
}

/// A service whose requests are counted until their answers were written.
#[derive(Clone)]
pub(super) struct Counted<S> {
    service: S,
    activity: Arc<Activity>,
}

impl<S> Counted<S> {
    pub(super) fn new(service: S, activity: Arc<Activity>) -> Self {
        Self { service, activity }
    }
}

impl<S, R> Service<R> for Counted<S>
where
    S: Service<R, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response<Held>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Held>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let open = self.activity.open();
        let answer = self.service.call(request);
        Box::pin(async move { Ok(answer.await?.map(|body| Held { body, _open: open })) })
    }
}

/// The body of an answer, during which the request is open.
pub(super) struct Held {
    body: Body,
    _open: Open,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

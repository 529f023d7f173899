//! An event stream as its client sees it.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use rmcp::model::ServerJsonRpcMessage;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::sessions::Opened;
use crate::http::{Seat, Standing};

/// Says that the stream is there.
const KEEP_ALIVE: &[u8] = b": keep-alive\n\n";

/// The events of a stream: the address to post to, then answers, and comments while there are none.
pub(super) struct Events {
    first: Option<Bytes>,
    answers: mpsc::Receiver<ServerJsonRpcMessage>,
    beats: Interval,
    seated: Seated,
    /// A look whether the client still may listen, while it lasts.
    looking: Option<JoinHandle<bool>>,
}

/// Whose stream it is, for as long as it is open.
pub(super) struct Seated {
    pub(super) opened: Opened,
    pub(super) standing: Arc<dyn Standing>,
    #[expect(dead_code, reason = "held for as long as the stream is open")]
    pub(super) seat: Seat,
}

impl Events {
    pub(super) fn new(
        endpoint: &str,
        answers: mpsc::Receiver<ServerJsonRpcMessage>,
        seated: Seated,
        keep_alive: Duration,
    ) -> Self {
        let mut beats = tokio::time::interval_at(Instant::now() + keep_alive, keep_alive);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { first: Some(event("endpoint", endpoint)), answers, beats, seated, looking: None }
    }
}

impl Events {
    /// At each beat: whether the stream goes on.
    fn beat(&mut self, context: &mut Context<'_>) -> Poll<bool> {
        if self.looking.is_none() {
            ready!(self.beats.poll_tick(context));
            if !self.seated.opened.is_live() {
                return Poll::Ready(false);
            }
        }
        let standing = &self.seated.standing;
        let looking = self.looking.get_or_insert_with(|| tokio::spawn(Arc::clone(standing).is_good()));
        let is_good = ready!(Pin::new(looking).poll(context)).unwrap_or(false);
        self.looking = None;
        Poll::Ready(is_good)
    }
}

impl Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        // Before anything is told, it is looked whether the client still may hear it.
        match self.beat(context) {
            Poll::Ready(false) => return Poll::Ready(None),
            Poll::Ready(true) => return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(KEEP_ALIVE))))),
            Poll::Pending if self.looking.is_some() => return Poll::Pending,
            Poll::Pending => {}
        }
        while let Poll::Ready(answer) = self.answers.poll_recv(context) {
            let Some(answer) = answer else { return Poll::Ready(None) };
            match serde_json::to_string(&answer) {
                Ok(answer) => return Poll::Ready(Some(Ok(Frame::data(event("message", &answer))))),
                Err(error) => tracing::error!(error = %error, "an answer could not be written as JSON"),
            }
        }
        Poll::Pending
    }
}

fn event(name: &str, data: &str) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

//! An event stream as its client sees it.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame};
use rmcp::model::ServerJsonRpcMessage;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::sessions::Opened;
use crate::http::Seat;

/// The events of a stream: the address to post to, then answers, and comments while there are none.
pub(super) struct Events {
    first: Option<Bytes>,
    answers: mpsc::Receiver<ServerJsonRpcMessage>,
    beats: Interval,
    opened: Opened,
    _seat: Seat,
}

impl Events {
    pub(super) fn new(
        endpoint: &str,
        answers: mpsc::Receiver<ServerJsonRpcMessage>,
        opened: Opened,
        seat: Seat,
        keep_alive: Duration,
    ) -> Self {
        let mut beats = tokio::time::interval_at(Instant::now() + keep_alive, keep_alive);
        beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { first: Some(event("endpoint", endpoint)), answers, beats, opened, _seat: seat }
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
        while let Poll::Ready(answer) = self.answers.poll_recv(context) {
            let Some(answer) = answer else { return Poll::Ready(None) };
            match serde_json::to_string(&answer) {
                Ok(answer) => return Poll::Ready(Some(Ok(Frame::data(event("message", &answer))))),
                Err(error) => tracing::error!(error = %error, "an answer could not be written as JSON"),
            }
        }
        ready!(self.beats.poll_tick(context));
        if self.opened.is_live() {
            Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b": keep-alive\n\n")))))
        } else {
            Poll::Ready(None)
        }
    }
}

fn event(name: &str, data: &str) -> Bytes {
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

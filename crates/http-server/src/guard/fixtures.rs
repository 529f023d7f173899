//! What the tests of the guards share.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::Request;
use http_body::Frame;
use serde_json::json;
use tokio::sync::oneshot::{self, Receiver, Sender};
use tokio::task::JoinHandle;

use crate::fixture::{Client, Reply};

/// A write that is worked on, because not all of its body came.
pub(super) struct Slow {
    answer: JoinHandle<Reply>,
    rest: Sender<()>,
}

impl Slow {
    /// Begins one.
    pub(super) async fn of(client: &Client) -> Self {
        let (rest, told) = oneshot::channel();
        let body = Body::new(Late::new(json!({"content": "a text"}).to_string(), told));
        let request = Request::post("/api/memories").header("content-type", "application/json").body(body);
        let client = client.clone();
        let answer = tokio::spawn(async move { client.request(request.unwrap()).await });
        tokio::task::yield_now().await;
        Self { answer, rest }
    }

    /// Sends the rest of the body, and waits for the answer.
    pub(super) async fn end(self) -> Reply {
        self.rest.send(()).unwrap();
        self.answer.await.unwrap()
    }
}

/// A body that does not come before it is told to.
pub(super) struct Late {
    bytes: Option<Bytes>,
    told: Option<Receiver<()>>,
}

impl Late {
    pub(super) fn new(bytes: impl Into<Bytes>, told: Receiver<()>) -> Self {
        Self { bytes: Some(bytes.into()), told: Some(told) }
    }
}

impl HttpBody for Late {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(told) = &mut self.told {
            let _ = ready!(Pin::new(told).poll(context));
            self.told = None;
        }
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }
}

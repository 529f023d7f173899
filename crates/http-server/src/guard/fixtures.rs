//! What the tests of the guards share.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use axum::body::{Bytes, HttpBody};
use http_body::Frame;
use tokio::sync::oneshot::Receiver;

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

//! The services as `tower` has them.

use std::convert::Infallible;
use std::fmt::Display;
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Request;
use http_body::Body;

use super::refusal::Answer;

/// What answers requests.
pub trait Answering: Clone + Send + Sync + 'static {
    /// Answers one.
    fn answer<B>(&self, request: Request<B>) -> impl Future<Output = Answer> + Send
    where
        B: Body + Send + 'static,
        B::Error: Display,
        B::Data: Send;
}

/// What answers requests, as a `tower` service. Cheap to clone.
#[derive(Clone)]
pub struct Service<A>(pub(super) A);

impl<A, B> tower_service::Service<Request<B>> for Service<A>
where
    A: Answering,
    B: Body + Send + 'static,
    B::Error: Display,
    B::Data: Send,
{
    type Response = Answer;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

    fn poll_ready(&mut self, _context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let answering = self.0.clone();
        Box::pin(async move { Ok(answering.answer(request).await) })
    }
}

//! An event stream as `rmcp` sees it.

use std::convert::Infallible;
use std::sync::Arc;

use rmcp::model::{ClientJsonRpcMessage, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::server::ending::{DRAIN, Ends, Stage};
use crate::server::in_flight::InFlight;

/// Messages from those who post, answers to a stream.
pub(super) struct Messages {
    posted: mpsc::Receiver<ClientJsonRpcMessage>,
    answers: Option<mpsc::Sender<ServerJsonRpcMessage>>,
    in_flight: Arc<InFlight>,
    ends: Ends,
    /// When the stream was closed, or the server was told to stop.
    ended: Option<Instant>,
}

impl Messages {
    pub(super) fn new(
        posted: mpsc::Receiver<ClientJsonRpcMessage>,
        answers: mpsc::Sender<ServerJsonRpcMessage>,
        in_flight: Arc<InFlight>,
        ends: Ends,
    ) -> Self {
        Self { posted, answers: Some(answers), in_flight, ends, ended: None }
    }
}

impl Transport<RoleServer> for Messages {
    type Error = Infallible;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Infallible>> + Send + 'static {
        let (answers, in_flight) = (self.answers.clone(), Arc::clone(&self.in_flight));
        async move {
            let id = match &item {
                JsonRpcMessage::Response(response) => Some(response.id.clone()),
                JsonRpcMessage::Error(error) => error.id.clone(),
                _ => None,
            };
            if let Some(answers) = answers {
                // A client that has gone reads no answers.
                let _ignored = answers.send(item).await;
            }
            if let Some(id) = id {
                in_flight.remove(&id);
            }
            Ok(())
        }
    }

    /// Dropping it loses nothing.
    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let ended = match self.ended {
            Some(ended) => ended,
            None => {
                let posted = tokio::select! {
                    biased;
                    posted = self.posted.recv() => posted,
                    () = self.ends.reaches(Stage::Working) => None,
                };
                if posted.is_some() {
                    return posted;
                }
                *self.ended.insert(Instant::now())
            }
        };
        // A connection that breaks is no cancellation.
        let calls = self.in_flight.drain(ended + DRAIN).await;
        if calls > 0 {
            tracing::warn!(calls, "an event stream is closed and calls are still running");
        }
        None
    }

    async fn close(&mut self) -> Result<(), Infallible> {
        self.answers = None;
        Ok(())
    }
}

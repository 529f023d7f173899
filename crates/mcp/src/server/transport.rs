//! The stream as `rmcp` sees it.
//!
//! `rmcp`'s own transport ignores lines that are not JSON, never answers lines that are too long, loses a last line without
//! a newline, and ends while calls are still running. This one answers, resynchronises, and tells of the end of input only
//! when what is in flight is finished.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::model::{ClientJsonRpcMessage, ClientNotification, JsonRpcMessage, ServerJsonRpcMessage};
use rmcp::service::{RoleServer, RxJsonRpcMessage, TxJsonRpcMessage};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::sync::mpsc;

use super::ending::Ending;
use super::in_flight::{InFlight, Limit};
use super::lines::{Line, Lines};
use super::message::{self, Incoming};
use super::order::Order;
use super::weight::Weight;
use super::{MAX_LINE_BYTES, ServeError};

/// How much is in flight before no more is read: requests, and what they take in memory, about. Generous, because a simple client
/// writes all its requests before it reads an answer.
const MAX_IN_FLIGHT: Limit = Limit { count: 4096, bytes: 64 * 1024 * 1024 };

/// Requests from a reader, answers to a writer.
pub(super) struct Transport<R> {
    lines: Lines<R>,
    /// Messages of a batch that were not handed over yet, and the bytes that each was read from.
    messages: VecDeque<(ClientJsonRpcMessage, usize)>,
    /// Errors that were not queued for the writer yet.
    refusals: VecDeque<ServerJsonRpcMessage>,
    answers: Option<mpsc::Sender<ServerJsonRpcMessage>>,
    in_flight: Arc<InFlight>,
    failures: Failures,
    order: Order,
    ending: Ending,
    after_first_answer: Option<Box<dyn FnOnce() + Send>>,
}

/// The first failure of the streams.
#[derive(Clone, Default)]
pub(super) struct Failures(Arc<Mutex<Option<ServeError>>>);

impl Failures {
    fn report(&self, error: ServeError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    pub(super) fn take(&self) -> Option<ServeError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl<R: AsyncRead + Unpin> Transport<R> {
    /// A transport; `after_first_answer` is called once an answer was queued.
    pub(super) fn new(
        input: R,
        answers: mpsc::Sender<ServerJsonRpcMessage>,
        failures: Failures,
        ending: Ending,
        after_first_answer: Box<dyn FnOnce() + Send>,
    ) -> Self {
        Self {
            lines: Lines::new(input, MAX_LINE_BYTES),
            messages: VecDeque::new(),
            refusals: VecDeque::new(),
            answers: Some(answers),
            in_flight: Arc::default(),
            failures,
            order: Order::default(),
            ending,
            after_first_answer: Some(after_first_answer),
        }
    }

    /// Reads a line and keeps what is in it.
    async fn read(&mut self, answers: &mpsc::Sender<ServerJsonRpcMessage>) -> Result<(), ()> {
        self.in_flight.at_most(MAX_IN_FLIGHT).await;
        let line = tokio::select! {
            line = self.lines.next() => line,
            () = answers.closed() => return Err(()),
        };
        match line {
            Ok(Line::Whole(line)) => {
                let messages = message::read(&line);
                let bytes = Weight::of(&line).bytes.div_ceil(messages.len().max(1));
                for incoming in messages {
                    match incoming {
                        Incoming::Message(message) => self.messages.push_back((message, bytes)),
                        Incoming::Refused(answer) => self.refusals.push_back(answer),
                    }
                }
            }
            Ok(Line::TooLong) => self.refusals.push_back(message::too_long()),
            Ok(Line::End) => self.ending.begin(),
            Err(error) => {
                self.failures.report(ServeError::Input(error));
                self.ending.begin();
            }
        }
        Ok(())
    }

    fn note(&mut self, message: &mut ClientJsonRpcMessage, bytes: usize) {
        match message {
            JsonRpcMessage::Request(request) => {
                self.in_flight.add(request.id.clone(), bytes);
                self.order.give_turn(&mut request.request);
            }
            JsonRpcMessage::Notification(notification) => {
                if let ClientNotification::CancelledNotification(cancelled) = &notification.notification
                    && let Some(id) = &cancelled.params.request_id
                {
                    // A cancelled request is not answered.
                    self.in_flight.remove(id);
                }
            }
            _ => {}
        }
    }
}

impl<R: AsyncRead + Send + Unpin + 'static> rmcp::transport::Transport<RoleServer> for Transport<R> {
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let answers = self.answers.clone();
        let in_flight = Arc::clone(&self.in_flight);
        let after_first_answer = self.after_first_answer.take();
        async move {
            let id = match &item {
                JsonRpcMessage::Response(response) => Some(response.id.clone()),
                JsonRpcMessage::Error(error) => error.id.clone(),
                _ => None,
            };
            let sent = match answers {
                Some(answers) => answers.send(item).await.map_err(|_| io::ErrorKind::BrokenPipe.into()),
                None => Err(io::ErrorKind::NotConnected.into()),
            };
            let is_answer = id.is_some();
            if let Some(id) = id {
                in_flight.remove(&id);
            }
            if let Some(after_first_answer) = after_first_answer {
                after_first_answer();
            }
            match sent {
                // Nobody is there to read it. Whether that is a failure the writer has reported; `rmcp` would log one.
                Err(_) if is_answer => Ok(()),
                sent => sent,
            }
        }
    }

    /// Dropping it loses nothing: what was read is kept in `self` until it is handed over.
    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let answers = self.answers.clone()?;
        loop {
            while !self.refusals.is_empty() {
                let place = answers.reserve().await.ok()?;
                if let Some(refusal) = self.refusals.pop_front() {
                    place.send(refusal);
                }
            }
            if let Some((mut message, bytes)) = self.messages.pop_front() {
                self.note(&mut message, bytes);
                return Some(message);
            }
            if let Some(since) = self.ending.since() {
                self.ending.finish(since, &self.in_flight).await;
                return None;
            }
            self.read(&answers).await.ok()?;
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.answers = None;
        Ok(())
    }
}

/// Writes answers, one a line, until no more can come.
pub(super) async fn write_lines<W: AsyncWrite + Unpin>(
    mut output: W,
    mut answers: mpsc::Receiver<ServerJsonRpcMessage>,
    failures: Failures,
) {
    while let Some(answer) = answers.recv().await {
        let written = match serde_json::to_vec(&answer) {
            Ok(mut line) => {
                line.push(b'\n');
                write(&mut output, &line, answers.is_empty()).await
            }
            Err(error) => Err(error.into()),
        };
        if let Err(error) = written {
            failures.report(ServeError::Output(error));
            return;
        }
    }
}

/// Writes a line, and flushes when no other follows at once.
async fn write<W: AsyncWrite + Unpin>(output: &mut W, line: &[u8], is_last: bool) -> io::Result<()> {
    output.write_all(line).await?;
    if is_last { output.flush().await } else { Ok(()) }
}

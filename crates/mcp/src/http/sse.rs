//! The deprecated transport of revision 2024-11-05: an event stream, whose first event says where to post to.
//!
//! The address has the stream's session in it. It says where an answer goes and nothing else: every message is
//! authenticated as every other request, and somebody else's session is not there for whoever names it.

mod events;
mod messages;
mod sessions;

use std::any::Any;
use std::fmt::Display;
use std::sync::Arc;

use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::BodyExt;
use rmcp::model::{ClientJsonRpcMessage, GetExtensions};
use rmcp::service::{RoleServer, serve_directly};
use tokio::sync::mpsc;

use super::envelope::{check_content_type, handed_on};
use super::refusal::{Answer, Refusal, accepted, json_answer};
use super::room::Place;
use super::service::{Answering, Service};
use super::{HttpCaller, Shared};
use crate::server::door::Door;
use crate::server::message::{self, Incoming};
use events::{Events, Seated};
use messages::Messages;
use sessions::{Session, Sessions};

/// How many answers wait for a slow reader before calls do.
const QUEUED_ANSWERS: usize = 64;

/// The service for `/sse` and `/messages/`.
pub type Sse = Service<Streams>;

/// A GET opens a stream, a POST delivers a message.
#[derive(Clone)]
pub struct Streams {
    shared: Arc<Shared>,
    sessions: Arc<Sessions>,
    messages_path: Arc<str>,
}

impl Streams {
    pub(super) fn new(shared: Arc<Shared>, messages_path: &str) -> Self {
        let sessions = Sessions::new(shared.options.session_idle);
        Self { shared, sessions, messages_path: messages_path.into() }
    }

    /// Opens a stream.
    fn open(&self, caller: &HttpCaller) -> Result<Answer, Refusal> {
        let seat = || self.shared.seats.take(&caller.id);
        // Those that were forgotten make room.
        let seat = seat()
            .or_else(|| {
                self.sessions.sweep();
                seat()
            })
            .ok_or(Refusal::TooManyStreams)?;
        let (session, incoming) = Session::new(caller.id.clone());
        let in_flight = session.in_flight();
        let opened = self.sessions.open(session).map_err(|error| {
            tracing::error!(error = %error, "no session was opened: there is no randomness");
            Refusal::Internal
        })?;
        let (answers, waiting) = mpsc::channel(QUEUED_ANSWERS);
        let transport = Messages::new(incoming, answers, in_flight, self.shared.ends.clone());
        let handler = self.shared.handler(Door::session(&caller.grant));
        let service = serve_directly::<RoleServer, _, _, _, _>(handler, transport, None);
        tokio::spawn(async move {
            if let Err(error) = service.waiting().await {
                tracing::error!(error = %error, "an event stream stopped unexpectedly");
            }
        });
        let endpoint = format!("{}?session_id={}", self.messages_path, opened.id());
        let seated = Seated { opened, standing: Arc::clone(&caller.standing), seat };
        let events = Events::new(&endpoint, waiting, seated, self.shared.options.keep_alive);
        let mut answer = Response::new(events.boxed());
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
        Ok(answer)
    }

    /// Takes a message for a stream.
    async fn take<B>(&self, caller: HttpCaller, parts: &Parts, body: B) -> Result<Answer, Refusal>
    where
        B: Body + Send,
        B::Error: Display,
        B::Data: Send,
    {
        check_content_type(&parts.headers)?;
        let id = session_id(parts).ok_or(Refusal::SessionNotNamed)?;
        let session = self.sessions.get(id, &caller.id).ok_or(Refusal::NoSession)?;
        let (body, place) = self.shared.room.read(body).await?;
        match message::read_one(&body) {
            Some(Incoming::Message(mut message)) => {
                stamp(&mut message, caller, place, parts);
                session.deliver(message, body.len())?;
                Ok(accepted())
            }
            Some(Incoming::Refused(error)) => Ok(json_answer(StatusCode::BAD_REQUEST, &error)),
            None => Ok(accepted()),
        }
    }
}

impl Answering for Streams {
    async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: Body + Send + 'static,
        B::Error: Display,
        B::Data: Send,
    {
        let (parts, body) = request.into_parts();
        let answered = match self.shared.admit(&parts) {
            Ok(caller) if parts.method == Method::GET => self.open(&caller),
            Ok(caller) if parts.method == Method::POST => self.take(caller, &parts, body).await,
            Ok(_) => Err(Refusal::Method { allowed: "GET, POST" }),
            Err(refusal) => Err(refusal),
        };
        answered.unwrap_or_else(|refusal| refusal.answer(None))
    }
}

/// The place at the door of the request that brought a message: that one is answered at once, and the call has only begun.
#[derive(Clone)]
struct Held {
    _at_the_door: Option<Arc<dyn Any + Send + Sync>>,
}

/// Says in a message who sent it.
fn stamp(message: &mut ClientJsonRpcMessage, caller: HttpCaller, place: Place, parts: &Parts) {
    let (mut known, ()) = Request::new(()).into_parts();
    known.headers = handed_on(&parts.headers);
    known.extensions.insert(Held { _at_the_door: caller.keep_place() });
    known.extensions.insert(caller);
    known.extensions.insert(place);
    match message {
        ClientJsonRpcMessage::Request(request) => request.request.extensions_mut().insert(known),
        ClientJsonRpcMessage::Notification(notification) => {
            notification.notification.extensions_mut().insert(known)
        }
        _ => None,
    };
}

/// The session that a request names, once.
fn session_id(parts: &Parts) -> Option<&str> {
    let query = parts.uri.query()?;
    let mut ids = query.split('&').filter_map(|pair| pair.strip_prefix("session_id="));
    let id = ids.next()?;
    ids.next().is_none().then_some(id)
}

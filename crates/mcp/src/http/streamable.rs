//! One address for requests: streamable HTTP without sessions.

use std::fmt::Display;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HOST};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use http_body::Body;
use http_body_util::Full;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{ClientJsonRpcMessage, ClientRequest, GetMeta, JsonRpcMessage, RequestId};
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::envelope::{Form, check_content_type, check_headers, handed_on};
use super::refusal::{Answer, Refusal, accepted, json_answer};
use super::room::Place;
use super::service::{Answering, Service};
use super::{HttpCaller, Shared};
use crate::server::message::{self, Incoming};

type Answered = Pin<Box<dyn Future<Output = Answer> + Send>>;
/// A server behind: answers a request in one form.
type Behind = Arc<dyn Fn(Request<Full<Bytes>>) -> Answered + Send + Sync>;

/// The service for `/mcp`.
pub type Streamable = Service<Requests>;

/// Answers the requests that come to `/mcp`.
#[derive(Clone)]
pub struct Requests {
    shared: Arc<Shared>,
    /// Answers in JSON, unless there is more to say than the answer.
    json: Behind,
    /// Answers with event streams.
    stream: Behind,
}

/// A request whose sender was let in and whose body was read.
struct Posted {
    caller: HttpCaller,
    place: Place,
    headers: HeaderMap,
    body: Bytes,
    message: ClientJsonRpcMessage,
}

/// What becomes of a request before it gets to the server behind.
enum Taken {
    Posted(Box<Posted>),
    Answered(Answer),
}

impl Requests {
    /// The service in front of a server, which is made anew for every request.
    pub(super) fn new<H: ServerHandler>(
        shared: Arc<Shared>,
        make: impl Fn() -> H + Clone + Send + Sync + 'static,
    ) -> Self {
        let keep_alive = shared.options.keep_alive;
        let behind = |in_json: bool| -> Behind {
            // Who may ask, and by which name, is found out before; so is how long a body may be.
            let config = StreamableHttpServerConfig::default()
                .with_legacy_session_mode(false)
                .with_json_response(in_json)
                .with_sse_keep_alive(Some(keep_alive))
                .with_max_request_body_bytes(usize::MAX)
                .enforce_origin_validation();
            let make = make.clone();
            let sessions = Arc::new(NeverSessionManager::default());
            let service = StreamableHttpService::new(move || Ok(make()), sessions, config);
            Arc::new(move |request| {
                let service = service.clone();
                Box::pin(async move { service.handle(request).await })
            })
        };
        let (json, stream) = (behind(true), behind(false));
        Self { shared, json, stream }
    }

    /// Lets a request in and reads it.
    async fn take<B>(&self, parts: &Parts, body: B) -> Result<Taken, Refusal>
    where
        B: Body + Send,
        B::Error: Display,
        B::Data: Send,
    {
        let caller = self.shared.admit(parts)?;
        if parts.method != Method::POST {
            return Err(Refusal::Method { allowed: "POST" });
        }
        check_content_type(&parts.headers)?;
        let (body, place) = self.shared.room.read(body).await?;
        let message = match message::read_one(&body) {
            Some(Incoming::Message(message)) => message,
            Some(Incoming::Refused(error)) => {
                return Ok(Taken::Answered(json_answer(StatusCode::BAD_REQUEST, &error)));
            }
            None => return Ok(Taken::Answered(accepted())),
        };
        if let Err(refusal) = check_headers(&parts.headers, &message) {
            return Ok(Taken::Answered(refusal.answer(id_of(&message))));
        }
        let body = body.slice_ref(message::trimmed(&body));
        let headers = parts.headers.clone();
        Ok(Taken::Posted(Box::new(Posted { caller, place, headers, body, message })))
    }

    /// Lets the server behind answer.
    async fn hand_on(&self, posted: Posted) -> Answer {
        let Posted { caller, place, headers, mut body, mut message } = posted;
        let id = id_of(&message);
        let form = Form::accepted(&headers);
        if form == Form::Json
            && let ClientJsonRpcMessage::Request(request) = &mut message
        {
            if matches!(request.request, ClientRequest::SubscriptionsListenRequest(_)) {
                return Refusal::NoStream.answer(id);
            }
            // How far it has got can be told on a stream only.
            if request.request.get_meta_mut().remove("progressToken").is_some() {
                match serde_json::to_vec(&message) {
                    Ok(without) => body = Bytes::from(without),
                    Err(_) => return Refusal::Internal.answer(id),
                }
            }
        }
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.headers_mut() = handed_on(&headers);
        let inner = request.headers_mut();
        inner.insert(HOST, HeaderValue::from_static("localhost"));
        inner.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        inner.insert(ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(place);
        let behind = if form == Form::Stream { &self.stream } else { &self.json };
        finished(behind(request).await, id)
    }
}

impl Answering for Requests {
    async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: Body + Send + 'static,
        B::Error: Display,
        B::Data: Send,
    {
        let (parts, body) = request.into_parts();
        match self.take(&parts, body).await {
            Ok(Taken::Posted(posted)) => self.hand_on(*posted).await,
            Ok(Taken::Answered(answer)) => answer,
            Err(refusal) => refusal.answer(None),
        }
    }
}

/// An answer as it goes out: nothing keeps it on the way, and what is not JSON or a stream becomes an error in JSON.
fn finished(mut answer: Answer, id: Option<RequestId>) -> Answer {
    let status = answer.status();
    if !status.is_success() && !answer.headers().contains_key(CONTENT_TYPE) {
        tracing::debug!(status = status.as_u16(), "the server behind gave no answer");
        return Refusal::Internal.answer(id);
    }
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

fn id_of(message: &ClientJsonRpcMessage) -> Option<RequestId> {
    match message {
        JsonRpcMessage::Request(request) => Some(request.id.clone()),
        _ => None,
    }
}

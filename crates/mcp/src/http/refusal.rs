//! Why a request is not answered by the server behind: a status for HTTP and an error for JSON-RPC.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use rmcp::model::{ErrorCode, ErrorData, ProtocolVersion, RequestId, ServerJsonRpcMessage};
use serde_json::json;

use crate::answer::ToolError;
use crate::server::door::SERVER_ERROR;

/// The body of an answer.
pub type AnswerBody = BoxBody<Bytes, std::convert::Infallible>;
pub(crate) type Answer = Response<AnswerBody>;

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("the Host header is missing, written twice or not a host: send one")]
    HostMissing,
    #[error("this server does not answer to the name in the Host header: its owner can allow it")]
    HostForbidden,
    #[error(
        "requests from the web page in the Origin header are not allowed: the owner of this server can allow them"
    )]
    OriginForbidden,
    #[error("something went wrong inside the memory service: its log says more; nothing else was affected")]
    Internal,
    #[error("the server is stopping: nothing was done; start it again and send the request again")]
    Stopping,
    #[error("the server is busy: nothing was done; try again in a moment")]
    Busy,
    #[error("too many streams are open: close one, or try again later")]
    TooManyStreams,
    #[error("the method of HTTP is not one of this address: use {allowed}")]
    Method { allowed: &'static str },
    #[error("the body must be JSON: send it with Content-Type: application/json")]
    ContentType,
    #[error("the body is longer than {max} bytes: send less at once")]
    BodyTooLong { max: usize },
    #[error("the body could not be read")]
    BodyUnreadable,
    #[error("the header {0} is written more than once: send it once")]
    HeaderTwice(&'static str),
    #[error("the MCP-Protocol-Version header names no version of this server")]
    Version { requested: String },
    #[error("what was asked for is told on a stream: accept text/event-stream")]
    NoStream,
    #[error("there is no such session: open a new event stream")]
    NoSession,
    #[error("the session is not named: post to the address that the event stream began with")]
    SessionNotNamed,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::HostForbidden | Self::OriginForbidden => StatusCode::FORBIDDEN,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Stopping | Self::Busy | Self::TooManyStreams => StatusCode::SERVICE_UNAVAILABLE,
            Self::Method { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLong { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NoStream => StatusCode::NOT_ACCEPTABLE,
            Self::NoSession => StatusCode::NOT_FOUND,
            Self::HostMissing
            | Self::BodyUnreadable
            | Self::HeaderTwice(_)
            | Self::Version { .. }
            | Self::SessionNotNamed => StatusCode::BAD_REQUEST,
        }
    }

    fn error(&self) -> ErrorData {
        let (code, data) = match self {
            Self::Internal => (ErrorCode::INTERNAL_ERROR, None),
            Self::Stopping | Self::Busy | Self::TooManyStreams => (SERVER_ERROR, None),
            Self::HeaderTwice(_) => (ErrorCode::HEADER_MISMATCH, None),
            Self::Version { requested } => {
                let supported = ProtocolVersion::KNOWN_VERSIONS;
                let data = json!({"supported": supported, "requested": requested});
                (ErrorCode::UNSUPPORTED_PROTOCOL_VERSION, Some(data))
            }
            _ => (ErrorCode::INVALID_REQUEST, None),
        };
        ErrorData::new(code, self.to_string(), data)
    }

    /// The answer, to the request with this id.
    pub(crate) fn answer(&self, id: Option<RequestId>) -> Answer {
        let mut answer = json_answer(self.status(), &ServerJsonRpcMessage::error(self.error(), id));
        let headers = answer.headers_mut();
        match self {
            Self::Method { allowed } => {
                headers.insert(ALLOW, HeaderValue::from_static(allowed));
            }
            Self::Stopping | Self::Busy | Self::TooManyStreams => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
            }
            _ => {}
        }
        answer
    }
}

/// An answer that is one message.
pub(crate) fn json_answer(status: StatusCode, message: &ServerJsonRpcMessage) -> Answer {
    let (status, body) = match serde_json::to_vec(message) {
        Ok(body) => (status, body),
        Err(error) => {
            tracing::error!(error = %error, "an answer could not be written as JSON");
            (StatusCode::INTERNAL_SERVER_ERROR, ToolError::internal().message.into_bytes())
        }
    };
    let mut answer = Response::new(Full::new(Bytes::from(body)).boxed());
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// The answer to what is never answered: it was taken.
pub(crate) fn accepted() -> Answer {
    let mut answer = Response::new(Empty::new().boxed());
    *answer.status_mut() = StatusCode::ACCEPTED;
    answer.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

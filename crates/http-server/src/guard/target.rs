//! What a request says of itself before anything of it is done: its address, its fields, how its body is framed and coded.

use std::borrow::Cow;

use axum::extract::Request;
use axum::http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::error::Failure;
use crate::options::{MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET_BYTES};

/// Names under which a key is written into an address: it would be in the logs of proxies, in histories and in referrers.
const CREDENTIAL_NAMES: [&str; 5] = ["api_key", "apikey", "token", "access_token", "key"];
/// The one path where a browser cannot send a header.
const EVENTS_PATH: &str = "/api/events";

/// How the door reads addresses.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    /// The path under which a proxy has all of it.
    pub(super) root_path: String,
    /// Whether a key may stand in the address of the event stream.
    pub(super) query_credentials: bool,
}

pub(super) async fn check(addresses: Addresses, mut request: Request, next: Next) -> Response {
    let checked = head(request.uri(), request.headers())
        .and_then(|()| framing(request.headers()))
        .and_then(|()| addresses.credential(request.uri()));
    match checked {
        Ok(None) => next.run(request).await,
        Ok(Some(credential)) => {
            request.headers_mut().entry(crate::access::API_KEY).or_insert(credential);
            next.run(request).await
        }
        Err(failure) => failure.into_response(),
    }
}

fn head(uri: &Uri, headers: &HeaderMap) -> Result<(), Failure> {
    if uri.path_and_query().is_some_and(|target| target.as_str().len() > MAX_TARGET_BYTES) {
        let detail = format!("the address is longer than {MAX_TARGET_BYTES} bytes: put less into the query");
        return Err(Failure::new(StatusCode::URI_TOO_LONG, detail));
    }
    if !is_readable(uri.path()) {
        let detail = "the path is not UTF-8 in percent-encoding, or holds control characters";
        return Err(Failure::new(StatusCode::BAD_REQUEST, detail));
    }
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > MAX_HEADERS || bytes > MAX_HEADER_BYTES {
        let detail = format!("the header may have {MAX_HEADERS} fields and {MAX_HEADER_BYTES} bytes");
        return Err(Failure::new(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, detail));
    }
    Ok(())
}

/// Whether a path is text, once it is decoded.
fn is_readable(path: &str) -> bool {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let byte = if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16);
            let (Some(high), Some(low)) = (digit(rest.next()), digit(rest.next())) else { return false };
            u8::try_from(high * 16 + low).unwrap_or_default()
        } else {
            byte
        };
        bytes.push(byte);
    }
    String::from_utf8(bytes).is_ok_and(|text| !text.contains(char::is_control))
}

/// Bodies whose length two parties could understand differently are refused, and the connection ends with them: what follows
/// could be the rest of the body (RFC 9112 section 6.3). Compressed bodies are not unpacked.
fn framing(headers: &HeaderMap) -> Result<(), Failure> {
    let is_chunked = headers.contains_key(TRANSFER_ENCODING);
    let lengths = headers.get_all(CONTENT_LENGTH).iter().count();
    if lengths > 1 || (is_chunked && lengths > 0) {
        let detail = "the length of the body is given twice: send Content-Length once, or chunks";
        return Err(Failure::new(StatusCode::BAD_REQUEST, detail)
            .header(CONNECTION, HeaderValue::from_static("close")));
    }
    let is_plain = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity");
    if !headers.get_all(CONTENT_ENCODING).iter().all(is_plain) {
        let detail = "compressed bodies are not accepted: send it without Content-Encoding";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    Ok(())
}

impl Addresses {
    /// The key in an address, where one may stand.
    fn credential(&self, uri: &Uri) -> Result<Option<HeaderValue>, Failure> {
        let query = uri.query().unwrap_or_default();
        let is_named = |name: &Cow<'_, str>| {
            CREDENTIAL_NAMES.iter().any(|known| name.trim().eq_ignore_ascii_case(known))
        };
        let mut found = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| is_named(name));
        let Some((name, value)) = found.next() else { return Ok(None) };
        let path = uri.path().strip_prefix(self.root_path.as_str()).unwrap_or(uri.path());
        if !self.query_credentials || path != EVENTS_PATH {
            let advice = if path == EVENTS_PATH {
                "get a ticket by POST /api/events/ticket, or its owner can allow it by MCP_ALLOW_QUERY_CREDENTIALS"
            } else {
                "send it as `Authorization: Bearer <key>` or as `X-API-Key: <key>`"
            };
            let name = name.trim().to_ascii_lowercase();
            let detail = format!("a credential does not belong into an address (`{name}`): {advice}");
            return Err(Failure::new(StatusCode::BAD_REQUEST, detail));
        }
        let mut value = HeaderValue::from_str(&value)
            .map_err(|_| Failure::new(StatusCode::BAD_REQUEST, "the key in the address is no key"))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use serde_json::json;

    use super::*;
    use crate::Options;
    use crate::fixture::Door;

    const LIST: &str = "/api/memories";

    #[tokio::test]
    async fn a_long_address_is_refused_at_its_edge() {
        let door = Door::open().await;
        let fits = format!("{LIST}?x={}", "a".repeat(MAX_TARGET_BYTES - LIST.len() - 3));
        door.reader().get(&fits).await.of(200);
        door.reader().get(&(fits + "a")).await.of(414);
    }

    #[tokio::test]
    async fn paths_must_be_text() {
        let door = Door::open().await;
        for path in ["/api/%ff", "/api/%00", "/api/a%0d%0ab", "/api/%c3%28", "/api/%4", "/api/%zz"] {
            door.reader().get(path).await.of(400);
        }
        door.reader().get("/api/memories/%C3%A9").await.of(404);
    }

    #[tokio::test]
    async fn headers_are_counted_and_measured() {
        let door = Door::open().await;
        let with = |count: usize, bytes: usize| {
            let mut request = Request::get(LIST).header("host", "localhost");
            for number in 0..count {
                request = request.header("x-more", format!("{number}"));
            }
            request.header("x-long", "a".repeat(bytes)).body(axum::body::Body::empty()).unwrap()
        };
        door.reader().request(with(MAX_HEADERS - 3, 10)).await.of(200);
        door.reader().request(with(MAX_HEADERS - 2, 10)).await.of(431);
        door.reader().request(with(0, MAX_HEADER_BYTES)).await.of(431);
    }

    #[tokio::test]
    async fn a_body_has_one_length_and_is_not_compressed() {
        let door = Door::open().await;
        let send = |headers: &[(&'static str, &str)]| {
            let mut request = Request::post(LIST).header("content-type", "application/json");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let client = door.writer();
            async move { client.request(request.body(json!({"content": "x"}).to_string().into()).unwrap()).await }
        };
        send(&[("content-encoding", "identity")]).await.of(200);
        for coding in ["gzip", "br", "deflate", "zstd", "identity, gzip", "GZIP"] {
            send(&[("content-encoding", coding)]).await.of(415);
        }
        let twice = send(&[("content-length", "15"), ("content-length", "15")]).await;
        twice.of(400);
        assert_eq!(twice.header("connection"), "close");
        send(&[("content-length", "15"), ("transfer-encoding", "chunked")]).await.of(400);
    }

    #[tokio::test]
    async fn credentials_in_an_address_are_refused_and_not_repeated() {
        let door = Door::open().await;
        for name in ["api_key", "API_KEY", "api%5Fkey", "apikey", "token", "access_token", "key", "+key"] {
            for path in [LIST, "/api/health", "/api/events", "/mcp"] {
                let reply = door.reader().get(&format!("{path}?a=b&{name}=canary-7")).await;
                reply.of(400);
                assert!(!reply.text().contains("canary"), "{}", reply.text());
            }
        }
        door.reader().get(&format!("{LIST}?tag=key&keys=1")).await.of(200);
    }

    #[test]
    fn the_event_stream_may_be_opened_by_a_key_in_its_address_where_its_owner_allows_that() {
        let addresses = |query_credentials| Addresses { root_path: "/memory".to_owned(), query_credentials };
        let uri = |text: &str| text.parse::<Uri>().unwrap();
        let events = uri("/api/events?api_key=a%2Bb");
        assert_eq!(addresses(true).credential(&events).unwrap().unwrap(), "a+b");
        assert!(addresses(true).credential(&uri("/memory/api/events?token=a")).unwrap().is_some());
        assert!(addresses(false).credential(&events).is_err());
        assert!(addresses(true).credential(&uri("/api/events/ticket?api_key=a")).is_err());
        assert!(addresses(true).credential(&uri("/api/events?api_key=a%0A")).is_err());
        assert!(addresses(true).credential(&uri("/api/events?ticket=a")).unwrap().is_none());
        assert!(!Options::default().query_credentials);
    }
}

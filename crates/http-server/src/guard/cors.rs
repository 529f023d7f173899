//! Pages of other places that may read answers: those whose origin is listed, and nobody else. Cookies are never for them.

use std::time::Duration;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, Method};
use tower_http::cors::{AllowOrigin, CorsLayer};

/// Answers preflights, and marks answers for listed origins. None when no origin is listed: then there are no such headers.
pub(super) fn layer(origins: &[String]) -> Option<CorsLayer> {
    let listed: Vec<HeaderValue> = origins
        .iter()
        .filter_map(|origin| HeaderValue::from_str(&origin.to_ascii_lowercase()).ok())
        .collect();
    let name = HeaderName::from_static;
    (!listed.is_empty()).then(|| {
        CorsLayer::new()
            .allow_origin(AllowOrigin::list(listed))
            .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
            .allow_headers([
                AUTHORIZATION,
                CONTENT_TYPE,
                name("x-api-key"),
                name("x-agent-id"),
                name("x-client-hostname"),
                name("x-memory-space"),
                name("x-request-id"),
                name("idempotency-key"),
                name("last-event-id"),
                name("mcp-protocol-version"),
                name("mcp-session-id"),
                name("mcp-method"),
                name("mcp-name"),
            ])
            .expose_headers([ETAG, RETRY_AFTER, WWW_AUTHENTICATE, name("x-request-id")])
            .max_age(Duration::from_secs(600))
    })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;

    use crate::Options;
    use crate::fixture::{Door, Reply};

    const PAGE: &str = "https://app.example";

    async fn preflight(door: &Door, origin: &str) -> Reply {
        let request = Request::options("/api/memories")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "x-api-key, content-type");
        door.stranger().request(request.body(Body::empty()).unwrap()).await
    }

    fn listed() -> Options {
        Options { cors_origins: vec![PAGE.to_owned()], ..Options::default() }
    }

    #[tokio::test]
    async fn without_a_list_no_page_of_another_place_may_read() {
        let door = Door::open().await;
        for reply in [preflight(&door, PAGE).await, door.reader().get("/api/memories").await] {
            assert!(!reply.headers.keys().any(|name| name.as_str().starts_with("access-control")));
        }
        door.reader().header("origin", PAGE).get("/api/memories").await.of(403);
    }

    #[tokio::test]
    async fn a_listed_page_may_ask_and_read_but_never_with_cookies() {
        let door = Door::with(listed()).await;
        let answer = preflight(&door, PAGE).await;
        assert!(answer.status.is_success());
        assert_eq!(answer.header("access-control-allow-origin"), PAGE);
        assert!(answer.header("access-control-allow-headers").contains("x-api-key"));
        let read = door.reader().header("origin", PAGE).get("/api/memories").await;
        read.of(200);
        assert_eq!(read.header("access-control-allow-origin"), PAGE);
        assert!(read.header("vary").contains("origin"));
        for reply in [answer, read] {
            assert!(!reply.headers.contains_key("access-control-allow-credentials"));
        }
    }

    #[tokio::test]
    async fn another_page_is_neither_let_in_nor_told_that_it_is() {
        let door = Door::with(listed()).await;
        for origin in
            ["https://evil.example", "https://app.example.evil.example", "http://app.example", "null"]
        {
            let answer = preflight(&door, origin).await;
            assert!(!answer.headers.contains_key("access-control-allow-origin"), "{origin}");
            door.owner().header("origin", origin).get("/api/memories").await.of(403);
        }
    }
}

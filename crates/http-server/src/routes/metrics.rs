//! `GET /metrics`: what is counted, as Prometheus reads it. It is there only where it is wanted (`MCP_METRICS_ENABLED`).
//!
//! It needs the scope `read` and a credential of the installation, not of a space on it: how many memories there are and what is asked how often is nobody's business. Prometheus can
//! send a key (`authorization: {credentials_file: ...}`); a server that lets anybody read lets anybody read this.

use axum::Router;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue};
use axum::routing::get;

use crate::App;
use crate::access::{OfServer, Read};
use crate::error::Failure;

/// The text format of `OpenMetrics`, which Prometheus reads.
const FORMAT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The route; it is in no document, as that of the original.
pub(crate) fn routes(app: &App) -> Router {
    Router::new().route("/metrics", get(metrics)).with_state(app.clone())
}

async fn metrics(
    State(app): State<App>,
    _: OfServer<Read>,
) -> Result<([(HeaderName, HeaderValue); 1], String), Failure> {
    let text = app.metrics().text(&app).await.map_err(|error| {
        tracing::error!(error = %error, "figures could not be written");
        Failure::internal()
    })?;
    Ok(([(CONTENT_TYPE, HeaderValue::from_static(FORMAT))], text))
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::Request;
    use serde_json::json;

    use crate::Options;
    use crate::fixture::Door;

    async fn measured() -> Door {
        Door::with(Options { metrics: true, ..Options::default() }).await
    }

    #[tokio::test]
    async fn figures_are_there_only_where_they_are_wanted_and_for_readers() {
        Door::open().await.owner().get("/metrics").await.of(404);
        let door = measured().await;
        door.stranger().get("/metrics").await.of(401);
        let reply = door.reader().get("/metrics").await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.header("content-type"), super::FORMAT);
    }

    #[tokio::test]
    async fn requests_are_counted_by_pattern_and_nothing_that_was_written_is_shown() {
        let door = measured().await;
        door.writer().post("/api/memories", json!({"content": "sesame", "tags": ["sesame"]})).await.of(200);
        for path in ["/api/memories/sesame", "/api/memories/sesame2", "/sesame/a", "/sesame/b?sesame=c"] {
            door.reader().get(path).await.of(404);
        }
        door.stranger().get("/api/memories").await.of(401);
        let odd = Request::builder().method("SESAME").uri("/api/memories").body(Body::empty()).unwrap();
        door.reader().request(odd).await.of(405);
        let text = door.reader().get("/metrics").await.text();
        for line in [
            r#"mcp_memory_http_requests_total{method="POST",route="/api/memories",status="2xx"} 1"#,
            r#"mcp_memory_http_requests_total{method="GET",route="/api/memories/{content_hash}",status="4xx"} 2"#,
            r#"mcp_memory_http_requests_total{method="GET",route="unmatched",status="4xx"} 2"#,
            r#"mcp_memory_http_requests_total{method="GET",route="/api/memories",status="4xx"} 1"#,
            r#"mcp_memory_http_requests_total{method="other",route="/api/memories",status="4xx"} 1"#,
            r#"mcp_memory_http_request_duration_seconds_count{method="POST",route="/api/memories"} 1"#,
            "mcp_memory_event_streams 0",
            "mcp_memory_store_up 1",
            "mcp_memory_memories 1",
            "mcp_memory_pending_vectors 0",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.to_lowercase().contains("sesame"), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn memories_are_counted_from_time_to_time() {
        let door = measured().await;
        let count = || async {
            let text = door.reader().get("/metrics").await.text();
            let line = text.lines().find(|line| line.starts_with("mcp_memory_memories ")).map(str::to_owned);
            line.unwrap()
        };
        assert_eq!(count().await, "mcp_memory_memories 0");
        door.writer().post("/api/memories", json!({"content": "one"})).await.of(200);
        assert_eq!(count().await, "mcp_memory_memories 0");
        tokio::time::advance(crate::metrics::GOOD_FOR).await;
        assert_eq!(count().await, "mcp_memory_memories 1");
    }
}

//! What is counted, for Prometheus. Labels are patterns of routes, methods and classes of status: few, whatever is asked, and
//! never anything that somebody wrote.

use std::fmt;
use std::time::Duration;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::App;

/// The bounds of the histogram of durations, in seconds.
const BOUNDS_S: [f64; 12] = [0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];
/// How long the counts of the store are good: counting is work.
pub(crate) const GOOD_FOR: Duration = Duration::from_secs(15);
/// The label of what is at no route.
const UNMATCHED: &str = "unmatched";

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    durations: Family<Asked, Histogram>,
    streams: Gauge,
    is_up: Gauge,
    memories: Gauge,
    pending: Gauge,
    /// When the memories were counted last.
    counted: Mutex<Option<Instant>>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: &'static str,
    route: String,
}

/// What was asked, and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: &'static str,
    route: String,
    status: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("mcp_memory");
        let requests = Family::default();
        let durations: Family<Asked, Histogram> = Family::new_with_constructor(|| Histogram::new(BOUNDS_S));
        let (streams, is_up) = (Gauge::default(), Gauge::default());
        let (memories, pending) = (Gauge::default(), Gauge::default());
        registry.register("http_requests", "Requests, by route and class of status", requests.clone());
        let help = "How long it took until an answer began, by route";
        registry.register("http_request_duration_seconds", help, durations.clone());
        registry.register("event_streams", "Open streams of live events", streams.clone());
        registry.register("store_up", "Whether the store can be read", is_up.clone());
        registry.register("memories", "Live memories", memories.clone());
        registry.register("pending_vectors", "Live memories that wait for their vector", pending.clone());
        let counted = Mutex::default();
        Self { registry, requests, durations, streams, is_up, memories, pending, counted }
    }
}

impl Metrics {
    /// Everything as text.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) async fn text(&self, app: &App) -> Result<String, fmt::Error> {
        let gauge = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        self.streams.set(gauge(app.events().seats().count() as u64));
        let mut counted = self.counted.lock().await;
        if counted.is_none_or(|at| at.elapsed() >= GOOD_FOR) {
            let statistics = app.own_grant().reader().health().await.statistics;
            self.is_up.set(i64::from(statistics.is_some()));
            if let Some(statistics) = statistics {
                self.memories.set(gauge(statistics.memories));
                self.pending.set(gauge(statistics.pending));
            }
            *counted = Some(Instant::now());
        }
        drop(counted);
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }

    fn count(&self, asked: Asked, status: u16, took: Duration) {
        let Asked { method, route } = asked.clone();
        let status = match status {
            100..200 => "1xx",
            200..300 => "2xx",
            300..400 => "3xx",
            400..500 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&Answered { method, route, status }).inc();
        self.durations.get_or_create(&asked).observe(took.as_secs_f64());
    }
}

/// Counts what passes, if that is wanted.
pub(crate) fn around(routes: Router, app: &App) -> Router {
    if app.options().metrics { routes.layer(from_fn_with_state(app.clone(), count)) } else { routes }
}

async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let pattern = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let asked = Asked { method: method(request.method()), route: pattern.unwrap_or(UNMATCHED).to_owned() };
    let begun = Instant::now();
    let response = next.run(request).await;
    app.metrics().count(asked, response.status().as_u16(), begun.elapsed());
    response
}

/// Anybody may make up a method.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

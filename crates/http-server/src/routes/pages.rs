//! Pages for people: `/` and the reference at `/api/docs`. They are made when the server starts, of nothing but its own texts, and load
//! nothing from other places.

mod html;
mod reference;

use axum::Router;
use axum::body::Bytes;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderName, StatusCode};
use axum::response::IntoResponse;
use axum::routing::get;
use serde_json::Value;

/// What a page may load: its style sheet, from here.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = include_str!("pages/style.css");

/// The pages, of this OpenAPI document, with a way to the own account where there are accounts. Links are relative: a proxy may have it all under a path of its own.
pub(crate) fn pages<S: Clone + Send + Sync + 'static>(document: &Value, has_accounts: bool) -> Router<S> {
    let (home, reference) = (Bytes::from(home(has_accounts)), Bytes::from(reference::page(document)));
    Router::new()
        .route("/", get(async move || answer(HTML, home)))
        .route("/api/docs", get(async move || answer(HTML, reference)))
        .route("/api/docs/style.css", get(async || answer("text/css; charset=utf-8", STYLE)))
        .route("/api/redoc", get(async || elsewhere("docs")))
        .route("/docs", get(async || elsewhere("api/docs")))
}

fn home(has_accounts: bool) -> String {
    let account = if has_accounts { "<li><a href=\"account\">Your account</a></li>\n" } else { "" };
    let body = format!(
        "<main>\n<h1>Memory {}</h1>\n<p>A memory service runs here. Assistants reach it by MCP at <code>/mcp</code>, programs by \
         REST.</p>\n<ul>\n{account}<li><a href=\"api/docs\">How to use it</a></li>\n<li><a href=\"openapi.json\">The same as an OpenAPI \
         document</a></li>\n<li><a href=\"api/health\">Whether it answers</a></li>\n</ul>\n</main>\n",
        html::escaped(env!("CARGO_PKG_VERSION"))
    );
    html::page("Memory", "api/docs/style.css", &body)
}

fn answer(content_type: &'static str, text: impl IntoResponse) -> impl IntoResponse {
    ([(CONTENT_TYPE, content_type), (CONTENT_SECURITY_POLICY, POLICY)], text)
}

fn elsewhere(place: &'static str) -> (StatusCode, [(HeaderName, &'static str); 1]) {
    (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, place)])
}

#[cfg(test)]
mod tests;

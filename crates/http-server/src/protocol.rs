//! MCP over HTTP: the services of crate `mcp`, behind the guards and the authentication that REST has.

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::post_service;
use mcp::http::{Endpoints, HttpCaller, HttpOptions, Streamable};

use crate::App;
use crate::access::asker;
use crate::guard::Place;
use crate::standing::Standing;

/// Where clients of the older transport post to.
const MESSAGES: &str = "/messages/";

/// One address for requests, of both eras.
pub(crate) fn streamable(app: &App) -> Router {
    mounted(app, app.endpoints().streamable())
}

/// A service of the app's endpoints at that address.
pub(crate) fn mounted(app: &App, service: Streamable) -> Router {
    let routes = Router::new().route_service("/mcp", service.clone()).route_service("/mcp/", service);
    routes.layer(from_fn_with_state(app.clone(), admit))
}

/// The deprecated transport: an event stream, with an address to post to.
pub(crate) fn sse(app: &App) -> Router {
    // As clients see it: a proxy that leaves the path there passes it on, one that takes it away adds nothing to an answer.
    let service = app.endpoints().sse(&format!("{}{MESSAGES}", app.options().root_path));
    let routes = Router::new().route_service("/sse", service.clone()).route(MESSAGES, post_service(service));
    routes.layer(from_fn_with_state(app.clone(), admit))
}

/// How MCP behaves. Which name this server is called by and which page asks was looked at by the guards, who know keys, too.
pub(crate) fn endpoints(app: &App) -> Endpoints {
    let options = app.options();
    let server = mcp::Options { defaults: options.defaults.clone(), profile: options.profile };
    let options = HttpOptions {
        server,
        allowed_hosts: vec!["*".to_owned()],
        allowed_origins: options.cors_origins.clone(),
        max_body_bytes: options.max_body_bytes,
        ..HttpOptions::default()
    };
    Endpoints::new(options, app.ending().clone())
}

/// Lets in who is known, with what was granted.
async fn admit(State(app): State<App>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let principal = match asker(&parts) {
        Ok(principal) => principal,
        Err(failure) => return failure.flat().into_response(),
    };
    let caller = HttpCaller {
        grant: app.grant(&principal),
        id: principal.in_space(),
        standing: Standing::of(&app, principal),
        place: parts.extensions.get::<Place>().map(Place::weak),
    };
    parts.extensions.insert(caller);
    next.run(Request::from_parts(parts, body)).await
}

#[cfg(test)]
mod tests;

//! What every request and every answer passes, whatever its route.
//!
//! | guard | what |
//! |---|---|
//! | `headers` | what a browser may not do with an answer |
//! | `request_id` | a name for each request |
//! | `panics` | a route that panics is answered like any failure inside |
//! | `open` | what clients of OAuth ask that run in pages of any place |
//! | `cors` | pages of other places that may read answers |
//! | `target` | addresses, fields, how bodies are framed and coded |
//! | `crowd` | how many requests are worked on at the same time |
//! | `time` | how long a request may take |
//! | `challenge` | where somebody who is refused finds out how to be let in |
//! | `caller` | who asks, from where, and how often; with `attempts`, `rate` and `peer` |
//! | `share` | how many requests of one caller are worked on at the same time; with `place`, which work keeps that goes on |
//! | `body_limit` | how long a body may be |

mod attempts;
mod body_limit;
mod caller;
mod challenge;
mod cors;
mod crowd;
#[cfg(test)]
mod fixtures;
mod headers;
mod open;
mod panics;
mod peer;
mod place;
mod rate;
mod request_id;
mod share;
mod target;
mod time;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, map_response};
use axum::response::Response;
use tokio::sync::Semaphore;
use tower::util::option_layer;

use crate::App;
pub(crate) use caller::Gate;
pub(crate) use peer::{Machine, machine};
pub(crate) use place::Place;

/// Puts the guards around the routes: the first to see a request stands last.
pub(crate) fn around(routes: Router, app: &App) -> Router {
    let options = app.options();
    let (max_body_bytes, limit, is_tls) = (options.max_body_bytes, options.request_timeout, options.is_tls);
    let places = Arc::new(Semaphore::new(options.max_concurrent_requests.min(Semaphore::MAX_PERMITS)));
    let shares = share::Shares::of(options.max_concurrent_requests);
    let addresses = target::Addresses {
        root_path: options.root_path.clone(),
        query_credentials: options.query_credentials,
    };
    let (app, known, open, refusing) = (app.clone(), app.clone(), app.clone(), app.clone());
    routes
        .layer(DefaultBodyLimit::max(max_body_bytes))
        .layer(from_fn(move |request, next| body_limit::check(max_body_bytes, request, next)))
        .layer(from_fn(move |request, next| share::check(known.clone(), shares.clone(), request, next)))
        .layer(from_fn(move |request, next| caller::check(app.clone(), request, next)))
        .layer(from_fn(move |request, next| challenge::add(refusing.clone(), request, next)))
        .layer(from_fn(move |request, next| time::check(limit, request, next)))
        .layer(from_fn(move |request, next| crowd::check(Arc::clone(&places), request, next)))
        .layer(from_fn(move |request, next| target::check(addresses.clone(), request, next)))
        .layer(option_layer(cors::layer(&options.cors_origins)))
        .layer(from_fn(move |request, next| open::answer(open.clone(), request, next)))
        .layer(panics::layer())
        .layer(from_fn(request_id::name))
        .layer(map_response(move |response: Response| async move { headers::add(is_tls, response) }))
}

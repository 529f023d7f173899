//! The routes: one file for each.

#![expect(unused_qualifications, reason = "utoipa's macros write them")]

mod events;
mod health;
mod keys;
mod manage;
mod memories;
pub(crate) mod metrics;
pub(crate) mod oauth;
pub(crate) mod pages;
pub(crate) mod probes;
mod process;
mod protocol_info;
mod search;
mod server;
mod sessions;
mod spaces;
mod tags;
mod types;

use axum::middleware::from_fn_with_state;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::{App, completion, idempotency};

/// Every route that the OpenAPI document has.
pub(crate) fn all() -> OpenApiRouter<App> {
    others().merge(changes()).merge(repeatable()).merge(oauth::routes())
}

/// The same; writes are carried out to their end, and those that are sent again with a key once.
pub(crate) fn of(app: &App) -> OpenApiRouter<App> {
    let repeatable = repeatable().route_layer(from_fn_with_state(app.clone(), idempotency::once));
    let writes = changes().merge(repeatable);
    let all = others().merge(writes.route_layer(from_fn_with_state(app.clone(), completion::to_the_end)));
    if app.oauth().is_some() { all.merge(oauth::routes()) } else { all }
}

/// Writes that come to the same when they are sent again, or are refused then; a key is no answer that is kept.
fn changes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(keys::create::create, keys::list::list))
        .routes(routes!(keys::revoke::revoke))
        .routes(routes!(manage::rename_tag::rename_tag))
        .routes(routes!(memories::get::get, memories::update::update, memories::delete::delete))
}

/// Writes by `POST`: they do something again when they are sent again.
fn repeatable() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(manage::bulk_delete::bulk_delete))
        .routes(routes!(manage::cleanup_duplicates::cleanup_duplicates))
        .routes(routes!(manage::system::system))
        .routes(routes!(manage::untagged::delete_untagged))
        .routes(routes!(memories::create::create))
        .routes(routes!(process::clear_caches::clear_caches))
        .routes(routes!(sessions::sessions))
}

fn others() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(events::open::open))
        .routes(routes!(events::stats::stats))
        .routes(routes!(events::ticket::ticket))
        .routes(routes!(health::detailed::detailed))
        .routes(routes!(health::health))
        .routes(routes!(health::model::model))
        .routes(routes!(health::sync_status::sync_status))
        .routes(routes!(manage::tag_stats::tag_stats))
        .routes(routes!(manage::untagged::count))
        .routes(routes!(memories::find::find))
        .routes(routes!(memories::hashes::hashes))
        .routes(routes!(memories::list::list))
        .routes(routes!(probes::livez))
        .routes(routes!(probes::readyz))
        .routes(routes!(process::memory_stats::memory_stats))
        .routes(routes!(protocol_info::health))
        .routes(routes!(protocol_info::list))
        .routes(routes!(search::by_query::by_query))
        .routes(routes!(search::by_tag::by_tag))
        .routes(routes!(search::by_time::by_time))
        .routes(routes!(search::similar::similar))
        .routes(routes!(server::status::status))
        .routes(routes!(spaces::list))
        .routes(routes!(tags::tags))
        .routes(routes!(types::types))
}

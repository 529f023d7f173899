//! The routes: one file for each.

#![expect(unused_qualifications, reason = "utoipa's macros write them")]

mod events;
mod health;
mod memories;
pub(crate) mod metrics;
pub(crate) mod probes;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Every route that the OpenAPI document has.
pub(crate) fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(events::open::open))
        .routes(routes!(events::stats::stats))
        .routes(routes!(events::ticket::ticket))
        .routes(routes!(health::health))
        .routes(routes!(probes::livez))
        .routes(routes!(probes::readyz))
        .routes(routes!(memories::list::list, memories::create::create))
        .routes(routes!(memories::get::get))
}

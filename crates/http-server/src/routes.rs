//! The routes: one file for each.

#![expect(unused_qualifications, reason = "utoipa's macros write them")]

mod health;
mod memories;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// Every route that the OpenAPI document has.
pub(crate) fn all() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::health))
        .routes(routes!(memories::list::list, memories::create::create))
        .routes(routes!(memories::get::get))
}

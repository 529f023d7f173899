//! `GET /.well-known/..`: what the authorization server and the resources say of themselves.
//!
//! Clients look in several places (RFC 8414 section 3, RFC 9728 section 3, OpenID Connect Discovery), and older ones put the path of
//! MCP after the name of the server's metadata.

use axum::Json;
use axum::extract::Path;
use axum::http::StatusCode;
use serde_json::Value;

use super::Server;
use crate::error::Failure;

/// What the authorization server says of itself
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    tag = "oauth",
    responses((status = OK, description = "The metadata (RFC 8414)", body = Object))
)]
pub(crate) async fn server(Server(server): Server) -> Json<Value> {
    Json(server.metadata())
}

/// What the authorization server says of itself, by the path of a resource
#[utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server/{resource}",
    tag = "oauth",
    params(("resource" = String, Path, description = "`mcp`")),
    responses(
        (status = OK, description = "The metadata (RFC 8414)", body = Object),
        (status = NOT_FOUND, description = "There is no such resource", body = crate::error::ErrorDetail)
    )
)]
pub(crate) async fn server_of(server: Server, path: Path<String>) -> Result<Json<Value>, Failure> {
    of(server, &path)
}

/// The same where OpenID Connect has it
#[utoipa::path(
    get,
    path = "/.well-known/openid-configuration",
    tag = "oauth",
    responses((status = OK, description = "The metadata (RFC 8414)", body = Object))
)]
pub(crate) async fn openid(Server(server): Server) -> Json<Value> {
    Json(server.metadata())
}

/// The same where OpenID Connect has it, by the path of a resource
#[utoipa::path(
    get,
    path = "/.well-known/openid-configuration/{resource}",
    tag = "oauth",
    params(("resource" = String, Path, description = "`mcp`")),
    responses(
        (status = OK, description = "The metadata (RFC 8414)", body = Object),
        (status = NOT_FOUND, description = "There is no such resource", body = crate::error::ErrorDetail)
    )
)]
pub(crate) async fn openid_of(server: Server, path: Path<String>) -> Result<Json<Value>, Failure> {
    of(server, &path)
}

/// What is said of everything on this server as a resource
#[utoipa::path(
    get,
    path = "/.well-known/oauth-protected-resource",
    tag = "oauth",
    responses(
        (status = OK, description = "The metadata (RFC 9728)", body = Object),
        (status = NOT_FOUND, description = "There is no such resource", body = crate::error::ErrorDetail)
    )
)]
pub(crate) async fn resource(Server(server): Server) -> Result<Json<Value>, Failure> {
    server.resource_metadata("").map(Json).ok_or_else(unknown)
}

/// What is said of a resource
#[utoipa::path(
    get,
    path = "/.well-known/oauth-protected-resource/{resource}",
    tag = "oauth",
    params(("resource" = String, Path, description = "`mcp`")),
    responses(
        (status = OK, description = "The metadata (RFC 9728)", body = Object),
        (status = NOT_FOUND, description = "There is no such resource", body = crate::error::ErrorDetail)
    )
)]
pub(crate) async fn resource_of(
    Server(server): Server,
    Path(path): Path<String>,
) -> Result<Json<Value>, Failure> {
    server.resource_metadata(&format!("/{path}")).map(Json).ok_or_else(unknown)
}

/// The metadata of the server, if the path is that of a resource.
fn of(Server(server): Server, path: &str) -> Result<Json<Value>, Failure> {
    match server.resource_metadata(&format!("/{path}")) {
        Some(_) => Ok(Json(server.metadata())),
        None => Err(unknown()),
    }
}

fn unknown() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "Not Found")
}

//! The authorisation matrix: every route of every door and every tool, times every credential, times every way to show it.
//!
//! | part | what |
//! |---|---|
//! | `table` | the routes and what each needs |
//! | `credentials` | the credentials, and the rule of what comes of each |
//! | `tools` | the same for the tools of MCP |
//! | `oauth` | the same for a door with an authorization server |
//! | `people` | the same for a door with accounts: pages, tokens, sessions |
//! | `isolation` | nothing of one space is seen from another |
//! | `regressions` | what went wrong in the original, by its number |

mod credentials;
mod isolation;
mod oauth;
mod people;
mod regressions;
mod table;
mod tools;

use std::collections::{BTreeMap, BTreeSet};

use axum::Router;
use axum::http::Method;
use serde_json::{Value, json};

use credentials::{ALL_WAYS, Answered, Keyring, MODES, Shown, Way, all_shown, answered};
use engine::Capability;
use table::{DOCUMENTED, Needed, OAUTH, Row, SURFACES, rows};

use crate::Surface;

/// The paths that a router has, as it says itself.
fn paths(router: &Router) -> BTreeSet<String> {
    let text = format!("{router:?}");
    // What stands there catches what has no route.
    let text = text.split("fallback_router").next().unwrap();
    let parts = text.split("RouteId(").skip(1);
    let path = |part: &str| Some(part.split_once("): \"")?.1.split_once('"')?.0.to_owned());
    // A part that begins with something else than a number and a text is a route, not its path.
    let is_path = |part: &&str| part.split_once(')').is_some_and(|(_, rest)| rest.starts_with(": \""));
    let paths: BTreeSet<String> = parts.filter(is_path).filter_map(path).collect();
    paths.into_iter().filter(|path| !path.contains("__private__")).collect()
}

/// Checks every credential, shown in every way, at every route of a door.
async fn check(surface: Surface, anonymous: Option<Capability>, query_credentials: bool) {
    let ring = Keyring::of(surface, anonymous, query_credentials).await;
    let mut wrong = Vec::new();
    for row in rows(surface) {
        for shown in all_shown() {
            for way in ALL_WAYS {
                let expected = ring.expected(&row, shown, way);
                let Some(response) = ring.ask(&row, shown, way).await else { continue };
                let status = response.status();
                let challenged = response.headers().contains_key("www-authenticate");
                assert_eq!(challenged, matches!(status.as_u16(), 401 | 403), "{row:?} {shown:?} {way:?}");
                if answered(response).await != Some(expected) {
                    wrong.push(format!(
                        "{} {} {shown:?} {way:?}: {status}, not {expected:?}",
                        row.method, row.path
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{surface:?}, anonymous {anonymous:?}:\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_route_answers_every_credential_as_the_table_says() {
    for surface in SURFACES {
        for anonymous in MODES {
            check(surface, anonymous, false).await;
        }
    }
}

#[tokio::test]
async fn a_key_in_the_address_opens_the_event_stream_alone_and_only_where_that_was_chosen() {
    for anonymous in MODES {
        check(Surface::Everything, anonymous, true).await;
    }
}

#[tokio::test]
async fn every_route_of_every_door_has_a_row_and_every_row_a_route() {
    for surface in SURFACES {
        let ring = Keyring::of(surface, None, false).await;
        let mut known: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
        for row in rows(surface) {
            known.entry(row.path).or_default().push(row);
        }
        let listed: BTreeSet<String> = known.keys().map(|path| (*path).to_owned()).collect();
        assert_eq!(listed, paths(ring.router()), "{surface:?}: table and router");
        for rows in known.values() {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if rows.iter().any(|row| row.method == method) {
                    continue;
                }
                let other = Row { method, ..rows[0].clone() };
                let reply = ring.ask(&other, Shown::OwnersKey, Way::ApiKey).await.unwrap();
                assert_eq!(reply.status(), 405, "{surface:?}: {} {} has no row", other.method, other.path);
            }
        }
    }
}

#[test]
fn the_document_says_of_every_operation_what_the_table_says() {
    let document = crate::openapi();
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.insert((method.to_uppercase(), path.clone()), operation["security"].clone());
        }
    }
    let expected = DOCUMENTED.iter().chain(&OAUTH).map(|(method, path, needed)| {
        let security = needed.capability().map_or(Value::Null, |capability| {
            let scope = json!([capability.name()]);
            json!([{"key": scope}, {"bearer": scope}])
        });
        (((*method).to_owned(), (*path).to_owned()), security)
    });
    assert_eq!(found, expected.collect());
}

#[tokio::test]
async fn cve_2026_50027_without_a_credential_these_are_answered_and_nothing_else() {
    for (surface, open) in [
        (
            Surface::Everything,
            &[
                "/",
                "/api/docs",
                "/api/docs/style.css",
                "/api/health",
                "/api/redoc",
                "/docs",
                "/livez",
                "/mcp/health",
                "/openapi.json",
                "/readyz",
            ][..],
        ),
        (Surface::Mcp, &["/health", "/livez", "/readyz"]),
        (Surface::Sse, &["/health", "/livez", "/readyz"]),
    ] {
        let ring = Keyring::of(surface, None, false).await;
        let mut served = BTreeSet::new();
        for row in rows(surface) {
            let response = ring.ask(&row, Shown::Nothing, Way::ApiKey).await.unwrap();
            let status = response.status();
            if answered(response).await == Some(Answered::Served) {
                assert_eq!(row.method, Method::GET);
                served.insert(row.path);
            } else {
                assert_eq!(status, 401, "{row:?}");
            }
        }
        assert_eq!(served, open.iter().copied().collect(), "{surface:?}");
    }
}

#[tokio::test]
async fn a_ticket_is_good_for_one_stream() {
    let ring = Keyring::of(Surface::Everything, None, false).await;
    let bought = ring.door.reader().poke("/api/events/ticket").await.of(200);
    let target = format!("/api/events?ticket={}", bought["ticket"].as_str().unwrap());
    for expected in [Answered::Served, Answered::Unauthorized] {
        let request = axum::http::Request::get(&target).body(axum::body::Body::empty()).unwrap();
        assert_eq!(answered(ring.send(request).await).await, Some(expected));
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_question_is_told_to_nobody_who_may_not_ask_it() {
    let ring = Keyring::of(Surface::Everything, None, false).await;
    let wrong = "store=%11&limit=x&page=x&page_size=x&confirm_count=x&cursor=x&ticket=&ticket=";
    for row in rows(Surface::Everything).into_iter().filter(|row| row.needed != Needed::Nothing) {
        let request = axum::http::Request::builder().method(row.method.clone());
        let request = request.uri(format!("{}?{wrong}", row.place())).body(axum::body::Body::from("{"));
        let answer = ring.send(request.unwrap()).await;
        assert_eq!(answer.status(), 401, "{} {}", row.method, row.path);
    }
}

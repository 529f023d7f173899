//! A door with an authorization server: what it has more, and to whom that is open.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};

use super::credentials::{ALL_WAYS, Answered, Keyring, MODES, Shown, Way, all_shown, answered};
use super::table::{SURFACES, oauth_rows, rows};
use super::{paths, table};
use crate::Surface;

#[tokio::test]
async fn every_route_of_the_authorization_server_has_a_row_and_every_row_a_route() {
    for surface in SURFACES {
        let ring = Keyring::issuing(surface, None).await;
        let all = rows(surface).into_iter().chain(oauth_rows(surface));
        let listed: BTreeSet<String> = all.map(|row| row.path.to_owned()).collect();
        assert_eq!(listed, paths(ring.router()), "{surface:?}");
        for row in oauth_rows(surface) {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if method == row.method {
                    continue;
                }
                let other = table::Row { method, ..row.clone() };
                let reply = ring.ask(&other, Shown::OwnersKey, Way::ApiKey).await.unwrap();
                assert_eq!(reply.status(), 405, "{} {}", other.method, other.path);
            }
        }
    }
}

#[tokio::test]
async fn the_authorization_server_answers_everybody_whatever_they_show() {
    for surface in [Surface::Everything, Surface::Mcp] {
        for anonymous in MODES {
            let ring = Keyring::issuing(surface, anonymous).await;
            for row in oauth_rows(surface) {
                for shown in all_shown() {
                    for way in ALL_WAYS {
                        let expected = ring.expected(&row, shown, way);
                        let Some(response) = ring.ask(&row, shown, way).await else { continue };
                        let told = format!("{} {} {shown:?} {way:?}", row.method, row.path);
                        assert!(!response.headers().contains_key("www-authenticate"), "{told}");
                        assert_eq!(answered(response).await, Some(expected), "{told}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_other_routes_need_they_need_beside_an_authorization_server_too() {
    for surface in SURFACES {
        let ring = Keyring::issuing(surface, None).await;
        for row in rows(surface) {
            for shown in all_shown() {
                let expected = ring.expected(&row, shown, Way::Bearer);
                let Some(response) = ring.ask(&row, shown, Way::Bearer).await else { continue };
                assert_eq!(answered(response).await, Some(expected), "{} {} {shown:?}", row.method, row.path);
            }
        }
    }
}

#[tokio::test]
async fn o8_any_page_may_ask_the_authorization_server_and_nothing_else() {
    let ring = Keyring::issuing(Surface::Everything, None).await;
    let page = |method: Method, place: String, wanted: &str| {
        Request::builder()
            .method(method)
            .uri(place)
            .header("origin", "https://inspector.example")
            .header("sec-fetch-site", "cross-site")
            .header("access-control-request-method", wanted)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::empty())
            .unwrap()
    };
    for row in oauth_rows(Surface::Everything) {
        for method in [Method::OPTIONS, row.method.clone()] {
            let reply = ring.send(page(method.clone(), row.place(), row.method.as_str())).await;
            let told = format!("{method} {}: {}", row.path, reply.status());
            assert_eq!(reply.headers()["access-control-allow-origin"], "*", "{told}");
            assert!(!reply.headers().contains_key("access-control-allow-credentials"), "{told}");
            assert_ne!(reply.status(), 403, "{told}");
            if method == Method::OPTIONS {
                assert_eq!(reply.status(), 204, "{told}");
                assert!(
                    reply.headers()["access-control-allow-headers"]
                        .to_str()
                        .unwrap()
                        .contains("authorization")
                );
            }
        }
    }
    for row in rows(Surface::Everything) {
        let reply = ring.send(page(row.method.clone(), row.place(), row.method.as_str())).await;
        assert_eq!(reply.status(), 403, "{} {}", row.method, row.path);
        assert!(!reply.headers().contains_key("access-control-allow-origin"));
    }
}

#[tokio::test]
async fn without_an_authorization_server_there_is_nothing_of_it() {
    for surface in SURFACES {
        let ring = Keyring::of(surface, None, false).await;
        for row in oauth_rows(Surface::Everything) {
            let reply = ring.ask(&row, Shown::Nothing, Way::ApiKey).await.unwrap();
            assert_eq!(reply.status(), 404, "{} {}", row.method, row.path);
            assert_eq!(answered(reply).await, Some(Answered::Served));
        }
    }
}

//! A door with accounts: its pages, and every route of it against every kind of token and of session.

use std::collections::BTreeSet;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use engine::Capability;
use model::Space;

use super::credentials::{Answered, answered, send};
use super::paths;
use super::table::{Needed, Row, SURFACES, oauth_rows, people_rows, rows};
use crate::web::tests::town::{CALLBACK, HOSTNAME, ISSUER, Program, Town};
use crate::{Options, Surface, router_of};

/// What somebody shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// An access token, good for everything on this server.
    Token(Capability),
    /// One that is good for `/mcp`.
    OfMcp(Capability),
    Expired,
    /// One that its user took back.
    Withdrawn,
    /// The cookie of somebody who is signed in, on a page of this server.
    Session,
    /// The same on a page of another site.
    CrossSite,
    /// The same without a page, as a program may send it.
    Bare,
    /// The cookie of a session that is over.
    Ended,
}

struct Ring {
    router: Router,
    shown: Vec<(Shown, String)>,
}

impl Ring {
    async fn of(surface: Surface) -> Self {
        let town = Town::default();
        let mut browser = town.owner().await;
        let program = town.program("Claude", CALLBACK).await;
        let asking = |scope: &str, resource: &str| Program {
            scope: scope.to_owned(),
            resource: Some(format!("{ISSUER}{resource}")),
            ..program.clone()
        };
        let scopes =
            [("read", Capability::Read), ("read write", Capability::Write), ("admin", Capability::Admin)];
        let mut shown = vec![(Shown::Expired, town.token(&mut browser, &asking("admin", "")).await)];
        town.bench.clock.advance(3600.0);
        shown.push((Shown::Withdrawn, town.token(&mut browser, &asking("admin", "")).await));
        let user = town.owner_user(&browser).await.id;
        town.people().server().end_all_of(&user, "test").await.unwrap();
        for (scope, capability) in scopes {
            let token = town.token(&mut browser, &asking(scope, "")).await;
            shown.push((Shown::Token(capability), token));
            let token = town.token(&mut browser, &asking(scope, "/mcp")).await;
            shown.push((Shown::OfMcp(capability), token));
        }
        let session = browser.session().unwrap().to_owned();
        shown.extend([Shown::Session, Shown::CrossSite, Shown::Bare].map(|kind| (kind, session.clone())));
        let mut other = town.browser();
        other
            .sign_in(crate::web::tests::town::NAME, crate::web::tests::town::PASSWORD)
            .await
            .goes_to("account");
        let ended = other.session().unwrap().to_owned();
        let page = other.get("/account").await;
        other.submit(&page, "/account/sign-out", &[]).await.goes_to("../sign-in");
        shown.push((Shown::Ended, ended));
        let options =
            Options { failures_per_minute: 0, requests_per_minute: 0, metrics: true, ..Options::default() };
        Self { router: router_of(&town.app(options), surface), shown }
    }

    async fn ask(&self, row: &Row, shown: Shown, text: &str) -> Response {
        let request = Request::builder().method(row.method.clone()).uri(row.place()).header("host", HOSTNAME);
        let request = match shown {
            Shown::Token(_) | Shown::OfMcp(_) | Shown::Expired | Shown::Withdrawn => {
                request.header("authorization", format!("Bearer {text}"))
            }
            Shown::Session | Shown::CrossSite | Shown::Bare | Shown::Ended => {
                request.header("cookie", format!("__Host-session={text}"))
            }
        };
        let request = match shown {
            Shown::Session => request.header("sec-fetch-site", "same-origin").header("origin", ISSUER),
            Shown::CrossSite => request.header("sec-fetch-site", "cross-site"),
            _ => request,
        };
        let request = request.header("content-type", "application/json").body(Body::from("[]"));
        send(&self.router, request.unwrap()).await
    }
}

/// What is answered: the rule of the whole table.
fn expected(row: &Row, shown: Shown) -> Answered {
    let is_open = oauth_rows(Surface::Everything).iter().any(|open| open.path == row.path);
    let is_of_api = row.path.starts_with("/api/");
    let is_of_mcp = row.path == "/mcp" || row.path.starts_with("/mcp/");
    if shown == Shown::CrossSite && !row.method.is_safe() && !is_open {
        return Answered::Forbidden;
    }
    let granted = match shown {
        Shown::Token(capability) => Some(capability),
        Shown::OfMcp(capability) => Some(capability).filter(|_| is_of_mcp),
        Shown::Session | Shown::Bare => Some(Capability::Admin).filter(|_| is_of_api),
        Shown::Expired | Shown::Withdrawn | Shown::CrossSite | Shown::Ended => None,
    };
    let is_program = matches!(shown, Shown::Token(_) | Shown::OfMcp(_));
    match (row.needed.capability(), granted) {
        (None, _) => Answered::Served,
        (Some(_), None) => Answered::Unauthorized,
        (Some(needed), Some(granted)) if granted < needed => Answered::Forbidden,
        (Some(_), Some(_)) if is_program && matches!(row.needed, Needed::Lasting(_)) => Answered::Forbidden,
        (Some(_), Some(_)) => Answered::Served,
    }
}

#[tokio::test]
async fn every_route_answers_every_token_and_every_session_as_the_table_says() {
    for surface in SURFACES {
        let ring = Ring::of(surface).await;
        let mut wrong = Vec::new();
        for row in rows(surface).into_iter().chain(oauth_rows(surface)).chain(people_rows(surface)) {
            for (shown, text) in &ring.shown {
                let response = ring.ask(&row, *shown, text).await;
                let (status, expected) = (response.status(), expected(&row, *shown));
                let challenge =
                    response.headers().get("www-authenticate").map(|value| value.to_str().unwrap());
                let is_refused = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN);
                let is_told = is_refused && *shown != Shown::CrossSite || status == StatusCode::UNAUTHORIZED;
                assert_eq!(challenge.is_some(), is_told, "{row:?} {shown:?}: {challenge:?}");
                assert!(
                    challenge.is_none_or(|told| told.contains("resource_metadata=\"https://memory.example/"))
                );
                if answered(response).await != Some(expected) {
                    wrong.push(format!("{} {} {shown:?}: {status}, not {expected:?}", row.method, row.path));
                }
            }
        }
        assert!(wrong.is_empty(), "{surface:?}:\n{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn every_page_has_a_row_and_every_row_a_page() {
    for surface in SURFACES {
        let ring = Ring::of(surface).await;
        let all = rows(surface).into_iter().chain(oauth_rows(surface)).chain(people_rows(surface));
        let listed: BTreeSet<String> = all.map(|row| row.path.to_owned()).collect();
        assert_eq!(listed, paths(&ring.router), "{surface:?}");
        let pages = people_rows(surface);
        for row in &pages {
            for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
                if pages.iter().any(|known| known.path == row.path && known.method == method) {
                    continue;
                }
                let other = Row { method, ..row.clone() };
                let answer = ring.ask(&other, Shown::Ended, "x").await;
                assert_eq!(
                    answer.status(),
                    StatusCode::METHOD_NOT_ALLOWED,
                    "{} {}",
                    other.method,
                    other.path
                );
            }
        }
    }
}

#[tokio::test]
async fn what_was_allowed_in_a_shared_space_reaches_nothing_of_the_whole_server() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let user = town.owner_user(&browser).await;
    let spaces = town.people();
    let owner = auth::spaces::Actor::User(user.id.clone());
    let space = spaces.spaces().create(&owner, model::SpaceName::new("Team").unwrap()).await.unwrap();
    let program = town.program("Claude", CALLBACK).await;
    let program = Program { scope: "admin".to_owned(), ..program };
    let code = browser.allow(&program, &Space::Named(space.id.clone())).await;
    let token = town.tokens(&program, &code).await.unwrap()["access_token"].as_str().unwrap().to_owned();
    for row in rows(Surface::Everything).into_iter().filter(|row| matches!(row.needed, Needed::Server(_))) {
        if row.path != "/metrics" {
            town.bearer(&token).get(&row.place()).await.of(403);
        }
    }
    town.bearer(&token).get("/api/tags").await.of(200);
}

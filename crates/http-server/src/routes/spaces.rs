//! `GET /api/spaces`: whose memories whoever asks can deal with.

use auth::{Method, Principal};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use model::{Capability, Space};
use serde::Serialize;
use utoipa::ToSchema;

use crate::App;
use crate::access::Read;
use crate::error::Failure;

/// The spaces of whoever asks.
#[derive(Serialize, ToSchema)]
pub(crate) struct Spaces {
    /// The private one of a user first, then shared ones, oldest first. A key or a token has one.
    spaces: Vec<Listed>,
}

/// A space, as whoever asks has it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Listed {
    /// What `X-Memory-Space` calls it: `default`, or an id.
    id: String,
    /// What its members call it; none is a private space, or the one space of a key or a token.
    name: Option<String>,
    /// What may be done there: `read`, `add`, `write` or `admin`.
    scope: &'static str,
    /// Whether this request is for it.
    is_current: bool,
}

impl Listed {
    fn of(space: &Space, name: Option<String>, capability: Capability, principal: &Principal) -> Self {
        let is_current = *space == principal.space;
        Self { id: space.to_string(), name, scope: capability.name(), is_current }
    }
}

/// List the spaces that the credential opens
///
/// A session in a browser opens each of them with the header `X-Memory-Space`. A key or a token opens one, and is refused where
/// another one is meant.
#[utoipa::path(
    get,
    path = "/api/spaces",
    tag = "spaces",
    security(("key" = ["read"])),
    responses((status = OK, body = Spaces))
)]
pub(crate) async fn list(State(app): State<App>, read: Read) -> Result<Json<Spaces>, Failure> {
    let principal = &read.0.principal;
    let spaces = match (&principal.method, app.authenticator().people()) {
        (Method::Session(_, user), Some(people)) => {
            let held = people.spaces_of(user).await.map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "spaces could not be read");
                let detail = "the spaces cannot be read now: try again";
                Failure::new(StatusCode::SERVICE_UNAVAILABLE, detail)
            })?;
            let listed = held.into_iter().map(|held| {
                let name = held.name.map(|name| name.as_str().to_owned());
                Listed::of(&held.space, name, held.role.capability(), principal)
            });
            listed.collect()
        }
        _ => vec![Listed::of(&principal.space, None, principal.capability, principal)],
    };
    Ok(Json(Spaces { spaces }))
}

#[cfg(test)]
mod tests {
    use auth::spaces::Actor;
    use auth::{Presented, Refusal};
    use axum::body::Body;
    use axum::http::Request;
    use engine::Capability;
    use model::{Role, SpaceName};
    use serde_json::{Value, json};

    use crate::Options;
    use crate::fixture::{Client, Door, other_space};
    use crate::web::tests::town::{HOSTNAME, Town};

    const HEADER: &str = "x-memory-space";

    /// The owner's browser, and two shared spaces: one where the owner reads, one of others.
    struct Scene {
        town: Town,
        session: String,
        owner: Client,
        team: String,
        foreign: String,
    }

    async fn scene() -> Scene {
        let town = Town::default();
        let browser = town.owner().await;
        let user = town.owner_user(&browser).await;
        let people = town.people();
        let make = async |name: &str| {
            people.spaces().create(&Actor::Installation, SpaceName::new(name).unwrap()).await.unwrap().id
        };
        let (team, foreign) = (make("team").await, make("foreign").await);
        people.spaces().set_member(&Actor::Installation, &team, user.id.clone(), Role::Reader).await.unwrap();
        let session = browser.session().unwrap().to_owned();
        let cookie = format!("__Host-session={session}");
        let client = Client::of(town.server()).header("host", HOSTNAME).header("cookie", &cookie);
        let owner = client.header("sec-fetch-site", "same-origin");
        Scene { town, session, owner, team: team.to_string(), foreign: foreign.to_string() }
    }

    fn listed(id: &str, name: Option<&str>, scope: &str, is_current: bool) -> Value {
        json!({"id": id, "name": name, "scope": scope, "is_current": is_current})
    }

    #[tokio::test]
    async fn a_session_opens_each_space_of_its_user_as_far_as_the_role_goes() {
        let Scene { town: _town, owner, team, .. } = scene().await;
        owner.post("/api/memories", json!({"content": "of my own"})).await.of(200);
        let found = owner.get("/api/spaces").await.of(200);
        let expected = [listed("default", None, "admin", true), listed(&team, Some("team"), "read", false)];
        assert_eq!(found["spaces"], json!(expected));

        let there = owner.clone().header(HEADER, &team);
        let found = there.get("/api/spaces").await.of(200);
        let expected = [listed("default", None, "admin", false), listed(&team, Some("team"), "read", true)];
        assert_eq!(found["spaces"], json!(expected));
        assert_eq!(there.get("/api/memories").await.of(200)["total"], 0, "its own memories");
        there.post("/api/memories", json!({"content": "x"})).await.of(403);
        // What concerns everybody is reached from the installation's own space.
        owner.get("/api/server/status").await.of(200);
        there.get("/api/server/status").await.of(403);
        assert_eq!(owner.header(HEADER, "default").get("/api/memories").await.of(200)["total"], 1);
    }

    #[tokio::test]
    async fn a_space_of_others_and_one_that_is_not_there_are_the_same() {
        let Scene { town: _town, owner, team, foreign, .. } = scene().await;
        let mut answers = Vec::new();
        for space in [foreign.as_str(), "aaaaaaaaaaaaaaaa", "../default", "", "Default"] {
            let answer = owner.clone().header(HEADER, space).get("/api/memories").await;
            answers.push((answer.of(403), answer.headers.len()));
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        let twice = Request::get("/api/memories").header(HEADER, &team).header(HEADER, &team);
        owner.request(twice.body(Body::empty()).unwrap()).await.of(403);
    }

    #[tokio::test]
    async fn a_key_opens_one_space_and_is_refused_where_another_one_is_meant() {
        let door = Door::open().await;
        let (owner, guest) = (door.owner(), door.guest(Capability::Read));
        let own = other_space().to_string();
        let found = guest.get("/api/spaces").await.of(200);
        assert_eq!(found["spaces"], json!([listed(&own, None, "read", true)]));
        guest.clone().header(HEADER, &own).get("/api/memories").await.of(200);
        guest.header(HEADER, "default").get("/api/memories").await.of(403);
        owner.clone().header(HEADER, "default").get("/api/memories").await.of(200);
        owner.header(HEADER, &own).post("/api/memories", json!({"content": "x"})).await.of(403);
        assert_eq!(door.owner().get("/api/memories").await.of(200)["total"], 0);
    }

    #[tokio::test]
    async fn who_is_no_member_any_more_is_refused_at_the_next_request() {
        let Scene { town, session, owner, team, .. } = scene().await;
        let there = owner.clone().header(HEADER, &team);
        there.get("/api/memories").await.of(200);
        let app = town.app(Options::default());
        let shown = Presented {
            session: Some(session.as_bytes()),
            space: Some(team.as_bytes()),
            path: "/api/memories",
            ..Presented::default()
        };
        let principal = app.authenticator().authenticate(shown).await.unwrap();
        app.authenticator().confirm(&principal).await.unwrap();
        let people = town.people();
        let all = people.spaces().all().await.unwrap();
        let space = all.iter().find(|space| space.id.as_str() == team).unwrap();
        let members = people.spaces().members(&Actor::Installation, &space.id).await.unwrap();
        people.spaces().remove_member(&Actor::Installation, &space.id, &members[0].user).await.unwrap();
        there.get("/api/memories").await.of(403);
        owner.get("/api/memories").await.of(200);
        let ended = app.authenticator().confirm(&principal).await;
        assert!(matches!(ended, Err(Refusal::Invalid)), "streams that are open end: {ended:?}");
    }
}

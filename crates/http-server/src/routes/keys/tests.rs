use engine::Capability;
use serde_json::{Value, json};

use crate::fixture::{Client, Door, other_space};
use crate::web::tests::town::{CALLBACK, HOSTNAME, PASSWORD, Program, Town};

const PATH: &str = "/api/keys";

fn names(answer: &Value) -> Vec<String> {
    let keys = answer["keys"].as_array().unwrap().iter();
    keys.map(|key| key["name"].as_str().unwrap().to_owned()).collect()
}

async fn make(client: &Client, body: Value) -> Value {
    client.post(PATH, body).await.of(200)
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_what_it_says() {
    let door = Door::open().await;
    let made =
        make(&door.owner(), json!({"name": "agent", "scope": "add", "expires_at": "2999-01-01"})).await;
    let key = made["key"].as_str().unwrap();
    assert_eq!(
        (&made["scope"], &made["space"], &made["state"]),
        (&json!("add"), &json!("default"), &json!("active"))
    );
    let agent = door.stranger().header("x-api-key", key);
    agent.post("/api/memories", json!({"content": "kept by the agent"})).await.of(200);
    agent.get(PATH).await.of(403);
    let listed = door.owner().get(PATH).await;
    assert!(!listed.text().contains(&key[4..12]), "{}", listed.text());
    let listed = listed.of(200);
    let kept = listed["keys"].as_array().unwrap().iter().find(|kept| kept["id"] == made["id"]).unwrap();
    assert!(kept["last_used_at"].is_string() && kept["expires_at"].is_string(), "{kept}");
    let revoked = door.owner().delete(&format!("{PATH}/{}", made["id"].as_str().unwrap())).await.of(200);
    assert_eq!(revoked["state"], "revoked");
    agent.get("/api/memories").await.of(401);
}

#[tokio::test]
async fn who_administers_a_space_deals_with_its_keys_and_knows_of_no_other() {
    let door = Door::open().await;
    let (owner, guest) = (door.owner(), door.guest(Capability::Admin));
    let space = other_space().to_string();
    let own = make(&guest, json!({"name": "of the guests", "space": space})).await;
    assert_eq!((&own["space"], &own["scope"]), (&json!(space), &json!("write")));
    let listed = names(&guest.get(PATH).await.of(200));
    let of_guests = Capability::ALL.map(|capability| format!("{} guest", capability.name()));
    assert_eq!(listed, [&of_guests[..], &["of the guests".to_owned()]].concat());
    assert_eq!(names(&owner.get(PATH).await.of(200)).len(), 9);
    // A name of another space is free.
    make(&guest, json!({"name": "admin key"})).await;
    // The default space, one that is not there, and what is no space at all are the same to them.
    let unknown = model::SpaceId::from_bytes([9; 10]).to_string();
    let mut refusals = Vec::new();
    for space in ["default", &unknown, "no space"] {
        refusals.push(guest.post(PATH, json!({"name": "x", "space": space})).await.of(404));
    }
    assert!(refusals.iter().all(|refused| *refused == refusals[0]), "{refusals:?}");
    owner.post(PATH, json!({"name": "x", "space": unknown})).await.of(404);
    // A key of another space and one that is not there are the same, too.
    let keys = owner.get(PATH).await.of(200);
    let of_owner = keys["keys"].as_array().unwrap().iter().find(|key| key["space"] == "default").unwrap();
    let path = format!("{PATH}/{}", of_owner["id"].as_str().unwrap());
    let refused = guest.delete(&path).await.of(404);
    assert_eq!(refused, guest.delete(&format!("{PATH}/0123456789abcdef")).await.of(404));
    assert_eq!(owner.get(PATH).await.of(200), keys, "nothing was changed");
    let path = format!("{PATH}/{}", own["id"].as_str().unwrap());
    assert_eq!(guest.delete(&path).await.of(200)["state"], "revoked");
    // The owner reaches all of them.
    let of_guest = make(&owner, json!({"name": "by the owner", "space": space})).await;
    assert!(names(&guest.get(PATH).await.of(200)).contains(&"by the owner".to_owned()));
    owner.delete(&format!("{PATH}/{}", of_guest["id"].as_str().unwrap())).await.of(200);
}

#[tokio::test]
async fn what_is_no_key_is_refused_and_nothing_is_made() {
    let door = Door::open().await;
    let owner = door.owner();
    let before = owner.get(PATH).await.of(200);
    for (body, status) in [
        (json!({}), 422),
        (json!({"name": ""}), 422),
        (json!({"name": "x", "scope": "everything"}), 422),
        (json!({"name": "x", "expires_at": "soon"}), 422),
        (json!({"name": "x", "expires_at": "2001-01-01"}), 422),
        (json!({"name": "admin key"}), 409),
    ] {
        owner.post(PATH, body).await.of(status);
    }
    assert_eq!(owner.get(PATH).await.of(200), before);
}

#[tokio::test]
async fn nobody_without_a_credential_makes_a_key_even_where_everybody_may_do_everything() {
    let door = Door::anonymous(Capability::Admin).await;
    let stranger = door.stranger();
    stranger.get("/api/memories").await.of(200);
    stranger.post(PATH, json!({"name": "mine"})).await.of(401);
    stranger.get(PATH).await.of(401);
    stranger.delete(&format!("{PATH}/0123456789abcdef")).await.of(401);
}

#[tokio::test]
async fn a_key_is_no_answer_that_is_kept() {
    let door = Door::open().await;
    let owner = door.owner().header("idempotency-key", "again");
    make(&owner, json!({"name": "once"})).await;
    owner.post(PATH, json!({"name": "once"})).await.of(409);
}

#[tokio::test]
async fn o16_a_browser_shows_the_password_before_it_makes_a_key_and_a_program_makes_none() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let cookie = format!("__Host-session={}", browser.session().unwrap());
    let page = Client::of(town.server()).header("host", HOSTNAME).header("cookie", &cookie);
    let page = page.header("sec-fetch-site", "same-origin");
    let told = page.post(PATH, json!({"name": "agent"})).await.of(422);
    assert_eq!(told["detail"][0]["loc"], json!(["body", "password"]), "{told}");
    page.post(PATH, json!({"name": "agent", "password": "wrong"})).await.of(403);
    assert_eq!(page.get(PATH).await.of(200)["keys"], json!([]), "nothing was made");
    let made = make(&page, json!({"name": "agent", "password": PASSWORD})).await;
    assert_eq!((&made["space"], &made["name"]), (&json!("default"), &json!("agent")));
    let names = town.log.names();
    assert!(names.contains(&"key.create.refused".to_owned()), "{names:?}");

    // A key would outlive what the user takes back.
    let program = Program { scope: "admin".to_owned(), ..town.program("Claude", CALLBACK).await };
    let token = town.token(&mut browser, &program).await;
    town.bearer(&token).get(PATH).await.of(200);
    town.bearer(&token).post(PATH, json!({"name": "stays", "password": PASSWORD})).await.of(403);
    // Wrong passwords are counted as they are at signing in.
    let mut last = 0;
    for _ in 0..8 {
        last = page.post(PATH, json!({"name": "x", "password": "wrong"})).await.status.as_u16();
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn a_user_makes_keys_of_the_own_private_space_and_they_end_with_the_user() {
    let town = Town::default();
    town.owner().await;
    let command_line = auth::spaces::Actor::Installation;
    let people = town.people();
    let ben = people.accounts().add(&command_line, "ben", PASSWORD.as_bytes()).await.unwrap();
    let mut browser = town.browser();
    browser.sign_in("ben", PASSWORD).await.goes_to("account");
    let cookie = format!("__Host-session={}", browser.session().unwrap());
    let page = Client::of(town.server()).header("host", HOSTNAME).header("cookie", &cookie);
    let page = page.header("sec-fetch-site", "same-origin");
    let made = make(&page, json!({"name": "agent", "scope": "add", "password": PASSWORD})).await;
    assert_eq!(made["space"], ben.space.to_string());
    let agent =
        Client::of(town.server()).header("host", HOSTNAME).header("x-api-key", made["key"].as_str().unwrap());
    agent.post("/api/memories", json!({"content": "kept by the agent of ben"})).await.of(200);
    assert_eq!(page.get("/api/memories").await.of(200)["total"], 1);
    people.accounts().disable(&command_line, &ben.id).await.unwrap();
    agent.get("/api/memories").await.of(401);
}

//! Tests of `POST /api/memories`.

use engine::Capability;
use mcp::Defaults;
use serde_json::{Value, json};

use crate::Options;
use crate::fixture::Door;

const PATH: &str = "/api/memories";

async fn stored(door: &Door, body: Value) -> Value {
    door.writer().post(PATH, body).await.of(200)
}

#[tokio::test]
async fn a_text_is_kept_as_it_is_and_answered_whole() {
    let door = Door::open().await;
    let new = json!({
        "content": "  The staging database listens on port 5433\n", "tags": ["infra", "db"], "memory_type": "decision",
        "metadata": {"source": "chat", "n": 1}, "conversation_id": "c-1", "unknown": {"ignored": true}
    });
    let answer = stored(&door, new).await;
    assert_eq!((&answer["success"], answer["message"].is_string()), (&json!(true), true));
    let memory = &answer["memory"];
    assert_eq!(memory["content"], "  The staging database listens on port 5433\n");
    assert_eq!(memory["content_hash"], answer["content_hash"]);
    assert_eq!((&memory["tags"], &memory["memory_type"]), (&json!(["infra", "db"]), &json!("decision")));
    assert_eq!(memory["metadata"], json!({"source": "chat", "n": 1, "conversation_id": "c-1"}));
    assert_eq!(
        (&memory["created_at"], &memory["created_at_iso"]),
        (&json!(1_773_243_000.0), &json!("2026-03-11T15:30:00Z"))
    );
}

#[tokio::test]
async fn a_text_that_is_there_is_no_failure_and_no_success() {
    let door = Door::open().await;
    stored(&door, json!({"content": "port 5433"})).await;
    let again = stored(&door, json!({"content": "port 5433"})).await;
    let expected = json!({
        "success": false, "message": "Duplicate content detected (exact match)", "content_hash": null, "memory": null
    });
    assert_eq!(again, expected);
    let elsewhere = stored(&door, json!({"content": "port 5433", "store": "docs"})).await;
    assert_eq!(
        elsewhere["message"],
        "Duplicate content detected (exact match); already exists in store 'default'"
    );
}

#[tokio::test]
async fn the_author_becomes_a_tag_once() {
    let door = Door::open().await;
    let agent = door.writer().header("x-agent-id", "researcher");
    let kept = agent.post(PATH, json!({"content": "one", "tags": ["api", "rate-limit"]})).await.of(200);
    assert_eq!(kept["memory"]["tags"], json!(["api", "rate-limit", "agent:researcher"]));
    let kept = agent.post(PATH, json!({"content": "two", "tags": ["agent:researcher"]})).await.of(200);
    assert_eq!(kept["memory"]["tags"], json!(["agent:researcher"]));
    let kept = stored(&door, json!({"content": "three", "tags": ["api"]})).await;
    assert_eq!(kept["memory"]["tags"], json!(["api"]));
}

#[tokio::test]
async fn machines_are_kept_where_that_is_wanted() {
    let defaults = Defaults { client_hostname: Some("server".to_owned()), ..Defaults::default() };
    let door = Door::with(Options { defaults, ..Options::default() }).await;
    for (body, header, hostname) in [
        (json!({"content": "one", "client_hostname": "laptop"}), Some("other"), "laptop"),
        (json!({"content": "two"}), Some("other"), "other"),
        (json!({"content": "three"}), None, "server"),
    ] {
        let client = header.map_or(door.writer(), |name| door.writer().header("x-client-hostname", name));
        let memory = &client.post(PATH, body).await.of(200)["memory"];
        assert_eq!(memory["metadata"]["hostname"], hostname);
        assert_eq!(memory["tags"], json!([format!("source:{hostname}")]));
    }
    let plain = Door::open().await;
    let client = plain.writer().header("x-client-hostname", "other");
    let memory = &client.post(PATH, json!({"content": "one"})).await.of(200)["memory"];
    assert_eq!((&memory["tags"], memory["metadata"].get("hostname")), (&json!(["untagged"]), None));
}

#[tokio::test]
async fn tags_and_type_may_stand_in_the_free_fields() {
    let door = Door::open().await;
    let new =
        json!({"content": "one", "tags": ["a"], "metadata": {"tags": "b, c", "type": "decision", "x": 1}});
    let memory = &stored(&door, new).await["memory"];
    assert_eq!((&memory["tags"], &memory["memory_type"]), (&json!(["a", "b", "c"]), &json!("decision")));
    assert_eq!(memory["metadata"], json!({"x": 1}));
}

#[tokio::test]
async fn a_kind_that_is_not_known_is_kept_with_a_warning() {
    let door = Door::open().await;
    let answer = stored(&door, json!({"content": "one", "memory_type": "session-summary"})).await;
    assert!(answer["message"].as_str().unwrap().contains("MCP_CUSTOM_MEMORY_TYPES"), "{answer}");
    assert_eq!(answer["memory"]["memory_type"], "session-summary");
    let answer = stored(&door, json!({"content": "two", "memory_type": null})).await;
    assert_eq!(answer["success"], true);
}

#[tokio::test]
async fn what_cannot_be_kept_is_refused() {
    let door = Door::open().await;
    for body in [
        json!({}),
        json!({"content": null}),
        json!({"content": ""}),
        json!({"content": " \n\t "}),
        json!({"content": 5}),
        json!({"content": "x", "tags": "a,b"}),
        json!({"content": "x", "metadata": []}),
        json!([]),
        json!("x"),
        json!(null),
    ] {
        let refused = door.writer().post(PATH, body.clone()).await.of(422);
        assert_eq!(refused["detail"][0]["loc"][0], "body", "{body}");
    }
    door.writer().post(PATH, json!({"content": "x", "store": "all"})).await.of(400);
    door.reader().post(PATH, json!({"content": "x"})).await.of(403);
    door.stranger().post(PATH, json!({"content": "x"})).await.of(401);
    assert_eq!(door.reader().get("/api/memories?store=all").await.of(200)["total"], 0);
}

#[tokio::test]
async fn who_may_only_add_stores_and_changes_and_deletes_nothing() {
    let door = Door::open().await;
    let agent = door.stranger().header("x-api-key", door.key(Capability::Add));
    let stored = agent.post(PATH, json!({"content": "an agent's find", "tags": ["found"]})).await.of(200);
    let turns = json!({"turns": [{"role": "user", "content": "which port?"}]});
    assert_eq!(agent.post("/api/sessions", turns).await.of(200)["success"], true);
    let one = format!("{PATH}/{}", stored["content_hash"].as_str().unwrap());
    assert_eq!(agent.get(&one).await.of(200)["tags"], json!(["found"]));
    // The same again changes nothing of what is there.
    let again = agent.post(PATH, json!({"content": "an agent's find", "tags": ["other"]})).await.of(200);
    assert_eq!(again["success"], false);
    let before = door.reader().get(PATH).await.of(200);
    for refused in [
        agent.put(&one, json!({"tags": ["changed"]})).await,
        agent.delete(&one).await,
        agent.post("/api/manage/bulk-delete", json!({"tag": "found"})).await,
        agent.poke("/api/manage/cleanup-duplicates").await,
        agent.put("/api/manage/tags/found?new_tag=taken", json!(null)).await,
    ] {
        assert_eq!(refused.of(403)["detail"]["error"], "insufficient_scope");
    }
    assert_eq!(door.reader().get(PATH).await.of(200), before);
    // A client that signs in knows no such scope: it is told to ask for the next one.
    let refused = door.reader().post(PATH, json!({"content": "x"})).await;
    let challenge = refused.headers["www-authenticate"].to_str().unwrap().to_owned();
    assert!(challenge.contains(r#"scope="write""#), "{challenge}");
}

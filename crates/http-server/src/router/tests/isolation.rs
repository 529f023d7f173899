//! Nothing of one space is to be seen, changed or counted from another one.
//!
//! Two doors: before one of them somebody (A) keeps memories in the default space, before the other nobody does. In both, somebody
//! with all rights in another space (B) calls every route, every tool, every resource with the same arguments, those among them
//! that name what A has. What B is answered must be the same, letter for letter, but for what differs from run to run anyway: a
//! count, a tag, an id, a suggestion of A's would make a difference. And what B does changes nothing of A's.
//!
//! What is called is made of the table of routes and of the registry of tools; a route that is called with something in its body
//! needs a row in [`BODIES`], or the build fails.

use axum::body::Body;
use axum::http::{Method, Request};
use engine::Capability;
use model::Space;
use ports::KeyStore;
use serde_json::{Value, json};

use super::table::{Row, rows};
use crate::fixture::{Client, Door};
use crate::{Options, Surface};

/// A word that A alone writes.
const WORD: &str = "porcupine";

/// Bodies of the routes that take one. `$hash` is the key of a memory of A's.
const BODIES: [(&str, &str); 16] = [
    ("/api/events/ticket", ""),
    ("/api/keys", r#"{"name": "of b"}"#),
    ("/api/manage/tags/{old_tag}", ""),
    ("/api/manage/bulk-delete", r#"{"tag": "porcupine-tag"}"#),
    ("/api/manage/cleanup-duplicates", ""),
    ("/api/manage/delete-untagged", ""),
    ("/api/manage/system/{operation}", ""),
    ("/api/memories", r#"{"content": "a porcupine lives under the shed", "tags": ["own"]}"#),
    ("/api/memories/search", r#"{"query": "porcupine"}"#),
    ("/api/memories/{content_hash}", r#"{"tags": ["taken"]}"#),
    ("/api/clear-caches", ""),
    ("/api/search", r#"{"query": "where does the porcupine live", "n_results": 50}"#),
    ("/api/search/by-tag", r#"{"tags": ["porcupine-tag"]}"#),
    ("/api/search/by-time", r#"{"query": "today"}"#),
    ("/api/sessions", r#"{"session_id": "s", "turns": [{"role": "user", "content": "a porcupine"}]}"#),
    ("/mcp", r#"{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}"#),
];

/// What differs from run to run.
const VOLATILE: [&str; 9] = [
    "processing_time_ms",
    "uptime_seconds",
    "uptime_formatted",
    "ticket",
    "expires_at",
    "latency_ms",
    "execution_time_ms",
    "elapsed_ms",
    "duration_ms",
];

/// A door before which A has memories (or nobody has), B, and what A has.
struct Scene {
    door: Door,
    b: Client,
    /// The key of one of A's memories, also where there are none.
    hash: String,
    /// The id of one of A's API keys.
    key: String,
}

impl Scene {
    async fn of(is_inhabited: bool) -> Self {
        let options =
            Options { failures_per_minute: 0, requests_per_minute: 0, metrics: true, ..Options::default() };
        let door = Door::with(options).await;
        let a = door.owner();
        let text = "the porcupine lives under the shed";
        if is_inhabited {
            for (content, tags) in [
                (text, json!(["porcupine-tag", "project:porcupine"])),
                ("the porcupine lives under the shed.", json!(["porcupine-tag"])),
                ("a porcupine without a tag", json!([])),
            ] {
                let new = json!({"content": content, "tags": tags, "memory_type": "decision"});
                a.post("/api/memories", new).await.of(200);
            }
            a.post("/api/sessions", json!({"session_id": "a", "turns": [{"role": "user", "content": WORD}]}))
                .await;
            a.post("/api/search", json!({"query": WORD})).await.of(200);
            a.delete(&format!("/api/memories/{}", hash_of("a porcupine without a tag"))).await.of(200);
        }
        let b = door.guest(Capability::Admin);
        b.post("/api/memories", json!({"content": "an own memory", "tags": ["own"]})).await.of(200);
        let keys = door.keys.list().await.unwrap().into_iter();
        let key = keys.map(|key| (key.space, key.id)).find(|(space, _)| *space == Space::Default).unwrap();
        Self { door, b, hash: hash_of(text), key: key.1.to_string() }
    }

    /// Everything that A has, as A sees it.
    async fn of_a(&self) -> Value {
        let a = self.door.owner();
        let all = a.get("/api/memories?page_size=100&store=all").await.of(200);
        let mut keys = self.door.keys.list().await.unwrap();
        keys.retain(|key| key.space == Space::Default);
        let keys: Vec<String> = keys.iter().map(|key| format!("{} {:?}", key.id, key.revoked_at)).collect();
        json!([all, a.get("/api/tags").await.of(200), a.get("/api/types").await.of(200), keys])
    }

    /// What B is answered at a route.
    async fn route(&self, row: &Row) -> String {
        let path = row.path.replace("{content_hash}", &self.hash).replace("{operation}", "rebuild_index");
        let path = path.replace("{old_tag}", "porcupine-tag").replace("{id}", &self.key);
        let query = match row.path {
            "/api/manage/tags/{old_tag}" => "?new_tag=taken&confirm_count=2",
            "/api/manage/delete-untagged" => "?confirm_count=0",
            "/api/memories" => "?page_size=100&store=all",
            "/api/tags" | "/api/memories/hashes" => "?store=all",
            _ => "",
        };
        let mut request = Request::builder().method(row.method.clone()).uri(format!("{path}{query}"));
        let body = match row.method {
            Method::GET | Method::DELETE => "",
            _ => {
                let found = BODIES.iter().find(|(path, _)| *path == row.path.trim_end_matches('/'));
                found.unwrap_or_else(|| panic!("{} {} needs a row in BODIES", row.method, row.path)).1
            }
        };
        if row.path.starts_with("/mcp") {
            request = request.header("accept", "application/json, text/event-stream");
        }
        let request = request.header("content-type", "application/json").body(Body::from(body)).unwrap();
        let reply = self.b.request(request).await;
        format!("{} {}", reply.status, settled(&reply.text()))
    }

    /// What B is answered to a call of MCP.
    async fn call(&self, method: &str, params: Value) -> String {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let client = self.b.clone().header("accept", "application/json, text/event-stream");
        let reply = client.header("mcp-protocol-version", "2025-06-18").post("/mcp", body).await;
        assert_eq!(reply.status, 200, "{method}: {}", reply.text());
        let text = reply.text();
        let data =
            text.lines().find_map(|line| line.strip_prefix("data: ").filter(|data| data.starts_with('{')));
        settled(data.unwrap_or(&text))
    }
}

fn hash_of(text: &str) -> String {
    model::ContentHash::of(&model::Content::parse(text).unwrap()).to_string()
}

/// An answer without what differs from run to run.
fn settled(text: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
    settle(&mut value);
    value.to_string()
}

fn settle(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for name in VOLATILE {
                fields.remove(name);
            }
            fields.values_mut().for_each(settle);
        }
        Value::Array(items) => items.iter_mut().for_each(settle),
        // Answers of tools hold JSON as a text, too.
        Value::String(text) if text.starts_with('{') => *text = settled(text),
        _ => {}
    }
}

/// Calls the same in both worlds; what is answered must be the same.
async fn compare(name: &str, call: impl AsyncFn(&Scene) -> String) {
    let (inhabited, empty) = (Scene::of(true).await, Scene::of(false).await);
    let before = inhabited.of_a().await;
    assert_eq!(call(&inhabited).await, call(&empty).await, "{name} tells of another space");
    assert_eq!(inhabited.of_a().await, before, "{name} changes another space");
}

#[tokio::test]
async fn no_route_tells_of_another_space_or_changes_it() {
    // Streams have no end; they have a test of their own.
    for row in rows(Surface::Everything).into_iter().filter(|row| !row.is_stream()) {
        compare(&format!("{} {}", row.method, row.path), async |scene| scene.route(&row).await).await;
    }
}

#[tokio::test]
async fn no_tool_tells_of_another_space_or_changes_it() {
    for tool in mcp::tools::all() {
        let example = tool.example();
        compare(tool.name, async |scene| {
            let mut answers = Vec::new();
            for arguments in variants(&example, &scene.hash) {
                let params = json!({"name": tool.name, "arguments": arguments});
                answers.push(scene.call("tools/call", params).await);
            }
            answers.join("\n")
        })
        .await;
    }
}

/// The arguments of a call that works, and the same with each text in them replaced by something that A has.
fn variants(example: &serde_json::Map<String, Value>, hash: &str) -> Vec<Value> {
    let mut all = vec![Value::Object(example.clone())];
    for thing in [hash, WORD, "porcupine-tag", "the porcupine lives under the shed"] {
        let mut changed = Value::Object(example.clone());
        replace(&mut changed, thing);
        all.push(changed);
    }
    all
}

fn replace(value: &mut Value, thing: &str) {
    match value {
        Value::String(text) => thing.clone_into(text),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, thing)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, thing)),
        _ => {}
    }
}

#[tokio::test]
async fn no_resource_prompt_or_suggestion_tells_of_another_space() {
    let lists = ["resources/list", "resources/templates/list", "prompts/list", "tools/list"];
    for method in lists {
        compare(method, async |scene| scene.call(method, json!({})).await).await;
    }
    // What is listed is what is read.
    let scene = Scene::of(false).await;
    let listed = |text: String, list: &str, field: &str| -> Vec<Value> {
        let answer: Value = serde_json::from_str(&text).unwrap();
        let items = answer["result"][list].as_array().unwrap_or_else(|| panic!("{text}")).clone();
        items.into_iter().filter(|item| item[field].is_string()).collect()
    };
    let resources = listed(scene.call("resources/list", json!({})).await, "resources", "uri");
    let templates =
        listed(scene.call("resources/templates/list", json!({})).await, "resourceTemplates", "uriTemplate");
    let prompts = listed(scene.call("prompts/list", json!({})).await, "prompts", "name");
    assert!(!resources.is_empty() && !templates.is_empty() && !prompts.is_empty());
    for resource in &resources {
        compare(&resource.to_string(), async |scene| {
            scene.call("resources/read", json!({"uri": resource["uri"]})).await
        })
        .await;
    }
    for template in &templates {
        let pattern = template["uriTemplate"].as_str().unwrap();
        let (before, rest) = pattern.split_once('{').unwrap();
        let (name, after) = rest.split_once('}').unwrap();
        compare(pattern, async |scene| {
            let mut answers = Vec::new();
            for thing in [scene.hash.as_str(), &scene.hash[..8], WORD, "porcupine-tag"] {
                answers.push(
                    scene.call("resources/read", json!({"uri": format!("{before}{thing}{after}")})).await,
                );
            }
            for typed in ["", "p", "porcupine", &scene.hash[..4]] {
                let reference = json!({"type": "ref/resource", "uri": pattern});
                let params = json!({"ref": reference, "argument": {"name": name, "value": typed}});
                answers.push(scene.call("completion/complete", params).await);
            }
            answers.join("\n")
        })
        .await;
    }
    for prompt in &prompts {
        compare(&prompt.to_string(), async |scene| {
            let arguments: serde_json::Map<String, Value> = prompt["arguments"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|argument| (argument["name"].as_str().unwrap().to_owned(), json!(WORD)))
                .collect();
            let mut answers = vec![
                scene.call("prompts/get", json!({"name": prompt["name"], "arguments": arguments})).await,
            ];
            for name in arguments.keys() {
                let reference = json!({"type": "ref/prompt", "name": prompt["name"]});
                let params = json!({"ref": reference, "argument": {"name": name, "value": "p"}});
                answers.push(scene.call("completion/complete", params).await);
            }
            answers.join("\n")
        })
        .await;
    }
}

#[tokio::test]
async fn the_suite_would_notice_a_leak() {
    // The same calls by A itself differ: what A has is to be seen there.
    let (inhabited, empty) = (Scene::of(true).await, Scene::of(false).await);
    let mut seen = 0;
    for row in rows(Surface::Everything).into_iter().filter(|row| !row.is_stream()) {
        let as_a = async |scene: &Scene| {
            let (b, hash, key) = (scene.door.owner(), scene.hash.clone(), scene.key.clone());
            let scene = Scene { door: Door::open().await, b, hash, key };
            scene.route(&row).await
        };
        seen += usize::from(as_a(&inhabited).await != as_a(&empty).await);
    }
    assert!(seen >= 12, "{seen} routes show what is there");
}

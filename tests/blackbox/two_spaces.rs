//! Two people with a key each, of two spaces, before one server: neither learns anything of the other, over REST and over MCP.
//!
//! What went wrong in the original is named by its number.

use serde_json::{Value, json};

use crate::harness::contents::files_with;
use crate::harness::http::{HttpServer, Reply, Request};
use crate::harness::integrity::assert_sound;
use crate::harness::{Home, process};

/// Two spaces before one server.
struct Scene {
    home: Home,
    server: HttpServer,
    /// The key of everything in the default space.
    owner: String,
    /// That of everything in the space of the crew.
    crew: String,
    /// The id of that space.
    id: String,
}

fn scene() -> Scene {
    let home = Home::new().set("MCP_RATE_LIMIT_PER_MINUTE", "0").set("MCP_METRICS_ENABLED", "true");
    let id = home.answer(&["spaces", "create", "crew"])["id"].as_str().unwrap().to_owned();
    let owner = home.api_key("admin");
    let made =
        home.succeed(&["keys", "create", "--name", "crew", "--scope", "admin", "--space", "crew", "--quiet"]);
    let crew = made.trim_end().to_owned();
    let server = home.http_server();
    Scene { home, server, owner, crew, id }
}

impl Scene {
    fn get(&self, key: &str, path: &str) -> Reply {
        self.server.send(&Request::get(path).key(key))
    }

    fn post(&self, key: &str, path: &str, body: Value) -> Reply {
        self.server.send(&Request::post(path, &body).key(key))
    }

    /// Calls a tool over MCP; its answer, as text.
    fn tool(&self, key: &str, name: &str, arguments: Value) -> String {
        let params = json!({"name": name, "arguments": arguments});
        let call = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let request = Request::post("/mcp", &call).key(key).header("mcp-protocol-version", "2025-06-18");
        let reply = self.server.send(&request.header("accept", "application/json, text/event-stream"));
        assert_eq!(reply.status, 200, "{name}: {}", reply.text());
        reply.text()
    }

    fn contents(&self, key: &str) -> Vec<String> {
        let listed = self.get(key, "/api/memories?page_size=100").of(200);
        let memories = listed["memories"].as_array().unwrap().iter();
        let mut texts: Vec<String> =
            memories.map(|memory| memory["content"].as_str().unwrap().to_owned()).collect();
        texts.sort();
        texts
    }
}

#[test]
fn what_one_stores_the_other_finds_nowhere() {
    let scene = scene();
    let secret = json!({"content": "the vault opens with heliotrope", "tags": ["vault"]});
    let hash = scene.post(&scene.owner, "/api/memories", secret).of(200)["content_hash"].clone();
    let hash = hash.as_str().unwrap();
    scene.tool(
        &scene.crew,
        "memory_store",
        json!({"content": "the ferry leaves at nine", "tags": ["travel"]}),
    );
    // What belongs to each is there for each, over both protocols.
    assert_eq!(scene.contents(&scene.owner), ["the vault opens with heliotrope"]);
    assert_eq!(scene.contents(&scene.crew), ["the ferry leaves at nine"]);
    assert!(scene.tool(&scene.owner, "memory_search", json!({"query": "heliotrope"})).contains("the vault"));
    let mut told = Vec::new();
    for path in [
        "/api/memories?page_size=100&store=all",
        "/api/memories/hashes?store=all",
        "/api/tags?store=all",
        "/api/types",
        "/api/health/detailed",
        "/api/manage/tags/stats",
        "/api/events/stats",
        "/api/keys",
        &format!("/api/search/similar/{hash}"),
    ] {
        told.push(scene.get(&scene.crew, path).text());
    }
    for query in ["heliotrope", "vault", "what opens the vault"] {
        told.push(scene.post(&scene.crew, "/api/search", json!({"query": query, "n_results": 50})).text());
        told.push(scene.tool(&scene.crew, "memory_search", json!({"query": query, "store": "all"})));
    }
    let by_tag = json!({"tags": ["vault"], "store": "all"});
    told.push(scene.tool(&scene.crew, "memory_list", by_tag));
    told.push(scene.tool(&scene.crew, "memory_stats", json!({"store": "all"})));
    for text in &told {
        // What was asked is repeated; nothing that is stored is.
        assert!(!text.contains("opens with") && !text.contains(hash), "{text}");
    }
    // No key of another space is known, and none of its memories is changed.
    scene.get(&scene.crew, &format!("/api/memories/{hash}")).of(404);
    let delete = Request::new("DELETE", &format!("/api/memories/{hash}")).key(&scene.crew);
    scene.server.send(&delete).of(404);
    let all = json!({"tag": "vault", "store": "all"});
    assert_eq!(scene.post(&scene.crew, "/api/manage/bulk-delete", all).of(200)["affected_count"], 0);
    scene.tool(&scene.crew, "memory_delete", json!({"tags": ["vault"], "store": "all"}));
    assert_eq!(scene.contents(&scene.owner), ["the vault opens with heliotrope"]);
    let Scene { home, server, id, .. } = scene;
    let log = server.stop();
    assert!(!log.contains("heliotrope"), "{log}");
    // The files are apart, too.
    let spaces = home.data().join("spaces");
    assert_eq!(files_with(&spaces, "heliotrope"), [""; 0]);
    assert!(!files_with(&spaces, "ferry").is_empty());
    assert_sound(home.database());
    assert_sound(&spaces.join(id).join("memory.db"));
}

/// The original shows the path of the database and its counts to whoever asks (CVE-2026-29787); others' are in them.
#[test]
fn cve_2026_29787_nobody_learns_of_the_server_or_of_others_from_its_health() {
    let scene = scene();
    scene.post(&scene.owner, "/api/memories", json!({"content": "one of the owner's"})).of(200);
    assert_eq!(scene.server.send(&Request::get("/api/health")).of(200), json!({"status": "healthy"}));
    let detailed = scene.get(&scene.crew, "/api/health/detailed").of(200);
    assert_eq!(detailed["statistics"]["total_memories"], 0, "{detailed}");
    assert!(detailed["system"]["memory_percent"].is_null(), "{detailed}");
    for path in ["/metrics", "/api/server/status", "/api/memory-stats"] {
        scene.get(&scene.crew, path).of(403);
        assert_eq!(scene.get(&scene.owner, path).status, 200, "{path}");
    }
    scene.server.stop();
}

/// In the original a key that may read can call tools that write (CVE-2026-49291). Here an agent's key may store, and neither change
/// nor delete, over both protocols.
#[test]
fn cve_2026_49291_a_key_for_adding_changes_and_deletes_nothing_over_either_protocol() {
    let scene = scene();
    let new = json!({"name": "agent", "scope": "add", "expires_at": "2999-12-31"});
    let made = scene.post(&scene.crew, "/api/keys", new).of(200);
    assert_eq!(made["space"], json!(scene.id));
    let agent = made["key"].as_str().unwrap();
    let stored = scene.post(agent, "/api/memories", json!({"content": "an agent's find"})).of(200);
    let hash = stored["content_hash"].as_str().unwrap();
    scene.tool(agent, "memory_store", json!({"content": "another find"}));
    for (tool, arguments) in [
        ("memory_delete", json!({"content_hash": hash})),
        ("memory_update", json!({"content_hash": hash, "tags": ["changed"]})),
        ("memory_cleanup", json!({})),
    ] {
        let told = scene.tool(agent, tool, arguments);
        assert!(told.contains("insufficient_scope"), "{tool}: {told}");
    }
    scene.server.send(&Request::new("DELETE", &format!("/api/memories/{hash}")).key(agent)).of(403);
    scene.get(agent, "/api/keys").of(403);
    assert_eq!(scene.contents(&scene.crew), ["an agent's find", "another find"]);
    assert_eq!(scene.contents(&scene.owner), [""; 0]);
    // Its key is revoked by who made it, and refused from then on.
    let path = format!("/api/keys/{}", made["id"].as_str().unwrap());
    scene.server.send(&Request::new("DELETE", &path).key(&scene.crew)).of(200);
    scene.get(agent, "/api/memories").of(401);
    let log = scene.server.stop();
    assert!(!log.contains(&agent[4..12]), "{log}");
}

#[test]
fn the_keys_of_a_removed_space_are_refused_while_the_server_runs() {
    let scene = scene();
    scene.post(&scene.crew, "/api/memories", json!({"content": "the ferry leaves at nine"})).of(200);
    let removed = scene.home.answer(&["spaces", "remove", "crew", "--yes"]);
    scene.get(&scene.crew, "/api/memories").of(401);
    scene.post(&scene.crew, "/api/memories", json!({"content": "too late"})).of(401);
    let gone = scene.home.data().join("spaces").join(&scene.id);
    assert!(!gone.exists(), "nothing makes it again");
    let Scene { home, server, .. } = scene;
    server.stop();
    assert!(!gone.exists());
    let aside = std::path::PathBuf::from(removed["kept"].as_str().unwrap()).join("memory.db");
    let listed = home.answer(&["list", "--db", aside.to_str().unwrap()]);
    assert_eq!(listed["memories"][0]["content"], "the ferry leaves at nine");
    assert_sound(&aside);
    let again = process::output(home.command(&["spaces", "list"]), b"");
    assert!(again.status.success());
}

//! Resources, prompts and completions over the wire.

use engine::Capability;
use serde_json::{Value, json};

use super::{Client, held, meta};

const MODERN: &str = "2026-07-28";

#[tokio::test]
async fn what_is_offered_is_advertised_in_both_eras() {
    let mut client = Client::start();
    let handshake = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let initialized = client.result("initialize", handshake).await;
    let discovered = client.result("server/discover", json!({"_meta": meta(MODERN)})).await;
    for result in [initialized, discovered] {
        for capability in ["tools", "resources", "prompts", "completions"] {
            assert!(result["capabilities"][capability].is_object(), "{capability} {result}");
        }
    }
}

#[tokio::test]
async fn every_resource_that_is_listed_is_read_in_its_form() {
    let mut client = Client::start();
    client.call("memory_store", json!({"content": "port 5433", "tags": ["infra"]})).await;
    let listed = client.result("resources/list", json!({})).await;
    let resources = listed["resources"].as_array().unwrap();
    assert_eq!(resources.len(), 5);
    for resource in resources {
        let read = client.result("resources/read", json!({"uri": resource["uri"]})).await;
        let contents = &read["contents"][0];
        assert_eq!((&contents["uri"], &contents["mimeType"]), (&resource["uri"], &resource["mimeType"]));
        let is_json = serde_json::from_str::<Value>(contents["text"].as_str().unwrap()).is_ok();
        let expected = if is_json { "application/json" } else { "text/markdown" };
        assert_eq!(resource["mimeType"], expected, "{read}");
    }
    let templates = client.result("resources/templates/list", json!({})).await;
    let templates: Vec<&str> = templates["resourceTemplates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|template| template["uriTemplate"].as_str().unwrap())
        .collect();
    let expected = [
        "memory://recent/{n}",
        "memory://tag/{tag}",
        "memory://memory/{hash}",
        "memory://search/{query}",
        "memory://entity/{name}",
        "memory://onboarding/{client}",
    ];
    assert_eq!(templates, expected);
}

#[tokio::test]
async fn an_unknown_resource_has_the_code_of_its_era() {
    let mut client = Client::start();
    assert_eq!(client.error_code("resources/read", json!({"uri": "memory://nothing"})).await, -32002);
    let stateless = json!({"uri": "memory://nothing", "_meta": meta(MODERN)});
    let answer = client.request("resources/read", stateless).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert_eq!(answer["error"]["data"], json!({"uri": "memory://nothing"}), "programs read which one");
    assert_eq!(client.error_code("resources/read", json!({"uri": "memory://recent/x"})).await, -32602);
    assert_eq!(client.error_code("resources/read", json!({})).await, -32602);
}

#[tokio::test]
async fn prompts_are_listed_and_given_as_messages_of_the_user() {
    let mut client = Client::start();
    client.call("memory_store", json!({"content": "port 5433"})).await;
    let listed = client.result("prompts/list", json!({})).await;
    let names: Vec<&str> =
        listed["prompts"].as_array().unwrap().iter().map(|prompt| prompt["name"].as_str().unwrap()).collect();
    let expected =
        ["memory_review", "memory_analysis", "knowledge_export", "memory_cleanup", "learning_session"];
    assert_eq!(names, expected);
    assert_eq!(listed["prompts"][0]["arguments"][0]["required"], true);
    let review = json!({"name": "memory_review", "arguments": {"time_period": "today"}});
    let review = client.result("prompts/get", review).await;
    let message = &review["messages"][0];
    assert_eq!(message["role"], "user");
    assert!(message["content"]["text"].as_str().unwrap().contains("> port 5433"), "{message}");
    for wrong in [
        json!({"name": "memory_review"}),
        json!({"name": "nothing"}),
        json!({"name": "memory_review", "arguments": null}),
    ] {
        assert_eq!(client.error_code("prompts/get", wrong).await, -32602);
    }
    let analysis = client.result("prompts/get", json!({"name": "memory_analysis"})).await;
    assert!(analysis["messages"][0]["content"]["text"].as_str().unwrap().contains("analyzed: 1"));
}

#[tokio::test]
async fn arguments_are_completed() {
    let mut client = Client::start();
    client.call("memory_store", json!({"content": "a", "tags": ["infra", "index", "other"]})).await;
    let reference = json!({"type": "ref/resource", "uri": "memory://tag/{tag}"});
    let tag = json!({"ref": reference, "argument": {"name": "tag", "value": "in"}});
    let completed = client.result("completion/complete", tag).await;
    assert_eq!(completed["completion"], json!({"values": ["index", "infra"], "total": 2, "hasMore": false}));
    let reference = json!({"type": "ref/prompt", "name": "memory_review"});
    let time = json!({"ref": reference, "argument": {"name": "time_period", "value": "yest"}});
    assert_eq!(
        client.result("completion/complete", time).await["completion"]["values"],
        json!(["yesterday"])
    );
    let unknown = json!({"ref": {"type": "ref/prompt", "name": "x"}, "argument": {"name": "a", "value": ""}});
    assert_eq!(client.error_code("completion/complete", unknown).await, -32602);
}

#[tokio::test]
async fn stateless_requests_are_answered_in_the_form_of_their_revision() {
    let mut client = Client::start();
    for method in ["resources/list", "resources/templates/list", "prompts/list"] {
        let listed = client.result(method, json!({"_meta": meta(MODERN)})).await;
        assert_eq!(
            (&listed["resultType"], &listed["cacheScope"]),
            (&json!("complete"), &json!("private")),
            "{method}"
        );
        assert!(listed["ttlMs"].is_u64(), "{method}");
        let legacy = client.result(method, json!({})).await;
        for modern in ["resultType", "ttlMs", "cacheScope"] {
            assert!(legacy.get(modern).is_none(), "{method} {modern}");
        }
        assert_eq!(client.error_code(method, json!({"cursor": "x"})).await, -32602, "{method}");
    }
    let read = client.result("resources/read", json!({"uri": "memory://tags", "_meta": meta(MODERN)})).await;
    assert_eq!((&read["resultType"], &read["cacheScope"]), (&json!("complete"), &json!("private")));
    let prompt = json!({"name": "memory_analysis", "_meta": meta(MODERN)});
    assert_eq!(client.result("prompts/get", prompt).await["resultType"], "complete");
}

#[tokio::test]
async fn a_prompt_that_is_cancelled_is_stopped_and_a_defect_in_one_is_an_error() {
    let (engine, held) = held::engine();
    let mut client = Client::of(&engine, Capability::Admin);
    let arguments = json!({"topic": "ports", "key_points": "x"});
    let prompt = json!({"name": "learning_session", "arguments": arguments});
    client.send(json!({"jsonrpc": "2.0", "id": "p", "method": "prompts/get", "params": prompt})).await;
    held.entered(1).await;
    let cancel = json!({"requestId": "p"});
    client.send(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel})).await;
    held.left().await;
    assert_eq!(held.finished(), 0);
    held.set_panics(true);
    assert_eq!(client.error_code("prompts/get", prompt).await, -32603);
    held.set_panics(false);
    held.release();
    assert_eq!(client.result("ping", json!({})).await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_read_after_a_write_on_the_same_stream_has_it() {
    let mut client = Client::start();
    let mut script = String::new();
    for round in 0..30 {
        let store = json!({"name": "memory_store", "arguments": {"content": format!("fact {round}")}});
        let prompt = json!({"name": "memory_analysis"});
        for (method, params) in [
            ("tools/call", store),
            ("resources/read", json!({"uri": "memory://stats"})),
            ("prompts/get", prompt),
        ] {
            let id = format!("{method} {round}");
            let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
            script.push_str(&format!("{request}\n"));
        }
    }
    client.send_bytes(script.as_bytes()).await;
    for _ in 0..90 {
        let answer = client.next().await.unwrap();
        let (method, round) = answer["id"].as_str().unwrap().split_once(' ').unwrap();
        let expected = round.parse::<u64>().unwrap() + 1;
        let text = match method {
            "resources/read" => &answer["result"]["contents"][0]["text"],
            "prompts/get" => &answer["result"]["messages"][0]["content"]["text"],
            _ => continue,
        };
        let counted = [format!("\"total_memories\": {expected},"), format!("analyzed: {expected}\n")];
        assert!(counted.iter().any(|count| text.as_str().unwrap().contains(count)), "{answer}");
    }
}

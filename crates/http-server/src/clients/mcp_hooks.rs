//! The hooks for Claude Code that call a tool with one request to `/mcp`: memory-retrieval, topic-change,
//! dynamic-context-updater. They never say hello.

use engine::Capability;
use serde_json::{Value, json};

use crate::fixture::{Client, Door};

fn hook(door: &Door) -> Client {
    door.stranger().header("authorization", &format!("Bearer {}", door.key(Capability::Read)))
}

fn call(arguments: Value) -> Value {
    let params = json!({"name": "retrieve_memory", "arguments": arguments});
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
}

#[tokio::test]
async fn one_request_finds_memories_under_either_name_of_the_limit() {
    let door = Door::open().await;
    door.writer().post("/api/memories", json!({"content": "The parser drops the last token"})).await.of(200);
    for arguments in [json!({"query": "parser", "limit": 5}), json!({"query": "parser", "n_results": 5})] {
        let answer = hook(&door).post("/mcp", call(arguments)).await.of(200);
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.contains("The parser drops the last token"), "{text}");
    }
}

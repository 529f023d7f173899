//! Notices that the list of resources has changed.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Client, meta};

const MODERN: &str = "2026-07-28";
const CHANGED: &str = "notifications/resources/list_changed";

async fn store(client: &mut Client, content: &str, tag: &str) {
    let stored = client.call("memory_store", json!({"content": content, "tags": [tag]})).await;
    assert_eq!(stored["isError"], false);
}

async fn nothing_comes(client: &mut Client) {
    let next = tokio::time::timeout(Duration::from_secs(300), client.next()).await;
    assert!(next.is_err(), "{next:?}");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_the_list_is_told_when_it_changes() {
    let mut client = Client::start();
    let handshake = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let initialized = client.result("initialize", handshake).await;
    assert_eq!(initialized["capabilities"]["resources"], json!({"listChanged": true}));
    store(&mut client, "before", "infra").await;
    nothing_comes(&mut client).await;
    for _ in 0..2 {
        client.result("resources/list", json!({})).await;
    }
    store(&mut client, "the same tag", "infra").await;
    nothing_comes(&mut client).await;
    for text in ["a new tag", "and once more"] {
        store(&mut client, text, "ports").await;
    }
    assert_eq!(client.next().await.unwrap()["method"], CHANGED);
    let listed = client.result("resources/list", json!({})).await;
    assert!(listed["resources"].to_string().contains("memory://tag/ports"), "{listed}");
    nothing_comes(&mut client).await;
}

#[tokio::test(start_paused = true)]
async fn a_subscription_of_the_stateless_revision_is_confirmed_told_and_ended() {
    let mut client = Client::start();
    let listen = |id: &str, notifications: Value| {
        let params = json!({"notifications": notifications, "_meta": meta(MODERN)});
        json!({"jsonrpc": "2.0", "id": id, "method": "subscriptions/listen", "params": params})
    };
    client.send(listen("l", json!({"resourcesListChanged": true, "toolsListChanged": true}))).await;
    let confirmed = client.next().await.unwrap();
    let accepted = &confirmed["params"]["notifications"];
    assert_eq!(
        (&accepted["resourcesListChanged"], accepted.get("toolsListChanged")),
        (&json!(true), None),
        "{confirmed}"
    );
    client.result("ping", json!({})).await;
    store(&mut client, "a new tag", "ports").await;
    let notice = client.next().await.unwrap();
    assert_eq!(notice["method"], CHANGED);
    assert_eq!(notice["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"], "l", "{notice}");
    let cancel = json!({"requestId": "l", "_meta": meta(MODERN)});
    client.send(json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancel})).await;
    store(&mut client, "another tag", "doors").await;
    nothing_comes(&mut client).await;

    // Who listens to something else hears nothing; at the end of input a subscription ends at once.
    client.send(listen("m", json!({"promptsListChanged": true}))).await;
    client.next().await.unwrap();
    store(&mut client, "a third tag", "windows").await;
    nothing_comes(&mut client).await;
    let since = tokio::time::Instant::now();
    client.end_input().await;
    let ended = client.next().await.unwrap();
    assert_eq!((&ended["id"], since.elapsed()), (&json!("m"), Duration::ZERO), "{ended}");
}

#[tokio::test(start_paused = true)]
async fn nothing_else_is_said_to_change() {
    let mut client = Client::start();
    let discovered = client.result("server/discover", json!({"_meta": meta(MODERN)})).await;
    let capabilities = &discovered["capabilities"];
    assert_eq!(capabilities["resources"], json!({"listChanged": true}));
    for fixed in ["tools", "prompts"] {
        assert_eq!(capabilities[fixed], json!({}), "{fixed}");
    }
    for method in ["resources/subscribe", "resources/unsubscribe"] {
        assert_eq!(client.error_code(method, json!({"uri": "memory://stats"})).await, -32601, "{method}");
    }
}

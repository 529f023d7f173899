//! What was granted, request by request.

use engine::Capability;
use http::StatusCode;
use serde_json::{Value, json};
use testkit::Bench;
use tower_service::Service;

use super::{
    HttpOptions, Site, With, in_json, legacy, legacy_call, message, modern, modern_call, names, post,
};
use crate::server::Options;
use crate::server::tests::text;
use crate::tools::{self, Defaults, Profile};

async fn listed(site: &Site, capability: Capability) -> [Value; 2] {
    let mut lists = Vec::new();
    for request in [legacy("tools/list", json!({})), modern("tools/list", json!({}))] {
        let (status, list) = in_json(site.send_as(site.caller("someone", capability), request).await).await;
        assert_eq!(status, StatusCode::OK);
        lists.push(list);
    }
    lists.try_into().unwrap()
}

#[tokio::test]
async fn everybody_is_shown_the_tools_that_were_granted_to_them() {
    let server = Options { profile: Profile::Legacy, ..Options::default() };
    let site = Site::of(&Bench::default().engine, HttpOptions { server, ..HttpOptions::default() });
    for capability in [Capability::Read, Capability::Write, Capability::Admin] {
        let expected: Vec<&str> =
            tools::all().filter(|tool| tool.capability <= capability).map(|tool| tool.name).collect();
        for list in listed(&site, capability).await {
            assert_eq!(names(&list), expected, "{capability:?}");
        }
    }
}

// CVE-2026-49291: a key that may only read stored and deleted through this address.
#[tokio::test]
async fn no_tool_does_more_than_was_granted() {
    let site = Site::start();
    site.call("memory_store", json!({"content": "kept"})).await;
    for capability in [Capability::Read, Capability::Write] {
        for tool in tools::all().filter(|tool| tool.capability > capability) {
            let arguments = Value::Object(tool.example());
            for request in
                [legacy_call(tool.name, arguments.clone()), modern_call(tool.name, arguments.clone())]
            {
                let answer = site.send_as(site.caller("someone", capability), request).await;
                let (status, answer) = in_json(answer).await;
                assert_eq!(
                    (status, &answer["result"]["isError"]),
                    (StatusCode::OK, &json!(true)),
                    "{answer}"
                );
                let text = text(&answer["result"]);
                assert!(
                    text.contains("insufficient_scope") && text.contains(tool.capability.name()),
                    "{text}"
                );
            }
        }
    }
    let left = site.call("memory_list", json!({})).await;
    assert_eq!(left["structuredContent"]["memories"][0]["content"], "kept");
    assert_eq!(left["structuredContent"]["total"], 1);
}

#[tokio::test]
async fn a_grant_is_of_one_request_whoever_asked_before_on_the_same_connection() {
    let site = Site::start();
    // One service is what one connection has.
    let mut connection = site.service.clone();
    for round in 0..4 {
        let store = |who: &str| json!({"content": format!("fact {round} of {who}")});
        for (id, capability, refused) in
            [("writer", Capability::Write, false), ("reader", Capability::Read, true)]
        {
            for mut request in [
                legacy_call("memory_store", store(id)),
                modern_call("memory_store", store(&format!("modern {id}"))),
            ] {
                request.extensions_mut().insert(site.caller(id, capability));
                let (_, answer) = in_json(connection.call(request).await.unwrap()).await;
                assert_eq!(answer["result"]["isError"], refused, "{id} {answer}");
            }
        }
    }
    assert_eq!(site.call("memory_list", json!({})).await["structuredContent"]["total"], 8);
}

#[tokio::test]
async fn a_handshake_grants_nothing_to_what_follows() {
    let site = Site::start();
    let handshake = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    site.send(post(&message("initialize", &handshake))).await;
    let store = legacy_call("memory_store", json!({"content": "a"}));
    let (_, answer) = in_json(site.send_as(site.caller("owner", Capability::Read), store).await).await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
}

#[tokio::test]
async fn a_request_of_nobody_is_a_defect_and_is_not_answered() {
    let site = Site::start();
    for request in [legacy("tools/list", json!({})), modern_call("memory_store", json!({"content": "a"}))] {
        let (status, answer) = in_json(site.service.clone().call(request).await.unwrap()).await;
        assert_eq!((status, &answer["error"]["code"]), (StatusCode::INTERNAL_SERVER_ERROR, &json!(-32603)));
    }
    assert_eq!(site.call("memory_list", json!({})).await["structuredContent"]["total"], 0);
}

#[tokio::test]
async fn what_is_stored_is_stamped_with_the_program_that_stored_it() {
    let stored = json!({"content": "a"});
    for (request, client) in [
        (modern_call("memory_store", stored.clone()), json!("test")),
        (
            legacy_call("memory_store", stored.clone()).with("user-agent", "claude-code/2.1 (linux)"),
            json!("claude-code"),
        ),
        (legacy_call("memory_store", stored.clone()), Value::Null),
    ] {
        let site = Site::start();
        site.ask(request).await;
        let listed = site.call("memory_list", json!({})).await;
        let origin = &listed["structuredContent"]["memories"][0]["origin"];
        assert_eq!((&origin["kind"], &origin["client"]), (&json!("agent"), &client), "{listed}");
    }
}

#[tokio::test]
async fn headers_say_what_a_storing_call_leaves_out() {
    let named = |request: http::Request<_>| {
        request.with("x-agent-id", "researcher").with("x-client-hostname", "laptop")
    };
    for (wants_hostname, given, agent, hostname) in [
        (true, json!({"content": "a"}), "researcher", json!("laptop")),
        (false, json!({"content": "a"}), "researcher", Value::Null),
        (
            true,
            json!({"content": "a", "agent_id": "planner", "client_hostname": "desk"}),
            "planner",
            json!("desk"),
        ),
    ] {
        let client_hostname = wants_hostname.then(|| "server".to_owned());
        let server = Options::from(Defaults { client_hostname, ..Defaults::default() });
        let site = Site::of(&Bench::default().engine, HttpOptions { server, ..HttpOptions::default() });
        site.ask(named(modern_call("memory_store", given))).await;
        // Who asks is no filter of what is found.
        let (_, listed) =
            site.ask(modern_call("memory_list", json!({})).with("x-agent-id", "somebody")).await;
        let memory = &listed["result"]["structuredContent"]["memories"][0];
        assert_eq!(memory["agent_id"], agent, "{memory}");
        assert_eq!(memory["metadata"]["hostname"], hostname, "{memory}");
    }
}

#[tokio::test]
async fn why_the_store_cannot_be_used_is_not_told_to_other_machines() {
    let bench = Bench::default();
    let site = Site::of(&bench.engine, HttpOptions::default());
    bench.store.set_fault(Some(testkit::Fault::Open));
    let failed = site.call("memory_search", json!({"query": "ferry"})).await;
    assert_eq!(failed["isError"], true, "{failed}");
    let text = failed["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("the memory store cannot be used now") && !text.contains("told to fail"), "{text}");
    let (_, read) = site.ask(modern("resources/read", json!({"uri": "memory://stats"}))).await;
    let text = read["error"]["message"].as_str().unwrap();
    assert!(text.contains("the memory store cannot be used now") && !text.contains("told to fail"), "{text}");
}

//! The MCP Inspector's command line calls every tool, reads every resource and gets every prompt. What there is to do is
//! what the server lists; with which arguments, `tests/clients/tour.json` says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::{node, schema, tour};
use crate::official_clients::home;

/// The eras by turns: each is a process of its own, and either must work with whatever the other left.
fn era(number: usize) -> &'static str {
    ["modern", "legacy"][number % 2]
}

fn names(list: &Value, key: &str) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|one| one[key].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_inspector_calls_every_tool_and_each_answers_as_it_declared() {
    let home = home();
    let listed = names(&node::inspect(&home, "modern", &["--method", "tools/list"])["tools"], "name");
    let rows = tour::rows();
    let (mut called, mut hash) = (BTreeSet::new(), String::new());
    let calls = ["stores", "calls"].into_iter().flat_map(|part| rows[part].as_array().unwrap());
    for (number, row) in calls.enumerate() {
        let tool = row[0].as_str().unwrap();
        if !listed.contains(tool) || !called.insert(tool.to_owned()) && number >= 2 {
            continue;
        }
        let arguments = row[1].to_string().replace("$hash", &hash);
        let line = ["--method", "tools/call", "--tool-name", tool, "--tool-args-json", &arguments];
        let result = node::inspect(&home, era(number), &line);
        assert_ne!(result["isError"], true, "{tool} {arguments}: {result}");
        let structured = &result["structuredContent"];
        let faults = schema::faults(&schema::declared()[tool], structured);
        assert!(structured.is_object() && faults.is_empty(), "{tool}: {faults:#?}: {result}");
        if hash.is_empty() {
            hash = structured["content_hash"].as_str().unwrap().to_owned();
        }
    }
    assert_eq!(called, listed, "tests/clients/tour.json needs a row for every tool");
}

#[test]
fn the_inspector_reads_every_resource_and_gets_every_prompt() {
    let home = home();
    let hash = home.store("The staging database listens on port 5433", &["--tags", "infra"]);
    let rows = tour::rows();
    let resources = node::inspect(&home, "modern", &["--method", "resources/list"]);
    let mut addresses = names(&resources["resources"], "uri");
    assert!(!addresses.is_empty(), "{resources}");
    let templates = node::inspect(&home, "legacy", &["--method", "resources/templates/list"]);
    for template in names(&templates["resourceTemplates"], "uriTemplate") {
        let address = rows["addresses"][&template].as_str();
        let address = address.unwrap_or_else(|| panic!("tests/clients/tour.json has no row for {template}"));
        addresses.insert(address.replace("$hash", &hash));
    }
    for (number, address) in addresses.iter().enumerate() {
        let line = ["--method", "resources/read", "--uri", address];
        let read = node::inspect(&home, era(number), &line);
        assert!(read["contents"][0]["text"].as_str().is_some_and(|text| text.len() > 1), "{address}: {read}");
    }
    let prompts = node::inspect(&home, "modern", &["--method", "prompts/list"]);
    for (number, prompt) in names(&prompts["prompts"], "name").iter().enumerate() {
        let row = rows["prompts"][prompt].as_object();
        let row = row.unwrap_or_else(|| panic!("tests/clients/tour.json has no row for {prompt}"));
        let given = row.iter().map(|(name, value)| format!("{name}={}", value.as_str().unwrap()));
        let given: Vec<String> = given.collect();
        let mut line = vec!["--method", "prompts/get", "--prompt-name", prompt, "--prompt-args"];
        line.extend(given.iter().map(String::as_str));
        let made = node::inspect(&home, era(number), &line);
        let text = made["messages"][0]["content"]["text"].as_str();
        assert!(text.is_some_and(|text| text.len() > 20), "{prompt}: {made}");
    }
}

/// What holds every answer of every test against its schema finds what is wrong.
#[test]
fn an_answer_that_breaks_its_schema_is_noticed() {
    let schema = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string", "description": "A name"},
        "kind": {"type": "string", "enum": ["a", "b"]},
        "list": {"type": "array", "items": {"type": "object", "properties": {"n": {"type": "integer"}}}},
    }});
    let count = |value: Value| schema::faults(&schema, &value).len();
    assert_eq!(count(json!({"name": "x", "kind": "b", "list": [{"n": 1}, {}], "more": null})), 0);
    for wrong in [
        json!([]),
        json!({}),
        json!({"name": 7}),
        json!({"name": null}),
        json!({"name": "x", "kind": "c"}),
        json!({"name": "x", "list": {}}),
        json!({"name": "x", "list": [{"n": 1}, {"n": 1.5}]}),
        json!({"name": "x", "list": [3]}),
    ] {
        assert!(count(wrong.clone()) > 0, "{wrong}");
    }
    assert_eq!(schema::faults(&json!({"type": "object", "oneOf": []}), &json!({})).len(), 1);
}

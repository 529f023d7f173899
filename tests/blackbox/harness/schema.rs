//! Whether an answer is what the tool declared.
//!
//! Every answer of a tool that any test receives is held against the schema that the server lists for it: [`super::Server`]
//! does it as it reads. The official clients do the same with validators of their own.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

use super::{Era, Home};

/// The schemas of the answers of every tool, by its name, as servers list them. They are asked for once in a process.
pub(crate) fn declared() -> &'static BTreeMap<String, Value> {
    static DECLARED: OnceLock<BTreeMap<String, Value>> = OnceLock::new();
    DECLARED.get_or_init(|| {
        // With the tools of older releases, which can be called whether they are listed or not.
        let home = Home::new().set("MCP_MEMORY_TOOL_PROFILE", "legacy");
        let listed = |era| {
            let mut server = home.server_of(era);
            let list = server.request("tools/list", serde_json::json!({}));
            server.close();
            let tools = list["result"]["tools"].as_array().unwrap_or_else(|| panic!("{list}")).clone();
            tools.into_iter().map(|tool| (text(&tool["name"]), tool["outputSchema"].clone())).collect()
        };
        let declared: BTreeMap<String, Value> = listed(Era::Modern);
        assert_eq!(declared, listed(Era::Handshake("2025-06-18")), "both eras declare the same");
        assert!(declared.len() > 20 && declared.values().all(Value::is_object), "{declared:#?}");
        declared
    })
}

/// Panics when an answer to `tools/call` is not as its tool declared.
pub(crate) fn check(tool: &str, message: &Value) {
    let result = &message["result"];
    // A tool that nobody has is refused, and a request that the protocol refuses has no result.
    let (Some(schema), true) = (declared().get(tool), result.is_object()) else {
        assert!(result["isError"] == true || message["error"].is_object(), "{tool}: {message}");
        return;
    };
    assert!(result["content"][0]["text"].as_str().is_some_and(|text| !text.is_empty()), "{tool}: {message}");
    match (&result["structuredContent"], &result["isError"]) {
        // Clients hold what is there against the schema, also that of a failure: it has none.
        (Value::Null, failed) => assert_eq!(*failed, true, "{tool} has nothing for programs: {message}"),
        (structured, _) => {
            let faults = faults(schema, structured);
            assert!(faults.is_empty(), "{tool} breaks the schema of its answer: {faults:#?}: {structured:#}");
        }
    }
}

/// Where a value is not as a schema says. A keyword that this does not know is a fault: nothing goes unchecked.
pub(crate) fn faults(schema: &Value, value: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    walk("", schema, value, &mut faults);
    faults
}

fn walk(place: &str, schema: &Value, value: &Value, faults: &mut Vec<String>) {
    let mut fault = |is_right: bool, what: String| {
        if !is_right {
            faults.push(format!("{place}: {what}"));
        }
    };
    for (keyword, wanted) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "type" => fault(is_a(value, wanted), format!("{value} is no {wanted}")),
            "enum" => {
                fault(wanted.as_array().unwrap().contains(value), format!("{value} is none of {wanted}"))
            }
            "required" => {
                for name in wanted.as_array().unwrap() {
                    fault(value.get(text(name)).is_some(), format!("{name} is missing"));
                }
            }
            // What follows says something about fields and items, or nothing about values.
            "properties" | "items" | "description" | "title" | "default" => {}
            other => fault(false, format!("the keyword {other} is not known here")),
        }
    }
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(field) = value.get(name) {
            walk(&format!("{place}/{name}"), property, field, faults);
        }
    }
    if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
        for (number, item) in list.iter().enumerate() {
            walk(&format!("{place}/{number}"), items, item, faults);
        }
    }
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("number") => value.is_number(),
        _ => false,
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

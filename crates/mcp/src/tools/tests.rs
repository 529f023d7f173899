//! Rules that hold for every tool.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{Effect, OLDER, TOOLS, Tool, all};
use crate::fixture::{Tools, conforms};
use engine::{Capability, ErrorCode};

#[test]
fn names_are_short_snake_case_and_unique() {
    let names: HashSet<&str> = all().map(|tool| tool.name).collect();
    assert_eq!(names.len(), TOOLS.len() + OLDER.len());
    for name in names {
        assert!(name.len() <= 64 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{name}");
    }
}

#[test]
fn every_schema_is_in_the_profile_that_every_client_accepts() {
    for tool in all() {
        for schema in [tool.input_schema(), tool.output_schema(), tool.output_outline()] {
            assert_eq!(schema["type"], "object", "{}", tool.name);
            assert!(schema["properties"].is_object(), "{}", tool.name);
            lint(tool.name, &Value::Object(schema));
        }
    }
}

fn lint(path: &str, schema: &Value) {
    let fields = schema.as_object().unwrap();
    for forbidden in
        ["anyOf", "oneOf", "allOf", "$ref", "$defs", "patternProperties", "not", "const", "format"]
    {
        assert!(!fields.contains_key(forbidden), "{path} has {forbidden}");
    }
    assert!(fields["type"].is_string(), "{path} has no single type");
    for word in fields.get("enum").and_then(Value::as_array).into_iter().flatten() {
        assert!(word.is_string(), "{path} has an enum of something else than texts");
    }
    if fields["type"] == "array" {
        assert!(fields["items"]["type"].is_string(), "{path} has items without a type");
        lint(&format!("{path}[]"), &fields["items"]);
    }
    let properties = fields.get("properties").and_then(Value::as_object);
    for required in fields.get("required").and_then(Value::as_array).into_iter().flatten() {
        let is_declared = properties.is_some_and(|known| known.contains_key(required.as_str().unwrap()));
        assert!(is_declared, "{path} requires {required} without declaring it");
    }
    for (name, property) in properties.into_iter().flatten() {
        let path = format!("{path}.{name}");
        let description = property["description"].as_str().unwrap_or_default();
        assert!(!description.is_empty(), "{path} has no description");
        assert!(name.len() <= 64 && name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{path}");
        lint(&path, property);
    }
}

#[test]
fn no_two_parameters_of_a_tool_answer_to_the_same_name() {
    for tool in all() {
        let mut names = HashSet::new();
        let parameters =
            tool.parameters.iter().flat_map(|parameter| parameter.aliases.iter().chain([&parameter.name]));
        for name in parameters.chain(tool.unsupported.iter().map(|unsupported| &unsupported.name)) {
            assert!(names.insert(*name), "{} has {name} twice", tool.name);
        }
    }
}

#[test]
fn every_example_conforms_to_its_schema() {
    for tool in all() {
        let (schema, example) = (Value::Object(tool.input_schema()), Value::Object(tool.example()));
        assert_eq!(conforms(&schema, &example), Ok(()), "{}", tool.name);
        assert_eq!(example.to_string(), serde_json::from_str::<Value>(tool.example).unwrap().to_string());
    }
}

#[tokio::test]
async fn every_example_is_understood() {
    for tool in all() {
        let called = Tools::default().call(tool.name, Value::Object(tool.example())).await;
        let is_understood = called.as_ref().map_or_else(|error| error.code == ErrorCode::NotFound, |_| true);
        assert!(is_understood, "{}: {called:?}", tool.name);
    }
}

#[tokio::test]
async fn a_tool_is_refused_below_its_capability_and_changes_nothing() {
    for tool in all().filter(|tool| tool.capability > Capability::Read) {
        let tools = Tools::granted(Capability::Read);
        let error = tools.call(tool.name, Value::Object(tool.example())).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InsufficientScope);
        let text = error.to_string();
        let needed = format!("'{}'", tool.capability.name());
        assert!(text.contains(tool.name) && text.contains(&needed) && text.contains("'read'"), "{text}");
        assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 0);
    }
}

#[test]
fn tools_that_only_read_need_no_more_than_reading() {
    for tool in all() {
        assert_eq!(
            tool.annotations.effect == Effect::ReadOnly,
            tool.capability == Capability::Read,
            "{}",
            tool.name
        );
    }
}

#[tokio::test]
async fn an_unknown_tool_is_answered_with_the_names_of_the_known_ones() {
    let tools = Tools::default();
    let error = tools.call("remember", json!({})).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::UnknownTool);
    let text = error.to_string();
    assert!(text.contains("\"remember\"") && text.contains("memory_store, memory_store_session"), "{text}");
    assert!(tools.failure(&"x".repeat(10_000), json!({})).await.len() < 400);
}

#[tokio::test]
async fn an_unknown_parameter_is_answered_with_the_names_of_the_known_ones() {
    for tool in all() {
        let tools = Tools::default();
        let text = tools.failure(tool.name, json!({"colour": "red"})).await;
        assert!(text.contains(&format!("{} has no parameter \"colour\"", tool.name)), "{text}");
        for parameter in tool.parameters {
            assert!(text.contains(parameter.name), "{text}");
        }
    }
}

#[tokio::test]
async fn a_parameter_that_does_nothing_yet_is_refused_unless_it_is_off() {
    for tool in all() {
        for unsupported in tool.unsupported.iter().filter(|unsupported| unsupported.is_refused) {
            let mut arguments = tool.example();
            arguments.insert(unsupported.name.to_owned(), json!("x"));
            let text = Tools::default().failure(tool.name, Value::Object(arguments.clone())).await;
            assert!(
                text.contains(&format!(
                    "`{}` is not supported yet: {}",
                    unsupported.name, unsupported.instead
                ))
            );
            arguments.insert(unsupported.name.to_owned(), Value::Null);
            let called = Tools::default().call(tool.name, Value::Object(arguments)).await;
            assert!(called.is_ok(), "{}: {called:?}", unsupported.name);
        }
    }
}

/// Health tells of a store that fails instead of failing.
fn touches_the_store(tool: &&'static Tool) -> bool {
    !matches!(tool.name, "memory_health" | "check_database_health")
}

#[tokio::test]
async fn every_failure_of_the_store_is_told_as_what_it_is() {
    let tools = Tools::default();
    tools.bench.store.set_fault(Some(testkit::Fault::Open));
    for tool in all().filter(touches_the_store) {
        let error = tools.call(tool.name, Value::Object(tool.example())).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::StorageUnavailable, "{}", tool.name);
        assert!(error.to_string().contains("cannot be opened: told to fail"), "{error}");
    }
    tools.bench.store.set_fault(Some(testkit::Fault::Busy));
    for tool in all().filter(touches_the_store) {
        let error = tools.call(tool.name, Value::Object(tool.example())).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::StorageBusy, "{}", tool.name);
    }
}

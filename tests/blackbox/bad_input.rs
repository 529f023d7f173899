//! Wrong arguments, and the syntax of other languages in every text of every tool: an error that says what is wrong, or
//! an exact result; never a crash, never more than was asked for.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::harness::integrity::assert_sound;
use crate::harness::{Home, Server};

/// Texts that mean something to somebody: SQL, FTS5, LIKE, GLOB, JSON, shells, terminals.
const SYNTAX: [&str; 22] = [
    "'; DROP TABLE memories; --",
    "\" OR 1=1 --",
    "') UNION SELECT content FROM memories --",
    "%",
    "_%_",
    "*",
    "a* OR b*",
    "NEAR(harbour key, 5)",
    "content : harbour",
    "^harbour",
    "\"harbour",
    "harbour AND NOT key",
    "-harbour",
    "{harbour}: (key",
    "harbour\u{1b}[2Jkey",
    "\u{202e}reversed",
    "line\none\r\nline two",
    "\u{7f}\u{1}\u{8}",
    "[a-z]*",
    "$(reboot) `reboot`",
    "{\"$gt\": \"\"}",
    "memory_content_fts",
];

/// A server with three memories, and their number.
fn filled() -> (Home, Server) {
    let home = Home::new();
    let mut server = home.server();
    server.store("The harbour master keeps a spare key in the blue tin.");
    server.store("Tomatoes beside the south wall ripen three weeks earlier.");
    server.store("The night train to Ljubljana leaves from platform 11.");
    (home, server)
}

fn total(server: &mut Server) -> u64 {
    let list = server.call("memory_list", json!({"store": "all", "page_size": 1}));
    list.structured["total"].as_u64().unwrap_or_else(|| panic!("{list:?}"))
}

/// Every parameter of every tool: the tool, the parameter, its type.
fn parameters(server: &mut Server) -> Vec<(String, String, String)> {
    let list = server.request("tools/list", json!({}));
    let tools = list["result"]["tools"].as_array().unwrap().clone();
    let mut parameters = Vec::new();
    for tool in &tools {
        for (name, property) in tool["inputSchema"]["properties"].as_object().unwrap() {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            parameters.push((text(&tool["name"]), name.clone(), text(&property["type"])));
        }
    }
    assert!(parameters.len() > 30, "{parameters:?}");
    parameters
}

/// Arguments with which a tool does its work, without the parameter under test.
fn arguments_of(tool: &str, number: usize) -> Map<String, Value> {
    let arguments = match tool {
        "memory_store" => json!({"content": format!("Filler number {number} for a hostile argument.")}),
        "memory_store_session" => {
            json!({"turns": [{"role": "user", "content": format!("Turn number {number} of a hostile session.")}]})
        }
        "memory_update" => json!({"content_hash": "abcdef0123", "updates": {"tags": ["x"]}}),
        "memory_get" => json!({"content_hash": "abcdef0123"}),
        "memory_search" => json!({"query": "harbour"}),
        _ => json!({}),
    };
    arguments.as_object().unwrap().clone()
}

#[test]
fn syntax_in_every_text_is_text() {
    let (home, mut server) = filled();
    let mut expected = total(&mut server);
    for (tool, parameter, kind) in parameters(&mut server) {
        if !matches!(kind.as_str(), "string" | "array") {
            continue;
        }
        for (number, syntax) in SYNTAX.into_iter().enumerate() {
            // A named store costs a chunk of vectors each: three are enough.
            if tool == "memory_store" && parameter == "store" && number >= 3 {
                continue;
            }
            let mut arguments = arguments_of(&tool, expected as usize);
            let value = if kind == "array" { json!([syntax]) } else { json!(syntax) };
            arguments.insert(parameter.clone(), value);
            let answer = server.call(&tool, Value::Object(arguments));
            let what = format!("{tool} {parameter} {syntax:?}: {answer:?}");
            match (tool.as_str(), parameter.as_str()) {
                _ if answer.is_error => assert!(answer.text.len() > 10, "{what}"),
                ("memory_store", _) => expected += u64::from(answer.structured["outcome"] == "created"),
                ("memory_store_session", _) => {
                    let chunks = answer.structured["chunks"].as_array().unwrap();
                    expected += chunks.iter().filter(|chunk| chunk["outcome"] == "created").count() as u64;
                }
                // Another text for the query finds whatever is nearest; it is no filter.
                ("memory_search", "query") => assert!(answer.hashes().len() <= 10, "{what}"),
                ("memory_search" | "memory_list", "tags" | "memory_type" | "store" | "after" | "before") => {
                    let hits: BTreeSet<String> = answer.hashes().into_iter().collect();
                    let stored_so = exact_matches(&mut server, &parameter, syntax);
                    assert!(hits.is_subset(&stored_so), "a filter was widened: {what}");
                }
                ("memory_delete", _) => {
                    let deleted = answer.structured["deleted_count"].as_u64().unwrap();
                    let allowed = u64::from(parameter != "content_hash") * SYNTAX.len() as u64;
                    assert!(deleted <= allowed, "{what}");
                    expected -= deleted;
                }
                _ => {}
            }
            assert_eq!(total(&mut server), expected, "{what}");
        }
    }
    for memory in ["harbour master", "Tomatoes", "Ljubljana"] {
        assert!(!server.search(memory, 3).is_empty(), "{memory} is gone");
    }
    server.close();
    assert_sound(home.database());
}

/// The memories that really have this tag, type or store: looked at one by one, not by a filter.
fn exact_matches(server: &mut Server, parameter: &str, syntax: &str) -> BTreeSet<String> {
    let mut memories = Vec::new();
    for page in 1.. {
        let list = server.call("memory_list", json!({"store": "all", "page_size": 100, "page": page}));
        memories.extend(list.structured["memories"].as_array().unwrap().iter().cloned());
        if list.structured["has_more"] == false {
            break;
        }
    }
    // A comma divides tags; inside of one it is written as a hyphen.
    let wanted = syntax.trim().to_lowercase();
    let wanted = if parameter == "tags" { wanted.replace(',', "-") } else { wanted };
    let is_wanted = |text: &Value| text.as_str().is_some_and(|text| text.to_lowercase() == wanted);
    let has = |memory: &Value| match parameter {
        "tags" => memory["tags"].as_array().is_some_and(|tags| tags.iter().any(is_wanted)),
        "memory_type" | "store" => is_wanted(&memory[parameter]),
        // No date is among these texts.
        _ => false,
    };
    let found = memories.iter().filter(|memory| has(memory));
    found.map(|memory| memory["content_hash"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn content_is_kept_exactly_whatever_it_is() {
    let home = Home::new();
    let mut server = home.server();
    let odd = [
        "  outer space  ",
        "tab\tand\u{b}vertical",
        "e\u{301} and \u{200b}zero width",
        "🧠 日本語 ﷽ \u{10ffff}",
    ];
    for text in SYNTAX.into_iter().chain(odd) {
        let stored = server.call("memory_store", json!({"content": text}));
        let back = server.call("memory_get", json!({"content_hash": stored.hash()}));
        assert_eq!(back.structured["content"], text);
        assert!(server.search(text, 100).contains(&stored.hash()), "{text:?} is not found by itself");
    }
    server.close();
    assert_sound(home.database());
    assert_eq!(home.look_inside().live_hashes().len(), SYNTAX.len() + odd.len());
}

#[test]
fn blank_texts_and_nul_are_refused_in_words() {
    let (_home, mut server) = filled();
    for content in ["", " ", "\n\t\u{a0}", "a\0b"] {
        let answer = server.call("memory_store", json!({"content": content}));
        assert!(answer.is_error && answer.text.contains("content"), "{content:?}: {answer:?}");
    }
    let nul = server.call("memory_store", json!({"content": "x", "tags": ["a\0b"]}));
    assert!(nul.is_error, "{nul:?}");
    assert_eq!(total(&mut server), 3);
    server.close();
}

#[test]
fn a_value_of_the_wrong_type_is_refused_in_words_that_name_the_parameter() {
    let (_home, mut server) = filled();
    for (tool, parameter, kind) in parameters(&mut server) {
        for wrong in [json!(true), json!(12.5), json!([["x"]]), json!({"a": 1}), json!("maybe not")] {
            // What fits, or is understood although it is of another type.
            let understood = match kind.as_str() {
                "string" => wrong.is_string(),
                "array" => wrong.is_string(),
                "boolean" => wrong.is_boolean(),
                "object" => wrong.is_object(),
                _ => false,
            };
            if understood {
                continue;
            }
            let mut arguments = arguments_of(&tool, 0);
            arguments.insert(parameter.clone(), wrong.clone());
            let answer = server.call(&tool, Value::Object(arguments));
            assert!(answer.is_error, "{tool} {parameter} {wrong}: {answer:?}");
            assert!(answer.text.contains(&parameter), "{tool} {parameter} {wrong}: {answer:?}");
        }
    }
    assert_eq!(total(&mut server), 3);
    server.close();
}

#[test]
fn numbers_outside_their_bounds_are_refused_and_the_bounds_are_allowed() {
    let (_home, mut server) = filled();
    for (tool, parameter, highest) in [
        ("memory_search", "limit", 100),
        ("memory_list", "page_size", 100),
        ("memory_list", "page", 4_294_967_295_u64),
    ] {
        for outside in [json!(0), json!(-1), json!(highest + 1), json!(1e300), json!(u64::MAX)] {
            let mut arguments = arguments_of(tool, 0);
            arguments.insert(parameter.to_owned(), outside.clone());
            let answer = server.call(tool, Value::Object(arguments));
            assert!(answer.is_error && answer.text.contains(parameter), "{parameter} {outside}: {answer:?}");
        }
        for inside in [1, highest] {
            let mut arguments = arguments_of(tool, 0);
            arguments.insert(parameter.to_owned(), json!(inside));
            assert!(!server.call(tool, Value::Object(arguments)).is_error, "{parameter} {inside}");
        }
    }
    server.close();
}

#[test]
fn an_unknown_parameter_is_refused_with_the_known_ones() {
    let (_home, mut server) = filled();
    for tool in
        ["memory_store", "memory_search", "memory_get", "memory_list", "memory_delete", "memory_health"]
    {
        let mut arguments = arguments_of(tool, 0);
        arguments.insert("colour".to_owned(), json!("blue"));
        let answer = server.call(tool, Value::Object(arguments));
        assert!(answer.is_error && answer.text.contains("colour"), "{answer:?}");
    }
    let answer = server.call("memory_search", json!({"qurey": "harbour"}));
    assert!(answer.is_error && answer.text.contains("query"), "{answer:?}");
    assert_eq!(total(&mut server), 3);
    server.close();
}

#[test]
fn an_unknown_tool_is_refused_with_the_known_ones() {
    let (_home, mut server) = filled();
    for name in ["memory_explode", "", "memory_store'; --", "\u{1b}[2J"] {
        let message = server.request("tools/call", json!({"name": name, "arguments": {}}));
        assert!(message.to_string().contains("memory_store"), "{name:?}: {message}");
        assert!(message["error"].is_object() || message["result"]["isError"] == true, "{message}");
    }
    server.close();
}

#[test]
fn deleting_without_a_condition_deletes_nothing() {
    let (_home, mut server) = filled();
    for arguments in [
        json!({}),
        json!({"tags": []}),
        json!({"content_hash": ""}),
        json!({"tag_match": "all"}),
        json!({"store": "all"}),
        json!({"dry_run": false}),
        json!({"content_hash": null, "tags": null, "before": ""}),
    ] {
        let answer = server.call("memory_delete", arguments.clone());
        assert!(answer.is_error, "{arguments}: {answer:?}");
    }
    assert_eq!(total(&mut server), 3);
    server.close();
}

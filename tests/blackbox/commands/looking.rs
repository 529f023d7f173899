//! Which memories `search`, `list` and `delete` mean; what `tags`, `stats` and `config` tell.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::harness::Home;

/// A home with five memories that differ in everything that can be filtered by; gives their names.
fn filled() -> Home {
    let home = Home::new();
    home.store("alpha: the ferry leaves at nine", &["--tags", "ferry,time", "--type", "learning"]);
    home.store("beta: the ferry is painted white", &["--tags", "ferry", "--type", "decision"]);
    home.store("gamma: the ferry needs a new rope", &["--tags", "ferry,time,rope", "--store", "work"]);
    let mut server = home.server();
    for (content, extra) in [
        (
            "delta: the ferry was late in 2024",
            json!({"occurred_at": "2024-03-05T10:00:00Z", "tags": ["late"]}),
        ),
        ("epsilon: the ferry carries bees", json!({"agent_id": "skipper", "conversation_id": "c-77"})),
    ] {
        let mut arguments = json!({"content": content});
        arguments.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let stored = server.call("memory_store", arguments);
        assert_eq!(stored.structured["outcome"], "created", "{stored:?}");
    }
    server.close();
    home
}

/// The first words of the memories in an answer.
fn found(answer: &Value) -> BTreeSet<String> {
    let memories = answer["memories"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let first = |memory: &Value| memory["content"].as_str().unwrap().split(':').next().unwrap().to_owned();
    memories.iter().map(first).collect()
}

#[test]
fn every_filter_narrows_search_list_and_delete_in_the_same_way() {
    let home = filled();
    let all = ["alpha", "beta", "delta", "epsilon"];
    for (flags, expected) in [
        (vec![], all.as_slice()),
        (vec!["--tags", "ferry"], &["alpha", "beta"]),
        (vec!["--tags", "ferry,time"], &["alpha", "beta"]),
        (vec!["--tags", "FERRY,time", "--tag-match", "all"], &["alpha"]),
        (vec!["--tags", "fer"], &[]),
        (vec!["--type", "decision"], &["beta"]),
        (vec!["--store", "work"], &["gamma"]),
        (vec!["--store", "all", "--tags", "ferry"], &["alpha", "beta", "gamma"]),
        (vec!["--before", "2025-01-01"], &["delta"]),
        (vec!["--after", "2025-01-01", "--tags", "time"], &["alpha"]),
        (vec!["--when", "march 2024"], &["delta"]),
        (vec!["--when", "today", "--type", "learning"], &["alpha"]),
        (vec!["--agent", "skipper"], &["epsilon"]),
        (vec!["--conversation", "c-77"], &["epsilon"]),
        (vec!["--conversation", "c-77", "--agent", "nobody"], &[]),
        (vec!["--entity", "nobody"], &[]),
    ] {
        let expected: BTreeSet<String> = expected.iter().map(|&name| name.to_owned()).collect();
        let listed = home.answer(&[&["list"], flags.as_slice()].concat());
        assert_eq!(found(&listed), expected, "list {flags:?}");
        assert_eq!(listed["total"], expected.len(), "list {flags:?}");
        let searched = home.answer(&[&["search", "ferry"], flags.as_slice()].concat());
        assert_eq!(found(&searched), expected, "search {flags:?}");
        if flags.iter().any(|flag| flag.starts_with("--") && *flag != "--store") {
            let would = home.answer(&[&["delete", "--dry-run"], flags.as_slice()].concat());
            assert_eq!(would["matched_count"], expected.len(), "delete {flags:?}: {would}");
            let list = home.succeed(&[&["list"], flags.as_slice()].concat());
            assert!(expected.iter().all(|name| list.contains(name.as_str())), "list {flags:?}: {list}");
        }
    }
    let gone = home.answer(&["delete", "--when", "march 2024", "--yes"]);
    assert_eq!(gone["deleted_count"], 1);
    assert_eq!(found(&home.answer(&["list"])), ["alpha", "beta", "epsilon"].map(str::to_owned).into());
}

#[test]
fn a_filter_that_means_nothing_is_refused_and_never_passed_over() {
    let home = filled();
    for command in [vec!["list"], vec!["search", "ferry"], vec!["delete", "--yes"]] {
        for (flags, named) in [
            (["--when", "the day of the blue moon"], "blue moon"),
            (["--after", "2026-13-45"], "2026-13-45"),
            (["--before", "soon"], "soon"),
            (["--tags", ""], "empty"),
            (["--type", " "], "empty"),
            (["--tag-match", "some"], "any"),
            (["--colour", "blue"], "--colour"),
        ] {
            let told = home.refused(2, "invalid_input", &[command.as_slice(), &flags].concat());
            assert!(told.contains(named), "{command:?} {flags:?}: {told}");
        }
        let backwards = ["--after", "2026-06-01", "--before", "2026-01-01"];
        home.refused(2, "invalid_input", &[command.as_slice(), &backwards].concat());
    }
    assert_eq!(home.answer(&["list", "--store", "all"])["total"], 5);
    for line in [["list", "--page", "0"], ["list", "--page-size", "101"], ["list", "--page-size", "x"]] {
        home.refused(2, "invalid_input", &line);
    }
}

#[test]
fn tags_are_counted() {
    let home = filled();
    let counts = home.answer(&["tags"]);
    assert_eq!(counts["tags"][0], json!({"tag": "ferry", "memories": 3}));
    assert!(home.succeed(&["tags"]).contains("ferry"));
    let counts = home.answer(&["tags", "ti"]);
    assert_eq!(counts["tags"], json!([{"tag": "time", "memories": 2}]));
    assert_eq!(home.answer(&["tags", "--store", "work"])["total_tags"], 3);
    assert_eq!(home.answer(&["tags", "nothing-begins-so"])["tags"], json!([]));
    assert_eq!(home.succeed(&["tags", "nothing-begins-so"]).trim(), "no tags");
    let first = home.succeed(&["tags", "--limit", "1"]);
    assert!(first.contains("more: see --limit"), "{first}");
    for line in [["tags", "--limit", "0"], ["tags", "--limit", "many"], ["tags", "--limit", "100000"]] {
        assert!(home.refused(2, "invalid_input", &line).contains("--limit"), "{line:?}");
    }
}

#[test]
fn statistics_are_about_memories() {
    let home = filled();
    let counts = home.answer(&["stats"]);
    assert_eq!((&counts["total_memories"], &counts["superseded"]), (&json!(5), &json!(0)), "{counts}");
    let of = |list: &str, name: &str, value: &str| {
        let found = counts[list].as_array().unwrap().iter().find(|one| one[name] == value);
        found.unwrap_or_else(|| panic!("{counts}"))["memories"].clone()
    };
    assert_eq!(of("by_type", "memory_type", "decision"), 1);
    assert_eq!((of("by_store", "store", "default"), of("by_store", "store", "work")), (json!(4), json!(1)));
    assert_eq!(home.answer(&["stats", "--store", "work"])["total_memories"], 1);
    let said = home.succeed(&["stats"]);
    assert!(said.contains("Memories") && said.contains("work 1"), "{said}");
    let nothing = home.succeed(&["stats", "--store", "nowhere"]);
    assert!(!nothing.lines().any(|line| line.trim_end().ends_with(':')), "{nothing}");
    home.refused(2, "invalid_input", &["stats", "--store", ""]);
}

#[test]
fn settings_are_told_with_where_they_come_from_and_secrets_are_not() {
    let home = Home::new()
        .set("MCP_EXTERNAL_EMBEDDING_API_KEY", "sk-very-secret")
        .set("MCP_CONTENT_SPLIT_OVERLAP", "75");
    std::fs::write(home.path().join(".env"), "MCP_SEMANTIC_DEDUP_THRESHOLD=0.9\n").unwrap();
    let all = home.answer(&["config"]);
    let setting = |name: &str| {
        let found = all["settings"].as_array().unwrap().iter().find(|one| one["name"] == name);
        found.unwrap_or_else(|| panic!("{name}: {all}")).clone()
    };
    let path = setting("MCP_MEMORY_SQLITE_PATH");
    assert_eq!(path["value"], home.database().to_str().unwrap());
    assert_eq!(path["origin"]["kind"], "environment");
    assert_eq!(setting("MCP_CONTENT_SPLIT_OVERLAP")["value"].to_string().trim_matches('"'), "75");
    assert_ne!(setting("MCP_SEMANTIC_DEDUP_THRESHOLD")["origin"]["kind"], "default");
    assert_eq!(setting("MCP_SEMANTIC_DEDUP_ENABLED")["origin"]["kind"], "default");
    assert_eq!(setting("MCP_EXTERNAL_EMBEDDING_API_KEY")["is_secret"], true);
    let db = home.path().join("other.db");
    let flagged = home.answer(&["config", "MCP_MEMORY_SQLITE_PATH", "--db", db.to_str().unwrap()]);
    assert_eq!(
        (&flagged["value"], &flagged["origin"]["kind"]),
        (&json!(db.to_str().unwrap()), &json!("flag"))
    );
    for line in [vec!["config"], vec!["config", "--json"], vec!["config", "--all"]] {
        let said = home.succeed(&line);
        assert!(!said.contains("very-secret") && said.contains("MCP_EXTERNAL_EMBEDDING_API_KEY"), "{said}");
    }
    assert!(!home.succeed(&["config", "MCP_EXTERNAL_EMBEDDING_API_KEY"]).contains("very-secret"));
    let told = home.refused(2, "invalid_input", &["config", "MCP_MEMORY_SQLITE_PAHT"]);
    assert!(told.contains("MCP_MEMORY_SQLITE_PATH"), "{told}");
    home.refused(2, "invalid_input", &["config", ""]);
    assert!(!home.data().exists(), "asking for settings made files");
    // A value that cannot be used is told by name, by every command.
    let wrong = Home::new().set("MCP_CONTENT_SPLIT_OVERLAP", "a few");
    for line in [vec!["config"], vec!["list"], vec!["status"]] {
        let told = wrong.refused(2, "invalid_input", &line);
        assert!(told.contains("MCP_CONTENT_SPLIT_OVERLAP") && told.contains("a few"), "{told}");
    }
}

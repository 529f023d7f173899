use serde_json::{Value, json};
use testkit::Fault;

use crate::fixture::{Answer, Tools};
use engine::ErrorCode;

/// A stored memory as `memory_get` gives it.
async fn kept(tools: &Tools, arguments: Value) -> Value {
    let hash = tools.store(arguments).await;
    tools.answer("memory_get", json!({ "content_hash": hash })).await.structured
}

fn is_receipt(answer: &Answer, outcome: &str, vector: &str) -> bool {
    answer.structured["outcome"] == outcome
        && answer.structured["vector"] == vector
        && answer.structured["durable"] == true
}

#[tokio::test]
async fn a_receipt_says_that_the_text_is_kept_and_findable() {
    let answer = Tools::default().answer("memory_store", json!({"content": "Hello World"})).await;
    assert!(is_receipt(&answer, "created", "done"), "{answer:?}");
    assert_eq!(
        (&answer.structured["lexical"], &answer.structured["store"]),
        (&json!("done"), &json!("default"))
    );
    assert!(!answer.is_error);
    let hash = answer.structured["content_hash"].as_str().unwrap();
    assert_eq!(hash.len(), 64);
    assert_eq!(answer.text, format!("Memory stored successfully (hash: {hash})"));
}

#[tokio::test]
async fn content_is_kept_exactly() {
    for content in [
        "  padded\n",
        "tab\there",
        "\u{1b}[31mred\u{7}",
        "emoji 🦀 ﷽ \u{202e}rtl",
        "'; DROP TABLE memories; --",
        "\u{feff}bom",
    ] {
        let tools = Tools::default();
        assert_eq!(kept(&tools, json!({ "content": content })).await["content"], content);
    }
}

#[tokio::test]
async fn content_is_required_and_has_limits() {
    let tools = Tools::default();
    for blank in [json!({}), json!({"content": null}), json!({"content": ""}), json!({"content": " \n\t"})] {
        let text = tools.failure("memory_store", blank.clone()).await;
        assert!(text.starts_with("Error: `content`") && text.contains("required"), "{blank}: {text}");
    }
    let nul = tools.failure("memory_store", json!({"content": "a\0b"})).await;
    assert!(nul.contains("NUL character (U+0000) at byte 1"), "{nul}");
    let limit = 1024 * 1024;
    let long = tools.failure("memory_store", json!({"content": "x".repeat(limit + 1)})).await;
    assert!(long.contains("content is 1048577 bytes long, the limit is 1048576"), "{long}");
    tools.store(json!({"content": "x".repeat(limit)})).await;
    let number = tools.failure("memory_store", json!({"content": 5})).await;
    assert_eq!(number, "Error: `content` must be a text, not the number 5");
}

#[tokio::test]
async fn tags_and_type_are_taken_from_the_arguments_and_from_the_metadata() {
    let tools = Tools::default();
    let memory = kept(
        &tools,
        json!({
            "content": "a", "tags": "Infra, db", "memory_type": "My-Own_type",
            "metadata": {"tags": ["DB", "extra"], "priority": 1}
        }),
    )
    .await;
    assert_eq!(memory["tags"], json!(["infra", "db", "extra"]));
    assert_eq!(memory["memory_type"], "My-Own_type");
    assert_eq!(memory["metadata"], json!({"priority": 1}));
    let memory = kept(&tools, json!({"content": "b", "metadata": {"type": "decision", "tags": "x,y"}})).await;
    assert_eq!((&memory["memory_type"], &memory["tags"]), (&json!("decision"), &json!(["x", "y"])));
    assert_eq!(memory["metadata"], json!({}));
}

#[tokio::test]
async fn without_a_type_a_memory_is_a_note() {
    for arguments in
        [json!({"content": "a"}), json!({"content": "a", "memory_type": "", "metadata": {"type": null}})]
    {
        assert_eq!(kept(&Tools::default(), arguments).await["memory_type"], "note");
    }
}

#[tokio::test]
async fn two_different_types_are_refused_and_two_equal_ones_are_one() {
    let tools = Tools::default();
    let both = |inner: &str| json!({"content": "a", "memory_type": "error", "metadata": {"type": inner}});
    let text = tools.failure("memory_store", both("decision")).await;
    assert_eq!(
        text,
        "Error: `memory_type` is \"error\" and `metadata.type` is \"decision\": give one of them"
    );
    assert_eq!(kept(&tools, both("error")).await["memory_type"], "error");
}

#[tokio::test]
async fn conversation_author_and_machine_are_kept_in_the_metadata() {
    let memory = kept(
        &Tools::default(),
        json!({
            "content": "a", "tags": ["t"], "conversation_id": "c-1", "agent_id": "planner", "client_hostname": "laptop",
            "metadata": {"agent_id": "older", "k": "v"}
        }),
    )
    .await;
    assert_eq!(
        memory["metadata"],
        json!({"agent_id": "planner", "k": "v", "conversation_id": "c-1", "hostname": "laptop"})
    );
    assert_eq!(memory["agent_id"], "planner");
    assert_eq!(memory["tags"], json!(["t", "source:laptop"]));
}

#[tokio::test]
async fn limits_of_tags_type_store_and_metadata_are_told() {
    let tools = Tools::default();
    let many: Vec<String> = (0..101).map(|number| format!("t{number}")).collect();
    for (name, value, told) in [
        ("tags", json!(many), "101 tags were given, at most 100"),
        ("tags", json!(["x".repeat(101)]), "is 101 characters long, the limit is 100"),
        ("tags", json!([5]), "not a number"),
        ("tags", json!(["a\0b"]), "NUL"),
        ("memory_type", json!("x".repeat(101)), "memory type is 101 characters long"),
        ("memory_type", json!("a\nb"), "control character"),
        ("store", json!("all"), "cannot be written to"),
        ("store", json!("a\0b"), "control character"),
        ("metadata", json!({"x": "y".repeat(70_000)}), "limit is 65536"),
        ("metadata", json!([1]), "must be an object"),
        ("metadata", json!({"type": 5}), "`metadata.type` must be a text"),
        ("metadata", json!({"tags": 5}), "`metadata.tags`"),
        ("client_hostname", json!("h".repeat(100)), "`client_hostname`"),
    ] {
        let mut arguments = json!({"content": "a"});
        arguments[name] = value;
        let error = tools.call("memory_store", arguments).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput, "{name}");
        assert!(error.to_string().contains(told), "{name}: {error}");
    }
    assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 0);
}

#[tokio::test]
async fn a_text_that_is_there_already_is_a_duplicate_whatever_its_case_and_outer_space() {
    let tools = Tools::default();
    let hash = tools.store(json!({"content": "Fix the port"})).await;
    let again = tools.answer("memory_store", json!({"content": "  FIX THE PORT\n", "tags": ["new"]})).await;
    assert!(again.is_error && is_receipt(&again, "duplicate", "done"), "{again:?}");
    assert_eq!(again.structured["content_hash"], hash);
    assert_eq!(
        again.text,
        format!("Error storing memory: Duplicate content detected (exact match) (hash: {hash})")
    );
    assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 1);
}

#[tokio::test]
async fn a_duplicate_in_another_store_is_named_with_its_store() {
    let tools = Tools::default();
    tools.store(json!({"content": "a fact", "store": "docs"})).await;
    let again = tools.answer("memory_store", json!({"content": "a fact"})).await;
    assert_eq!(again.structured["store"], "docs");
    assert!(again.text.contains("(exact match); already exists in store 'docs'"), "{}", again.text);
}

#[tokio::test]
async fn a_similar_text_is_kept_and_the_other_is_named() {
    let tools = Tools::default();
    let first = tools.store(json!({"content": "the service listens on port number 8080"})).await;
    let answer =
        tools.answer("memory_store", json!({"content": "the service listens on port number 8081"})).await;
    assert!(is_receipt(&answer, "created", "done"));
    assert_eq!(answer.structured["near_duplicates"][0]["content_hash"], first);
    assert!(answer.text.contains(&format!("Similar memory: {first}")), "{}", answer.text);
    assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 2);
}

#[tokio::test]
async fn without_a_model_a_text_is_kept_and_said_to_be_pending() {
    let tools = Tools::default();
    tools.bench.embedder.set_broken(true);
    let answer = tools.answer("memory_store", json!({"content": "port 5433"})).await;
    assert!(!answer.is_error && is_receipt(&answer, "created", "pending"), "{answer:?}");
    assert!(answer.text.contains("\nWarning: stored, but not found by meaning yet"), "{}", answer.text);
    let found = tools.answer("memory_search", json!({"query": "5433"})).await;
    assert_eq!(found.structured["total"], 1);
    assert_eq!(found.structured["memories"][0]["embedding"], "pending");
}

#[tokio::test]
async fn a_full_disk_is_an_error_and_what_is_there_stays_readable() {
    let tools = Tools::default();
    tools.store(json!({"content": "before"})).await;
    tools.bench.store.set_fault(Some(Fault::Full));
    let error = tools.call("memory_store", json!({"content": "after"})).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::StorageFull);
    assert!(
        error.to_string().starts_with("Error storing memory: the disk that holds the memory store is full")
    );
    assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 1);
    tools.bench.store.set_fault(None);
    tools.store(json!({"content": "after"})).await;
}

#[tokio::test]
async fn a_deleted_text_is_stored_anew_and_the_receipt_says_so() {
    let tools = Tools::default();
    let hash = tools.store(json!({"content": "a fact"})).await;
    tools.answer("memory_delete", json!({ "content_hash": hash })).await;
    let answer = tools.answer("memory_store", json!({"content": "a fact", "restore_deleted": true})).await;
    assert!(is_receipt(&answer, "created", "done"));
    assert!(
        answer.text.contains("Warning: a memory with this text was deleted on 2026-03-11"),
        "{}",
        answer.text
    );
}

#[tokio::test]
async fn what_happened_earlier_is_found_by_when_it_happened() {
    let tools = Tools::default();
    tools.store(json!({"content": "we moved", "occurred_at": "2020-05-04"})).await;
    tools.store(json!({"content": "we stayed"})).await;
    let listed = tools.answer("memory_list", json!({"time_expr": "may 2020"})).await;
    assert_eq!(crate::fixture::contents(&listed), ["we moved"]);
    assert_eq!(listed.structured["memories"][0]["occurred_at"], "2020-05-04T00:00:00Z");
    assert_eq!(listed.structured["memories"][0]["origin"], json!({"kind": "user"}));
    let found = tools.answer("memory_search", json!({"query": "we moved"})).await;
    assert!(found.text.contains("Type: note | Happened: 2020-05-04T00:00:00Z | "), "{}", found.text);
    let text = tools.failure("memory_store", json!({"content": "x", "occurred_at": "in may"})).await;
    assert!(text.contains("`occurred_at`") && text.contains("YYYY-MM-DD"), "{text}");
}

#[tokio::test]
async fn a_text_that_is_too_long_for_one_memory_becomes_several_and_each_is_told() {
    let tools = Tools::with(engine::Settings {
        splitting: Some(model::Splitting::new(100, 10, model::Cuts::AtBoundaries).unwrap()),
        ..engine::Settings::default()
    });
    let text = "The first sentence is about ports. The second one is about parsers. ".repeat(4);
    let answer = tools.answer("memory_store", json!({"content": text, "tags": ["long"]})).await;
    let parts = answer.structured["parts"].as_array().unwrap();
    assert!(parts.len() > 2 && !answer.is_error);
    assert_eq!(answer.structured["outcome"], "split");
    let created = parts.iter().filter(|part| part["outcome"] == "created").count();
    let whole = answer.structured["content_hash"].as_str().unwrap();
    assert!(
        answer
            .text
            .starts_with(&format!("Successfully stored {created} memory chunks (original hash: {whole})")),
        "{}",
        answer.text
    );
    let listed = tools.answer("memory_list", json!({"tags": ["long"]})).await;
    assert_eq!(listed.structured["total"], created);
    assert_eq!(listed.structured["memories"][0]["metadata"]["original_hash"], json!(whole));
}

#[tokio::test]
async fn an_unknown_type_is_kept_and_the_receipt_says_so() {
    let tools = Tools::default();
    let answer = tools.answer("memory_store", json!({"content": "a", "memory_type": "gizmo"})).await;
    assert!(answer.text.contains("\nWarning: ") && answer.text.contains("gizmo"), "{}", answer.text);
    assert!(answer.text.contains("MCP_CUSTOM_MEMORY_TYPES"), "{}", answer.text);
    assert_eq!(answer.structured["warnings"].as_array().unwrap().len(), 1);
    let known = tools.answer("memory_store", json!({"content": "b"})).await;
    assert_eq!(known.structured["warnings"], json!([]));
}

#[tokio::test]
async fn a_text_whose_deletion_was_recorded_is_stored_only_when_it_is_to_be_restored() {
    let tools = Tools::default();
    let text = model::Content::parse("gone".to_owned()).unwrap();
    tools.bench.store.record_deletion(&model::ContentHash::of(&text), model::Timestamp::from_microseconds(0));
    let refused = tools.failure("memory_store", json!({"content": "gone"})).await;
    assert!(
        refused.starts_with("Error storing memory: not stored: this content was deleted on 1970-01-01"),
        "{refused}"
    );
    assert!(refused.contains("restore_deleted=true"), "{refused}");
    let restored = tools.answer("memory_store", json!({"content": "gone", "restore_deleted": "true"})).await;
    assert!(!restored.is_error, "{}", restored.text);
}

#[tokio::test]
async fn what_the_original_would_have_extracted_is_warned_of_and_the_text_is_kept() {
    let tools = Tools::default();
    let qualified =
        json!({"content": "a", "auto_extract": false, "min_extract_confidence": 0.5, "extract_types": ["x"]});
    assert_eq!(tools.answer("memory_store", qualified).await.structured["warnings"], json!([]));
    let asked = json!({"content": "b", "auto_extract": true, "min_extract_confidence": 0.9, "role": "user"});
    let receipt = tools.answer("memory_store", asked).await;
    assert_eq!(receipt.structured["outcome"], "created");
    let warnings = receipt.structured["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 2, "{}", receipt.text);
    assert!(warnings[0].as_str().unwrap().starts_with("`auto_extract` is not supported yet"), "{warnings:?}");
    assert!(receipt.text.contains("Warning: `role` is not supported yet"), "{}", receipt.text);
}

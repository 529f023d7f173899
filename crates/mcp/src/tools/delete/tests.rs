use serde_json::{Value, json};

use crate::fixture::Tools;
use engine::ErrorCode;

async fn seven() -> (Tools, Vec<String>) {
    let tools = Tools::default();
    let mut hashes = Vec::new();
    for number in 1..=7 {
        let tags = if number % 2 == 0 { json!(["even", "n"]) } else { json!(["odd", "n"]) };
        hashes.push(tools.store(json!({"content": format!("memory {number}"), "tags": tags})).await);
        tools.next_day();
    }
    (tools, hashes)
}

async fn left(tools: &Tools) -> Value {
    tools.answer("memory_list", json!({"store": "all"})).await.structured["total"].clone()
}

#[tokio::test]
async fn one_memory_is_deleted_by_its_hash() {
    let (tools, hashes) = seven().await;
    let answer = tools.answer("memory_delete", json!({"content_hash": hashes[2]})).await;
    assert_eq!(
        answer.text,
        format!("Successfully deleted memory {}\n\nDeleted 1 memories\n\nTo take it back: undo 1", hashes[2])
    );
    assert_eq!(
        answer.structured,
        json!({"dry_run": false, "matched_count": 1, "deleted_count": 1, "hashes": [hashes[2]], "undo": 1})
    );
    let error = tools.call("memory_delete", json!({"content_hash": hashes[2]})).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotFound);
    assert!(error.to_string().contains(&format!("Memory with hash {} not found", hashes[2])), "{error}");
    assert_eq!(left(&tools).await, 6);
}

#[tokio::test]
async fn every_condition_must_hold() {
    let (tools, hashes) = seven().await;
    let answer = tools.answer("memory_delete", json!({"tags": "even", "before": "2026-03-14"})).await;
    assert_eq!(answer.structured["hashes"], json!([hashes[1]]));
    assert_eq!(
        answer.text,
        "Successfully deleted 1 memories matching 1 tag(s)\n\nDeleted 1 memories\n\nTo take it back: undo 1"
    );
    let missed =
        tools.call("memory_delete", json!({"content_hash": hashes[0], "tags": ["even"]})).await.unwrap_err();
    assert_eq!(missed.code, ErrorCode::NotFound);
    let elsewhere =
        tools.call("memory_delete", json!({"content_hash": hashes[0], "store": "docs"})).await.unwrap_err();
    assert_eq!(elsewhere.code, ErrorCode::NotFound);
    let answer = tools.answer("memory_delete", json!({"after": "2026-03-16"})).await;
    assert_eq!(
        answer.text,
        "Successfully deleted 2 memories\n\nDeleted 2 memories\n\nTo take it back: undo 2"
    );
    assert_eq!(left(&tools).await, 4);
}

#[tokio::test]
async fn a_dry_run_says_what_would_be_and_deletes_nothing() {
    let (tools, hashes) = seven().await;
    let answer = tools.answer("memory_delete", json!({"tags": ["n"], "dry_run": "true"})).await;
    let newest: Vec<&str> = hashes.iter().rev().map(String::as_str).collect();
    assert_eq!(
        answer.text,
        format!(
            "Would delete 7 memories\n\nWould delete 7 memories\nHashes: {} ... and 2 more",
            newest[..5].join(", ")
        )
    );
    let counts = ["dry_run", "matched_count", "deleted_count"].map(|name| answer.structured[name].clone());
    assert_eq!(counts, [json!(true), json!(7), json!(0)]);
    assert_eq!(answer.structured["hashes"].as_array().unwrap().len(), 7);
    let one = tools.answer("memory_delete", json!({"content_hash": &hashes[0][..10], "dry_run": true})).await;
    assert_eq!(
        one.text,
        format!("Would delete 1 memory with hash: {0}\n\nWould delete 1 memories\nHashes: {0}", hashes[0])
    );
    assert_eq!(left(&tools).await, 7);
}

#[tokio::test]
async fn a_filter_that_nothing_meets_is_no_error() {
    let (tools, _) = seven().await;
    let answer = tools.answer("memory_delete", json!({"tags": ["nothing"]})).await;
    assert!(!answer.is_error);
    assert_eq!(answer.text, "No memories found that meet the conditions\n\nDeleted 0 memories");
    let dry = tools.answer("memory_delete", json!({"tags": ["nothing"], "dry_run": true})).await;
    assert_eq!(dry.structured["matched_count"], 0);
    assert_eq!(left(&tools).await, 7);
}

#[tokio::test]
async fn without_a_condition_nothing_is_deleted() {
    let (tools, _) = seven().await;
    for arguments in [
        json!({}),
        json!({"tags": []}),
        json!({"tags": ""}),
        json!({"content_hash": "", "before": null, "after": " ", "memory_type": " "}),
        json!({"store": "all"}),
        json!({"tag_match": "all", "dry_run": false}),
    ] {
        let text = tools.failure("memory_delete", arguments.clone()).await;
        assert!(
            text.starts_with("Error: at least one filter is required (content_hash, tags"),
            "{arguments}: {text}"
        );
    }
    assert_eq!(left(&tools).await, 7);
}

#[tokio::test]
async fn what_cannot_be_understood_deletes_nothing() {
    let (tools, hashes) = seven().await;
    for (name, value) in [
        ("tags", json!({"a": 1})),
        ("tag_match", json!("none")),
        ("before", json!("tomorrow")),
        ("after", json!(5)),
        ("dry_run", json!("maybe")),
        ("content_hash", json!("%")),
        ("content_hash", json!("abc")),
        ("hashes", json!([hashes[0]])),
        ("confirm", json!(true)),
    ] {
        let mut arguments = json!({"tags": ["n"]});
        arguments[name] = value;
        let error = tools.call("memory_delete", arguments).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidInput, "{name}");
    }
    assert_eq!(left(&tools).await, 7);
}

#[tokio::test]
async fn nothing_in_a_condition_is_syntax() {
    let (tools, _) = seven().await;
    for hostile in
        ["' OR 1=1 --", "%", "n' OR 'a'='a", "*", "_", "\" OR \"\"=\"", "n\" ; DELETE FROM memories; --"]
    {
        for name in ["tags", "memory_type", "store"] {
            let mut arguments =
                json!({"memory_type": "no such type", "tags": ["no such tag"], "tag_match": "all"});
            arguments[name] = json!(hostile);
            let answer = tools.answer("memory_delete", arguments).await;
            assert_eq!(answer.structured["deleted_count"], 0, "{name}={hostile}");
        }
    }
    assert_eq!(left(&tools).await, 7);
}

#[tokio::test]
async fn a_time_in_words_is_understood_and_told_in_the_answer() {
    let (tools, hashes) = seven().await;
    let answer = tools.answer("memory_delete", json!({"time_expr": "yesterday", "dry_run": true})).await;
    assert_eq!(answer.structured["hashes"], json!([hashes[6]]));
    assert!(
        answer.text.ends_with("\n\nTime: from 2026-03-17T00:00:00Z, before 2026-03-18T00:00:00Z"),
        "{}",
        answer.text
    );
    let text = tools.failure("memory_delete", json!({"time_expr": "the other day"})).await;
    assert!(text.contains("`time_expr`") && text.contains("yesterday, last night"), "{text}");
    assert_eq!(left(&tools).await, 7);
}

#[tokio::test]
async fn a_deletion_is_taken_back_by_its_number_but_never_over_what_is_live() {
    let (tools, hashes) = seven().await;
    let deleted = tools.answer("memory_delete", json!({"tags": ["odd"]})).await;
    let number = deleted.structured["undo"].as_i64().unwrap();
    assert!(deleted.text.ends_with(&format!("\n\nTo take it back: undo {number}")), "{}", deleted.text);
    tools.store(json!({"content": "memory 1", "tags": ["anew"]})).await;
    let undone = tools.answer("memory_delete", json!({"undo": number})).await;
    assert!(undone.text.starts_with("Restored 3 memories\nNot restored: "), "{}", undone.text);
    assert_eq!(undone.structured["not_restored"], json!([{"content_hash": hashes[0], "reason": "live"}]));
    assert_eq!(left(&tools).await, 7);
    let kept = tools.answer("memory_get", json!({"hash": hashes[0]})).await;
    assert_eq!(kept.structured["tags"], json!(["anew"]));
}

#[tokio::test]
async fn an_undo_of_nothing_and_one_with_conditions_are_refused() {
    let (tools, _) = seven().await;
    assert!(tools.failure("memory_delete", json!({"undo": 77})).await.contains("no deletion 77"));
    let mixed = json!({"undo": 1, "tags": ["odd"]});
    assert!(tools.failure("memory_delete", mixed).await.contains("leave out `tags`"));
    assert_eq!(left(&tools).await, 7);
}

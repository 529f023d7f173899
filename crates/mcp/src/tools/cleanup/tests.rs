use serde_json::json;

use crate::fixture::{Tools, contents};

async fn alike() -> Tools {
    let tools = Tools::default();
    for content in ["the staging port is 5433", "something else entirely", "the staging port is 5433!"] {
        tools.store(json!({"content": content, "tags": ["x"]})).await;
        tools.next_day();
    }
    tools
}

#[tokio::test]
async fn near_duplicates_are_reported_and_nothing_is_deleted() {
    let tools = alike().await;
    let answer = tools.answer("memory_cleanup", json!({})).await;
    let pair = &answer.structured["pairs"][0];
    assert_eq!(
        (&pair["kept_text"], &pair["removed_text"]),
        (&json!("the staging port is 5433"), &json!("the staging port is 5433!"))
    );
    assert!(
        answer.text.starts_with("Found 1 pairs of near-duplicate memories; nothing was deleted"),
        "{}",
        answer.text
    );
    assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 3);
}

#[tokio::test]
async fn the_newer_one_is_deleted_when_asked_and_comes_back_when_taken_back() {
    let tools = alike().await;
    let answer = tools.answer("memory_cleanup", json!({"dry_run": false})).await;
    assert!(answer.text.starts_with("Successfully soft-deleted 1 duplicate memories"), "{}", answer.text);
    let listed = tools.answer("memory_list", json!({})).await;
    assert_eq!(contents(&listed), ["something else entirely", "the staging port is 5433"]);
    tools.answer("memory_delete", json!({"undo": answer.structured["undo"]})).await;
    assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 3);
}

#[tokio::test]
async fn nothing_alike_is_told_in_the_words_that_clients_know() {
    let tools = Tools::default();
    tools.store(json!({"content": "alone"})).await;
    assert_eq!(tools.answer("memory_cleanup", json!({})).await.text, "No duplicate memories found");
    assert_eq!(tools.answer("cleanup_duplicates", json!({})).await.text, "No duplicate memories found");
    let text = tools.failure("memory_cleanup", json!({"threshold": 0.2})).await;
    assert!(text.contains("`threshold` is 0.2, it must be from 0.5 to 1"), "{text}");
}

#[tokio::test]
async fn a_report_that_is_too_long_is_cut_at_whole_pairs_and_says_so() {
    let tools = alike().await;
    tools.store(json!({"content": "something else entirely!"})).await;
    let answer = tools.answer("memory_cleanup", json!({"max_response_chars": 300})).await;
    assert_eq!(answer.structured["pairs"].as_array().unwrap().len(), 1);
    assert_eq!(answer.structured["omitted"], 1);
    assert!(
        answer.text.starts_with("Found 2 pairs")
            && answer.text.ends_with("and 1 more pairs, left out to keep the answer short"),
        "{}",
        answer.text
    );
}

use serde_json::{Value, json};

use super::OLDER;
use crate::fixture::{Tools, contents};
use crate::tools::{Profile, TOOLS};

/// Three memories, a day apart, the last one on 2026-03-13; now it is that day.
async fn three() -> Tools {
    let tools = Tools::default();
    for (content, tags) in [
        ("we chose port 5433 for staging", json!(["infra", "db"])),
        ("the parser reads UTF-8 only", json!(["parser"])),
        ("the index is rebuilt at night", json!(["db"])),
    ] {
        if content != "we chose port 5433 for staging" {
            tools.next_day();
        }
        tools.store(json!({"content": content, "tags": tags})).await;
    }
    tools
}

async fn found(name: &str, arguments: Value) -> Vec<String> {
    let answer = three().await.answer(name, arguments).await;
    contents(&answer).into_iter().map(str::to_owned).collect()
}

/// What is left after a deletion.
async fn left(name: &str, arguments: Value) -> Vec<String> {
    let tools = three().await;
    tools.answer(name, arguments).await;
    let answer = tools.answer("memory_list", json!({})).await;
    contents(&answer).into_iter().map(str::to_owned).collect()
}

const PORT: &str = "we chose port 5433 for staging";
const PARSER: &str = "the parser reads UTF-8 only";
const INDEX: &str = "the index is rebuilt at night";

#[test]
fn no_older_name_is_one_of_today_and_each_is_listed_as_such() {
    for older in OLDER {
        assert!(TOOLS.iter().all(|tool| tool.name != older.name), "{}", older.name);
        assert_eq!(older.profile, Profile::Legacy);
        assert!(older.description.starts_with("Older "), "{}", older.description);
    }
}

#[tokio::test]
async fn store_memory_takes_tags_beside_the_content_and_in_the_metadata() {
    for arguments in [
        json!({"content": "a", "tags": "x, y", "memory_type": "decision", "client_hostname": "h"}),
        json!({"content": "a", "metadata": {"tags": ["x", "y"], "type": "decision"}, "client_hostname": "h"}),
    ] {
        let tools = Tools::default();
        let stored = tools.answer("store_memory", arguments).await;
        assert!(stored.text.starts_with("Memory stored successfully (hash: "), "{}", stored.text);
        let memory = tools.answer("memory_get", json!({"hash": stored.structured["content_hash"]})).await;
        assert_eq!(memory.structured["tags"], json!(["x", "y", "source:h"]));
        assert_eq!(memory.structured["memory_type"], "decision");
    }
}

#[tokio::test]
async fn retrieve_memory_searches_by_meaning_for_five() {
    let tools = Tools::default();
    for number in 0..7 {
        tools.store(json!({"content": format!("apple number {number}")})).await;
    }
    let answer = tools.answer("retrieve_memory", json!({"query": "apple"})).await;
    assert_eq!((contents(&answer).len(), &answer.structured["mode"]), (5, &json!("semantic")));
    for arguments in [json!({"query": "apple", "n_results": 2}), json!({"query": "apple", "limit": "2"})] {
        assert_eq!(contents(&tools.answer("retrieve_memory", arguments).await).len(), 2);
    }
    assert!(tools.failure("retrieve_memory", json!({"n_results": 2})).await.contains("`query` is required"));
}

#[tokio::test]
async fn recall_memory_takes_the_time_out_of_the_query() {
    let tools = three().await;
    let answer =
        tools.answer("recall_memory", json!({"query": "what was said yesterday about the port"})).await;
    assert_eq!(contents(&answer), [PARSER]);
    assert_eq!(answer.structured["query"], "what was said about the port");
    assert!(answer.structured["time_window"]["from"].is_string(), "{}", answer.text);
    assert!(answer.text.contains("Time: from 2026-03-1"), "{}", answer.text);
    assert_eq!(found("recall_memory", json!({"query": "yesterday"})).await, [PARSER]);
    assert_eq!(found("recall_memory", json!({"query": "port 5433 staging", "n_results": 1})).await, [PORT]);
}

#[tokio::test]
async fn a_timeframe_includes_its_last_day_and_is_one_day_without_an_end() {
    let one = json!({"start_date": "2026-03-12"});
    assert_eq!(found("recall_by_timeframe", one).await, [PARSER]);
    let two = json!({"start_date": "2026-03-11", "end_date": "2026-03-12"});
    assert_eq!(found("recall_by_timeframe", two).await, [PARSER, PORT]);
    let tools = three().await;
    for arguments in
        [json!({"start_date": "yesterday"}), json!({"start_date": "2026-03-12", "end_date": "x"})]
    {
        let text = tools.failure("recall_by_timeframe", arguments).await;
        assert!(text.contains("is not a date") && text.contains("YYYY-MM-DD"), "{text}");
    }
    let reversed = json!({"start_date": "2026-03-13", "end_date": "2026-03-11"});
    assert!(tools.failure("recall_by_timeframe", reversed).await.contains("empty"));
}

#[tokio::test]
async fn search_by_tag_needs_one_of_the_tags_unless_all_are_asked_for() {
    assert_eq!(found("search_by_tag", json!({"tags": ["infra", "parser"]})).await, [PARSER, PORT]);
    assert_eq!(found("search_by_tag", json!({"tags": "infra, db", "operation": "and"})).await, [PORT]);
    assert_eq!(found("search_by_tag", json!({"tags": ["infra", "db"], "match_all": true})).await, [PORT]);
    for tags in [json!({}), json!({"tags": []}), json!({"tags": " , "})] {
        let text = three().await.failure("search_by_tag", tags).await;
        assert!(text.contains("`tags`"), "{text}");
    }
}

#[tokio::test]
async fn list_memories_gives_ten_on_a_page_and_takes_one_tag() {
    let answer = three().await.answer("list_memories", json!({"tag": "db"})).await;
    assert_eq!(contents(&answer), [INDEX, PORT]);
    assert_eq!(answer.structured["page_size"], 10);
    assert_eq!(found("list_memories", json!({"page": 2, "page_size": 2})).await, [PORT]);
}

#[tokio::test]
async fn a_start_alone_deletes_one_day_and_nothing_since() {
    assert_eq!(left("delete_by_timeframe", json!({"start_date": "2026-03-12"})).await, [INDEX, PORT]);
    let frame = json!({"start_date": "2026-03-11", "end_date": "2026-03-12", "tag": "db"});
    assert_eq!(left("delete_by_timeframe", frame).await, [INDEX, PARSER]);
    let text = three().await.failure("delete_by_timeframe", json!({})).await;
    assert!(text.contains("`start_date` is required"), "{text}");
}

#[tokio::test]
async fn what_is_deleted_before_a_date_ends_with_the_day_before() {
    assert_eq!(left("delete_before_date", json!({"before_date": "2026-03-12"})).await, [INDEX, PARSER]);
    let tagged = json!({"before_date": "2026-03-14", "tag": "parser"});
    assert_eq!(left("delete_before_date", tagged).await, [INDEX, PORT]);
}

#[tokio::test]
async fn tags_delete_in_every_spelling_and_no_tags_delete_nothing() {
    assert_eq!(left("delete_by_tag", json!({"tag": "parser"})).await, [INDEX, PORT]);
    assert_eq!(left("delete_by_tag", json!({"tags": "db"})).await, [PARSER]);
    assert_eq!(left("delete_by_tags", json!({"tags": ["infra", "parser"]})).await, [INDEX]);
    assert_eq!(left("delete_by_all_tags", json!({"tags": ["infra", "db"]})).await, [INDEX, PARSER]);
    for name in ["delete_by_tag", "delete_by_tags", "delete_by_all_tags"] {
        for arguments in [json!({}), json!({"tags": []}), json!({"tags": ""}), json!({"tags": ","})] {
            let tools = three().await;
            assert!(tools.failure(name, arguments).await.contains("`tags`"), "{name}");
            assert_eq!(tools.answer("memory_list", json!({})).await.structured["total"], 3);
        }
    }
}

#[tokio::test]
async fn delete_memory_deletes_one_and_a_wrong_hash_is_a_failure() {
    let tools = three().await;
    let hash = tools.store(json!({"content": "scratch"})).await;
    let deleted = tools.answer("delete_memory", json!({"content_hash": hash})).await;
    assert!(deleted.text.starts_with(&format!("Successfully deleted memory {hash}")), "{}", deleted.text);
    assert!(tools.failure("delete_memory", json!({"content_hash": hash})).await.contains("not found"));
    assert!(tools.failure("delete_memory", json!({})).await.contains("`content_hash` is required"));
}

#[tokio::test]
async fn upkeep_answers_as_the_tools_of_today() {
    let tools = three().await;
    let updates =
        json!({"content_hash": tools.store(json!({"content": "a"})).await, "updates": {"tags": ["z"]}});
    for (older, today, arguments) in [
        ("check_database_health", "memory_health", json!({})),
        ("get_cache_stats", "memory_stats", json!({})),
        ("update_memory_metadata", "memory_update", updates),
    ] {
        assert_eq!(tools.answer(older, arguments.clone()).await, tools.answer(today, arguments).await);
    }
}

#[tokio::test]
async fn exact_match_retrieve_looks_for_the_text() {
    assert_eq!(found("exact_match_retrieve", json!({"content": "port 5433"})).await, [PORT]);
    let text = three().await.failure("exact_match_retrieve", json!({})).await;
    assert!(text.contains("`content` is required"), "{text}");
}

#[tokio::test]
async fn debug_retrieve_explains_and_leaves_out_what_is_less_similar() {
    let tools = three().await;
    let all = tools.answer("debug_retrieve", json!({"query": PORT})).await;
    assert!(contents(&all).len() > 1 && all.text.contains("Debug Info:"), "{}", all.text);
    let near = tools.answer("debug_retrieve", json!({"query": PORT, "similarity_threshold": 0.9})).await;
    assert_eq!(contents(&near), [PORT]);
    assert!(near.structured["memories"][0]["explanation"].is_object());
}

#[tokio::test]
async fn retrieve_with_quality_boost_lets_quality_count() {
    let answer = three().await.answer("retrieve_with_quality_boost", json!({"query": "port"})).await;
    assert_eq!((contents(&answer)[0], &answer.structured["mode"]), (PORT, &json!("hybrid")));
    let wrong = json!({"query": "port", "quality_weight": 2});
    assert!(three().await.failure("retrieve_with_quality_boost", wrong).await.contains("from 0 to 1"));
}

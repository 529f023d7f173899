use serde_json::{Value, json};

use crate::fixture::{Tools, contents};

async fn five() -> Tools {
    let tools = Tools::default();
    for number in 1..=5 {
        let tags = if number % 2 == 0 { json!(["even"]) } else { json!(["odd", "x"]) };
        tools
            .store(json!({"content": format!("memory {number}"), "tags": tags, "memory_type": "learning"}))
            .await;
        tools.next_day();
    }
    tools.store(json!({"content": "elsewhere", "store": "docs"})).await;
    tools
}

#[tokio::test]
async fn pages_are_newest_first_with_the_true_total() {
    let tools = five().await;
    let answer = tools.answer("memory_list", json!({"page": 2, "page_size": 2})).await;
    assert_eq!(contents(&answer), ["memory 3", "memory 2"]);
    let counts =
        ["page", "page_size", "total", "total_pages", "has_more"].map(|name| answer.structured[name].clone());
    assert_eq!(counts, [json!(2), json!(2), json!(5), json!(3), json!(true)]);
    let last = tools.answer("memory_list", json!({"page": "3", "page_size": "2"})).await;
    assert_eq!((contents(&last), &last.structured["has_more"]), (vec!["memory 1"], &json!(false)));
    let beyond = tools.answer("memory_list", json!({"page": 4_000_000_000_u64, "page_size": 100})).await;
    assert_eq!((contents(&beyond), &beyond.structured["total"]), (vec![], &json!(5)));
}

#[tokio::test]
async fn the_text_is_the_same_as_json() {
    let answer = five().await.answer("memory_list", json!({})).await;
    assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap(), answer.structured);
    assert!(answer.text.starts_with("{\n  \"memories\": ["));
}

#[tokio::test]
async fn filters_count_too() {
    let tools = five().await;
    for (filter, total) in [
        (json!({"tags": ["even"]}), 2),
        (json!({"tags": "even, odd"}), 5),
        (json!({"tags": ["even", "odd"], "tag_match": "all"}), 0),
        (json!({"tags": ["X", "odd"], "tag_match": "ALL"}), 3),
        (json!({"tags": []}), 5),
        (json!({"type": "learning"}), 5),
        (json!({"memory_type": "Learning"}), 0),
        (json!({"after": "2026-03-13"}), 3),
        (json!({"before": "2026-03-13", "tags": ["odd"]}), 1),
        (json!({"store": "docs"}), 1),
        (json!({"store": "all"}), 6),
    ] {
        let answer = tools.answer("memory_list", filter.clone()).await;
        assert_eq!(answer.structured["total"], total, "{filter}");
    }
}

#[tokio::test]
async fn pages_have_bounds() {
    let tools = five().await;
    for (name, value) in
        [("page", json!(0)), ("page_size", json!(0)), ("page_size", json!(101)), ("page", json!(-1))]
    {
        let mut arguments = json!({});
        arguments[name] = value.clone();
        let text = tools.failure("memory_list", arguments).await;
        assert!(text.starts_with(&format!("Error: `{name}` is {value}, it must be from 1 to ")), "{text}");
    }
    let whole = tools.answer("memory_list", json!({"page_size": 100})).await;
    assert_eq!(whole.structured["total_pages"], 1);
}

#[tokio::test]
async fn a_page_that_is_too_long_is_cut_after_a_whole_memory_and_says_so() {
    let tools = five().await;
    let all = tools.answer("memory_list", json!({"max_response_chars": 5 * (200 + 8 + 4)})).await;
    assert_eq!((contents(&all).len(), &all.structured["omitted"]), (5, &json!(0)));
    assert!(all.structured.get("notices").is_none());
    let cut = tools.answer("memory_list", json!({"max_response_chars": 2 * (200 + 8 + 5)})).await;
    assert_eq!(contents(&cut), ["memory 5", "memory 4"]);
    assert_eq!((&cut.structured["omitted"], &cut.structured["total"]), (&json!(3), &json!(5)));
    assert!(cut.structured["notices"][0].as_str().unwrap().contains("pages of 2 memories"), "{}", cut.text);
    let least = tools.answer("memory_list", json!({"max_response_chars": 1})).await;
    assert_eq!(contents(&least), ["memory 5"]);
}

#[tokio::test]
async fn free_fields_count_for_the_length_of_a_page() {
    let tools = Tools::default();
    for number in 0..2 {
        tools
            .store(json!({"content": format!("memory {number}"), "metadata": {"x": "y".repeat(1000)}}))
            .await;
    }
    assert_eq!(contents(&tools.answer("memory_list", json!({"max_response_chars": 2000})).await).len(), 1);
    assert_eq!(contents(&tools.answer("memory_list", json!({"max_response_chars": 3000})).await).len(), 2);
}

#[tokio::test]
async fn a_time_in_words_is_understood_and_told_in_the_answer() {
    let tools = five().await;
    let answer = tools.answer("memory_list", json!({"time_expr": "2 days ago"})).await;
    assert_eq!(contents(&answer), ["memory 4"]);
    let window = json!({"from": "2026-03-14T00:00:00Z", "before": "2026-03-15T00:00:00Z"});
    assert_eq!(answer.structured["time_window"], window);
    let since = tools.answer("memory_list", json!({"after": "2026-03-14"})).await;
    assert_eq!(since.structured["time_window"], json!({"from": "2026-03-14T00:00:00Z"}));
    assert!(tools.answer("memory_list", json!({})).await.structured.get("time_window").is_none());
}

#[tokio::test]
async fn what_nobody_used_for_days_is_listed_by_its_age() {
    let tools = five().await;
    assert_eq!(contents(&tools.answer("memory_list", json!({"stale_days": 4})).await), ["memory 1"]);
    assert_eq!(contents(&tools.answer("memory_list", json!({"stale_days": "30"})).await).len(), 0);
    let text = tools.failure("memory_list", json!({"stale_days": 0})).await;
    assert!(text.contains("`stale_days` is 0, it must be from 1"), "{text}");
}

#[tokio::test]
async fn replaced_memories_are_left_out_and_counted_unless_they_are_asked_for() {
    let tools = Tools::default();
    let old = tools.store(json!({"content": "port 5432", "tags": ["infra"]})).await;
    tools.store(json!({"content": "a memory of its own", "tags": ["other"]})).await;
    tools.next_day();
    let updates = json!({"content": "port 5433", "reason": "moved"});
    let versioned = json!({"content_hash": old, "updates": updates, "versioned": true});
    tools.answer("memory_update", versioned).await;
    let answer = tools.answer("memory_list", json!({})).await;
    assert_eq!(contents(&answer), ["port 5433", "a memory of its own"]);
    assert_eq!(
        (&answer.structured["total"], &answer.structured["superseded_hidden"]),
        (&json!(2), &json!(1))
    );
    let notice = answer.structured["notices"][0].as_str().unwrap();
    assert!(notice.starts_with("1 more were replaced") && notice.contains("include_superseded"), "{notice}");
    let other = tools.answer("memory_list", json!({"tags": ["other"]})).await.structured;
    assert_eq!((other.get("superseded_hidden"), other.get("notices")), (None, None));
    let all = tools.answer("memory_list", json!({"include_superseded": true})).await;
    assert_eq!(contents(&all), ["port 5433", "a memory of its own", "port 5432"]);
    assert_eq!(all.structured.get("superseded_hidden"), None);

    // Release 8 knew no such memories and showed everything.
    for (tool, arguments) in
        [("list_memories", json!({})), ("search_by_tag", json!({"tags": ["infra", "other"]}))]
    {
        let answer = tools.answer(tool, arguments).await;
        assert_eq!(contents(&answer), ["port 5433", "a memory of its own", "port 5432"], "{tool}");
    }
    let current = tools.answer("list_memories", json!({"include_superseded": false})).await;
    assert_eq!(contents(&current).len(), 2);

    let found = tools.answer("memory_search", json!({"tags": ["infra"]})).await;
    assert_eq!(contents(&found), ["port 5433"]);
    assert!(found.text.contains("Note: 1 more were replaced by newer versions"), "{}", found.text);
    for (tool, arguments) in [
        ("memory_search", json!({"query": "port 5432"})),
        ("memory_search", json!({"query": "port 5432", "mode": "exact"})),
        ("memory_search", json!({"query": "port 5432", "mode": "ranked"})),
        ("retrieve_memory", json!({"query": "port 5432"})),
        ("recall_memory", json!({"query": "port 5432 last week"})),
        ("recall_by_timeframe", json!({"start_date": "2020-01-01", "end_date": "2030-01-01"})),
    ] {
        let answer = tools.answer(tool, arguments.clone()).await;
        assert!(!contents(&answer).contains(&"port 5432"), "{tool} {arguments}: {}", answer.text);
    }
    let stats = tools.answer("memory_stats", json!({})).await.structured;
    assert_eq!((&stats["total_memories"], &stats["superseded"]), (&json!(3), &json!(1)));
}

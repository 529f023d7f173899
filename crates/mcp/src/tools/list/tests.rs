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

use super::super::time::noon;
use super::*;
use serde_json::json;

fn memory(changes: serde_json::Value) -> Memory {
    let mut fields = json!({
        "content": "The staging database\nlistens on port 5433\u{1b}[2J",
        "content_hash": "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
        "tags": ["infra", "db"],
        "memory_type": "note",
        "metadata": {},
        "created_at": 1_795_500_000.0,
        "updated_at": 1_795_500_000.0,
        "store": "default",
        "version": 1,
        "embedding": "done"
    });
    for (name, value) in changes.as_object().unwrap() {
        fields[name] = value.clone();
    }
    serde_json::from_value(fields).unwrap()
}

fn stripped(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn a_memory_is_shown_whole_with_its_fields() {
    let plain = stripped(&whole(&memory(json!({})), &noon()));
    insta::assert_snapshot!("whole", plain);
    let other = memory(json!({
        "content_hash": "assoc_1a2b3c4d_5e6f7a8b", "tags": [], "memory_type": null, "created_at": null,
        "updated_at": 1_795_510_000.0, "store": "work", "version": 2, "parent": "abc123", "superseded_by": "def456",
        "metadata": {"agent_id": "\u{9b}x"}, "embedding": "pending"
    }));
    insta::assert_snapshot!("whole_other", stripped(&whole(&other, &noon())));
}

#[test]
fn hits_are_numbered_and_long_texts_are_cut_unless_all_is_wanted() {
    let long = memory(json!({ "content": "word ".repeat(100), "tags": [], "store": "work" }));
    let mut first = json!(memory(json!({})));
    first["score"] = json!(0.987);
    let found: Search = serde_json::from_value(json!({
        "memories": [first, long], "total": 2, "omitted": 3, "mode": "hybrid", "notices": []
    }))
    .unwrap();
    insta::assert_snapshot!("search", stripped(&search(&found, Extent::Beginning, &noon())));
    let whole = search(&found, Extent::Whole, &noon());
    assert_eq!(whole.matches("word").count(), 100);
    assert_eq!(search(&Search { memories: Vec::new(), ..found }, Extent::Whole, &noon()), "nothing found");
}

#[test]
fn a_page_says_how_many_there_are() {
    let second = memory(json!({ "content_hash": "assoc_1", "tags": ["x\u{1b}y"] }));
    let page: List = serde_json::from_value(json!({
        "memories": [memory(json!({})), second], "page": 2, "page_size": 2, "total": 1234, "total_pages": 617,
        "has_more": true, "omitted": 0
    }))
    .unwrap();
    let text = |page: &List| stripped(&list(page, &noon(), Width::Unlimited, Headings::Plain));
    insta::assert_snapshot!("list", text(&page));
    let beyond = List { memories: Vec::new(), page: 700, ..page };
    assert_eq!(text(&beyond), "no memories on page 700: there are 617, 1,234 memories");
    let none = List { total: 0, total_pages: 0, ..beyond };
    assert_eq!(text(&none), "no memories");
}

#[test]
fn a_hit_says_how_its_score_came_about_when_it_was_asked() {
    let mut first = json!(memory(json!({})));
    first["score"] = json!(0.72);
    first["explanation"] = json!({
        "terms": [{"name": "words", "raw": 1.0, "value": 0.5, "weight": 0.6}, {"name": "quality", "value": 0.25, "weight": 0.4}],
        "verbatim": true, "base_score": 0.7, "quality_weight": 0.1, "quality": 0.9
    });
    let found: Search = serde_json::from_value(json!({
        "memories": [first], "total": 1, "omitted": 0, "mode": "hybrid", "notices": []
    }))
    .unwrap();
    let text = stripped(&search(&found, Extent::Beginning, &noon()));
    let lines: Vec<&str> = text.lines().skip(3).map(str::trim).collect();
    assert_eq!(
        lines,
        [
            "words 0.500 (from 1.000) counts 0.60",
            "quality 0.250 counts 0.40",
            "the whole query is in the text",
            "quality 0.90 counts 0.10, the rest was 0.700",
        ]
    );
}

use serde_json::{Value, json};

use super::*;
use crate::answer::ToolError;
use crate::tools;

fn read(tool: &str, arguments: Value) -> Result<Arguments, ToolError> {
    Arguments::new(tools::find(tool).unwrap(), arguments.as_object().unwrap().clone())
}

fn search(arguments: Value) -> Arguments {
    read("memory_search", arguments).unwrap()
}

fn text<T: std::fmt::Debug>(result: Result<T, ToolError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn null_and_the_empty_text_are_not_given() {
    for blank in [json!(null), json!("")] {
        let mut arguments = search(json!({
            "query": blank, "mode": blank, "limit": blank, "include_superseded": blank, "tags": blank, "store": blank
        }));
        assert_eq!(arguments.text("query"), Ok(None));
        assert_eq!(arguments.choice("mode"), Ok("hybrid"));
        assert_eq!(arguments.integer("limit"), Ok(Some(10)));
        assert_eq!(arguments.flag("include_superseded"), Ok(false));
        assert!(arguments.tags("tags").unwrap().is_empty());
        assert_eq!(arguments.text("store"), Ok(Some("default".to_owned())));
    }
}

#[test]
fn numbers_and_flags_may_be_written_as_text() {
    for five in [json!(5), json!(5.0), json!("5"), json!(" 5 ")] {
        assert_eq!(search(json!({ "limit": five })).integer("limit"), Ok(Some(5)));
    }
    for yes in [json!(true), json!("true"), json!(" True ")] {
        assert_eq!(search(json!({ "include_superseded": yes })).flag("include_superseded"), Ok(true));
    }
    assert_eq!(search(json!({"include_superseded": "FALSE"})).flag("include_superseded"), Ok(false));
}

#[test]
fn the_bounds_of_a_number_are_allowed_and_what_lies_beyond_is_refused_with_them() {
    for limit in [1, 100] {
        assert_eq!(search(json!({ "limit": limit })).integer("limit"), Ok(Some(limit)));
    }
    for limit in [json!(0), json!(101), json!(-1), json!("101"), json!(1e12), json!(u64::MAX)] {
        let text = text(search(json!({ "limit": limit })).integer("limit"));
        assert!(
            text.starts_with("Error: `limit` is ") && text.ends_with("it must be from 1 to 100"),
            "{text}"
        );
    }
}

#[test]
fn values_of_another_type_are_named_with_what_would_be_right() {
    let integer = |value: Value| text(search(json!({ "limit": value })).integer("limit"));
    assert_eq!(
        integer(json!(2.5)),
        "Error: `limit` must be a whole number from 1 to 100, not the number 2.5"
    );
    assert_eq!(integer(json!("many")), "Error: `limit` must be a whole number from 1 to 100, not \"many\"");
    assert_eq!(
        integer(json!(true)),
        "Error: `limit` must be a whole number from 1 to 100, not the boolean true"
    );
    assert_eq!(
        text(search(json!({"query": ["a"]})).text("query")),
        "Error: `query` must be a text, not the list [\"a\"]"
    );
    assert_eq!(
        text(search(json!({"include_superseded": 1})).flag("include_superseded")),
        "Error: `include_superseded` must be true or false, not the number 1"
    );
    assert_eq!(
        text(search(json!({"mode": {"a": 1}})).choice("mode")),
        "Error: `mode` must be one of hybrid, semantic, exact, ranked, weighted_average, rrf, not the object {\"a\":1}"
    );
    assert!(text(search(json!({"tags": 5})).tags("tags")).contains("`tags`: tags must be a list of texts"));
    assert!(
        text(read("memory_store", json!({"metadata": "x"})).unwrap().object("metadata"))
            .contains("`metadata` must be an object, not \"x\"")
    );
}

#[test]
fn a_long_wrong_value_is_shown_by_its_beginning() {
    let text = text(search(json!({"limit": "ü".repeat(100_000)})).integer("limit"));
    assert!(text.chars().count() < 150 && text.ends_with("..."), "{text}");
}

#[test]
fn words_are_understood_in_any_case_and_other_words_are_refused_with_the_valid_ones() {
    assert_eq!(search(json!({"mode": " Semantic"})).choice("mode"), Ok("semantic"));
    let refused = text(search(json!({"mode": "fuzzy"})).choice("mode"));
    assert_eq!(
        refused,
        "Error: `mode` is \"fuzzy\", it must be one of hybrid, semantic, exact, ranked, weighted_average, rrf"
    );
}

#[test]
fn tags_may_be_a_list_a_text_or_a_list_written_as_text() {
    for tags in [json!(["A", "b c"]), json!("a, b c"), json!("[\"a\", \"b c\"]")] {
        let tags = search(json!({ "tags": tags })).tags("tags").unwrap();
        assert_eq!(tags.iter().collect::<Vec<_>>(), ["a", "b c"]);
    }
}

#[test]
fn an_object_may_be_written_as_text() {
    let mut arguments = read("memory_store", json!({"metadata": "{\"a\": 1}"})).unwrap();
    assert_eq!(arguments.object("metadata").unwrap().fields()["a"], 1);
}

#[test]
fn other_names_are_understood_but_not_beside_the_name_itself() {
    assert_eq!(search(json!({"content": "x"})).text("query"), Ok(Some("x".to_owned())));
    assert_eq!(search(json!({"n_results": 3})).integer("limit"), Ok(Some(3)));
    assert_eq!(search(json!({"query": "x", "content": ""})).text("query"), Ok(Some("x".to_owned())));
    let refused = text(read("memory_search", json!({"query": "x", "content": "y"})));
    assert_eq!(refused, "Error: `query` is given twice, once as `content`: give it once");
}

#[test]
fn reading_a_parameter_as_something_it_is_not_is_our_failure_not_the_callers() {
    assert!(text(search(json!({})).flag("limit")).contains("inside the memory service"));
    assert!(text(search(json!({})).choice("query")).contains("inside the memory service"));
    assert!(text(search(json!({})).integer("mode")).contains("inside the memory service"));
}

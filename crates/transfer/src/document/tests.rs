use super::*;
use proptest::prelude::*;
use serde_json::json;

fn items(text: &str) -> Result<Vec<Item>, ImportError> {
    let mut document = Document::new(text.as_bytes(), &["memories"], &["data"]);
    let mut items = Vec::new();
    while let Some(item) = document.next_item()? {
        items.push(item);
    }
    Ok(items)
}

fn element(list: &str, value: Value) -> Item {
    Item::Element { list: list.to_owned(), value: Ok(value) }
}

#[test]
fn lists_of_records_are_read_element_by_element_and_other_fields_whole() {
    let text = "\u{feff} {\"a\" : {\"memories\":[1]}, \"memories\": [ {\"x\":\"],}\\\"\"} ,2 ], \"data\":{\"memories\":[]}, \"z\":null}\n";
    assert_eq!(
        items(text).unwrap(),
        [
            Item::Field { name: "a".to_owned(), value: Ok(json!({"memories": [1]})) },
            element("memories", json!({"x": "],}\""})),
            element("memories", json!(2)),
            Item::Field { name: "z".to_owned(), value: Ok(Value::Null) },
        ]
    );
}

#[test]
fn an_element_that_is_no_json_spoils_only_itself() {
    let items = items("[{\"a\":NaN}, {\"a\":1}]").unwrap();
    assert!(matches!(&items[0], Item::Element { value: Err(Refusal::NotJson { .. }), .. }));
    assert_eq!(items[1], element("", json!({"a": 1})));
}

#[test]
fn a_frame_that_is_no_json_is_an_error() {
    for text in
        ["", "7", "[1", "[\"a\" \"b\"]", "[1,]", "[1]x", "{\"a\"1}", "{\"a\":1", "{1:2}", "[,1]", "{\"a\":}"]
    {
        assert!(matches!(items(text), Err(ImportError::Syntax { .. })), "{text}");
    }
}

proptest! {
    #[test]
    fn any_document_is_read_as_a_whole_parser_reads_it(values in prop::collection::vec(any_value(), 0..5)) {
        for text in [json!(values).to_string(), serde_json::to_string_pretty(&values).unwrap()] {
            let expected: Vec<Item> = values.iter().map(|value| element("", value.clone())).collect();
            prop_assert_eq!(items(&text).unwrap(), expected);
        }
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(text in "[\\[\\]{}\",:a1\\\\ ]{0,40}") {
        drop(items(&text));
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".*".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((".{0,5}", inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

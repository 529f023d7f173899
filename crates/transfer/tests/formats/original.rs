use model::{Content, ContentHash};
use serde_json::{Value, json};
use transfer::{Export, ExportError, OriginalWriter, Record};

use crate::fixtures::{ORIGINAL, memories, original, original_header, read, reasons, records, time, usable};

#[test]
fn both_forms_of_a_memory_are_read() {
    let (records, summary) = read(ORIGINAL.as_bytes()).unwrap();
    let [first, flat, keyless] = &memories(records)[..] else { panic!() };
    assert_eq!((first.hash.as_str(), first.partition.as_str()), ("abc123", "work"));
    assert_eq!(first.tags, ["Deploy", "rule"]);
    assert_eq!(serde_json::to_string(first.metadata.fields()).unwrap(), r#"{"z":1,"a":[2]}"#);
    assert_eq!(
        (first.created_at, first.updated_at),
        (Some(time(1_762_000_000.25)), Some(time(1_762_000_001.5)))
    );
    assert_eq!(first.vector, None, "nobody knows which model made it");
    assert_eq!((flat.memory_type.as_deref(), flat.tags.len()), (Some("note"), 2));
    assert_eq!(Value::from(flat.metadata.fields().clone()), json!({"quality_score": 0.75}));
    assert_eq!(flat.created_at_iso.as_deref(), Some("2025-11-01T12:26:42Z"));
    assert_eq!(keyless.hash, ContentHash::of(&Content::parse("No key, a time as text").unwrap()));
    assert_eq!((keyless.tags.len(), keyless.created_at), (2, Some(time(1_762_000_002.0))));
    assert_eq!((summary.read, summary.usable(), summary.refused), (6, 3, 3));
    assert_eq!(summary.lost.keys().collect::<Vec<_>>(), ["embedding", "export_source", "similarity_score"]);
}

#[test]
fn records_that_cannot_be_used_are_told_with_their_number() {
    let (_, summary) = read(ORIGINAL.as_bytes()).unwrap();
    let reasons = reasons(&summary);
    assert_eq!(reasons[0], "record 4: content is required: it is empty or only white space");
    assert_eq!(reasons[1], "record 5: content must be a text, not this number");
    assert!(reasons[2].starts_with("record 6: it is not JSON: expected"), "{}", reasons[2]);
}

#[test]
fn what_is_written_is_the_originals_file_with_lists_that_it_does_not_look_at() {
    let file: Value = serde_json::from_slice(&original(&records())).unwrap();
    let about = &file["export_metadata"];
    assert_eq!((&about["total_memories"], &about["include_embeddings"]), (&json!(2), &json!(true)));
    assert_eq!(file["stores"], json!(["default", "work"]));
    let lengths = ["memories", "tombstones", "graph"].map(|list| file[list].as_array().unwrap().len());
    assert_eq!(lengths, [2, 1, 2]);
    assert_eq!(
        file["memories"][1],
        json!({
            "content": "bare",
            "content_hash": ContentHash::of(&Content::parse("bare").unwrap()).as_str(),
            "tags": [],
            "created_at": null,
            "updated_at": null,
            "memory_type": null,
            "metadata": {},
            "export_source": "desk",
            "store": "default",
        })
    );
    assert_eq!(file["graph"][0]["relationship_type"], "related");
}

#[test]
fn everything_but_vectors_and_what_this_program_counts_comes_back() {
    let mut expected = records();
    for record in &mut expected {
        if let Record::Memory(memory) = record {
            (memory.vector, memory.usage, memory.deletion) = (None, None, None);
        }
    }
    assert_eq!(usable(&original(&records())), expected);
}

#[test]
fn an_empty_export_is_a_valid_file() {
    let file: Value = serde_json::from_slice(&original(&[])).unwrap();
    assert_eq!(file["memories"], json!([]));
    assert_eq!(usable(&original(&[])), []);
}

#[test]
fn a_live_memory_cannot_be_written_after_a_deleted_one() {
    let mut export = OriginalWriter::new(Vec::new(), original_header()).unwrap();
    export.write(&records()[2]).unwrap();
    assert!(matches!(export.write(&records()[0]), Err(ExportError::Order { .. })));
}

#[test]
fn a_record_among_the_deleted_ones_needs_the_time_of_its_deletion() {
    let file = r#"{"stores":[],"tombstones":[{"content":"x","content_hash":"h"}]}"#;
    let (_, summary) = read(file.as_bytes()).unwrap();
    assert_eq!(reasons(&summary), ["record 1: deleted_at is missing"]);
}

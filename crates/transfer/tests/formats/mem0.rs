use serde_json::{Value, json};

use crate::fixtures::{MEM0, memories, read, reasons, time};

#[test]
fn records_become_what_the_originals_converter_makes_of_them() {
    let (records, _) = read(MEM0.as_bytes()).unwrap();
    let memories = memories(records);
    // Keys, tags and times as the converter of release 12.4 gave them for the same records.
    let made: Vec<(&str, &str, Vec<&str>)> = memories
        .iter()
        .map(|memory| {
            let tags = memory.tags.iter().map(String::as_str).collect();
            (memory.content.as_str(), memory.hash.as_str(), tags)
        })
        .collect();
    assert_eq!(
        made[..4],
        [
            (
                "Ärger with Caps  ",
                "273c0d23407e55bb46dd675b5b3f030cbf52ebc1d2bcd5140d4f21fa802e37b7",
                vec!["user:U1", "agent:a1"]
            ),
            ("plain one", "f6d45c23297e1acaa47be264e5abce7ee4e633c058da726e17310e7c0bd869ee", vec![]),
            (
                "user only",
                "5f9e4f952b0a30085393169e4857e5c1cd12f2d167fa1d51ab786f2551c1fd36",
                vec!["z", "a", "user:u2"]
            ),
            (
                "run",
                "96241dd810aa0eb9021d5852aa37b936775717062eda6022ddbb0427b9cdcf5e",
                vec!["sys:mem0-run:r9"]
            ),
        ]
    );
    assert_eq!((made[4].0, &made[4].2), ("from payload", &vec!["user:pu"]));
    assert_eq!(memories.len(), 5);
}

#[test]
fn a_missing_time_is_taken_from_the_next_best_place_and_that_is_told() {
    let (records, _) = read(MEM0.as_bytes()).unwrap();
    let memories = memories(records);
    let source = |at: usize| memories[at].metadata.fields().get("mem0_timestamp_source").cloned();
    assert_eq!((memories[0].created_at, source(0)), (Some(time(1_735_787_045.0)), None));
    assert_eq!(
        (memories[1].created_at, source(1)),
        (Some(time(1_714_953_600.0)), Some(json!("exported_at")))
    );
    assert_eq!((memories[2].created_at, source(2)), (Some(time(1_700_000_000.0)), Some(json!("updated_at"))));
}

#[test]
fn every_other_field_is_kept_as_metadata() {
    let (records, summary) = read(MEM0.as_bytes()).unwrap();
    let memories = memories(records);
    assert_eq!(
        Value::from(memories[0].metadata.fields().clone()),
        json!({
            "k": 1,
            "mem0_record_id": "m1",
            "mem0_user_id": "U1",
            "mem0_agent_id": "a1",
            "mem0_categories": ["food"],
            "agent_id": "a1",
        })
    );
    assert_eq!(
        Value::from(memories[3].metadata.fields().clone()),
        json!({"mem0_record_id": "m5", "mem0_run_id": "r9", "mem0_hash": "abc", "mem0_score": 0.5})
    );
    assert!(summary.lost.is_empty());
}

#[test]
fn records_that_cannot_be_used_are_told_with_their_number() {
    let (_, summary) = read(MEM0.as_bytes()).unwrap();
    assert_eq!((summary.read, summary.usable(), summary.refused), (8, 5, 3));
    assert_eq!(
        reasons(&summary),
        [
            "record 4: memory is missing",
            "record 6: created_at is \"not a date\": a time is ISO 8601 text or a number of seconds since 1970",
            "record 8: the record must be an object, not a text",
        ]
    );
}

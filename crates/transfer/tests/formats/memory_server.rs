use serde_json::{Value, json};
use transfer::{Outcome, Record};

use crate::fixtures::{MEMORY_SERVER, memories, read, reasons};

#[test]
fn observations_and_relations_become_memories_that_can_be_understood_alone() {
    let (records, _) = read(MEMORY_SERVER.as_bytes()).unwrap();
    let memories = memories(records);
    let texts: Vec<&str> = memories.iter().map(|memory| memory.content.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Ada: builds engines",
            "Ada: likes tea",
            "Engine Works (organisation)",
            "Ada works at Engine Works",
            "Bo: fine"
        ]
    );
    assert_eq!(memories[0].tags, ["person"]);
    assert_eq!(
        Value::from(memories[0].metadata.fields().clone()),
        json!({"entity": "Ada", "entity_type": "person"})
    );
    assert_eq!(
        Value::from(memories[3].metadata.fields().clone()),
        json!({"relation": {"from": "Ada", "type": "works at", "to": "Engine Works"}})
    );
}

#[test]
fn every_memory_is_linked_to_its_entities() {
    let (records, summary) = read(MEMORY_SERVER.as_bytes()).unwrap();
    let mut links = Vec::new();
    let mut last = None;
    for record in records {
        match record.outcome {
            Outcome::Usable(Record::Memory(memory)) => last = Some(memory.hash),
            Outcome::Usable(Record::Edge(edge)) => {
                assert_eq!(Some(&edge.source), last.as_ref());
                assert_eq!(edge.relationship_type.as_deref(), Some("has_entity"));
                links.push((edge.target.as_str().to_owned(), edge.metadata));
            }
            _ => {}
        }
    }
    let person = Some(r#"{"entity_type":"person"}"#.to_owned());
    assert_eq!(links[0], ("Ada".to_owned(), person));
    let names: Vec<&str> = links.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["Ada", "Ada", "Engine Works", "Ada", "Engine Works", "Bo"]);
    assert_eq!((summary.memories, summary.edges), (5, 6));
}

#[test]
fn what_cannot_be_used_and_what_is_lost_is_told() {
    let (_, summary) = read(MEMORY_SERVER.as_bytes()).unwrap();
    let reasons = reasons(&summary);
    assert_eq!(reasons[0], "line 5: relationType is missing");
    assert_eq!(reasons[1], "line 6: type is \"thing\": it is entity or relation");
    assert!(reasons[2].starts_with("line 7: it is not JSON"), "{}", reasons[2]);
    assert_eq!(reasons[3], "line 8: observations must be a list of texts, not this number");
    assert_eq!(summary.lost.iter().collect::<Vec<_>>(), [(&"color".to_owned(), &1)]);
}

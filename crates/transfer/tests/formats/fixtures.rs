//! Files and records that several tests use.

use std::collections::BTreeSet;

use model::{
    Content, ContentHash, Metadata, ModelIdentity, Origin, OriginKind, Partition, Timestamp, UsageRecord,
    Vector,
};
use serde_json::json;
use transfer::{
    EdgeRecord, Export, Header, Import, ImportError, ImportRecord, MemoryRecord, NativeWriter,
    OriginalHeader, OriginalWriter, Outcome, Part, Record, Summary,
};

pub(crate) const MEM0: &str = include_str!("../data/mem0.json");
pub(crate) const MEMORY_SERVER: &str = include_str!("../data/memory.json");
pub(crate) const ORIGINAL: &str = include_str!("../data/original.json");
pub(crate) const NATIVE: &str = include_str!("../data/native.jsonl");

pub(crate) fn time(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

pub(crate) fn header() -> Header {
    Header {
        created_at: time(1_795_335_785.5),
        program: "memory 0.1.0".to_owned(),
        model: Some(ModelIdentity { name: "m".to_owned(), revision: "r".to_owned(), dimension: 2 }),
        parts: BTreeSet::from(Part::ALL),
        counts: None,
    }
}

pub(crate) fn original_header() -> OriginalHeader {
    OriginalHeader {
        exported_at: "2026-11-24T20:00:00Z".to_owned(),
        source_machine: "desk".to_owned(),
        program: "memory 0.1.0".to_owned(),
        database_path: None,
        filter_tags: Vec::new(),
    }
}

/// One memory with every field, one with none, a deleted one, an edge and one that went with the deleted memory.
pub(crate) fn records() -> Vec<Record> {
    let bare = MemoryRecord::of_content(&Content::parse("bare").unwrap());
    let full = MemoryRecord {
        hash: ContentHash::stored("assoc_1a2b3c4d_5e6f7a8b"),
        content: "Tea \u{1f375}\nat \"four\" \u{1}".to_owned(),
        tags: vec!["Drinks".to_owned(), "a b".to_owned()],
        tags_text: Some("Drinks, a b".to_owned()),
        memory_type: Some("Fix-Note".to_owned()),
        metadata: Metadata::stored(
            json!({"z": 1, "a": [1.5, null, {"y": -0.0}]}).as_object().unwrap().clone(),
        ),
        metadata_text: Some("{broken".to_owned()),
        created_at: Some(time(1_795_335_785.738_571_2)),
        created_at_iso: Some("2026-11-22T08:23:05.738571Z".to_owned()),
        updated_at: Some(time(0.1)),
        updated_at_iso: Some("yesterday".to_owned()),
        occurred_at: Some(time(-3.5)),
        deleted_at: None,
        origin: Some(Origin { client: Some("c".to_owned()), ..Origin::of(OriginKind::Document) }),
        partition: Partition::stored("work"),
        parent: Some(ContentHash::stored("p")),
        version: 3,
        superseded_by: Some(ContentHash::stored("s")),
        confidence: Some(0.25),
        last_accessed: Some(1_795_000_000),
        deletion: None,
        usage: Some(UsageRecord { count: 4, last: time(9.5) }),
        vector: Some(Vector::new(vec![0.1, -3.4e38]).unwrap()),
    };
    let deleted = MemoryRecord {
        deleted_at: Some(time(5.0)),
        deletion: Some(7),
        hash: ContentHash::stored("gone"),
        ..bare.clone()
    };
    let edge = EdgeRecord {
        source: full.hash.clone(),
        target: bare.hash.clone(),
        relationship_type: Some("related".to_owned()),
        similarity: Some(0.7),
        connection_types: "[\"semantic\"]".to_owned(),
        metadata: None,
        created_at: Some(time(7.0)),
        is_deleted: false,
    };
    let aside = EdgeRecord { source: deleted.hash.clone(), is_deleted: true, ..edge.clone() };
    let memories = [full, bare, deleted].into_iter().map(|memory| Record::Memory(Box::new(memory)));
    memories.chain([edge, aside].map(Record::Edge)).collect()
}

pub(crate) fn native(header: &Header, records: &[Record]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut NativeWriter::new(&mut bytes, header).unwrap(), records);
    bytes
}

pub(crate) fn original(records: &[Record]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write(&mut OriginalWriter::new(&mut bytes, original_header()).unwrap(), records);
    bytes
}

fn write(export: &mut impl Export, records: &[Record]) {
    for record in records {
        export.write(record).unwrap();
    }
    export.finish().unwrap();
}

pub(crate) fn read(bytes: &[u8]) -> Result<(Vec<ImportRecord>, Summary), ImportError> {
    let mut import = Import::open(bytes)?;
    let mut records = Vec::new();
    while let Some(record) = import.next_record()? {
        records.push(record);
    }
    Ok((records, import.summary().clone()))
}

/// The records of a file in which every record is usable.
pub(crate) fn usable(bytes: &[u8]) -> Vec<Record> {
    let (records, _) = read(bytes).unwrap();
    let usable = records.into_iter().map(|record| match record.outcome {
        Outcome::Usable(record) => record,
        other => panic!("{}: {other:?}", record.place),
    });
    usable.collect()
}

pub(crate) fn memories(records: Vec<ImportRecord>) -> Vec<MemoryRecord> {
    let memories = records.into_iter().filter_map(|record| match record.outcome {
        Outcome::Usable(Record::Memory(memory)) => Some(*memory),
        _ => None,
    });
    memories.collect()
}

pub(crate) fn reasons(summary: &Summary) -> Vec<String> {
    summary.refusals.iter().map(|refused| format!("{}: {}", refused.place, refused.reason)).collect()
}

//! Whatever is exported comes back, and exporting it again gives the same bytes.

use model::{ContentHash, Metadata, Origin, OriginKind, Partition, Timestamp, UsageRecord, Vector};
use proptest::prelude::*;
use serde_json::{Map, Value};
use transfer::{EdgeRecord, Import, MemoryRecord, Record, to_new_memory};

use crate::fixtures::{header, native, original, usable};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn export_import_export_gives_the_same_records_and_the_same_bytes(records in any_records()) {
        let first = native(&header(), &records);
        let read = usable(&first);
        prop_assert_eq!(&read, &records);
        let header = Import::open(&first[..]).unwrap().header().unwrap().clone();
        prop_assert_eq!(native(&header, &read), first);
    }

    #[test]
    fn the_originals_format_carries_everything_of_memories_that_can_be_stored(records in any_records()) {
        let records: Vec<Record> = records.into_iter().filter_map(storable).collect();
        let first = original(&records);
        let read = usable(&first);
        prop_assert_eq!(&read, &records);
        prop_assert_eq!(original(&read), first);
    }
}

fn storable(record: Record) -> Option<Record> {
    let Record::Memory(mut memory) = record else { return Some(record) };
    memory.vector = None;
    memory.deleted_at = None;
    (memory.deletion, memory.usage) = (None, None);
    to_new_memory(&memory, Timestamp::from_microseconds(0)).ok().map(|_| Record::Memory(memory))
}

fn any_records() -> impl Strategy<Value = Vec<Record>> {
    let memories =
        prop::collection::vec(any_memory().prop_map(|memory| Record::Memory(Box::new(memory))), 0..5);
    let edges = prop::collection::vec(any_edge().prop_map(Record::Edge), 0..3);
    (memories, edges).prop_map(|(memories, edges)| memories.into_iter().chain(edges).collect())
}

prop_compose! {
    fn any_memory()(
        (hash, content, tags) in (key(), ".*", prop::collection::vec(".{0,6}", 0..4)),
        texts in prop::array::uniform5(prop::option::of(".{0,12}")),
        times in prop::array::uniform4(prop::option::of(any_time())),
        metadata in any_metadata(),
        origin in prop::option::of(any_origin()),
        (partition, version) in ("[a-z]{1,8}", any::<u32>()),
        keys in prop::array::uniform2(prop::option::of(key())),
        confidence in prop::option::of(any_number()),
        last_accessed in prop::option::of(any::<i64>()),
        vector in prop::option::of(any_vector()),
        deletion in prop::option::of(1..=u32::MAX),
        usage in prop::option::of((any::<u64>(), any_time()).prop_map(|(count, last)| UsageRecord { count, last })),
    ) -> MemoryRecord {
        let [tags_text, memory_type, metadata_text, created_at_iso, updated_at_iso] = texts;
        let [created_at, updated_at, occurred_at, deleted_at] = times;
        let [parent, superseded_by] = keys;
        // A text alone would be read as the time, which is right, but not what was put in.
        let (created_at_iso, updated_at_iso) =
            (created_at.and(created_at_iso), updated_at.and(updated_at_iso));
        MemoryRecord {
            hash, content, tags, tags_text, memory_type, metadata, metadata_text, created_at, created_at_iso,
            updated_at, updated_at_iso, occurred_at, deleted_at, origin, partition: Partition::stored(partition),
            parent, version, superseded_by, confidence, last_accessed, vector, deletion,
            usage,
        }
    }
}

prop_compose! {
    fn any_edge()(
        source in key(),
        target in key(),
        texts in prop::array::uniform2(prop::option::of(".{0,12}")),
        connection_types in ".{0,12}",
        similarity in prop::option::of(any_number()),
        created_at in prop::option::of(any_time()),
        is_deleted in any::<bool>(),
    ) -> EdgeRecord {
        let [relationship_type, metadata] = texts;
        EdgeRecord { source, target, relationship_type, similarity, connection_types, metadata, created_at, is_deleted }
    }
}

fn key() -> impl Strategy<Value = ContentHash> {
    ".{1,20}".prop_map(ContentHash::stored)
}

fn any_number() -> impl Strategy<Value = f64> {
    prop::num::f64::NORMAL | prop::num::f64::SUBNORMAL | prop::num::f64::ZERO
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    // Ten digits before the point: the original's format reads greater numbers as milliseconds.
    (-6e10..9e10_f64).prop_filter_map("a time", Timestamp::from_seconds)
}

fn any_vector() -> impl Strategy<Value = Vector> {
    let number = prop::num::f32::NORMAL | prop::num::f32::SUBNORMAL | prop::num::f32::ZERO;
    prop::array::uniform2(number).prop_filter_map("a direction", |numbers| Vector::new(numbers.to_vec()).ok())
}

fn any_origin() -> impl Strategy<Value = Origin> {
    let texts = prop::array::uniform3(prop::option::of(".{0,6}"));
    (prop::sample::select(&OriginKind::ALL[..]), texts)
        .prop_map(|(kind, [client, conversation, agent])| Origin { kind, client, conversation, agent })
}

fn any_metadata() -> impl Strategy<Value = Metadata> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any_number().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner).prop_map(Value::from)
        ]
    });
    object(value).prop_map(Metadata::stored)
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec((".{0,6}", value), 0..4).prop_map(|fields| fields.into_iter().collect())
}

//! No file makes the reader panic, and none is read forever.

use proptest::prelude::*;
use transfer::{Format, Import, verify};

use crate::fixtures::{MEM0, MEMORY_SERVER, NATIVE, ORIGINAL};

/// Reads a file as every format, to its end or to its first error.
fn read_as_everything(bytes: &[u8]) {
    drop(verify(bytes));
    for format in Format::ALL {
        let Ok(mut import) = Import::open_as(format, bytes) else { continue };
        while let Ok(Some(_)) = import.next_record() {}
        let summary = import.summary();
        let skipped: u64 = summary.skipped.values().sum();
        assert_eq!(
            summary.read,
            summary.usable() + summary.refused + skipped,
            "every record is accounted for"
        );
        assert!(import.next_record().unwrap().is_none(), "nothing comes after the end or an error");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_as_everything(&bytes);
    }

    #[test]
    fn mutated_files_do_no_harm(
        file in prop::sample::select(vec![NATIVE, ORIGINAL, MEM0, MEMORY_SERVER]),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..6_usize, any::<u8>()), 1..6),
    ) {
        let mut bytes = file.as_bytes().to_vec();
        for (at, removed, byte) in edits {
            let at = at.index(bytes.len() + 1);
            let end = (at + removed).min(bytes.len());
            bytes.splice(at..end, [byte]);
        }
        read_as_everything(&bytes);
    }

    #[test]
    fn objects_of_wrong_types_do_no_harm(
        names in prop::collection::vec(prop::sample::select(NAMES), 0..8),
        values in prop::collection::vec(prop::sample::select(VALUES), 8),
    ) {
        let fields: Vec<String> = names.iter().zip(&values).map(|(name, value)| format!("\"{name}\":{value}")).collect();
        let object = format!("{{{}}}", fields.join(","));
        for file in [format!("{{\"memories\":[{object}]}}"), format!("{{\"graph\":[{object}]}}"), object, format!("[{}]", fields.len())] {
            read_as_everything(file.as_bytes());
        }
    }
}

const NAMES: &[&str] = &[
    "content",
    "content_hash",
    "tags",
    "tags_str",
    "timestamp",
    "created_at",
    "metadata",
    "memory",
    "user_id",
    "id",
    "source_payload",
    "type",
    "name",
    "observations",
    "source_hash",
    "target_hash",
    "deleted_at",
    "version",
    "origin",
];
const VALUES: &[&str] = &[
    "null",
    "true",
    "-1",
    "1e300",
    "\"\"",
    "\"x\"",
    "\"\\u0000\"",
    "[]",
    "[null,1,\"a\"]",
    "{}",
    "{\"data\":1}",
    "\"entity\"",
];

#[test]
fn deep_nesting_is_refused_and_no_overflow() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    read_as_everything(deep.as_bytes());
    read_as_everything(format!("{{\"memories\":[{{\"content\":\"x\",\"metadata\":{deep}}}]}}").as_bytes());
}

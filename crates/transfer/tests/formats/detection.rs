use transfer::{Format, Import, Unrecognised};

use crate::fixtures::{MEM0, MEMORY_SERVER, NATIVE, ORIGINAL, original, records};

#[test]
fn every_format_is_known_by_its_start() {
    for (text, format) in [
        (NATIVE, Format::Native),
        (ORIGINAL, Format::Original),
        (MEM0, Format::Mem0),
        (MEMORY_SERVER, Format::MemoryServer),
        ("{\"memories\": [{\"content\": \"x\", \"content_hash\": \"h\"}]}", Format::Original),
        ("{\"export_date\": \"2025-01-01\", \"memories\": []}", Format::Original),
        ("\u{feff}[{\"memory\": \"x\"}]", Format::Mem0),
        ("[{\"content\": \"x\", \"content_hash\": \"h\"}]", Format::Original),
        ("{\"data\": [{\"memory\": \"x\"}]}", Format::Mem0),
        ("{ \"name\": \"Ada\", \"type\": \"entity\", \"observations\": [] }", Format::MemoryServer),
    ] {
        assert_eq!(Format::detect(text.as_bytes()), Ok(format), "{text}");
        assert_eq!(Import::open(text.as_bytes()).unwrap().format(), format);
    }
}

#[test]
fn a_file_of_ours_in_the_originals_format_is_known_whatever_is_in_it() {
    let all = records();
    for part in [&all[..], &all[2..], &all[3..], &[]] {
        assert_eq!(Format::detect(&original(part)), Ok(Format::Original));
    }
}

#[test]
fn a_first_record_longer_than_the_start_does_not_hide_the_format() {
    let long = "x".repeat(2 * Format::START_BYTES);
    for (text, format) in [
        (format!("{{\"memories\":[{{\"content_hash\":\"h\",\"content\":\"{long}\"}}]}}"), Format::Original),
        (format!("[{{\"memory\":\"{long}\"}}]"), Format::Mem0),
        (
            format!("{{\"type\":\"entity\",\"name\":\"a\",\"observations\":[\"{long}\"]}}\n"),
            Format::MemoryServer,
        ),
    ] {
        assert_eq!(Import::open(text.as_bytes()).unwrap().format(), format);
    }
}

#[test]
fn other_files_are_told_apart_as_far_as_possible() {
    for (bytes, reason) in [
        (&b""[..], Unrecognised::Empty),
        (b" \n", Unrecognised::Empty),
        (b"SQLite format 3\0\x10", Unrecognised::Database),
        (b"\x1f\x8b\x08", Unrecognised::Compressed),
        (b"# Notes", Unrecognised::Unknown),
        (b"{\"a\":1}", Unrecognised::Unknown),
        (b"{\"record\":\"header\",\"form", Unrecognised::Unknown),
    ] {
        assert_eq!(Format::detect(bytes), Err(reason));
    }
}

#[test]
fn every_format_is_found_by_its_name() {
    for format in Format::ALL {
        assert_eq!(Format::named(format.name()), Some(format));
    }
}

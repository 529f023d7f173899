use sha2::{Digest, Sha256};
use transfer::{
    Counts, Export, ExportError, Header, Import, ImportError, MAX_RECORD_BYTES, NativeWriter, Outcome, Part,
    Place, Record, verify,
};

use crate::fixtures::{NATIVE, header, native, read, reasons, records, usable};

/// A file of these lines with right checks; `DIGEST` becomes the hash of the lines before.
fn sealed(lines: &[&str]) -> Vec<u8> {
    let hex =
        |bytes: &[u8]| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut file = Vec::new();
    for line in lines {
        let line = line.replace("DIGEST", &hex(&file));
        file.extend_from_slice(line.strip_suffix('}').unwrap().as_bytes());
        let check = hex(&file)[..16].to_owned();
        file.extend_from_slice(format!(",\"check\":\"{check}\"}}\n").as_bytes());
    }
    file
}

fn head(version: &str) -> String {
    format!(
        "{{\"record\":\"header\",\"format\":\"memory-export\",\"version\":\"{version}\",\"created_at\":\"2026-11-24T20:00:00Z\",\"program\":\"p\",\"parts\":[]}}"
    )
}

const MEMORY: &str = r#"{"record":"memory","hash":"h","content":"x"}"#;
const EDGE: &str = r#"{"record":"edge","source":"h","target":"i","connection_types":"[]"}"#;

fn trailer(memories: u64, edges: u64) -> String {
    format!(
        "{{\"record\":\"trailer\",\"memories\":{memories},\"deleted\":0,\"edges\":{edges},\"sha256\":\"DIGEST\"}}"
    )
}

#[test]
fn the_format_is_what_the_golden_file_shows() {
    assert_eq!(String::from_utf8(native(&header(), &records())).unwrap(), NATIVE);
    assert_eq!(usable(NATIVE.as_bytes()), records());
}

#[test]
fn the_header_is_read_as_it_was_written() {
    let counts = Some(Counts { memories: 2, deleted: 1, edges: 1 });
    let header = Header { counts, ..header() };
    assert_eq!(Import::open(&native(&header, &records())[..]).unwrap().header(), Some(&header));
}

#[test]
fn the_checks_are_the_first_digits_of_the_hash_of_all_bytes_before() {
    let lines: Vec<String> = NATIVE
        .lines()
        .map(|line| {
            let body = &line[..line.len() - 28];
            let body = body.split(",\"sha256\":\"").next().unwrap();
            if body == &line[..line.len() - 28] {
                format!("{body}}}")
            } else {
                format!("{body},\"sha256\":\"DIGEST\"}}")
            }
        })
        .collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    assert_eq!(String::from_utf8(sealed(&lines)).unwrap(), NATIVE);
}

#[test]
fn every_cut_is_found() {
    for bytes in 0..NATIVE.len() {
        assert!(read(&NATIVE.as_bytes()[..bytes]).is_err(), "cut after {bytes} bytes");
    }
    let lines: Vec<&str> = NATIVE.split_inclusive('\n').collect();
    let cut = lines[..3].concat();
    assert!(matches!(read(cut.as_bytes()), Err(ImportError::Truncated { line: 3 })));
    let cut = &NATIVE[..NATIVE.len() - 1];
    assert!(matches!(read(cut.as_bytes()), Err(ImportError::Truncated { line: 7 })));
}

#[test]
fn every_changed_byte_is_found_in_its_line_and_nothing_of_that_line_is_handed_out() {
    for at in 0..NATIVE.len() {
        let line = 1 + NATIVE.as_bytes()[..at].iter().filter(|byte| **byte == b'\n').count() as u64;
        let mut bytes = NATIVE.as_bytes().to_vec();
        bytes[at] ^= 1;
        let mut import = match Import::open(&bytes[..]) {
            Ok(import) => import,
            Err(_) if line == 1 => continue,
            Err(error) => panic!("byte {at}: {error}"),
        };
        let error = loop {
            match import.next_record() {
                Ok(Some(record)) => assert!(matches!(record.place, Place::Line(number) if number < line)),
                Ok(None) => panic!("byte {at} was changed and not found"),
                Err(error) => break error,
            }
        };
        // Without its line feed the last line counts as cut off.
        let (ImportError::Changed { line: found } | ImportError::Truncated { line: found }) = error else {
            panic!("byte {at}: {error}");
        };
        assert_eq!(found, line, "byte {at}");
    }
}

#[test]
fn missing_moved_and_added_lines_are_found() {
    let lines: Vec<&str> = NATIVE.split_inclusive('\n').collect();
    let missing = [&lines[..2], &lines[3..]].concat().concat();
    assert!(matches!(read(missing.as_bytes()), Err(ImportError::Changed { line: 3 })));
    let moved = [lines[0], lines[2], lines[1], lines[3], lines[4], lines[5], lines[6]].concat();
    assert!(matches!(read(moved.as_bytes()), Err(ImportError::Changed { line: 2 })));
    let added = format!("{NATIVE}{}", lines[1]);
    assert!(matches!(read(added.as_bytes()), Err(ImportError::Changed { line: 8 })));
}

#[test]
fn lines_in_a_wrong_order_are_refused_with_their_number() {
    for (lines, at) in [
        (vec![head("1.0"), EDGE.to_owned(), MEMORY.to_owned(), trailer(1, 1)], 3),
        (vec![head("1.0"), head("1.0"), trailer(0, 0)], 2),
        (vec![head("1.0"), trailer(0, 0), trailer(0, 0)], 3),
    ] {
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        match read(&sealed(&lines)) {
            Err(ImportError::Order { line, .. }) => assert_eq!(line, at),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_trailer_that_counts_otherwise_is_refused() {
    let file = sealed(&[&head("1.0"), MEMORY, &trailer(2, 0)]);
    assert!(matches!(read(&file), Err(ImportError::Frame { line: 3, part: "trailer", .. })));
}

#[test]
fn a_newer_minor_version_is_read_and_what_it_added_is_counted() {
    let with_field = r#"{"record":"memory","hash":"h","content":"x","mood":"good"}"#;
    let lines = [&head("1.7"), with_field, r#"{"record":"picture","data":1}"#, &trailer(1, 0)];
    let summary = verify(&sealed(&lines)[..]).unwrap();
    assert_eq!((summary.read, summary.memories, summary.refused), (2, 1, 0));
    assert_eq!((summary.skipped["picture"], summary.lost["mood"]), (1, 1));
}

#[test]
fn what_this_version_does_not_have_is_refused_in_a_file_of_this_version() {
    let with_field = r#"{"record":"memory","hash":"h","content":"x","mood":"good"}"#;
    let lines = [&head("1.0"), with_field, r#"{"record":"picture","data":1}"#, &trailer(1, 0)];
    let summary = verify(&sealed(&lines)[..]).unwrap();
    assert_eq!(
        reasons(&summary),
        [
            "line 2: there is no field \"mood\" in this version of the format",
            "line 3: record is \"picture\": it is memory or edge"
        ]
    );
}

#[test]
fn another_major_version_is_refused() {
    for version in ["2.0", "0.9", "1", "x"] {
        let file = sealed(&[&head(version), &trailer(0, 0)]);
        assert!(matches!(read(&file), Err(ImportError::Version { .. })), "{version}");
    }
}

#[test]
fn a_record_that_is_wrong_is_told_and_the_others_are_read() {
    let wrong = [
        r#"{"record":"memory","content":"x"}"#,
        r#"{"record":"memory","hash":"h","content":"x","created_at":1e18}"#,
        r#"{"record":"memory","hash":"h","content":"x","vector":"AACAPw=="}"#,
        r#"{"record":"memory","hash":"h","content":"x","origin":{"kind":"ghost"}}"#,
        r#"{"record":"memory","hash":"h","content":"x","deleted_at":1.5,"deletion":4294967296}"#,
        r#"{"record":"memory","hash":"h","content":"x","usage":{"count":-1,"last":1.5}}"#,
    ];
    let (head, trailer) = (head("1.0"), trailer(6, 0).replace("\"deleted\":0", "\"deleted\":1"));
    let lines = [&[head.as_str()][..], &wrong, &[MEMORY, &trailer]].concat();
    let (records, summary) = read(&sealed(&lines)).unwrap();
    assert!(matches!(records[6].outcome, Outcome::Usable(Record::Memory(_))));
    assert_eq!(
        reasons(&summary),
        [
            "line 2: hash is missing",
            "line 3: created_at is \"1000000000000000000\": no time of the years 0 to 9999",
            "line 4: vector is \"AACAPw==\": the header names no model that made it",
            "line 5: origin is \"ghost\": the origin of a memory is user, agent, tool, document or import",
            "line 6: deletion is \"4294967296\": it is a whole number from 1 to 4294967295",
            "line 7: count must be a count, not this number",
        ]
    );
}

#[test]
fn a_vector_of_another_length_than_the_models_is_refused() {
    let header =
        head("1.0").replace("\"parts\"", r#""model":{"name":"m","revision":"r","dimension":2},"parts""#);
    let one = r#"{"record":"memory","hash":"h","content":"x","vector":"AACAPw=="}"#;
    let two = r#"{"record":"memory","hash":"h","content":"x","vector":"AACAPwAAAAA="}"#;
    let summary = verify(&sealed(&[&header, one, two, &trailer(2, 0)])[..]).unwrap();
    assert_eq!((summary.memories, summary.refused), (1, 1));
}

#[test]
fn what_the_header_does_not_name_cannot_be_written() {
    let needs =
        [(Part::Vectors, 0), (Part::Memories, 1), (Part::Deleted, 2), (Part::Edges, 3), (Part::Deleted, 4)];
    for (part, record) in needs {
        let mut header = header();
        header.parts.remove(&part);
        let mut export = NativeWriter::new(Vec::new(), &header).unwrap();
        let result = export.write(&records()[record]);
        assert!(matches!(result, Err(ExportError::NotAnnounced { .. })), "{part:?}");
    }
}

#[test]
fn records_cannot_be_written_in_another_order_or_after_the_end() {
    let mut export = NativeWriter::new(Vec::new(), &header()).unwrap();
    export.write(&records()[3]).unwrap();
    assert!(matches!(export.write(&records()[0]), Err(ExportError::Order { .. })));
    export.finish().unwrap();
    assert!(matches!(export.write(&records()[3]), Err(ExportError::Order { .. })));
    assert!(matches!(export.finish(), Err(ExportError::Order { .. })));
}

#[test]
fn the_longest_line_is_written_and_read_and_one_byte_more_is_not_written() {
    let Record::Memory(mut memory) = records().swap_remove(1) else { panic!() };
    let bytes = |content: usize| {
        memory.content = "x".repeat(content);
        let mut file = Vec::new();
        let mut export = NativeWriter::new(&mut file, &header()).unwrap();
        export.write(&Record::Memory(memory.clone()))?;
        export.finish()?;
        Ok::<_, ExportError>(file)
    };
    let mut bytes = bytes;
    let short = bytes(0).unwrap();
    let around = short.split(|byte| *byte == b'\n').nth(1).unwrap().len();
    assert_eq!(verify(&bytes(MAX_RECORD_BYTES - around).unwrap()[..]).unwrap().memories, 1);
    let too_long = bytes(MAX_RECORD_BYTES - around + 1);
    assert!(matches!(too_long, Err(ExportError::TooLong { bytes }) if bytes == MAX_RECORD_BYTES + 1));
}

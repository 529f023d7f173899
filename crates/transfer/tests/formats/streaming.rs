//! Files are read as they come: what stands before a fault is handed out.

use std::io::{Error, Read, Result, repeat};

use transfer::{Format, Import, ImportError, MAX_RECORD_BYTES, Outcome, Place};

use crate::fixtures::{header, native, records};

/// A disk that fails.
struct Fault;

impl Read for Fault {
    fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        Err(Error::other("the disk is gone"))
    }
}

/// A file of more than the start, whose rest cannot be read.
fn faulty(start: &str, record: &str) -> (usize, impl Read) {
    let times = 2 * Format::START_BYTES / record.len();
    (times, std::io::Cursor::new(format!("{start}{}", record.repeat(times))).chain(Fault))
}

#[test]
fn records_before_a_fault_are_handed_out_and_the_fault_is_told() {
    let whole = String::from_utf8(native(&header(), &vec![records()[1].clone(); 1000])).unwrap();
    let ours = whole.split_inclusive('\n').take(1001).collect::<String>();
    let ours: (usize, Box<dyn Read>) = (1000, Box::new(std::io::Cursor::new(ours).chain(Fault)));
    let boxed = |(count, file)| (count, Box::new(file) as Box<dyn Read>);
    let entity = "{\"type\":\"relation\",\"from\":\"a\",\"to\":\"\",\"relationType\":\"r\"}\n";
    for (count, file) in [
        ours,
        boxed(faulty("{\"memories\":[{\"content\":\"x\",\"content_hash\":\"h\"}", ",{\"content\":\"x\"}")),
        boxed(faulty("[{\"memory\":\"x\"}", ",{\"memory\":\"x\"}")),
        boxed(faulty("", entity)),
    ] {
        let mut import = Import::open(file).unwrap();
        let error = loop {
            match import.next_record() {
                Ok(record) => assert!(record.is_some()),
                Err(error) => break error,
            }
        };
        assert!(matches!(&error, ImportError::Read(source) if source.to_string() == "the disk is gone"));
        assert!(import.summary().read >= count as u64, "{}", import.format());
    }
}

#[test]
fn a_record_of_a_document_can_be_as_long_as_the_limit_and_no_longer() {
    let file = |bytes: usize| {
        let text = repeat(b'x').take((bytes - 2) as u64);
        b"[".chain(&b"\""[..]).chain(text).chain(&b"\"]"[..])
    };
    let mut import = Import::open_as(Format::Mem0, file(MAX_RECORD_BYTES)).unwrap();
    assert!(matches!(import.next_record().unwrap().unwrap().outcome, Outcome::Refused(_)));
    let mut import = Import::open_as(Format::Mem0, file(MAX_RECORD_BYTES + 1)).unwrap();
    let error = import.next_record().unwrap_err();
    assert!(matches!(error, ImportError::TooLong { place: Place::Record(1) }));
}

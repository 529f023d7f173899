//! Reads an export in our format.

use std::io::Read;

use super::check::CheckedLines;
use super::header::{Header, counts, read_header};
use super::{FORMAT, parse};
use crate::fields::{Fields, shortened};
use crate::{Counts, ImportError, ImportRecord, Outcome, Place, Record, Refusal};

pub(crate) struct NativeReader<R> {
    lines: CheckedLines<R>,
    header: Header,
    /// Whether a newer program wrote it, whose additions are left out.
    newer: bool,
    /// Lines so far; those whose record was refused count, too.
    counts: Counts,
    in_edges: bool,
}

impl<R: Read> NativeReader<R> {
    pub(crate) fn open(reader: R) -> Result<Self, ImportError> {
        let mut lines = CheckedLines::new(reader);
        let first = lines.next_line()?.ok_or(ImportError::Truncated { line: 1 })?;
        let (kind, format) = kind_and_format(&first);
        if kind != "header" || format.as_deref() != Some(FORMAT) {
            return Err(ImportError::Order { line: 1, found: named(&kind), expected: "the header" });
        }
        let (header, newer) = read_header(&first)?;
        Ok(Self { lines, header, newer, counts: Counts::default(), in_edges: false })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    pub(crate) fn next_record(&mut self) -> Result<Option<ImportRecord>, ImportError> {
        let Some(json) = self.lines.next_line()? else {
            return Err(ImportError::Truncated { line: self.lines.number() });
        };
        let place = Place::Line(self.lines.number());
        let refused = |reason| ImportRecord { place, outcome: Outcome::Refused(reason), lost: Vec::new() };
        let mut fields = match Fields::from_json(&json) {
            Ok(fields) => fields,
            Err(reason) => return Ok(Some(refused(reason))),
        };
        match fields.text("record").ok().flatten().as_deref() {
            Some("trailer") => self.end(fields).map(|()| None),
            Some("memory") if self.in_edges => Err(self.order("a memory", "an edge or the trailer")),
            Some("memory") => {
                let deleted = fields.has("deleted_at");
                *(if deleted { &mut self.counts.deleted } else { &mut self.counts.memories }) += 1;
                let memory = parse::memory(&mut fields, self.header.model.as_ref());
                Ok(Some(self.judged(place, memory.map(|memory| Record::Memory(Box::new(memory))), &fields)))
            }
            Some("edge") => {
                self.in_edges = true;
                self.counts.edges += 1;
                let edge = parse::edge(&mut fields);
                Ok(Some(self.judged(place, edge.map(Record::Edge), &fields)))
            }
            Some("header") => Err(self.order("a second header", "a record or the trailer")),
            Some(kind) if self.newer => {
                let outcome = Outcome::Skipped { kind: shortened(kind) };
                Ok(Some(ImportRecord { place, outcome, lost: Vec::new() }))
            }
            Some(kind) => Ok(Some(refused(Refusal::Value {
                field: "record",
                given: shortened(kind),
                expected: "it is memory or edge",
            }))),
            None => Ok(Some(refused(Refusal::Missing { field: "record" }))),
        }
    }

    /// A record of which every field is known, or whose other fields a newer program added.
    fn judged(&self, place: Place, record: Result<Record, Refusal>, rest: &Fields) -> ImportRecord {
        let unknown = rest.names();
        let (outcome, lost) = match (record, unknown.first()) {
            (Err(reason), _) => (Outcome::Refused(reason), Vec::new()),
            (Ok(_), Some(field)) if !self.newer => {
                (Outcome::Refused(Refusal::Unknown { field: field.clone() }), Vec::new())
            }
            (Ok(record), _) => (Outcome::Usable(record), unknown),
        };
        ImportRecord { place, outcome, lost }
    }

    fn order(&self, found: &str, expected: &'static str) -> ImportError {
        ImportError::Order { line: self.lines.number(), found: found.to_owned(), expected }
    }

    fn end(&mut self, mut fields: Fields) -> Result<(), ImportError> {
        let line = self.lines.number();
        let frame = |reason: String| ImportError::Frame { line, part: "trailer", reason };
        let told = counts(&mut fields).map_err(|reason| frame(reason.to_string()))?;
        let digest = fields.required_text("sha256").map_err(|reason| frame(reason.to_string()))?;
        if told != self.counts {
            return Err(frame(format!("it counts {told:?}, the lines before are {:?}", self.counts)));
        }
        if digest != self.lines.digest_before() {
            return Err(ImportError::Changed { line });
        }
        match self.lines.next_line()? {
            None => Ok(()),
            Some(_) => Err(self.order("a line", "the end of the file")),
        }
    }
}

fn kind_and_format(json: &[u8]) -> (String, Option<String>) {
    let Ok(mut fields) = Fields::from_json(json) else { return (String::new(), None) };
    let kind = fields.text("record").ok().flatten().unwrap_or_default();
    (kind, fields.text("format").ok().flatten())
}

fn named(kind: &str) -> String {
    match kind {
        "" => "no record".to_owned(),
        kind => format!("a record of the kind {:?}", shortened(kind)),
    }
}

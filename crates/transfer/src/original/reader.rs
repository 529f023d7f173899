//! Reads the original's file.

use std::io::Read;

use super::{GRAPH, LISTS, TOMBSTONES, record};
use crate::document::{Document, Item};
use crate::fields::Fields;
use crate::{ImportError, ImportRecord, Place, Record, Refusal};

pub(crate) struct OriginalReader<R> {
    document: Document<'static, R>,
    records: u64,
}

impl<R: Read> OriginalReader<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { document: Document::new(reader, LISTS, &[]), records: 0 }
    }

    pub(crate) fn next_record(&mut self) -> Result<Option<ImportRecord>, ImportError> {
        while let Some(item) = self.document.next_item()? {
            let Item::Element { list, value } = item else { continue };
            self.records += 1;
            let record = value.and_then(Fields::of).and_then(|fields| convert(&list, fields));
            return Ok(Some(ImportRecord::judged(Place::Record(self.records), record)));
        }
        Ok(None)
    }
}

fn convert(list: &str, mut fields: Fields) -> Result<(Record, Vec<String>), Refusal> {
    if list == GRAPH {
        let edge = record::edge(&mut fields)?;
        return Ok((Record::Edge(edge), fields.names()));
    }
    if list == TOMBSTONES && !fields.has("deleted_at") {
        return Err(Refusal::Missing { field: "deleted_at" });
    }
    let (memory, lost) = record::memory(fields)?;
    Ok((Record::Memory(Box::new(memory)), lost))
}

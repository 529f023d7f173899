//! What an import would do, without doing it.

use std::collections::HashMap;

use engine::Writer;
use model::{ContentHash, EdgeRecord, Record};
use ports::{Loaded, OnDeleted, Standing};

use crate::exit::Failure;

/// Says what would become of records. It keeps what it would have written, so that what stands twice in the files is
/// counted once.
pub(super) struct Rehearsal<'a> {
    /// None when there are no memories yet.
    writer: Option<&'a Writer>,
    written: HashMap<Key, Standing>,
}

/// A memory, or the two ends of an edge.
type Key = (ContentHash, Option<ContentHash>);

impl<'a> Rehearsal<'a> {
    pub(super) fn new(writer: Option<&'a Writer>) -> Self {
        Self { writer, written: HashMap::new() }
    }

    pub(super) async fn load(
        &mut self,
        records: &[Record],
        on_deleted: OnDeleted,
    ) -> Result<Vec<Loaded>, Failure> {
        let here = match self.writer {
            Some(writer) => writer.standings(records).await?,
            None => vec![Standing::Absent; records.len()],
        };
        let load = |(record, here): (&Record, Standing)| self.load_one(record, here, on_deleted);
        Ok(records.iter().zip(here).map(load).collect())
    }

    fn load_one(&mut self, record: &Record, here: Standing, on_deleted: OnDeleted) -> Loaded {
        let (key, here) = match record {
            Record::Memory(memory) => ((memory.hash.clone(), None), here),
            Record::Edge(edge) => {
                ((edge.source.clone(), Some(edge.target.clone())), self.standing_of_edge(edge, here))
            }
        };
        let standing = self.written.get(&key).copied().unwrap_or(here);
        let loaded = Loaded::of(record, standing, on_deleted);
        if loaded.is_written() {
            let after = if record.is_deleted() { Standing::Deleted } else { Standing::Live };
            self.written.insert(key, after);
        }
        loaded
    }

    /// An edge that went with a deleted memory is kept when one of its ends is deleted: the store knows only of those that
    /// are there already.
    fn standing_of_edge(&self, edge: &EdgeRecord, here: Standing) -> Standing {
        if !edge.is_deleted || here == Standing::Deleted {
            return here;
        }
        let would_be_deleted =
            |end: &ContentHash| self.written.get(&(end.clone(), None)) == Some(&Standing::Deleted);
        match (would_be_deleted(&edge.source) || would_be_deleted(&edge.target), self.writer) {
            (true, _) => Standing::Absent,
            (false, None) => Standing::Live,
            (false, Some(_)) => here,
        }
    }
}

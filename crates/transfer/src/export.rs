//! Writing an export.

use crate::{ExportError, Record};

/// An export that is being written, in any format.
pub trait Export {
    /// Writes one record. Memories come before edges.
    ///
    /// # Errors
    /// [`ExportError`]; nothing can be written after one.
    fn write(&mut self, record: &Record) -> Result<(), ExportError>;

    /// Writes the end. Without it the file is not valid.
    ///
    /// # Errors
    /// [`ExportError`].
    fn finish(&mut self) -> Result<Counts, ExportError>;
}

/// How many records of each kind an export holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Live memories.
    pub memories: u64,
    /// Deleted memories.
    pub deleted: u64,
    /// Edges.
    pub edges: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, record: &Record) {
        let counter = match record {
            Record::Memory(memory) if memory.deleted_at.is_some() => &mut self.deleted,
            Record::Memory(_) => &mut self.memories,
            Record::Edge(_) => &mut self.edges,
        };
        *counter += 1;
    }
}

/// How far an export has come; it only goes forward.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Memories,
    Deleted,
    Edges,
    Finished,
}

impl Phase {
    /// Goes on to a phase, this one or a later one.
    pub(crate) fn advance(&mut self, to: Self) -> Result<(), ExportError> {
        if to < *self || *self == Self::Finished {
            return Err(ExportError::Order { found: to.name(), after: self.name() });
        }
        *self = to;
        Ok(())
    }

    fn name(self) -> &'static str {
        match self {
            Self::Memories => "a memory",
            Self::Deleted => "a deleted memory",
            Self::Edges => "an edge",
            Self::Finished => "the end",
        }
    }
}

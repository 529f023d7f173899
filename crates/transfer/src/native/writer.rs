//! Writes an export in our format.

use std::io::Write;

use super::check::CheckedWriter;
use super::header::{Header, HeaderLine, Part, TrailerLine};
use super::line::{EdgeLine, MemoryLine};
use crate::export::Phase;
use crate::{Counts, Export, ExportError, Record};

/// Writes an export in our format.
pub struct NativeWriter<W> {
    lines: CheckedWriter<W>,
    parts: std::collections::BTreeSet<Part>,
    has_model: bool,
    counts: Counts,
    phase: Phase,
}

impl<W: Write> NativeWriter<W> {
    /// Begins an export with its header. A writer that is slow on small writes should be buffered.
    ///
    /// # Errors
    /// [`ExportError::Write`].
    pub fn new(writer: W, header: &Header) -> Result<Self, ExportError> {
        let mut lines = CheckedWriter::new(writer);
        lines.write(&HeaderLine::of(header))?;
        Ok(Self {
            lines,
            parts: header.parts.clone(),
            has_model: header.model.is_some(),
            counts: Counts::default(),
            phase: Phase::Memories,
        })
    }

    /// What it writes to; without [`Export::finish`] before, the export is not valid.
    pub fn into_inner(self) -> W {
        self.lines.into_inner()
    }

    fn announced(&self, part: Part) -> Result<(), ExportError> {
        match self.parts.contains(&part) {
            true => Ok(()),
            false => Err(ExportError::NotAnnounced { part: part.name() }),
        }
    }
}

impl<W: Write> Export for NativeWriter<W> {
    fn write(&mut self, record: &Record) -> Result<(), ExportError> {
        match record {
            Record::Memory(memory) => {
                self.phase.advance(Phase::Memories)?;
                self.announced(if memory.deleted_at.is_some() { Part::Deleted } else { Part::Memories })?;
                if memory.vector.is_some() {
                    self.announced(Part::Vectors)?;
                    if !self.has_model {
                        return Err(ExportError::NotAnnounced { part: "vectors of a model" });
                    }
                }
                self.lines.write(&MemoryLine::of(memory))?;
            }
            Record::Edge(edge) => {
                self.phase.advance(Phase::Edges)?;
                self.announced(Part::Edges)?;
                if edge.is_deleted {
                    self.announced(Part::Deleted)?;
                }
                self.lines.write(&EdgeLine::of(edge))?;
            }
        }
        self.counts.add(record);
        Ok(())
    }

    fn finish(&mut self) -> Result<Counts, ExportError> {
        self.phase.advance(Phase::Finished)?;
        let digest = self.lines.digest();
        self.lines.write(&TrailerLine::of(self.counts, digest))?;
        self.lines.flush()?;
        Ok(self.counts)
    }
}

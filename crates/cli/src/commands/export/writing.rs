//! Records on their way into the file. They come on the store's thread.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, PoisonError};

use model::{MemoryRecord, ModelIdentity, Record, Timestamp};
use ports::DumpSink;
use transfer::{
    Counts, Export as Exporter, ExportError, Header, NativeWriter, OriginalHeader, OriginalWriter, Part,
};

use super::file::NewFile;
use crate::render::progress::Bar;

/// What form the file has, and what it says about itself.
pub(super) enum Form {
    Native { created_at: Timestamp, program: &'static str, parts: BTreeSet<Part> },
    Original(OriginalHeader),
}

/// What is in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub(super) counts: Counts,
    pub(super) vectors: u64,
}

/// The file, for the thread that writes it and the one that waits for it.
pub(super) struct Shared(Arc<Mutex<Writing>>);

struct Writing {
    state: State,
    bar: Option<Bar>,
    expected: u64,
    memories: u64,
    vectors: u64,
}

enum State {
    Waiting(Form, NewFile),
    Native(NativeWriter<NewFile>),
    Original(OriginalWriter<NewFile>),
    Failed(ExportError),
    Over,
}

impl Shared {
    pub(super) fn new(form: Form, file: NewFile, bar: Bar) -> Self {
        let state = State::Waiting(form, file);
        Self(Arc::new(Mutex::new(Writing { state, bar: Some(bar), expected: 0, memories: 0, vectors: 0 })))
    }

    pub(super) fn sink(&self) -> Box<dyn DumpSink> {
        Box::new(Self(Arc::clone(&self.0)))
    }

    /// Writes the end. Gives the file, which has no name yet.
    pub(super) fn finish(self) -> Result<(NewFile, Written), ExportError> {
        let mut writing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let over = || ExportError::Write(std::io::Error::other("nothing was begun"));
        let (file, counts) = match std::mem::replace(&mut writing.state, State::Over) {
            State::Native(mut writer) => {
                let counts = writer.finish()?;
                (writer.into_inner(), counts)
            }
            State::Original(mut writer) => {
                let counts = writer.finish()?;
                (writer.into_inner(), counts)
            }
            State::Failed(error) => return Err(error),
            State::Waiting(..) | State::Over => return Err(over()),
        };
        if let Some(bar) = writing.bar.take() {
            bar.finish();
        }
        Ok((file, Written { counts, vectors: writing.vectors }))
    }
}

impl DumpSink for Shared {
    fn begin(&mut self, model: &ModelIdentity, memories: u64) -> ControlFlow<()> {
        let mut writing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writing.expected = memories;
        writing.step(|writing| {
            if let State::Waiting(form, file) = std::mem::replace(&mut writing.state, State::Over) {
                writing.state = begun(form, file, model)?;
            }
            Ok(())
        })
    }

    fn take(&mut self, record: Record) -> ControlFlow<()> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).step(|writing| writing.take(record))
    }
}

impl Writing {
    /// Does something, and keeps why it failed.
    fn step(&mut self, step: impl FnOnce(&mut Self) -> Result<(), ExportError>) -> ControlFlow<()> {
        match step(self) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.state = State::Failed(error);
                ControlFlow::Break(())
            }
        }
    }

    fn take(&mut self, record: Record) -> Result<(), ExportError> {
        if let Record::Memory(memory) = &record {
            self.memories += 1;
            self.vectors += u64::from(memory.vector.is_some());
            if let Some(bar) = &mut self.bar {
                bar.set(self.memories, self.expected);
            }
        }
        match &mut self.state {
            State::Native(writer) => writer.write(&record),
            State::Original(writer) => writer.write(&readable(record)),
            State::Waiting(..) | State::Failed(_) | State::Over => Ok(()),
        }
    }
}

fn begun(form: Form, file: NewFile, model: &ModelIdentity) -> Result<State, ExportError> {
    Ok(match form {
        Form::Native { created_at, program, parts } => {
            let header = Header {
                created_at,
                program: program.to_owned(),
                model: Some(model.clone()),
                parts,
                counts: None,
            };
            State::Native(NativeWriter::new(file, &header)?)
        }
        Form::Original(header) => State::Original(OriginalWriter::new(file, header)?),
    })
}

/// A memory whose times are numbers wherever they can be read: the original reads no others.
fn readable(record: Record) -> Record {
    let Record::Memory(mut memory) = record else { return record };
    let read = |iso: &Option<String>| iso.as_deref().and_then(Timestamp::from_stored_iso);
    let MemoryRecord { created_at, created_at_iso, updated_at, updated_at_iso, .. } = &*memory;
    let created = created_at.or_else(|| read(created_at_iso));
    let updated = updated_at.or_else(|| read(updated_at_iso));
    (memory.created_at, memory.updated_at) = (created.or(updated), updated.or(created));
    memory.memory_type = memory.memory_type.take().filter(|kind| !kind.is_empty());
    Record::Memory(memory)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ContentHash;

    #[test]
    fn a_time_that_only_a_text_tells_is_a_number_for_the_original() {
        let memory = MemoryRecord {
            created_at_iso: Some("1970-01-01T00:00:07Z".to_owned()),
            memory_type: Some(String::new()),
            ..MemoryRecord::bare(ContentHash::stored("k"), "text".to_owned())
        };
        let Record::Memory(read) = readable(Record::Memory(Box::new(memory))) else { panic!() };
        assert_eq!(read.created_at, Timestamp::from_seconds(7.0));
        assert_eq!((read.updated_at, read.memory_type), (read.created_at, None));
    }
}

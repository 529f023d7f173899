//! Reading an import, in any of the formats.

use std::io::{Chain, Cursor, Read};

use crate::mem0::Mem0Reader;
use crate::memory_server::MemoryServerReader;
use crate::native::{Header, NativeReader};
use crate::original::OriginalReader;
use crate::{Format, ImportError, Place, Record, Refusal, Summary};

/// A file that is being read, record by record.
pub struct Import<R> {
    source: Source<Rewound<R>>,
    summary: Summary,
    ended: bool,
}

/// What was read to find out the format, and the rest.
type Rewound<R> = Chain<Cursor<Vec<u8>>, R>;

/// A record of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRecord {
    /// Where it stands.
    pub place: Place,
    /// What came of it.
    pub outcome: Outcome,
    /// Names of fields that were left behind.
    pub lost: Vec<String>,
}

/// What came of a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It can be stored.
    Usable(Record),
    /// It cannot.
    Refused(Refusal),
    /// It is of a kind that a newer program added.
    Skipped {
        /// The kind.
        kind: String,
    },
}

enum Source<R> {
    Native(Box<NativeReader<R>>),
    Original(OriginalReader<R>),
    Mem0(Mem0Reader<R>),
    MemoryServer(MemoryServerReader<R>),
}

impl<R: Read> Import<R> {
    /// Begins to read a file of any known format.
    ///
    /// # Errors
    /// [`ImportError`]: it is none of them, or its header is not valid.
    pub fn open(mut reader: R) -> Result<Self, ImportError> {
        let mut start = Vec::new();
        reader.by_ref().take(Format::START_BYTES as u64).read_to_end(&mut start)?;
        let format = Format::detect(&start)?;
        Self::begin(format, Cursor::new(start).chain(reader))
    }

    /// Begins to read a file of this format, whatever it looks like.
    ///
    /// # Errors
    /// [`ImportError`]: its header is not valid.
    pub fn open_as(format: Format, reader: R) -> Result<Self, ImportError> {
        Self::begin(format, Cursor::new(Vec::new()).chain(reader))
    }

    fn begin(format: Format, reader: Rewound<R>) -> Result<Self, ImportError> {
        let source = match format {
            Format::Native => Source::Native(Box::new(NativeReader::open(reader)?)),
            Format::Original => Source::Original(OriginalReader::new(reader)),
            Format::Mem0 => Source::Mem0(Mem0Reader::new(reader)),
            Format::MemoryServer => Source::MemoryServer(MemoryServerReader::new(reader)),
        };
        Ok(Self { source, summary: Summary::default(), ended: false })
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> Format {
        match &self.source {
            Source::Native(_) => Format::Native,
            Source::Original(_) => Format::Original,
            Source::Mem0(_) => Format::Mem0,
            Source::MemoryServer(_) => Format::MemoryServer,
        }
    }

    /// What it says about itself, if it is in our own format.
    #[must_use]
    pub fn header(&self) -> Option<&Header> {
        match &self.source {
            Source::Native(reader) => Some(reader.header()),
            _ => None,
        }
    }

    /// The next record; none at the end. A record that cannot be used is no error.
    ///
    /// # Errors
    /// [`ImportError`] when the file cannot be read on. There is nothing after it.
    pub fn next_record(&mut self) -> Result<Option<ImportRecord>, ImportError> {
        if self.ended {
            return Ok(None);
        }
        let next = match &mut self.source {
            Source::Native(reader) => reader.next_record(),
            Source::Original(reader) => reader.next_record(),
            Source::Mem0(reader) => reader.next_record(),
            Source::MemoryServer(reader) => reader.next_record(),
        };
        match &next {
            Ok(Some(record)) => self.summary.add(record),
            Ok(None) | Err(_) => self.ended = true,
        }
        next
    }

    /// What was read so far.
    #[must_use]
    pub fn summary(&self) -> &Summary {
        &self.summary
    }
}

impl ImportRecord {
    pub(crate) fn judged(place: Place, record: Result<(Record, Vec<String>), Refusal>) -> Self {
        match record {
            Ok((record, lost)) => Self { place, outcome: Outcome::Usable(record), lost },
            Err(reason) => Self { place, outcome: Outcome::Refused(reason), lost: Vec::new() },
        }
    }
}

/// Reads a file to its end and says what is in it: for a look before an import.
///
/// # Errors
/// [`ImportError`] when it cannot be read to its end.
pub fn verify(reader: impl Read) -> Result<Summary, ImportError> {
    let mut import = Import::open(reader)?;
    while import.next_record()?.is_some() {}
    Ok(import.summary)
}

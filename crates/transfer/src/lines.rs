//! Reading lines, none longer than the limit.

use std::io::{BufRead, BufReader, Read};

use crate::{ImportError, MAX_RECORD_BYTES, Place};

/// A line of a file.
pub(crate) struct Line {
    /// Its number, from 1.
    pub(crate) number: u64,
    /// Its bytes without the line feed.
    pub(crate) bytes: Vec<u8>,
    /// Whether a line feed ended it; the last line of a file may have none.
    pub(crate) ended: bool,
}

pub(crate) struct Lines<R> {
    reader: BufReader<R>,
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader: BufReader::new(reader), number: 0 }
    }

    /// The number of the line that was read last.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    pub(crate) fn next_line(&mut self) -> Result<Option<Line>, ImportError> {
        let mut bytes = Vec::new();
        let limit = MAX_RECORD_BYTES as u64 + 1;
        self.reader.by_ref().take(limit).read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let ended = bytes.pop_if(|last| *last == b'\n').is_some();
        if bytes.len() > MAX_RECORD_BYTES {
            return Err(ImportError::TooLong { place: Place::Line(self.number) });
        }
        Ok(Some(Line { number: self.number, bytes, ended }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::repeat;

    #[test]
    fn the_limit_itself_is_read_and_one_byte_more_is_not() {
        let text = |bytes: usize| repeat(b'x').take(bytes as u64).chain(&b"\nsecond"[..]);
        let mut lines = Lines::new(text(MAX_RECORD_BYTES));
        assert_eq!(lines.next_line().unwrap().unwrap().bytes.len(), MAX_RECORD_BYTES);
        let second = lines.next_line().unwrap().unwrap();
        assert_eq!((second.number, second.bytes.as_slice(), second.ended), (2, &b"second"[..], false));
        assert!(lines.next_line().unwrap().is_none());
        let mut lines = Lines::new(text(MAX_RECORD_BYTES + 1));
        assert!(matches!(lines.next_line(), Err(ImportError::TooLong { place: Place::Line(1) })));
    }
}

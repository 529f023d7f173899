//! Bytes of a JSON document, and values cut out of them.

use std::io::{BufRead, BufReader, Read};

use crate::{ImportError, MAX_RECORD_BYTES, Place};

pub(super) struct Bytes<R> {
    reader: BufReader<R>,
    at: u64,
    records: u64,
}

impl<R: Read> Bytes<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { reader: BufReader::new(reader), at: 0, records: 0 }
    }

    pub(super) fn count_record(&mut self) {
        self.records += 1;
    }

    pub(super) fn syntax(&self, reason: &'static str) -> ImportError {
        ImportError::Syntax { at: self.at, reason }
    }

    /// Skips a byte order mark.
    pub(super) fn skip_mark(&mut self) -> Result<(), ImportError> {
        for byte in b"\xef\xbb\xbf" {
            if self.peek()? != Some(*byte) {
                return Ok(());
            }
            self.skip();
        }
        Ok(())
    }

    /// The next byte that is no white space; it stays.
    pub(super) fn peek_visible(&mut self) -> Result<Option<u8>, ImportError> {
        while let Some(byte) = self.peek()? {
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Ok(Some(byte));
            }
            self.skip();
        }
        Ok(None)
    }

    /// The next byte that is no white space; it is taken.
    pub(super) fn next_visible(&mut self) -> Result<Option<u8>, ImportError> {
        let next = self.peek_visible()?;
        if next.is_some() {
            self.skip();
        }
        Ok(next)
    }

    /// Cuts out the bytes of one value: a text up to its quote, a list or an object up to its bracket, anything else up
    /// to the comma or bracket after it.
    pub(super) fn value(&mut self) -> Result<Vec<u8>, ImportError> {
        let mut value = Vec::new();
        let (mut depth, mut in_text, mut escaped) = (0_u32, false, false);
        self.peek_visible()?;
        while let Some(byte) = self.peek()? {
            if !in_text && depth == 0 && matches!(byte, b',' | b']' | b'}' | b':') {
                return self.not_empty(value);
            }
            if value.len() == MAX_RECORD_BYTES {
                return Err(ImportError::TooLong { place: Place::Record(self.records + 1) });
            }
            value.push(byte);
            self.skip();
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_text => escaped = true,
                b'"' => in_text = !in_text,
                b'[' | b'{' if !in_text => depth += 1,
                b']' | b'}' if !in_text => depth -= 1,
                _ => {}
            }
            if depth == 0 && !in_text && matches!(byte, b'"' | b']' | b'}') {
                return Ok(value);
            }
        }
        Err(self.syntax("the file is cut off"))
    }

    fn not_empty(&self, value: Vec<u8>) -> Result<Vec<u8>, ImportError> {
        if value.is_empty() { Err(self.syntax("no value stands")) } else { Ok(value) }
    }

    fn peek(&mut self) -> Result<Option<u8>, ImportError> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    fn skip(&mut self) {
        self.reader.consume(1);
        self.at += 1;
    }
}

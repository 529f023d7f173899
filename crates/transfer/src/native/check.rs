//! Lines that carry the hash of everything before them.

use std::io::{Read, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::lines::Lines;
use crate::{ExportError, ImportError, MAX_RECORD_BYTES};

/// What stands before the digits of a check.
const OPEN: &[u8] = br#","check":""#;
/// How many digits a check has.
const DIGITS: usize = 16;
/// What stands after them.
const CLOSE: &[u8] = br#""}"#;
const TAIL_BYTES: usize = OPEN.len() + DIGITS + CLOSE.len();

pub(super) struct CheckedWriter<W> {
    writer: W,
    running: Sha256,
}

pub(super) struct CheckedLines<R> {
    lines: Lines<R>,
    running: Sha256,
    /// The hash of all lines before the one that was read last.
    before: String,
}

impl<W: Write> CheckedWriter<W> {
    pub(super) fn new(writer: W) -> Self {
        Self { writer, running: Sha256::new() }
    }

    /// The hash of all lines so far.
    pub(super) fn digest(&self) -> String {
        hex(&self.running)
    }

    /// Writes one object as a line.
    pub(super) fn write(&mut self, object: &impl Serialize) -> Result<(), ExportError> {
        let mut line = serde_json::to_vec(object).map_err(std::io::Error::other)?;
        line.pop_if(|last| *last == b'}');
        let body_bytes = line.len();
        if body_bytes + TAIL_BYTES > MAX_RECORD_BYTES {
            return Err(ExportError::TooLong { bytes: body_bytes + TAIL_BYTES });
        }
        self.running.update(&line);
        line.extend_from_slice(OPEN);
        line.extend_from_slice(&hex(&self.running).as_bytes()[..DIGITS]);
        line.extend_from_slice(CLOSE);
        line.push(b'\n');
        self.running.update(&line[body_bytes..]);
        self.writer.write_all(&line)?;
        Ok(())
    }

    pub(super) fn into_inner(self) -> W {
        self.writer
    }

    pub(super) fn flush(&mut self) -> Result<(), ExportError> {
        Ok(self.writer.flush()?)
    }
}

impl<R: Read> CheckedLines<R> {
    pub(super) fn new(reader: R) -> Self {
        Self { lines: Lines::new(reader), running: Sha256::new(), before: String::new() }
    }

    /// The number of the line that was read last.
    pub(super) fn number(&self) -> u64 {
        self.lines.number()
    }

    /// The hash of all lines before the one that was read last.
    pub(super) fn digest_before(&self) -> &str {
        &self.before
    }

    /// The next line as JSON without its check; none at the end of the file.
    pub(super) fn next_line(&mut self) -> Result<Option<Vec<u8>>, ImportError> {
        let Some(line) = self.lines.next_line()? else { return Ok(None) };
        if !line.ended {
            return Err(ImportError::Truncated { line: line.number });
        }
        self.before = hex(&self.running);
        let changed = ImportError::Changed { line: line.number };
        let mut bytes = line.bytes;
        let Some(body_bytes) = bytes.len().checked_sub(TAIL_BYTES) else { return Err(changed) };
        let (body, tail) = bytes.split_at(body_bytes);
        self.running.update(body);
        let expected = hex(&self.running);
        let digits = tail.strip_prefix(OPEN).and_then(|tail| tail.strip_suffix(CLOSE));
        if digits != Some(&expected.as_bytes()[..DIGITS]) {
            return Err(changed);
        }
        self.running.update(tail);
        self.running.update(b"\n");
        bytes.truncate(body_bytes);
        bytes.push(b'}');
        Ok(Some(bytes))
    }
}

fn hex(running: &Sha256) -> String {
    running.clone().finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

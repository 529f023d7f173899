//! Lines of limited length out of bytes.

use std::io;

use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};

/// How much memory a line's buffer keeps between lines, in bytes.
const KEPT_BYTES: usize = 64 * 1024;

/// Reads lines. Dropping a read loses nothing: the next one goes on where it stopped.
pub(super) struct Lines<R> {
    input: BufReader<R>,
    limit: usize,
    line: Vec<u8>,
    /// Whether the rest of a line that is too long is being skipped.
    skipping: bool,
}

/// What was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// A line without its end. The last one may have had none.
    Whole(Vec<u8>),
    /// A line was longer than the limit; it is skipped.
    TooLong,
    /// The input has ended.
    End,
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(input: R, limit: usize) -> Self {
        Self { input: BufReader::new(input), limit, line: Vec::new(), skipping: false }
    }

    pub(super) async fn next(&mut self) -> io::Result<Line> {
        loop {
            let available = self.input.fill_buf().await?;
            if available.is_empty() {
                let rest = self.take();
                return Ok(if rest.is_empty() { Line::End } else { Line::Whole(rest) });
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(available.len(), |end| end + 1);
            let text = &available[..end.unwrap_or(available.len())];
            let fits = self.line.len() + text.len() <= self.limit;
            if !self.skipping && fits {
                self.line.extend_from_slice(text);
            }
            self.input.consume(used);
            match (self.skipping, fits, end.is_some()) {
                (true, _, ended) => self.skipping = !ended,
                (false, true, true) => return Ok(Line::Whole(self.take())),
                (false, true, false) => {}
                (false, false, ended) => {
                    self.skipping = !ended;
                    self.take();
                    return Ok(Line::TooLong);
                }
            }
        }
    }

    fn take(&mut self) -> Vec<u8> {
        let kept = Vec::with_capacity(self.line.len().min(KEPT_BYTES));
        std::mem::replace(&mut self.line, kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(input: &[u8]) -> Vec<Line> {
        let mut lines = Lines::new(input, 4);
        let mut all = Vec::new();
        loop {
            match lines.next().await.unwrap() {
                Line::End => return all,
                line => all.push(line),
            }
        }
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.as_bytes().to_vec())
    }

    #[tokio::test]
    async fn lines_are_cut_at_newlines_and_the_last_needs_none() {
        assert_eq!(read(b"ab\n\ncd").await, [whole("ab"), whole(""), whole("cd")]);
    }

    #[tokio::test]
    async fn a_line_at_the_limit_is_read_and_a_longer_one_is_skipped_to_its_end() {
        assert_eq!(read(b"abcd\nabcde\nx\n").await, [whole("abcd"), Line::TooLong, whole("x")]);
        let long = [b"y".repeat(100_000), b"\nx\n".to_vec()].concat();
        assert_eq!(read(&long).await, [Line::TooLong, whole("x")]);
        assert_eq!(read(&b"y".repeat(100_000)).await, [Line::TooLong]);
    }
}

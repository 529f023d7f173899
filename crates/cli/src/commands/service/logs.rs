//! `memory logs`: the end of what the launched server wrote.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::{Desk, Target};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::text::plain;
use crate::render::{Format, Terminal};

/// How much of a file is read at a time, in bytes.
const BLOCK_BYTES: u64 = 64 * 1024;
/// How much of it is looked at, from the end, in bytes.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Prints the end of what the launched server wrote.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory logs
  memory logs -n 200

What the server printed (server.log) comes first, what it logged (server.err)
after it. How much it logs is up to --log-level and MCP_LOG_LEVEL.")]
pub struct Logs {
    /// How many lines of each file
    #[arg(short = 'n', long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub lines: u32,
}

impl Logs {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        let desk = Desk::new(terminal, source, Target::default())?;
        let files = [desk.place.output(), desk.place.errors()];
        let mut found = Vec::new();
        for path in &files {
            match tail(path, self.lines as usize) {
                Ok(lines) => found.push((path, lines)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => {
                    return Err(Failure::system(&format!("{} cannot be read", path.display()), &error));
                }
            }
        }
        match terminal.format() {
            Format::Json => {
                let files = found
                    .iter()
                    .map(|(path, lines)| json!({ "path": path.display().to_string(), "lines": lines }));
                terminal.print_json(&json!({ "files": files.collect::<Vec<_>>() }))?;
            }
            Format::Human if found.is_empty() => {
                let expected = desk.place.errors();
                terminal
                    .print(&format!("No log file found; `memory launch` writes {}", expected.display()))?;
            }
            Format::Human => {
                let lines = found.into_iter().flat_map(|(_, lines)| lines);
                let text: String = lines.map(|line| plain(&line) + "\n").collect();
                terminal.print_exactly(&text)?;
            }
        }
        Ok(Verdict::Success)
    }
}

/// The last lines of a file, read from its end.
pub(super) fn tail(path: &Path, lines: usize) -> io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let end = file.metadata()?.len();
    let least = end.saturating_sub(MAX_BYTES);
    let (mut from, mut blocks, mut ends) = (end, Vec::new(), 0);
    // One line end more than lines: the one before the first of them.
    while from > least && ends <= lines {
        let start = from.saturating_sub(BLOCK_BYTES).max(least);
        let mut block = vec![0; usize::try_from(from - start).unwrap_or_default()];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut block)?;
        ends += block.iter().filter(|byte| **byte == b'\n').count();
        blocks.push(block);
        from = start;
    }
    blocks.reverse();
    let bytes = blocks.concat();
    let text = String::from_utf8_lossy(&bytes);
    let all: Vec<&str> = text.lines().collect();
    Ok(all[all.len().saturating_sub(lines)..].iter().map(|line| (*line).to_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_found_wherever_blocks_end() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let all: Vec<String> =
            (0..9000).map(|number| format!("line {number} {}", "x".repeat(number % 50))).collect();
        for end in ["", "\n"] {
            std::fs::write(&path, all.join("\n") + end).unwrap();
            assert!(std::fs::metadata(&path).unwrap().len() > 3 * BLOCK_BYTES);
            for lines in [1, 2, 30, 3000, 8999, 9000, 20_000] {
                assert_eq!(tail(&path, lines).unwrap(), all[9000_usize.saturating_sub(lines)..], "{lines}");
            }
        }
    }

    #[test]
    fn a_file_may_be_empty_or_no_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        for (bytes, expected) in [
            (&b""[..], vec![]),
            (b"\n", vec![""]),
            (b"a\xff\nb", vec!["a\u{fffd}", "b"]),
            (b"a\n\nb\n", vec!["", "b"]),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(tail(&path, 2).unwrap(), expected);
        }
        assert_eq!(tail(&directory.path().join("none"), 2).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}

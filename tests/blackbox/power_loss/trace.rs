//! The log of `strace`, read as what happened to the files below a directory.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What `strace` must log, and how: every text in hexadecimal, with the paths of descriptors.
pub(super) const OPTIONS: [&str; 5] = [
    "-y",
    "-xx",
    "--string-limit=100000000",
    "-e",
    "trace=openat,open,creat,pwrite64,pwritev,pwritev2,write,writev,ftruncate,fallocate,unlink,unlinkat,rename,\
     renameat,renameat2,fsync,fdatasync,msync",
];

/// Something that happened to a file, in the order in which it happened. Paths are relative to the directory.
#[derive(Debug, Clone)]
pub(super) enum Event {
    /// It was opened and is there now.
    Created { path: PathBuf, truncated: bool },
    /// Bytes were written: from now on they may reach the disk.
    Write { path: PathBuf, offset: usize, data: Vec<u8> },
    /// It was cut or lengthened.
    Truncate { path: PathBuf, length: usize },
    /// What was written so far is on its way to the disk.
    SyncBegins { sync: usize },
    /// And has arrived.
    SyncEnds { sync: usize, path: PathBuf },
    /// It was removed.
    Removed { path: PathBuf },
    /// It got another name.
    Renamed { from: PathBuf, to: PathBuf },
    /// Something was sent through a pipe.
    Sent(Vec<u8>),
}

/// Everything that happened, in order.
#[derive(Debug, Default)]
pub(super) struct Trace {
    events: Vec<Event>,
    unfinished: BTreeMap<String, (String, usize)>,
    syncs: usize,
}

impl Trace {
    /// Reads a log.
    pub(super) fn read(log: &Path, below: &Path) -> Self {
        let below = below.canonicalize().unwrap();
        let mut trace = Self::default();
        for line in std::fs::read_to_string(log).unwrap().lines() {
            trace.line(line, &below);
        }
        assert!(trace.unfinished.is_empty(), "calls without an end: {:?}", trace.unfinished.keys());
        trace
    }

    /// What happened.
    pub(super) fn events(&self) -> &[Event] {
        &self.events
    }

    /// One line: the number of a thread, and a call that began, ended, or both.
    fn line(&mut self, line: &str, below: &Path) {
        let (thread, call) = line.split_once(' ').unwrap_or_else(|| panic!("{line}"));
        let call = call.trim_start();
        if call.starts_with("+++") || call.starts_with("---") {
            return;
        }
        if let Some(begun) = call.strip_suffix(" <unfinished ...>") {
            let sync = self.begin(begun, below);
            self.unfinished.insert(thread.to_owned(), (begun.to_owned(), sync));
        } else if let Some(resumed) = call.strip_prefix("<... ") {
            let (begun, sync) = self.unfinished.remove(thread).unwrap_or_else(|| panic!("{line}"));
            let (_, rest) = resumed.split_once(" resumed>").unwrap_or_else(|| panic!("{line}"));
            self.end(&format!("{begun}{rest}"), sync, below);
        } else {
            let sync = self.begin(call, below);
            self.end(call, sync, below);
        }
    }

    /// What a call does as soon as it begins. Gives the number of the synchronisation that it may be.
    fn begin(&mut self, call: &str, below: &Path) -> usize {
        self.syncs += 1;
        let (name, arguments) = call.split_once('(').unwrap_or_else(|| panic!("{call}"));
        match name {
            "pwrite64" => {
                let Some(path) = descriptor(arguments).and_then(|path| inside(&path, below)) else {
                    return 0;
                };
                let mut fields = arguments.split(", ").skip(1);
                let data = bytes(fields.next().unwrap_or_default());
                let offset = fields.nth(1).unwrap_or_default();
                let offset = offset.split([')', ' ']).next().unwrap_or_default();
                self.events.push(Event::Write { path, offset: offset.parse().unwrap(), data });
            }
            "write" | "writev" => {
                let Some(target) = descriptor(arguments) else { return 0 };
                assert!(inside(&target, below).is_none(), "a write without an offset: {}", target.display());
                if name == "write" && target.to_string_lossy().starts_with("pipe:") {
                    let data = arguments.split(", ").nth(1).unwrap_or_default();
                    self.events.push(Event::Sent(bytes(data)));
                }
            }
            "fsync" | "fdatasync" => self.events.push(Event::SyncBegins { sync: self.syncs }),
            "pwritev" | "pwritev2" | "msync" | "fallocate" => panic!("a call that nobody expects: {call}"),
            _ => {}
        }
        self.syncs
    }

    /// What a call has done when it ends.
    fn end(&mut self, call: &str, sync: usize, below: &Path) {
        let (name, arguments) = call.split_once('(').unwrap_or_else(|| panic!("{call}"));
        let result = call.rsplit_once(" = ").map_or("", |(_, result)| result);
        if result.starts_with('-') {
            assert!(
                !matches!(name, "pwrite64" | "fsync" | "fdatasync"),
                "it failed: {}",
                &call[call.len() - 60..]
            );
            return;
        }
        let named = |which: usize| inside(&quoted(arguments, which), below);
        match name {
            "openat" | "open" | "creat" if arguments.contains("O_CREAT") || name == "creat" => {
                let Some(path) = descriptor(result).and_then(|path| inside(&path, below)) else { return };
                let truncated = arguments.contains("O_TRUNC") || name == "creat";
                self.events.push(Event::Created { path, truncated });
            }
            "ftruncate" => {
                let Some(path) = descriptor(arguments).and_then(|path| inside(&path, below)) else { return };
                let length = arguments.split(", ").nth(1).unwrap_or_default();
                let length = length.split(')').next().unwrap_or_default();
                self.events.push(Event::Truncate { path, length: length.parse().unwrap() });
            }
            "fsync" | "fdatasync" => {
                let Some(path) = descriptor(arguments).and_then(|path| inside(&path, below)) else { return };
                self.events.push(Event::SyncEnds { sync, path });
            }
            "unlink" | "unlinkat" => self.events.extend(named(0).map(|path| Event::Removed { path })),
            "rename" | "renameat" | "renameat2" => {
                if let (Some(from), Some(to)) = (named(0), named(1)) {
                    self.events.push(Event::Renamed { from, to });
                }
            }
            _ => {}
        }
    }
}

/// The path of the descriptor that a text begins with: `4<\x2f\x74...>`.
fn descriptor(text: &str) -> Option<PathBuf> {
    let (_, path) = text.split_once('<')?;
    let path = path.split('>').next()?;
    Some(PathBuf::from(String::from_utf8(bytes(path)).unwrap()))
}

/// The path between the quotation marks that come as the `which`th pair.
fn quoted(arguments: &str, which: usize) -> PathBuf {
    let text = arguments.split('"').nth(which * 2 + 1).unwrap_or_default();
    PathBuf::from(String::from_utf8(bytes(text)).unwrap())
}

/// The part of a path below the directory, if it lies there.
fn inside(path: &Path, below: &Path) -> Option<PathBuf> {
    path.strip_prefix(below).ok().map(Path::to_owned)
}

/// The bytes of a text in which all that matters is written as `\x2f`.
fn bytes(text: &str) -> Vec<u8> {
    assert!(!text.ends_with("..."), "strace cut a text short");
    let digits = text.split("\\x").skip(1);
    let byte = |digits: &str| u8::from_str_radix(&digits[..2], 16).unwrap();
    let bytes: Vec<u8> = digits.map(byte).collect();
    if bytes.is_empty() { text.trim_matches('"').as_bytes().to_vec() } else { bytes }
}

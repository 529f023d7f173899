//! `.env` files: the original's way to configure a server whose client cannot set variables.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::{Environment, variables};

/// The variables of this program in one `.env` file.
#[derive(Clone, Default)]
pub struct DotEnv {
    path: PathBuf,
    variables: BTreeMap<String, Entry>,
}

/// A variable of a file.
#[derive(Clone)]
struct Entry {
    text: String,
    line: usize,
}

impl DotEnv {
    /// The first of `./.env` and `~/.mcp-memory/.env` that has a variable of this program. Sentences about files that
    /// could not be read wholly go to `notices`.
    ///
    /// (The original takes the first file that exists. Started in a directory with an unrelated `.env`, it overlooks the
    /// user's own and opens another database.)
    #[must_use]
    pub fn find(environment: &Environment, notices: &mut Vec<String>) -> Self {
        let here = environment.working_directory().join(".env");
        let at_home = environment.home().map(|home| home.join(".mcp-memory").join(".env"));
        std::iter::once(here)
            .chain(at_home)
            .map(|path| Self::read(&path, notices))
            .find(Self::is_ours)
            .unwrap_or_default()
    }

    /// Reads one file, as far as it can be read. Variables of other programs are left out.
    fn read(path: &Path, notices: &mut Vec<String>) -> Self {
        let mut file = Self { path: path.to_owned(), variables: BTreeMap::new() };
        let bytes = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return file,
            Err(_) => {
                notices.push(format!("{} cannot be read and is ignored", path.display()));
                return file;
            }
        };
        let line = Rc::new(Cell::new(0));
        let lines = dotenvy::from_read_iter(Lines::new(bytes, Rc::clone(&line)));
        let mut unreadable = 0_usize;
        for variable in lines {
            match variable {
                Ok((name, value))
                    if variables::is_read(&name) && (!value.is_empty() || variables::may_be_empty(&name)) =>
                {
                    file.variables.insert(name, Entry { text: value, line: line.get() });
                }
                Ok(_) => {}
                Err(dotenvy::Error::LineParse(..)) => unreadable += 1,
                // The file itself fails: every further line would too.
                Err(_) => {
                    notices.push(format!("{} cannot be read to its end", path.display()));
                    break;
                }
            }
        }
        if unreadable > 0 && file.is_ours() {
            notices.push(format!(
                "{} lines of {} are not NAME=value and are ignored",
                unreadable,
                path.display()
            ));
        }
        file
    }

    fn is_ours(&self) -> bool {
        self.variables.keys().any(|name| variables::is_ours(name))
    }

    /// A variable and the line on which it ends, from 1. An empty one is not set, unless that means something.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(&str, usize)> {
        self.variables.get(name).map(|entry| (entry.text.as_str(), entry.line))
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The names of its variables, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str)
    }
}

/// Shows no value: any of them may be a secret.
impl fmt::Debug for DotEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DotEnv({}, {} variables)", self.path.display(), self.variables.len())
    }
}

/// The bytes of a file, one line at a time, so that the line is known that was read last.
struct Lines {
    bytes: io::Cursor<Vec<u8>>,
    /// How many lines were read.
    count: Rc<Cell<usize>>,
}

impl Lines {
    fn new(bytes: Vec<u8>, count: Rc<Cell<usize>>) -> Self {
        let mut bytes = io::Cursor::new(bytes);
        // Some editors of Windows begin a file with this mark.
        if bytes.get_ref().starts_with("\u{feff}".as_bytes()) {
            bytes.set_position(3);
        }
        Self { bytes, count }
    }
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = usize::try_from(self.bytes.position()).unwrap_or(usize::MAX);
        let rest = self.bytes.get_ref().get(start..).unwrap_or_default();
        let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let length = line.min(buffer.len());
        if length == line && length > 0 {
            self.count.set(self.count.get() + 1);
        }
        self.bytes.read(&mut buffer[..length])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Dirs {
        work: tempfile::TempDir,
        home: tempfile::TempDir,
    }

    fn dirs(work: Option<&str>, home: Option<&str>) -> Dirs {
        let dirs = Dirs { work: tempfile::tempdir().unwrap(), home: tempfile::tempdir().unwrap() };
        if let Some(text) = work {
            std::fs::write(dirs.work.path().join(".env"), text).unwrap();
        }
        if let Some(text) = home {
            std::fs::create_dir(dirs.home.path().join(".mcp-memory")).unwrap();
            std::fs::write(dirs.home.path().join(".mcp-memory/.env"), text).unwrap();
        }
        dirs
    }

    fn find(dirs: &Dirs) -> (DotEnv, Vec<String>) {
        let mut notices = Vec::new();
        let environment = Environment::of(&[], Some(dirs.home.path()), dirs.work.path());
        (DotEnv::find(&environment, &mut notices), notices)
    }

    fn text<'a>(file: &'a DotEnv, name: &str) -> Option<&'a str> {
        file.get(name).map(|(text, _)| text)
    }

    #[test]
    fn the_file_of_the_working_directory_wins_whole() {
        let dirs = dirs(Some("MCP_AGENT_ID=here\n"), Some("MCP_AGENT_ID=home\nMCP_MEMORY_BASE_DIR=/home\n"));
        let (file, notices) = find(&dirs);
        assert_eq!(text(&file, "MCP_AGENT_ID"), Some("here"));
        assert_eq!(file.get("MCP_MEMORY_BASE_DIR"), None);
        assert_eq!(notices, Vec::<String>::new());
    }

    #[test]
    fn a_file_of_another_program_does_not_hide_the_users_own() {
        let dirs = dirs(
            Some("DATABASE_URL=postgres://x\nLOG_LEVEL=debug\nnot a line\n"),
            Some("MCP_AGENT_ID=home\n"),
        );
        let (file, notices) = find(&dirs);
        assert_eq!(text(&file, "MCP_AGENT_ID"), Some("home"));
        assert_eq!(file.names().collect::<Vec<_>>(), ["MCP_AGENT_ID"]);
        assert_eq!(notices, Vec::<String>::new());
    }

    #[test]
    fn quotes_comments_and_export_are_understood_and_a_bad_line_is_told() {
        let text = "# mine\nexport MCP_AGENT_ID=\"a b\"\nnonsense here\nMCP_MEMORY_BASE_DIR=''\nMCP_MEMORY_SQLITE_PATH=/x # end\n";
        let (file, notices) = find(&dirs(Some(text), None));
        assert_eq!(file.get("MCP_AGENT_ID"), Some(("a b", 2)));
        assert_eq!(file.get("MCP_MEMORY_BASE_DIR"), None);
        assert_eq!(file.get("MCP_MEMORY_SQLITE_PATH"), Some(("/x", 5)));
        assert_eq!(notices.len(), 1);
        assert!(notices[0].starts_with("1 lines of ") && !notices[0].contains("nonsense"), "{notices:?}");
    }

    #[test]
    fn a_value_of_several_lines_ends_on_its_last_and_the_last_of_two_wins() {
        let text = "\u{feff}MCP_AGENT_ID=first\r\n\nMCP_MEMORY_BASE_DIR=\"a\nb\"\nMCP_AGENT_ID=last";
        let (file, _) = find(&dirs(Some(text), None));
        assert_eq!(file.get("MCP_MEMORY_BASE_DIR"), Some(("a\nb", 4)));
        assert_eq!(file.get("MCP_AGENT_ID"), Some(("last", 5)));
    }

    #[test]
    fn a_line_longer_than_any_buffer_is_one_line() {
        let text = format!("MCP_MEMORY_BASE_DIR={}\nMCP_AGENT_ID=a\n", "x".repeat(40_000));
        let (file, _) = find(&dirs(Some(&text), None));
        assert_eq!(file.get("MCP_AGENT_ID"), Some(("a", 2)));
    }

    #[test]
    fn without_a_file_there_are_no_variables_and_no_notices() {
        let (file, notices) = find(&dirs(None, None));
        assert_eq!(file.names().count(), 0);
        assert_eq!(notices, Vec::<String>::new());
    }
}

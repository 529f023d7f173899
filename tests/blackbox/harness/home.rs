//! A home of its own for each test.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::{Database, Era, Server, executable, process};

/// A directory that a test's processes live in, removed at the end.
pub(crate) struct Home {
    directory: tempfile::TempDir,
    database: PathBuf,
    settings: Vec<(String, String)>,
}

impl Home {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self::with_database_at("data/sqlite_vec.db")
    }

    /// An empty one whose database lies at a path of its own.
    pub(crate) fn with_database_at(path: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let database = directory.path().join(path);
        Self { directory, database, settings: Vec::new() }
    }

    /// One with a copy of a database of the original, by the name of its fixture.
    pub(crate) fn with_fixture(name: &str) -> Self {
        let home = Self::new();
        std::fs::create_dir_all(home.database.parent().unwrap()).unwrap();
        fixture_into(name, &home.database);
        home
    }

    /// One with a copy of the files beside the database of another. No process of the product may have that open.
    pub(crate) fn copy_of(other: &Home) -> Self {
        let home = Self { settings: other.settings.clone(), ..Self::new() };
        std::fs::create_dir_all(home.data()).unwrap();
        for entry in std::fs::read_dir(other.data()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                std::fs::copy(&path, home.data().join(path.file_name().unwrap())).unwrap();
            }
        }
        home
    }

    /// The same with a variable of the environment.
    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The directory.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The database file. It need not exist yet.
    pub(crate) fn database(&self) -> &Path {
        &self.database
    }

    /// The directory of the database.
    pub(crate) fn data(&self) -> &Path {
        self.database.parent().unwrap()
    }

    /// A look into the database. No process of the product should be running, unless the test is about that.
    pub(crate) fn look_inside(&self) -> Database {
        Database::open(&self.database)
    }

    /// The variables of the environment that processes of this home have. They have no other.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let text = |path: &Path| path.to_str().unwrap().to_owned();
        let mut variables = vec![
            ("HOME".to_owned(), text(self.path())),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin".to_owned()),
            ("MCP_MEMORY_BASE_DIR".to_owned(), text(self.data())),
            ("MCP_MEMORY_SQLITE_PATH".to_owned(), text(&self.database)),
        ];
        variables.extend(self.settings.iter().cloned());
        variables
    }

    /// A command of the executable, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.wrapped(&[]);
        command.args(arguments);
        command
    }

    /// The executable under another program (`strace`, `sh`): that program, its arguments, then the executable.
    pub(crate) fn wrapped(&self, wrapper: &[&str]) -> Command {
        let executable = executable::memory();
        let mut command = match wrapper.split_first() {
            None => Command::new(&executable),
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&executable);
                command
            }
        };
        command.env_clear().envs(self.environment()).current_dir(self.path()).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        process::output(self.command(arguments), b"")
    }

    /// Runs a command that must succeed; gives its standard output.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "memory {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Starts a server and speaks the newest revision with it.
    pub(crate) fn server(&self) -> Server {
        self.server_of(Era::Modern)
    }

    /// Starts a server and speaks with it as an era does.
    pub(crate) fn server_of(&self, era: Era) -> Server {
        Server::start(self.command(&["server"]), era)
    }
}

/// The names of the fixtures, oldest form first.
pub(crate) const FIXTURES: [&str; 5] = [
    "upstream_8.44.db",
    "upstream_8.44_migrated_by_10.59.db",
    "upstream_10.59.db",
    "upstream_12.4.db",
    "upstream_12.4_two_stores.db.gz",
];

/// Copies a fixture to a path; a compressed one is unpacked.
pub(crate) fn fixture_into(name: &str, path: &Path) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    let bytes = if name.ends_with(".gz") {
        let unpacked = Command::new("gzip").arg("-dc").arg(&source).output().unwrap();
        assert!(unpacked.status.success(), "gzip -dc {}: {unpacked:?}", source.display());
        unpacked.stdout
    } else {
        std::fs::read(&source).unwrap()
    };
    std::fs::write(path, bytes).unwrap();
}

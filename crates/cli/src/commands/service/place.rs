//! Where a launched server leaves its traces: the original's paths, on every Unix.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::exit::Failure;
use crate::settings::{Environment, paths};

/// From which length on a log is put aside when a server is launched, in bytes.
const LOG_BYTES: u64 = 10_000_000;

/// Where a launched server leaves its traces.
#[derive(Debug, Clone)]
pub(super) struct Place {
    directory: PathBuf,
}

impl Place {
    pub(super) fn of(environment: &Environment) -> Result<Self, Failure> {
        Ok(Self { directory: paths::service(environment)? })
    }

    #[cfg(test)]
    pub(super) fn at(directory: &Path) -> Self {
        Self { directory: directory.to_owned() }
    }

    /// Who was launched.
    pub(super) fn pid_file(&self) -> PathBuf {
        self.directory.join("server.pid")
    }

    /// What it printed.
    pub(super) fn output(&self) -> PathBuf {
        self.logs().join("server.log")
    }

    /// What it logged.
    pub(super) fn errors(&self) -> PathBuf {
        self.logs().join("server.err")
    }

    pub(super) fn logs(&self) -> PathBuf {
        self.directory.join("logs")
    }

    /// Makes the directories, for their owner alone.
    pub(super) fn prepare(&self) -> io::Result<()> {
        // The mode of files and directories that are made is the process's: `process::keep_files_private`.
        fs::create_dir_all(self.logs())?;
        set_private(&self.logs())
    }

    /// Waits until nobody else launches; the lock ends with what is given back.
    pub(super) fn lock(&self) -> io::Result<File> {
        let file = OpenOptions::new().create(true).append(true).open(self.directory.join("launch.lock"))?;
        file.lock()?;
        Ok(file)
    }

    /// Opens a log to write on, and puts a long one aside before.
    pub(super) fn open_log(path: &Path) -> io::Result<File> {
        if fs::metadata(path).is_ok_and(|found| found.len() >= LOG_BYTES) {
            let mut aside = path.as_os_str().to_owned();
            aside.push(".1");
            fs::rename(path, aside)?;
        }
        OpenOptions::new().create(true).append(true).open(path)
    }
}

#[cfg(unix)]
fn set_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;

    fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn set_private(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_long_log_is_put_aside() {
        let directory = tempfile::tempdir().unwrap();
        let place = Place::at(directory.path());
        place.prepare().unwrap();
        let path = place.errors();
        for (length, aside) in [(LOG_BYTES - 1, false), (LOG_BYTES, true)] {
            File::create(&path).unwrap().set_len(length).unwrap();
            Place::open_log(&path).unwrap().write_all(b"x").unwrap();
            let put_aside = path.with_file_name("server.err.1");
            assert_eq!(put_aside.exists(), aside);
            assert_eq!(fs::metadata(&path).unwrap().len(), if aside { 1 } else { length + 1 });
        }
    }
}

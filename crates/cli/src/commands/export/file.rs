//! A file that is there whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::unwritable;
use crate::exit::Failure;

/// A file that gets its name when it is complete; dropped before that, nothing is left.
pub(super) struct NewFile {
    target: PathBuf,
    part: PathBuf,
    writer: BufWriter<File>,
    is_in_place: bool,
}

impl NewFile {
    /// Begins a file beside the place where it will be. Only its owner may read it.
    pub(super) fn create(target: &Path, force: bool) -> Result<Self, Failure> {
        if target == Path::new("-") {
            return Err(Failure::invalid("an export is not written to standard output", "name a file"));
        }
        if target.is_dir() {
            return Err(Failure::invalid(format!("{} is a directory", target.display()), "name a file"));
        }
        // The file gets its name by a rename, which would put a file in the place of a device, a pipe or a link.
        if fs::symlink_metadata(target).is_ok_and(|found| !found.is_file()) {
            let message = format!("{} is no regular file", target.display());
            return Err(Failure::invalid(message, "name a file itself, not a device, a pipe or a link"));
        }
        if target.exists() && !force {
            let message = format!("{} is there already", target.display());
            return Err(Failure::invalid(message, "name another file, or give --force to replace it"));
        }
        let Some(name) = target.file_name() else {
            return Err(Failure::invalid(format!("{} names no file", target.display()), "name a file"));
        };
        let part = target.with_file_name(format!(".{}.{}.part", name.to_string_lossy(), std::process::id()));
        let file = private(&part).map_err(|error| unwritable(target, &error))?;
        Ok(Self { target: target.to_owned(), part, writer: BufWriter::new(file), is_in_place: false })
    }

    /// Makes it durable and gives it its name.
    pub(super) fn put_in_place(mut self) -> Result<(), Failure> {
        self.finish().map_err(|error| unwritable(&self.target, &error))
    }

    fn finish(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        self.writer.get_ref().sync_all()?;
        fs::rename(&self.part, &self.target)?;
        self.is_in_place = true;
        // The name is durable when the directory is.
        #[cfg(unix)]
        {
            let directory = self.target.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(directory.unwrap_or(Path::new(".")))?.sync_all()?;
        }
        Ok(())
    }
}

impl Write for NewFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.is_in_place {
            // It may be gone already; there is nobody left to tell.
            let _gone = fs::remove_file(&self.part);
        }
    }
}

fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        // What a process of the same number left behind that was killed.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::remove_file(path)?;
            options.open(path)
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_finished_leaves_nothing_behind() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("out.jsonl");
        let mut file = NewFile::create(&target, false).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!target.exists());
        drop(file);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_there_is_replaced_only_when_that_is_wanted() {
        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("out.jsonl");
        fs::write(&target, "old").unwrap();
        assert!(NewFile::create(&target, false).is_err());
        let mut file = NewFile::create(&target, true).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "old");
        file.put_in_place().unwrap();
        assert_eq!(fs::read_to_string(&target).unwrap(), "new");
        assert!(NewFile::create(directory.path(), true).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn links_devices_and_standard_output_are_not_replaced_by_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let (kept, link) = (directory.path().join("kept"), directory.path().join("link"));
        fs::write(&kept, "kept").unwrap();
        std::os::unix::fs::symlink(&kept, &link).unwrap();
        for target in [link.as_path(), Path::new("/dev/null"), Path::new("-")] {
            assert!(NewFile::create(target, true).is_err(), "{}", target.display());
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }

    #[test]
    #[cfg(unix)]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let target = directory.path().join("out.jsonl");
        NewFile::create(&target, false).unwrap().put_in_place().unwrap();
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

//! The files around the database: created private, checked, never opened.
//!
//! Nothing here opens an existing database file: closing any descriptor of it would drop the locks that SQLite holds in
//! this process. Modes are read and changed by path.

use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ports::StoreError;
use rustix::fs::{Mode, OFlags};

use crate::NetworkFileSystem;
use crate::error::Result;

/// What the original calls its data directory, which is meant for nothing else.
const DATA_DIRECTORY: &str = "mcp-memory";
/// Bits that let others in.
const OTHERS: u32 = 0o077;

/// Makes sure that the file is there, is a file and lies where locks work. A new one is private; one that is there is left
/// as it is, because it may be another program's.
pub(crate) fn prepare(path: &Path, network: NetworkFileSystem) -> Result<()> {
    let directory = directory_of(path);
    if path.is_dir() {
        return Err(refused(format!("{} is a directory: name a file in it", path.display())));
    }
    // A device, a pipe: its mode would be changed, and nothing be kept.
    if fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(refused(format!("{} is no regular file: name one", path.display())));
    }
    create_directory(directory)?;
    if network == NetworkFileSystem::Refuse {
        refuse_network(directory)?;
    }
    if create_private(path)? {
        sync_directory(directory).map_err(|error| {
            refused_by(format!("{} cannot be written durably: {error}", directory.display()), error)
        })?;
    }
    Ok(())
}

/// Takes the rights of others away from the files of a database that is known to be ours, and says so.
pub(crate) fn make_private(path: &Path) {
    for (file, _) in loose(path) {
        match tighten(&file) {
            Ok(()) => {
                tracing::warn!(file = %file.display(), "others could read this file: its mode is 0600 now")
            }
            Err(error) => tracing::warn!(file = %file.display(), %error, "others can read this file"),
        }
    }
}

/// The directory a file lies in.
pub(crate) fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The database, its log and its index, those that are there.
pub(crate) fn members(path: &Path) -> Vec<PathBuf> {
    let beside = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    [path.to_owned(), beside("-wal"), beside("-shm")].into_iter().filter(|file| file.exists()).collect()
}

/// Bytes on disk of the database and its log.
pub(crate) fn bytes(path: &Path) -> u64 {
    members(path).iter().filter_map(|file| fs::metadata(file).ok()).map(|file| file.len()).sum()
}

/// Bytes on disk of the write-ahead log.
pub(crate) fn log_bytes(path: &Path) -> u64 {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    fs::metadata(PathBuf::from(name)).map_or(0, |log| log.len())
}

/// Files, and the original's own directory, that others can read, with their modes.
pub(crate) fn loose(path: &Path) -> Vec<(PathBuf, u32)> {
    let mut candidates = members(path);
    let directory = directory_of(path);
    if directory.file_name().is_some_and(|name| name == DATA_DIRECTORY) {
        candidates.push(directory.to_owned());
    }
    let mode = |file: &PathBuf| fs::metadata(file).ok().map(|found| found.mode() & 0o777);
    candidates
        .into_iter()
        .filter_map(|file| mode(&file).map(|mode| (file, mode)))
        .filter(|(_, mode)| mode & OTHERS != 0)
        .collect()
}

/// Takes the rights of others away.
pub(crate) fn tighten(file: &Path) -> std::io::Result<()> {
    let mode = fs::metadata(file)?.mode() & 0o700;
    fs::set_permissions(file, Permissions::from_mode(mode))
}

/// Creates a directory and those above it, 0700 whatever the umask. Existing ones are left as they are.
pub(crate) fn create_directory(directory: &Path) -> Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(|error| {
        refused_by(format!("the directory {} cannot be created: {error}", directory.display()), error)
    })
}

/// Creates an empty file, 0600 whatever the umask, when there is none. SQLite gives its log and index the same mode.
#[expect(clippy::disallowed_methods, reason = "a file that it creates itself, before SQLite knows of it")]
pub(crate) fn create_private(path: &Path) -> Result<bool> {
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    match rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR) {
        Ok(_closed_at_once) => Ok(true),
        Err(rustix::io::Errno::EXIST) => Ok(false),
        Err(error) => Err(refused_by(format!("{} cannot be created: {error}", path.display()), error.into())),
    }
}

/// Writes a small file of ours, 0600, durably; one that is there is replaced.
#[expect(clippy::disallowed_methods, reason = "a file beside a backup, no database")]
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let flags = OFlags::CREATE | OFlags::TRUNC | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?;
    let mut rest = bytes;
    while !rest.is_empty() {
        rest = &rest[rustix::io::write(&file, rest)?..];
    }
    Ok(rustix::fs::fsync(file)?)
}

/// Makes a closed file durable that no database connection uses (a finished backup).
#[expect(clippy::disallowed_methods, reason = "a finished copy")]
pub(crate) fn sync_copy(path: &Path) -> std::io::Result<()> {
    let file = rustix::fs::open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
    Ok(rustix::fs::fsync(file)?)
}

/// Makes the names in a directory durable.
#[expect(clippy::disallowed_methods, reason = "a directory")]
pub(crate) fn sync_directory(directory: &Path) -> std::io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let directory = rustix::fs::open(directory, flags, Mode::empty())?;
    Ok(rustix::fs::fsync(directory)?)
}

#[cfg(not(target_os = "linux"))]
fn refuse_network(_: &Path) -> Result<()> {
    Ok(())
}

#[cfg(target_os = "linux")]
fn refuse_network(directory: &Path) -> Result<()> {
    let Ok(found) = rustix::fs::statfs(directory) else { return Ok(()) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a magic number of 32 bits")]
    match network_name(found.f_type as u32) {
        None => Ok(()),
        Some(name) => Err(network_refusal(directory, name)),
    }
}

fn network_refusal(directory: &Path, name: &str) -> StoreError {
    refused(format!(
        "{} lies on a network file system ({name}), where the locks of several processes are not dependable: \
         move the database to a local disk, or set MCP_MEMORY_ALLOW_NETWORK_FS=true if only one process at a time uses it",
        directory.display()
    ))
}

/// The file systems (`statfs` magic numbers of linux/magic.h) whose locks SQLite cannot depend on.
fn network_name(magic: u32) -> Option<&'static str> {
    match magic {
        0x6969 => Some("NFS"),
        0x517B => Some("SMB"),
        0xFF53_4D42 | 0xFE53_4D42 => Some("CIFS"),
        0x0102_1997 => Some("9p"),
        0x6573_5546 => Some("FUSE"),
        0x00C3_6400 => Some("Ceph"),
        0x5346_414F => Some("AFS"),
        _ => None,
    }
}

fn refused(reason: String) -> StoreError {
    StoreError::Open { reason, source: None }
}

fn refused_by(reason: String, error: std::io::Error) -> StoreError {
    StoreError::Open { reason, source: Some(error.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn the_refusal_of_a_network_file_system_names_the_way_round_it() {
        let text = network_refusal(Path::new("/mnt/share"), "NFS").to_string();
        assert!(text.contains("/mnt/share") && text.contains("(NFS)"), "{text}");
        assert!(text.contains("MCP_MEMORY_ALLOW_NETWORK_FS=true"), "{text}");
    }

    #[test]
    fn network_file_systems_are_told_from_local_ones() {
        assert_eq!(network_name(0x6969), Some("NFS"));
        assert_eq!(network_name(0x0102_1997), Some("9p"));
        for (local, magic) in
            [("ext4", 0xEF53), ("tmpfs", 0x0102_1994), ("overlayfs", 0x794C_7630), ("btrfs", 0x9123_683E)]
        {
            assert_eq!(network_name(magic), None, "{local}");
        }
    }

    #[test]
    fn a_file_is_created_once_and_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("m.db");
        assert!(create_private(&path).unwrap());
        assert!(!create_private(&path).unwrap());
        assert!(loose(&path).is_empty());
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert_eq!(loose(&path), [(path.clone(), 0o640)]);
        tighten(&path).unwrap();
        assert!(loose(&path).is_empty());
    }

    #[test]
    fn only_the_originals_own_directory_must_be_private() {
        let directory = tempfile::tempdir().unwrap();
        for (name, expected) in [("mcp-memory", 1), ("shared", 0)] {
            let inner = directory.path().join(name);
            fs::create_dir(&inner).unwrap();
            fs::set_permissions(&inner, Permissions::from_mode(0o755)).unwrap();
            assert_eq!(loose(&inner.join("m.db")).len(), expected, "{name}");
        }
    }
}

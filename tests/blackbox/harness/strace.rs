//! `strace`: to see the system calls of a process, and to make them fail.

use std::path::Path;
use std::process::Command;

/// The beginning of a command line that runs another program, with all its threads, under `strace`.
pub(crate) fn command<'a>(options: &[&'a str], log: &'a Path) -> Vec<&'a str> {
    assert!(
        Command::new("strace").arg("--version").output().is_ok_and(|output| output.status.success()),
        "the program `strace` is missing: install it (Debian: `apt install strace`); tests of failing disks need it"
    );
    let mut line = vec!["strace", "-f", "-qq", "-o", log.to_str().unwrap()];
    line.extend(options);
    line
}

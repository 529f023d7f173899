//! Programs of the system that the tests need.

use std::process::Command;

/// Each program, an argument with which it ends at once, and what it is needed for.
const PROGRAMS: &[(&str, &str, &str)] = &[
    ("strace", "--version", "the tests of power loss and failing disks (Debian: `apt install strace`)"),
    ("unshare", "--version", "the tests of full and read-only disks (Debian: `apt install util-linux`)"),
    ("gzip", "--version", "the packed fixtures (Debian: `apt install gzip`)"),
];

/// Names every program that is missing.
pub(super) fn check() -> Result<(), String> {
    let runs = |program: &str, argument: &str| {
        Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success())
    };
    let missing: Vec<String> = PROGRAMS
        .iter()
        .filter(|(program, argument, _)| !runs(program, argument))
        .map(|(program, _, purpose)| format!("the program `{program}` is missing: install it for {purpose}"))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n")) }
}

//! `strace`: to see the system calls of a process, to make them fail, and to kill it at one of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use super::{Home, process};

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

/// A moment in the run of a program: a thread is about to make a system call of this name for the so-manieth time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment {
    /// The name of the call.
    pub(crate) call: String,
    /// Which of its thread's calls of this name, from 1.
    pub(crate) number: usize,
}

/// Runs a command of a home to its end, which must be a success; gives the moments from its first mention of the database
/// on, in their order.
pub(crate) fn moments(home: &Home, arguments: &[&str]) -> Vec<Moment> {
    let log = home.path().join("strace.log");
    let mut command = home.wrapped(&command(&[], &log));
    command.args(arguments);
    let output = process::output(command, b"");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    let (mut counts, mut found, mut begun) = (BTreeMap::new(), Vec::new(), false);
    for line in std::fs::read_to_string(&log).unwrap().lines() {
        // `4711  pwrite64(5, ...`; ends of calls, signals and ends of threads look otherwise.
        let mut words = line.split_whitespace();
        let (Some(thread), Some(rest)) = (words.next(), words.next()) else { continue };
        let Some((call, _)) = rest.split_once('(').filter(|(call, _)| call.starts_with(char::is_alphabetic))
        else {
            continue;
        };
        let number = counts.entry((thread.to_owned(), call.to_owned())).or_insert(0);
        *number += 1;
        begun |= line.contains("sqlite_vec.db");
        if begun {
            found.push(Moment { call: call.to_owned(), number: *number });
        }
    }
    assert!(!found.is_empty(), "{arguments:?} did not touch the database");
    found
}

/// Runs a command of a home that is killed, as by `kill -9`, at a moment.
pub(crate) fn kill_at(home: &Home, moment: &Moment, arguments: &[&str]) -> Output {
    let log = home.path().join("strace.log");
    let Moment { call, number } = moment;
    let (trace, inject) = (format!("trace={call}"), format!("inject={call}:signal=SIGKILL:when={number}"));
    let mut command = home.wrapped(&command(&["-e", &trace, "-e", &inject], &log));
    command.args(arguments);
    process::output(command, b"")
}

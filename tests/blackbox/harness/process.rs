//! Running programs to their end.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// How long anything may take before a test gives up on it. Generous: the machine may be busy.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// Runs a command with some input to its end; ends it when it takes too long.
pub(crate) fn output(mut command: Command, input: &[u8]) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let pid = pid_of(&child);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // A program need not read its input: then this write fails, and that is its own affair.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let (done, finished) = mpsc::channel();
    std::thread::spawn(move || drop(done.send(child.wait_with_output())));
    let Ok(output) = finished.recv_timeout(PATIENCE) else {
        let _ended = kill_process(pid, Signal::KILL);
        panic!("{command:?} did not end within {PATIENCE:?}");
    };
    writer.join().unwrap();
    output.unwrap()
}

/// The number of a child process.
pub(crate) fn pid_of(child: &std::process::Child) -> Pid {
    Pid::from_child(child)
}

//! Ending a process that is proven to be the launched one.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use super::pid_file::{Record, Standing};

/// How often it is looked whether a process has ended.
const PAUSE: Duration = Duration::from_millis(20);

/// How a process is asked to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// It may finish what it does.
    Asked,
    /// At once.
    Killed,
}

/// The launched process, held so that a signal cannot reach another one that gets its number.
pub(super) struct Held<'a> {
    record: &'a Record,
    #[cfg(target_os = "linux")]
    handle: Option<rustix::fd::OwnedFd>,
}

impl<'a> Held<'a> {
    /// Takes hold of it; none when it is not there any more.
    pub(super) fn take(record: &'a Record) -> Option<Self> {
        let held = Self {
            record,
            // First the handle, then the proof: what is proven is what is held. Old kernels have no handles.
            #[cfg(target_os = "linux")]
            handle: pid(record)
                .and_then(|pid| rustix::process::pidfd_open(pid, rustix::process::PidfdFlags::empty()).ok()),
        };
        held.is_there().then_some(held)
    }

    fn is_there(&self) -> bool {
        matches!(self.record.standing(), Standing::Ours(_))
    }

    /// Asks it to end.
    #[cfg(unix)]
    pub(super) fn end(&self, manner: Manner) -> io::Result<()> {
        use rustix::process::{Signal, kill_process};

        let signal = match manner {
            Manner::Asked => Signal::TERM,
            Manner::Killed => Signal::KILL,
        };
        #[cfg(target_os = "linux")]
        if let Some(handle) = &self.handle {
            return Ok(rustix::process::pidfd_send_signal(handle, signal)?);
        }
        match pid(self.record) {
            Some(pid) if self.is_there() => Ok(kill_process(pid, signal)?),
            _ => Ok(()),
        }
    }

    /// Asks it to end.
    #[cfg(not(unix))]
    pub(super) fn end(&self, _: Manner) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits until it has ended; says whether it has.
    pub(super) fn wait(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while self.is_there() {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(PAUSE);
        }
        true
    }
}

#[cfg(unix)]
fn pid(record: &Record) -> Option<rustix::process::Pid> {
    rustix::process::Pid::from_raw(i32::try_from(record.pid).ok()?)
}

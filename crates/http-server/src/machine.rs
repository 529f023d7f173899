//! What the operating system says of this process and its machine, as far as it says it: Linux does.

use std::collections::HashMap;
use std::path::Path;

/// Memory, in kibibytes; what is not known is none.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Memory {
    /// What this process holds of it.
    pub(crate) process: Option<u64>,
    /// What it has reserved.
    pub(crate) reserved: Option<u64>,
    /// All of the machine's.
    pub(crate) total: Option<u64>,
    /// What others could still have.
    pub(crate) available: Option<u64>,
}

impl Memory {
    /// As it is now.
    pub(crate) fn now() -> Self {
        let read = |path| std::fs::read_to_string(path).unwrap_or_default();
        Self::read(&read("/proc/self/status"), &read("/proc/meminfo"))
    }

    fn read(process: &str, machine: &str) -> Self {
        let (process, machine) = (table(process), table(machine));
        Self {
            process: process.get("VmRSS").copied(),
            reserved: process.get("VmSize").copied(),
            total: machine.get("MemTotal").copied(),
            available: machine.get("MemAvailable").copied(),
        }
    }

    /// The used share of the machine's, in percent.
    pub(crate) fn used_percent(self) -> Option<f64> {
        let (total, available) = self.total.zip(self.available)?;
        percent(total.saturating_sub(available), total)
    }
}

/// The lines `Name: 123 kB`.
fn table(text: &str) -> HashMap<&str, u64> {
    let lines = text.lines().filter_map(|line| line.split_once(':'));
    let rows = lines.filter_map(|(name, value)| Some((name, value.split_whitespace().next()?.parse().ok()?)));
    rows.collect()
}

/// The used share of the disk that a file lies on, in percent.
#[cfg(unix)]
pub(crate) fn disk_percent(file: &Path) -> Option<f64> {
    let disk = rustix::fs::statvfs(file.parent().unwrap_or(file)).ok()?;
    percent(disk.f_blocks.saturating_sub(disk.f_bfree), disk.f_blocks)
}

/// The used share of the disk that a file lies on: not known here.
#[cfg(not(unix))]
pub(crate) fn disk_percent(_: &Path) -> Option<f64> {
    None
}

#[expect(clippy::cast_precision_loss, reason = "a share in percent")]
fn percent(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| (part as f64 / whole as f64 * 1000.0).round() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_from_what_linux_writes() {
        let memory = Memory::read(
            "Name:\tmemory\nVmSize:\t  2048 kB\nVmRSS:\t  1024 kB\n",
            "MemTotal: 8000 kB\nMemAvailable: 6000 kB\n",
        );
        let expected =
            Memory { process: Some(1024), reserved: Some(2048), total: Some(8000), available: Some(6000) };
        assert_eq!(memory, expected);
        assert_eq!(memory.used_percent(), Some(25.0));
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        let memory = Memory::read("", "MemTotal: many\nnothing");
        assert_eq!((memory, memory.used_percent()), (Memory::default(), None));
        assert_eq!(percent(1, 0), None);
    }
}

//! Processes of this machine: who they are, so that a number alone is never believed.

#[cfg(target_os = "linux")]
use std::fs;

/// A process that runs.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Process {
    /// Its number.
    pub(super) pid: u32,
    /// When it began, exactly: no two processes with one number have the same.
    pub(super) birth: Option<String>,
    /// When it began, in seconds since 1970, as the original writes it down.
    pub(super) create_time: Option<f64>,
    /// Its program and its arguments.
    pub(super) command: Vec<String>,
}

impl Process {
    /// The process of a number, if there is one that has not ended.
    #[cfg(target_os = "linux")]
    pub(super) fn find(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let ticks = ticks(&stat)?;
        let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok();
        #[expect(clippy::cast_precision_loss, reason = "ticks of a machine's life are far below 2^52")]
        let since_boot = ticks as f64 / rustix::param::clock_ticks_per_second() as f64;
        Some(Self {
            pid,
            birth: boot.map(|boot| format!("{}/{ticks}", boot.trim())),
            create_time: booted_s().map(|booted| booted + since_boot),
            command: words(&command),
        })
    }

    /// The process of a number, if there is one that has not ended.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn find(pid: u32) -> Option<Self> {
        let arguments = ["-o", "stat=,lstart=,command=", "-p", &pid.to_string()].map(str::to_owned);
        let told = std::process::Command::new("ps").args(arguments).env("LC_ALL", "C").output().ok()?;
        of_ps(pid, &String::from_utf8_lossy(&told.stdout))
    }

    /// How it is called: the file of its program, without the directory.
    pub(super) fn name(&self) -> &str {
        let program = self.command.first().map_or("an unnamed program", String::as_str);
        program.rsplit('/').next().unwrap_or(program)
    }

    /// Whether it has no command line, as for a moment while it becomes its program.
    pub(super) fn has_no_command(&self) -> bool {
        self.command.iter().all(String::is_empty)
    }

    /// Whether it looks like a server of memories, ours or the original's.
    pub(super) fn is_server(&self) -> bool {
        let ours = self.name().starts_with("memory") && self.command.iter().any(|word| word == "server");
        ours || self.command.iter().any(|word| word.starts_with("mcp_memory_service"))
    }
}

/// When a process began, in ticks since the machine did (proc(5), field 22). None when it has ended and nobody has asked how.
#[cfg(target_os = "linux")]
fn ticks(stat: &str) -> Option<u64> {
    // The name of the program stands in brackets, and may hold anything.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X" | "x") {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

#[cfg(target_os = "linux")]
fn booted_s() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

/// Arguments as the kernel gives them: each with a zero behind it.
#[cfg(target_os = "linux")]
fn words(command: &[u8]) -> Vec<String> {
    let command = command.strip_suffix(&[0]).unwrap_or(command);
    command.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect()
}

/// A line of `ps`: the state, the start (`Tue Nov 25 02:00:00 2026`), the command.
#[cfg(any(test, not(target_os = "linux")))]
fn of_ps(pid: u32, line: &str) -> Option<Process> {
    let mut words = line.split_whitespace();
    let state = words.next()?;
    let birth: Vec<&str> = words.by_ref().take(5).collect();
    let command: Vec<String> = words.map(str::to_owned).collect();
    if state.starts_with('Z') || command.is_empty() {
        return None;
    }
    Some(Process { pid, birth: Some(birth.join(" ")), create_time: None, command })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_known_by_its_birth_and_its_command() {
        let me = Process::find(std::process::id()).unwrap();
        assert_eq!(Process::find(std::process::id()).unwrap(), me);
        assert!(me.birth.is_some() && !me.command.is_empty(), "{me:?}");
        // The numbers of Linux end at 2^22.
        assert_eq!(Process::find(4_194_305), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_name_of_a_program_cannot_lie_about_its_birth() {
        let stat = |name: &str, state: &str| {
            ticks(&format!("7 ({name}) {state} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20 21"))
        };
        assert_eq!(stat("memory", "S"), Some(4711));
        assert_eq!(stat(") S 1 2 (", "R"), Some(4711));
        assert_eq!(stat("memory", "Z"), None);
        assert_eq!(ticks("7 (memory"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn arguments_may_be_empty() {
        assert_eq!(words(b"a\0\0b c\0"), ["a", "", "b c"]);
    }

    #[test]
    fn ps_tells_state_birth_and_command() {
        let line = "Ss   Tue Nov 25 02:00:00 2026     /opt/memory server --http\n";
        let found = of_ps(7, line).unwrap();
        assert_eq!(found.birth.as_deref(), Some("Tue Nov 25 02:00:00 2026"));
        assert_eq!(found.command, ["/opt/memory", "server", "--http"]);
        assert_eq!(of_ps(7, "Z    Tue Nov 25 02:00:00 2026     (memory)"), None);
        assert_eq!(of_ps(7, ""), None);
    }

    #[test]
    fn a_server_of_memories_is_told_from_others() {
        let is_server = |line: &str| {
            let command = line.split(' ').map(str::to_owned).collect();
            Process { pid: 1, birth: None, create_time: None, command }.is_server()
        };
        for line in [
            "/usr/bin/memory server --http",
            "memory-server server",
            "/usr/bin/python3 -m uvicorn mcp_memory_service.web.app:app --port 8000",
        ] {
            assert!(is_server(line), "{line}");
        }
        for line in ["/usr/bin/memory store server-room", "nginx server", "python3 app.py", ""] {
            assert!(!is_server(line), "{line}");
        }
    }
}

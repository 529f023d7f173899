//! The PID file: who was launched, and how to know it again.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use http_server::probe::Scheme;
use serde_json::{Value, json};

use super::process::Process;

/// How many words of a command line are compared.
const HINT_WORDS: usize = 3;
/// How far two times of birth may lie apart that were computed from a clock, in seconds.
const TOLERANCE_S: f64 = 1.0;

/// What a PID file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Record {
    pub(super) pid: u32,
    birth: Option<String>,
    create_time: Option<f64>,
    hint: Option<String>,
    /// Where it listens.
    pub(super) host: Option<String>,
    pub(super) port: Option<u16>,
    pub(super) scheme: Option<Scheme>,
}

/// Who has the number now.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Standing {
    /// The process that was launched.
    Ours(Process),
    /// Nobody.
    Gone,
    /// Another process, which got the number later.
    Stranger(Process),
}

impl Record {
    /// What is to be written down of a process that listens somewhere.
    pub(super) fn of(process: &Process, host: &str, port: u16, scheme: Scheme) -> Self {
        Self {
            pid: process.pid,
            birth: process.birth.clone(),
            create_time: process.create_time,
            hint: Some(hint(&process.command)),
            host: Some(host.to_owned()),
            port: Some(port),
            scheme: Some(scheme),
        }
    }

    /// Reads a PID file; none when there is none, or when it cannot be understood.
    pub(super) fn read(path: &Path) -> Option<Self> {
        Self::parse(&fs::read_to_string(path).ok()?)
    }

    /// JSON, or the plain number of older releases.
    fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text.trim()).ok()?;
        let number = |value: &Value| value.as_u64().and_then(|pid| u32::try_from(pid).ok());
        if value.is_u64() {
            return Some(Self { pid: number(&value)?, ..Self::default() }).filter(Self::is_possible);
        }
        let text = |field: &str| value[field].as_str().map(str::to_owned);
        let words = |value: &Value| {
            let words = value.as_array()?.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
            Some(hint(&words))
        };
        let scheme = match value["scheme"].as_str() {
            Some("http") => Some(Scheme::Http),
            Some("https") => Some(Scheme::Https),
            _ => None,
        };
        let record = Self {
            pid: number(&value["pid"])?,
            birth: text("birth"),
            create_time: value["create_time"].as_f64(),
            hint: words(&value["cmdline_hint"]).or_else(|| text("cmdline_hint")),
            host: text("host"),
            port: value["port"].as_u64().and_then(|port| u16::try_from(port).ok()),
            scheme,
        };
        Some(record).filter(Self::is_possible)
    }

    /// 0 is nobody, and numbers of processes are signed.
    fn is_possible(&self) -> bool {
        self.pid > 0 && i32::try_from(self.pid).is_ok()
    }

    /// Writes it down for the owner alone, whole or not at all.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let value = json!({
            "pid": self.pid,
            "create_time": self.create_time,
            "cmdline_hint": self.hint,
            "birth": self.birth,
            "host": self.host,
            "port": self.port,
            "scheme": self.scheme.map(Scheme::name),
        });
        let beside = path.with_extension("pid.new");
        let mut file = fs::File::create(&beside)?;
        writeln!(file, "{value}")?;
        file.sync_all()?;
        fs::rename(&beside, path)
    }

    /// Who has the number now.
    pub(super) fn standing(&self) -> Standing {
        self.judge(Process::find(self.pid))
    }

    fn judge(&self, found: Option<Process>) -> Standing {
        let Some(found) = found else { return Standing::Gone };
        let is_born_then = match (&self.birth, &found.birth, self.create_time, found.create_time) {
            (Some(then), Some(now), ..) => then == now,
            (_, _, Some(then), Some(now)) => (then - now).abs() <= TOLERANCE_S,
            // Of the plain number nothing is known but that it was a server.
            _ => found.is_server(),
        };
        // While a process becomes its program it has no command line for a moment. Its birth is proof enough then.
        let is_becoming = self.birth.is_some() && self.birth == found.birth && found.has_no_command();
        let is_same_program = match &self.hint {
            Some(hint) => is_becoming || begins_like(hint, &found.command),
            None => found.is_server(),
        };
        if is_born_then && is_same_program { Standing::Ours(found) } else { Standing::Stranger(found) }
    }
}

/// The beginning of a command line.
fn hint<T: AsRef<str>>(command: &[T]) -> String {
    command.iter().take(HINT_WORDS).map(AsRef::as_ref).collect::<Vec<_>>().join(" ")
}

/// Whether a command line begins as it was written down, be it three words or the whole line.
fn begins_like(written: &str, command: &[String]) -> bool {
    let begins = hint(command);
    !begins.is_empty() && (written == begins || written.starts_with(&format!("{begins} ")))
}

#[cfg(test)]
mod tests;

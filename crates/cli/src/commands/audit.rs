//! `memory audit`: shows who did what.

use clap::Args;
use jiff::tz::TimeZone;
use model::{AuditAction, AuditEntry, AuditOutcome, AuditText, InvalidAuditAction, Timestamp, parse_date};
use ports::{AuditFilter, AuditLog, Clock, MAX_AUDIT_PAGE, SystemClock};
use serde_json::{Value, json};

use super::access::{self, failure};
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::table::{Headings, Width, table};
use crate::render::time::Now;
use crate::render::{Format, Terminal};

/// Shows who did what on this installation, newest first: sign-ins, keys, clients, spaces, and what was refused.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory audit
  memory audit --refused --since 2026-11-01
  memory audit --action key.create --action key.revoke
  memory audit --about key:00010203040506ff --limit 20
  memory audit --json | jq -r '.entries[] | [.at, .action, .actor] | @tsv'

The log names people, clients and things by their ids, and holds no text of a
memory and no secret.")]
pub struct Audit {
    /// Only these actions, such as sign_in or key.create; more than one may be named
    #[arg(short, long = "action", value_name = "ACTION", value_parser = action)]
    pub actions: Vec<AuditAction>,
    /// Only what was refused
    #[arg(short, long)]
    pub refused: bool,
    /// Only what was done by or to whom or what has this id
    #[arg(long, value_name = "ID", value_parser = super::filter::not_blank)]
    pub about: Option<String>,
    /// Only from then on: 2026-03-11 or 2026-03-11T15:30:00Z
    #[arg(long, value_name = "DATE")]
    pub since: Option<String>,
    /// Only before this time
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Entries at most
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = 100, value_parser = limit)]
    pub limit: usize,
}

impl Audit {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        access::run(source, async |_, access| self.show(&*access, &SystemClock, terminal).await)
    }

    async fn show(
        &self,
        log: &dyn AuditLog,
        clock: &dyn Clock,
        terminal: &Terminal,
    ) -> Result<Verdict, Failure> {
        let entries = self.entries(log, &clock.zone()).await?;
        match terminal.format() {
            Format::Json => {
                let entries: Vec<Value> = entries.iter().map(for_programs).collect();
                terminal.print_json(&json!({ "entries": entries }))?;
            }
            Format::Human => {
                let (now, width, headings) = (Now::of(clock), Width::of_stdout(), Headings::of_stdout());
                terminal.print(&for_people(&entries, &now, width, headings))?;
            }
        }
        Ok(Verdict::Success)
    }

    /// The entries that are meant, newest first.
    async fn entries(&self, log: &dyn AuditLog, zone: &TimeZone) -> Result<Vec<AuditEntry>, Failure> {
        let filter = AuditFilter {
            // The log is asked for one action or for all: of several, the others are left out here.
            action: match self.actions.as_slice() {
                [one] => Some(*one),
                _ => None,
            },
            outcome: self.refused.then_some(AuditOutcome::Refused),
            about: self.about.as_ref().map(AuditText::new),
            since: date("--since", self.since.as_deref(), zone)?,
            until: date("--until", self.until.as_deref(), zone)?,
        };
        let limit = if self.actions.len() > 1 { MAX_AUDIT_PAGE } else { self.limit };
        let mut entries = log.entries(&filter, limit).await.map_err(failure)?;
        entries.retain(|entry| self.actions.is_empty() || self.actions.contains(&entry.action));
        entries.truncate(self.limit);
        Ok(entries)
    }
}

fn action(name: &str) -> Result<AuditAction, InvalidAuditAction> {
    AuditAction::parse(name)
}

fn limit(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| (1..=MAX_AUDIT_PAGE).contains(number));
    number.ok_or_else(|| format!("write a number from 1 to {MAX_AUDIT_PAGE}"))
}

fn date(flag: &str, text: Option<&str>, zone: &TimeZone) -> Result<Option<Timestamp>, Failure> {
    let Some(text) = text else { return Ok(None) };
    parse_date(text, zone).map(Some).map_err(|error| {
        Failure::invalid(format!("{flag}: {error}"), "write 2026-03-11 or 2026-03-11T15:30:00Z")
    })
}

fn text(text: Option<&AuditText>) -> Option<&str> {
    text.map(AuditText::as_str)
}

fn for_programs(entry: &AuditEntry) -> Value {
    json!({
        "at": entry.at.to_string(),
        "action": entry.action.name(),
        "outcome": entry.outcome.name(),
        "actor": text(entry.actor.as_ref()),
        "subject": text(entry.subject.as_ref()),
        "machine": text(entry.machine.as_ref()),
        "detail": text(entry.detail.as_ref()),
    })
}

fn for_people(entries: &[AuditEntry], now: &Now, width: Width, headings: Headings) -> String {
    if entries.is_empty() {
        return "no entries".to_owned();
    }
    let cell = |part: &Option<AuditText>| text(part.as_ref()).unwrap_or("-").to_owned();
    let row = |entry: &AuditEntry| {
        let action = match entry.outcome {
            AuditOutcome::Done => entry.action.name().to_owned(),
            AuditOutcome::Refused => format!("{} refused", entry.action.name()),
        };
        let parts = [&entry.actor, &entry.subject, &entry.machine, &entry.detail].map(cell);
        [now.absolute(entry.at), action].into_iter().chain(parts).collect()
    };
    let rows: Vec<Vec<String>> = entries.iter().map(row).collect();
    table(&["When", "What", "By", "To", "From", "Detail"], &rows, width, headings)
}

#[cfg(test)]
mod tests;

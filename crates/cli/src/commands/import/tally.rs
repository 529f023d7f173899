//! What was taken in, and what was not and why.

use std::collections::BTreeMap;
use std::path::Path;

use engine::ImportOutcome;
use serde_json::{Value, json};
use transfer::{Place, Refusal, Summary};

use crate::render::text::{GOOD, WARNING, count, memories, plain, styled, thousands};

/// How many refusals are told to people.
const SHOWN_REFUSALS: usize = 5;
/// How many are kept.
const KEPT_REFUSALS: usize = 100;

/// What was taken in, and what was not and why.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Whether nothing is stored.
    pub(super) dry_run: bool,
    /// Deleted memories, which are left out.
    pub(super) deleted: u64,
    /// Links, which are left out.
    pub(super) edges: u64,
    path: String,
    created: u64,
    restored: u64,
    duplicates: u64,
    refused: u64,
    refusals: Vec<String>,
    skipped: BTreeMap<String, u64>,
    lost: BTreeMap<String, u64>,
}

impl Tally {
    pub(super) fn new(dry_run: bool) -> Self {
        Self { dry_run, ..Self::default() }
    }

    /// Begins a file whose check said this.
    pub(super) fn begin(&mut self, path: &Path, summary: &Summary) {
        self.path = path.display().to_string();
        self.refused += summary.refused;
        for refused in &summary.refusals {
            self.keep(refused.place, &refused.reason);
        }
        for (counts, more) in [(&mut self.skipped, &summary.skipped), (&mut self.lost, &summary.lost)] {
            for (name, number) in more {
                *counts.entry(name.clone()).or_default() += number;
            }
        }
    }

    pub(super) fn add(&mut self, outcome: ImportOutcome) {
        match outcome {
            ImportOutcome::Created => self.created += 1,
            ImportOutcome::Restored => self.restored += 1,
            ImportOutcome::Duplicate => self.duplicates += 1,
        }
    }

    /// Counts a record that cannot be stored.
    pub(super) fn refuse(&mut self, place: Place, reason: &Refusal) {
        self.refused += 1;
        self.keep(place, reason);
    }

    /// How many memories were looked at.
    pub(super) fn memories(&self) -> u64 {
        self.created + self.restored + self.duplicates
    }

    /// Whether every memory was taken in or was there already.
    pub(super) fn is_complete(&self) -> bool {
        self.refused == 0
    }

    fn keep(&mut self, place: Place, reason: &Refusal) {
        if self.refusals.len() < KEPT_REFUSALS {
            let place = match place {
                Place::Line(line) => format!("line {line}"),
                Place::Record(record) => format!("record {record}"),
            };
            self.refusals.push(format!("{}, {place}: {reason}", self.path));
        }
    }

    pub(super) fn for_programs(&self) -> Value {
        json!({
            "dry_run": self.dry_run,
            "created": self.created,
            "restored": self.restored,
            "duplicates": self.duplicates,
            "refused": self.refused,
            "refusals": self.refusals,
            "left_out": { "deleted": self.deleted, "links": self.edges },
            "unknown_records": self.skipped,
            "lost_fields": self.lost,
        })
    }

    pub(super) fn for_people(&self) -> String {
        let done = if self.dry_run { "would import" } else { "imported" };
        let mut lines = vec![format!("{} {}", styled(GOOD, done), memories(self.created + self.restored))];
        let mut tell = |number: u64, text: &str| {
            if number > 0 {
                lines.push(format!("  {} {text}", thousands(number)));
            }
        };
        tell(self.restored, "of them had been deleted here and are back");
        tell(self.duplicates, "more were stored already and stay as they are");
        tell(self.deleted, "are deleted in the file and were left out");
        tell(self.edges, "links were left out: only a backup keeps them");
        tell(self.skipped.values().sum(), "records are of a kind that this release does not know");
        if !self.lost.is_empty() {
            let lost =
                self.lost.iter().map(|(name, number)| format!("{} ({})", plain(name), thousands(*number)));
            lines.push(format!("  fields left behind: {}", lost.collect::<Vec<_>>().join(", ")));
        }
        if self.refused > 0 {
            let what = count(self.refused, "record", "records");
            lines.push(format!("{} {what}:", styled(WARNING, "could not be used:")));
            lines.extend(self.refusals.iter().take(SHOWN_REFUSALS).map(|text| format!("  {}", plain(text))));
        }
        let new = self.created + self.restored;
        if new > 0 && !self.dry_run {
            let vectors =
                "they are found by words at once, and by meaning when a server or `memory doctor --fix` has";
            lines.push(format!("{vectors} embedded them"));
        }
        lines.join("\n")
    }
}

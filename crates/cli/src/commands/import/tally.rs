//! What was taken in, and what was not and why.

use std::collections::BTreeMap;
use std::path::Path;

use model::Record;
use ports::Loaded;
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
    dry_run: bool,
    path: String,
    live: Live,
    deleted: Deleted,
    links: Links,
    pending: u64,
    refused: u64,
    refusals: Vec<String>,
    skipped: BTreeMap<String, u64>,
    lost: BTreeMap<String, u64>,
}

/// Memories that are live in the file.
#[derive(Debug, Default)]
struct Live {
    created: u64,
    /// Deleted ones gave way to them.
    restored: u64,
    /// They are here.
    duplicates: u64,
    /// They are deleted here.
    still_deleted: u64,
}

/// Memories that are deleted in the file.
#[derive(Debug, Default)]
struct Deleted {
    created: u64,
    /// They are deleted here, too.
    duplicates: u64,
    /// They are live here.
    still_live: u64,
}

#[derive(Debug, Default)]
struct Links {
    created: u64,
    duplicates: u64,
}

/// What a record is, as far as it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Live { has_vector: bool },
    Deleted,
    Link,
}

impl Told {
    /// What is told of a record; whether its vector is kept, if it has one.
    pub(super) fn of(record: &Record, keeps_vectors: bool) -> Self {
        match record {
            Record::Memory(memory) if memory.deleted_at.is_some() => Self::Deleted,
            Record::Memory(memory) => Self::Live { has_vector: keeps_vectors && memory.vector.is_some() },
            Record::Edge(_) => Self::Link,
        }
    }
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

    pub(super) fn add(&mut self, told: Told, loaded: Loaded) {
        let counter = match (told, loaded) {
            (Told::Live { .. }, Loaded::Written) => &mut self.live.created,
            (Told::Live { .. }, Loaded::Replaced) => &mut self.live.restored,
            (Told::Live { .. }, Loaded::Live) => &mut self.live.duplicates,
            (Told::Live { .. }, Loaded::Deleted) => &mut self.live.still_deleted,
            (Told::Deleted, Loaded::Written | Loaded::Replaced) => &mut self.deleted.created,
            (Told::Deleted, Loaded::Live) => &mut self.deleted.still_live,
            (Told::Deleted, Loaded::Deleted) => &mut self.deleted.duplicates,
            (Told::Link, Loaded::Written | Loaded::Replaced) => &mut self.links.created,
            (Told::Link, Loaded::Live | Loaded::Deleted) => &mut self.links.duplicates,
        };
        *counter += 1;
        if told == (Told::Live { has_vector: false }) && loaded.is_written() {
            self.pending += 1;
        }
    }

    /// Counts a record that cannot be stored.
    pub(super) fn refuse(&mut self, place: Place, reason: &Refusal) {
        self.refused += 1;
        self.keep(place, reason);
    }

    /// How many memories were looked at.
    pub(super) fn memories(&self) -> u64 {
        let Live { created, restored, duplicates, still_deleted } = self.live;
        let deleted = self.deleted.created + self.deleted.duplicates + self.deleted.still_live;
        created + restored + duplicates + still_deleted + deleted
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
            "created": self.live.created,
            "restored": self.live.restored,
            "duplicates": self.live.duplicates,
            "still_deleted": self.live.still_deleted,
            "deleted": {
                "created": self.deleted.created,
                "duplicates": self.deleted.duplicates,
                "still_live": self.deleted.still_live,
            },
            "links": { "created": self.links.created, "duplicates": self.links.duplicates },
            "pending": self.pending,
            "refused": self.refused,
            "refusals": self.refusals,
            "unknown_records": self.skipped,
            "lost_fields": self.lost,
        })
    }

    pub(super) fn for_people(&self) -> String {
        let done = if self.dry_run { "would import" } else { "imported" };
        let new = self.live.created + self.live.restored;
        let mut lines = vec![format!("{} {}", styled(GOOD, done), memories(new))];
        let mut tell = |number: u64, text: &str| {
            if number > 0 {
                lines.push(format!("  {} {text}", thousands(number)));
            }
        };
        tell(self.live.restored, "of them had been deleted here and are back");
        tell(self.live.duplicates, "more were stored already and stay as they are");
        tell(
            self.live.still_deleted,
            "more were deleted here and stay deleted: --restore-deleted brings them back",
        );
        tell(self.deleted.created, "more came as deleted ones: `memory undelete` brings them back");
        tell(self.deleted.duplicates, "more: deleted in the file and here");
        tell(self.deleted.still_live, "more: deleted in the file, live here, where they stay");
        tell(self.links.created, "links between memories, or to what they are about");
        tell(self.links.duplicates, "links were here already, or belong to what stays as it is");
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
        if self.pending > 0 && !self.dry_run {
            lines.push(format!(
                "{} found by words at once, and by meaning when a server or `memory doctor --fix` has embedded them",
                if self.pending == new { "they are".to_owned() } else { format!("{} of them are", thousands(self.pending)) }
            ));
        }
        lines.join("\n")
    }
}

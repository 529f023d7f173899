//! What an import has read so far.

use std::collections::BTreeMap;

use crate::{ImportRecord, Outcome, Place, Record, Refusal};

/// How many refused records, and how many names of lost fields, are named one by one.
const MAX_NAMED: usize = 100;
/// Where the others are counted.
const OTHERS: &str = "(others)";

/// What an import has read so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records read. One entity of a `memory.json` can be several.
    pub read: u64,
    /// Of them, memories that can be stored; deleted ones too.
    pub memories: u64,
    /// Of them, edges that can be stored.
    pub edges: u64,
    /// Of them, records that cannot be used.
    pub refused: u64,
    /// The first hundred of those, with reasons.
    pub refusals: Vec<Refused>,
    /// Records of kinds that a newer program wrote and this one does not know, by kind.
    pub skipped: BTreeMap<String, u64>,
    /// Fields of usable records that were left behind, by name.
    pub lost: BTreeMap<String, u64>,
}

/// A record that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it stands.
    pub place: Place,
    /// Why.
    pub reason: Refusal,
}

impl Summary {
    /// How many records can be stored.
    #[must_use]
    pub fn usable(&self) -> u64 {
        self.memories + self.edges
    }

    pub(crate) fn add(&mut self, record: &ImportRecord) {
        self.read += 1;
        match &record.outcome {
            Outcome::Usable(Record::Memory(_)) => self.memories += 1,
            Outcome::Usable(Record::Edge(_)) => self.edges += 1,
            Outcome::Refused(reason) => {
                self.refused += 1;
                if self.refusals.len() < MAX_NAMED {
                    self.refusals.push(Refused { place: record.place, reason: reason.clone() });
                }
            }
            Outcome::Skipped { kind } => count(&mut self.skipped, kind),
        }
        for field in &record.lost {
            count(&mut self.lost, field);
        }
    }
}

fn count(counts: &mut BTreeMap<String, u64>, name: &str) {
    let known = counts.contains_key(name) || counts.len() < MAX_NAMED;
    *counts.entry(if known { name } else { OTHERS }.to_owned()).or_default() += 1;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_file_cannot_fill_the_summary() {
        let mut summary = Summary::default();
        for number in 0..300 {
            let lost = vec![format!("field {number}")];
            let outcome = Outcome::Refused(Refusal::Missing { field: "content" });
            summary.add(&ImportRecord { place: Place::Record(number), outcome, lost });
        }
        assert_eq!((summary.read, summary.refused, summary.usable()), (300, 300, 0));
        assert_eq!(summary.refusals.len(), MAX_NAMED);
        assert_eq!((summary.lost.len(), summary.lost[OTHERS]), (MAX_NAMED + 1, 200));
    }
}

//! The same calls to both, each on its own copy of the same database: what they answer and what they change.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::Value;

use super::inspection::{self, Rows};
use super::server::{Answer, Server};
use super::table::{self, Row};
use super::workshop::{Side, Workshop};

/// The calls, in order.
const CALLS: &str = include_str!("calls.json");

/// Keys of the metadata that the original writes whenever it finds a memory; ours counts use aside.
const USE: [&str; 3] = ["access_count", "last_accessed_at", "access_queries"];

/// One call. A text `@name` in its arguments is the key that the call with `remember: name` answered.
#[derive(Deserialize)]
struct Call {
    name: String,
    tool: String,
    arguments: Value,
    #[serde(default)]
    remember: Option<String>,
}

/// What came of a call.
pub(crate) struct Outcome {
    /// What was answered.
    pub(crate) answer: Answer,
    /// The memories that it added, changed or removed, as they are afterwards.
    pub(crate) effect: Rows,
}

/// One side, its copy, and what it knows so far.
struct Party<'a> {
    workshop: &'a Workshop,
    server: Server,
    database: PathBuf,
    rows: Rows,
    remembered: BTreeMap<String, String>,
}

/// Prints the differences as a table.
pub(crate) fn run(workshop: &Workshop) -> Result<(), String> {
    let calls: Vec<Call> = serde_json::from_str(CALLS).map_err(|error| format!("calls.json: {error}"))?;
    let mut original = Party::new(workshop, Side::Original, "calls-original")?;
    let mut ours = Party::new(workshop, Side::Ours, "calls-ours")?;
    let mut rows = Vec::new();
    for call in &calls {
        let (theirs, own) = (original.perform(call)?, ours.perform(call)?);
        rows.push(Row::new(&call.name, &theirs, &own));
    }
    println!("### The same calls to both\n\n{}", table::render(&rows));
    original.server.finish()?;
    ours.server.finish()
}

impl<'a> Party<'a> {
    fn new(workshop: &'a Workshop, side: Side, name: &str) -> Result<Self, String> {
        let database = workshop.copy_of(workshop.fixture, name)?;
        let mut server = workshop.serve(side, &database)?;
        // The original opens its file with the first call.
        server.must("memory_list", &serde_json::json!({}))?;
        let rows = without_use(inspection::rows(workshop, &database)?);
        Ok(Self { workshop, server, database, rows, remembered: BTreeMap::new() })
    }

    fn perform(&mut self, call: &Call) -> Result<Outcome, String> {
        let arguments = self.filled(&call.arguments);
        let answer = self.server.call(&call.tool, &arguments)?;
        if let Some(name) = &call.remember {
            // Of a new version, the first key in the receipt is the new one.
            let hash = answer.hashes().into_iter().next().unwrap_or_default();
            self.remembered.insert(name.clone(), hash);
        }
        let after = without_use(inspection::rows(self.workshop, &self.database)?);
        let before = std::mem::replace(&mut self.rows, after);
        Ok(Outcome { answer, effect: changes(&before, &self.rows) })
    }

    /// The arguments with keys in place of their names.
    fn filled(&self, arguments: &Value) -> Value {
        let Some(fields) = arguments.as_object() else { return arguments.clone() };
        let fill = |value: &Value| {
            let name = value.as_str().and_then(|text| text.strip_prefix('@'));
            name.and_then(|name| self.remembered.get(name))
                .map_or_else(|| value.clone(), |hash| Value::from(hash.as_str()))
        };
        fields.iter().map(|(key, value)| (key.clone(), fill(value))).collect::<serde_json::Map<_, _>>().into()
    }
}

/// What differs between two states: the later rows; those that are gone as empty ones.
fn changes(before: &Rows, after: &Rows) -> Rows {
    let kept = after.iter().filter(|(hash, row)| before.get(*hash) != Some(row));
    let mut changes: Rows = kept.map(|(hash, row)| (hash.clone(), row.clone())).collect();
    let gone = before.keys().filter(|hash| !after.contains_key(*hash));
    changes.extend(gone.map(|hash| (hash.clone(), serde_json::Map::new())));
    changes
}

fn without_use(mut rows: Rows) -> Rows {
    for metadata in rows.values_mut().filter_map(|row| row.get_mut("metadata")?.as_object_mut()) {
        metadata.retain(|key, _| !USE.contains(&key.as_str()));
    }
    // The models differ here by nature, so does what waits for one.
    rows.values_mut().for_each(|row| drop(row.remove("embedding_pending")));
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CALLS, Call, Rows, changes};

    #[test]
    fn every_key_that_a_call_names_was_remembered_before() -> Result<(), serde_json::Error> {
        let calls: Vec<Call> = serde_json::from_str(CALLS)?;
        let mut known = BTreeSet::new();
        for call in &calls {
            for value in call.arguments.as_object().into_iter().flat_map(|fields| fields.values()) {
                if let Some(name) = value.as_str().and_then(|text| text.strip_prefix('@')) {
                    assert!(known.contains(name), "{}: @{name}", call.name);
                }
            }
            known.extend(call.remember.as_deref());
        }
        Ok(())
    }

    #[test]
    fn a_row_that_is_added_changed_or_gone_is_a_change() -> Result<(), serde_json::Error> {
        let rows = |text: &str| serde_json::from_str::<Rows>(text);
        let before = rows(r#"{"a": {"tags": "x"}, "b": {"tags": "x"}, "c": {"tags": "x"}}"#)?;
        let after = rows(r#"{"a": {"tags": "x"}, "b": {"tags": "y"}, "d": {"tags": "x"}}"#)?;
        let expected = rows(r#"{"b": {"tags": "y"}, "c": {}, "d": {"tags": "x"}}"#)?;
        assert_eq!(changes(&before, &after), expected);
        Ok(())
    }
}

//! Both write one file at the same time, each as a process of its own, and search meanwhile.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Barrier;

use serde_json::json;

use super::handover::list;
use super::inspection;
use super::workshop::{Side, Workshop};

/// How many memories each side stores.
const STORES: usize = 100;
/// A search after so many stores.
const SEARCH_EVERY: usize = 5;

/// Runs it on a file that ours made and on one that the original made; prints what is wrong.
pub(crate) fn run(workshop: &Workshop) -> Result<(), String> {
    println!("### Both write one file at the same time, {STORES} memories each\n");
    let mut faulty = 0;
    for (first, name) in [(Side::Ours, "ours"), (Side::Original, "the original")] {
        let faults = workshop.database(&format!("together-{first:?}").to_lowercase());
        let faults = faults
            .and_then(|path| write_together(workshop, first, &path))
            .unwrap_or_else(|error| vec![error]);
        let verdict = if faults.is_empty() { "sound, no memory lost, no error" } else { "FAULTS" };
        println!("- a file that {name} made: {verdict}");
        faults.iter().for_each(|fault| println!("  - {fault}"));
        faulty += usize::from(!faults.is_empty());
    }
    println!();
    if faulty == 0 { Ok(()) } else { Err(format!("{faulty} files were not written together soundly")) }
}

fn write_together(workshop: &Workshop, first: Side, database: &Path) -> Result<Vec<String>, String> {
    let mut maker = workshop.serve(first, database)?;
    maker.must("memory_store", &json!({"content": "The first memory makes the file."}))?;
    maker.finish()?;
    let start = Barrier::new(2);
    let outcomes = std::thread::scope(|scope| {
        let write = |side| {
            let start = &start;
            scope.spawn(move || write(workshop, side, database, start))
        };
        [write(Side::Ours), write(Side::Original)]
            .map(|thread| thread.join().map_err(|_| "a writer panicked".to_owned()))
    });
    let mut faults = Vec::new();
    let mut acknowledged = BTreeSet::new();
    for outcome in outcomes {
        let (hashes, errors) = outcome??;
        acknowledged.extend(hashes);
        faults.extend(errors);
    }
    if acknowledged.len() != 2 * STORES {
        faults.push(format!("{} of {} stores were acknowledged", acknowledged.len(), 2 * STORES));
    }
    for side in [Side::Ours, Side::Original] {
        let mut server = workshop.serve(side, database)?;
        let listed = list(&mut server)?;
        server.finish()?;
        let lost = acknowledged.iter().filter(|hash| !listed.contains_key(*hash)).count();
        if lost > 0 {
            faults.push(format!("{side:?} does not list {lost} memories that were acknowledged"));
        }
    }
    faults.extend(workshop.doctor(database)?);
    faults.extend(inspection::faults(workshop, database)?);
    Ok(faults)
}

/// What one side does: the keys that were acknowledged, and every error it answered.
fn write(
    workshop: &Workshop,
    side: Side,
    database: &Path,
    start: &Barrier,
) -> Result<(Vec<String>, Vec<String>), String> {
    let server = workshop.serve(side, database);
    // Both wait, also when one could not start: the other would wait for ever.
    let ready = server.and_then(|mut server| server.tools().map(|_| server));
    start.wait();
    let mut server = ready?;
    let (mut hashes, mut errors) = (Vec::new(), Vec::new());
    for number in 0..STORES {
        let content =
            format!("{side:?} puts lamp {number} on shelf {} of the {side:?} hall.", number * 13 % 101);
        let stored =
            server.call("memory_store", &json!({"content": content, "tags": [format!("shelf-{number}")]}))?;
        if stored.failed() {
            errors.push(format!("{side:?}, store {number}: {}", stored.text));
        } else {
            hashes.extend(stored.hashes().into_iter().next());
        }
        if number.is_multiple_of(SEARCH_EVERY) {
            let found =
                server.call("memory_search", &json!({"query": content, "mode": "exact", "limit": 5}))?;
            if found.failed() || !found.hashes().contains(hashes.last().unwrap_or(&String::new())) {
                errors.push(format!("{side:?}, search {number}: {}", found.text));
            }
        }
    }
    server.finish()?;
    Ok((hashes, errors))
}

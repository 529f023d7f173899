//! Ours writes; the original reads all of it, writes and deletes; ours reads that.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::inspection;
use super::server::Server;
use super::workshop::{Side, Workshop, fixtures_for};

/// How many memories ours stores.
const MEMORIES: usize = 50;
/// What the original stores.
const WRITTEN_BY_THE_ORIGINAL: &str = "Zwölf Kerzen brennen im Leuchtturm, written by the predecessor.";

/// Runs it with a new file and with a copy of each fixture; prints what is wrong with each.
pub(crate) fn run(workshop: &Workshop) -> Result<(), String> {
    println!("### Ours writes, the original reads and writes, ours reads\n");
    let mut faulty = 0;
    let mut report = |name: &str, outcome: Result<Handover, String>| {
        let Handover { faults, waiting } =
            outcome.unwrap_or_else(|error| Handover { faults: vec![error], waiting: 0 });
        println!("- {name}: {}", if faults.is_empty() { "sound, everything is there" } else { "FAULTS" });
        if waiting > 0 {
            println!(
                "  - {waiting} memories wait for a vector of the original's model: its search passes over them"
            );
        }
        faults.iter().for_each(|fault| println!("  - {fault}"));
        faulty += usize::from(!faults.is_empty());
    };
    report("a new file", workshop.database("handover-new").and_then(|path| hand_over(workshop, &path)));
    for fixture in fixtures_for(workshop.release) {
        let copy = workshop.copy_of(fixture, &format!("handover-{fixture}"));
        report(fixture, copy.and_then(|path| hand_over(workshop, &path)));
    }
    println!();
    if faulty == 0 { Ok(()) } else { Err(format!("{faulty} files were not handed over soundly")) }
}

/// What came of one file.
struct Handover {
    faults: Vec<String>,
    /// Memories of ours that release 12 leaves out of its search: its vector table holds those of another model, so ours lie
    /// beside it and the rows say that they wait (`docs/decisions/0003`).
    waiting: usize,
}

/// The arguments with which memory number `number` is stored.
fn memory(number: usize) -> Value {
    const WORDS: [&str; 5] =
        ["naïve café", "日本語のメモ", "emoji 🦀🧪", "Привет, мир", "100% \"quoted\"_text"];
    const TYPES: [&str; 5] = ["note", "decision", "learning", "error", "observation"];
    json!({
        "content": format!("Compatibility memory {number:03}: {} in drawer {}.", WORDS[number % 5], number * 7),
        "tags": [format!("drawer-{number}"), "compat", if number.is_multiple_of(2) { "gerade" } else { "größe" }],
        "memory_type": TYPES[number / 5 % 5],
        "metadata": {"number": number, "nested": {"ключ": [1, 2.5, null, true]}, "text": WORDS[number % 5]},
    })
}

fn hand_over(workshop: &Workshop, database: &Path) -> Result<Handover, String> {
    let mut stored = BTreeMap::new();
    let mut ours = workshop.serve(Side::Ours, database)?;
    for number in 0..MEMORIES {
        let memory = memory(number);
        let hash = key(&ours.must("memory_store", &memory)?.hashes())?;
        stored.insert(hash, memory);
    }
    ours.finish()?;
    let before = inspection::rows(workshop, database)?;

    let mut faults = Vec::new();
    let mut original = workshop.serve(Side::Original, database)?;
    let waits =
        |hash: &&String| before.get(*hash).is_some_and(|row| row.get("embedding_pending") == Some(&json!(1)));
    let passes_over = workshop.release.starts_with("12.");
    let waiting: BTreeSet<String> = stored.keys().filter(waits).filter(|_| passes_over).cloned().collect();
    faults.extend(read_all(&mut original, &stored, &waiting)?);
    let hash = key(&original
        .must("memory_store", &json!({"content": WRITTEN_BY_THE_ORIGINAL, "tags": ["predecessor"]}))?
        .hashes())?;
    let deleted = stored.keys().next().cloned().ok_or("nothing was stored")?;
    original.must("memory_delete", &json!({"content_hash": deleted}))?;
    original.finish()?;

    let mut ours = workshop.serve(Side::Ours, database)?;
    stored.remove(&deleted);
    faults.extend(
        read_all(&mut ours, &stored, &BTreeSet::new())?
            .into_iter()
            .map(|fault| format!("afterwards, ours: {fault}")),
    );
    let listed = list(&mut ours)?;
    for (what, present, wanted) in
        [("stored", listed.contains_key(&hash), true), ("deleted", listed.contains_key(&deleted), false)]
    {
        if present != wanted {
            faults.push(format!("ours does not see that the original {what} a memory"));
        }
    }
    let found = ours.must("memory_search", &json!({"query": "Kerzen im Leuchtturm", "limit": 3}))?.hashes();
    if !found.contains(&hash) {
        faults.push("ours does not find the words that the original stored".to_owned());
    }
    ours.finish()?;
    let after = inspection::rows(workshop, database)?;
    let lost: BTreeSet<&String> = before.keys().filter(|hash| !after.contains_key(*hash)).collect();
    if !lost.is_empty() {
        faults.push(format!("{} rows are gone", lost.len()));
    }
    faults.extend(workshop.doctor(database)?);
    faults.extend(inspection::faults(workshop, database)?);
    Ok(Handover { faults, waiting: waiting.len() })
}

fn key(hashes: &[String]) -> Result<String, String> {
    hashes.first().cloned().ok_or_else(|| "the receipt names no key".to_owned())
}

/// Whether a server lists every memory as it was stored, and finds it by its exact text and by its tag unless it waits.
fn read_all(
    server: &mut Server,
    stored: &BTreeMap<String, Value>,
    waiting: &BTreeSet<String>,
) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    let listed = list(server)?;
    for (hash, memory) in stored {
        let content = &memory["content"];
        let Some(found) = listed.get(hash) else {
            faults.push(format!("{content} is not listed"));
            continue;
        };
        for field in ["content", "memory_type"] {
            if found[field] != memory[field] {
                faults.push(format!("{field} of {content} is {}", found[field]));
            }
        }
        if sorted(&found["tags"]) != sorted(&memory["tags"]) {
            faults.push(format!("the tags of {content} are {}", found["tags"]));
        }
        let kept = memory["metadata"].as_object().into_iter().flatten();
        let changed = kept.filter(|(key, value)| found["metadata"].get(key.as_str()) != Some(value));
        faults.extend(
            changed.map(|(key, _)| format!("metadata {key} of {content} is {}", found["metadata"][key])),
        );
        if waiting.contains(hash) {
            continue;
        }
        let exact = server.must("memory_search", &json!({"query": content, "mode": "exact", "limit": 5}))?;
        if !exact.hashes().contains(hash) {
            faults.push(format!("{content} is not found by its text"));
        }
        let tagged = server.must("memory_search", &json!({"tags": [memory["tags"][0]], "limit": 5}))?;
        if tagged.hashes() != [hash.clone()] {
            faults.push(format!("{content} is not the one found by its tag: {}", tagged.text));
        }
    }
    Ok(faults)
}

fn sorted(tags: &Value) -> Vec<&str> {
    let mut tags: Vec<&str> = tags.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    tags.sort_unstable();
    tags
}

/// Every page of `memory_list`, by key.
pub(crate) fn list(server: &mut Server) -> Result<BTreeMap<String, Value>, String> {
    let mut memories = BTreeMap::new();
    for page in 1.. {
        let text = server.must("memory_list", &json!({"page": page, "page_size": 50}))?.text;
        let mut answer: Value =
            serde_json::from_str(&text).map_err(|error| format!("memory_list: {error}: {text}"))?;
        for memory in answer["memories"].as_array_mut().into_iter().flatten() {
            let hash = memory["content_hash"].as_str().unwrap_or_default().to_owned();
            memories.insert(hash, memory.take());
        }
        if answer["has_more"] != json!(true) {
            break;
        }
    }
    Ok(memories)
}

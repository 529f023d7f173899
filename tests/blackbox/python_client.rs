//! The main job, through the official Python client: a thousand memories stored, each found by a fragment, and by
//! paraphrases; then the same client against the databases of the original.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::fixtures::Snapshot;
use crate::harness::Home;
use crate::harness::home::FIXTURES;
use crate::harness::integrity::{self, assert_sound};
use crate::harness::python::session;
use crate::harness::server::MODERN;

const MEMORIES: usize = 1_000;
/// A fragment must bring its memory among so many.
const FRAGMENT_RANK: usize = 3;
/// For what share of the paraphrases, which have hardly a word of what they mean, the memory must be among so many, at
/// least. Measured: .872 and .947.
const PARAPHRASE_RECALL: [(usize, f64); 2] = [(5, 0.85), (10, 0.92)];

#[test]
fn a_thousand_memories_are_found_by_fragments_and_paraphrases_in_the_newest_revision() {
    main_job("auto", MODERN);
}

#[test]
fn a_thousand_memories_are_found_by_fragments_and_paraphrases_with_a_handshake() {
    main_job("legacy", "2025-11-25");
}

fn main_job(mode: &str, version: &str) {
    let home = Home::new();
    let sentences = testkit::corpus::sentences();
    let sentences = &sentences[..MEMORIES];
    let paraphrases = testkit::corpus::paraphrases();
    assert!(paraphrases.len() >= 50, "only {} paraphrases", paraphrases.len());
    let mut calls: Vec<(&str, Value)> =
        sentences.iter().map(|sentence| ("memory_store", json!({"content": sentence}))).collect();
    let find = |query: &str, limit: usize| ("memory_search", json!({"query": query, "limit": limit}));
    let fragments = sentences.iter().enumerate().map(|(number, sentence)| fragment(sentence, number));
    calls.extend(fragments.map(|fragment| find(&fragment, FRAGMENT_RANK)));
    calls.extend(paraphrases.iter().map(|(_, query)| find(query, 10)));
    let session = session(&home, mode, &calls);
    assert_eq!(session.version, version);
    assert_eq!(session.tools.len(), 8, "{:?}", session.tools);

    let (stores, searches) = session.answers.split_at(MEMORIES);
    let hashes: Vec<String> = stores.iter().map(|answer| answer.hash()).collect();
    assert!(stores.iter().all(|answer| answer.text.contains(&format!("(hash: {})", answer.hash()))));
    let (by_fragment, by_paraphrase) = searches.split_at(MEMORIES);
    let rank = |number: usize| {
        let (sentence, _) = paraphrases[number];
        let wanted = &hashes[sentences.iter().position(|known| *known == sentence).unwrap()];
        by_paraphrase[number].hashes().iter().position(|hash| hash == wanted)
    };
    let ranks: Vec<Option<usize>> = (0..paraphrases.len()).map(rank).collect();
    let share = |within: usize| {
        let found = ranks.iter().flatten().filter(|rank| **rank < within).count();
        found as f64 / ranks.len() as f64
    };
    let figures = [1, 5, 10].map(|within| format!("recall@{within} {:.3}", share(within))).join(", ");
    eprintln!("{} paraphrases ({mode}): {figures}", ranks.len());
    for (within, least) in PARAPHRASE_RECALL {
        assert!(share(within) >= least, "{figures}");
    }

    let missed: Vec<&Value> = (0..MEMORIES)
        .filter(|number| !by_fragment[*number].hashes().contains(&hashes[*number]))
        .map(|number| &calls[MEMORIES + number].1)
        .collect();
    assert!(missed.is_empty(), "{} fragments do not bring their memory: {missed:#?}", missed.len());

    assert_sound(home.database());
    assert_eq!(home.look_inside().live_hashes(), hashes.into_iter().collect::<BTreeSet<_>>());
}

/// Some words out of the middle of a sentence; for every third sentence cut inside the first and the last of them.
fn fragment(sentence: &str, number: usize) -> String {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let count = (words.len() / 3).max(4).min(words.len());
    let begin = (words.len() - count) / 2;
    let run = words[begin..begin + count].join(" ");
    if !number.is_multiple_of(3) {
        return run;
    }
    let characters: Vec<char> = run.chars().collect();
    characters[1..characters.len() - 1].iter().collect::<String>().trim().to_owned()
}

#[test]
fn databases_of_the_original_serve_the_official_client() {
    for (fixture, mode) in FIXTURES.into_iter().zip(["auto", "legacy"].into_iter().cycle()) {
        let home = Home::with_fixture(fixture);
        assert_eq!(integrity::pages(&home.look_inside()), Vec::<String>::new(), "{fixture}, before");
        let before = Snapshot::of(home.database());
        let find = |content: &String| {
            let arguments =
                json!({"query": content, "store": "all", "include_superseded": true, "limit": FRAGMENT_RANK});
            ("memory_search", arguments)
        };
        let mut calls: Vec<(&str, Value)> = before.live().values().map(find).collect();
        calls.push(("memory_store", json!({"content": "Written by the successor, to stay."})));
        calls
            .push(("memory_store", json!({"content": "Written by the successor, to go.", "tags": ["goes"]})));
        calls.push(("memory_delete", json!({"tags": ["goes"]})));
        let session = session(&home, mode, &calls);
        for (answer, hash) in session.answers.iter().zip(before.live().keys()) {
            assert!(answer.hashes().contains(hash), "{fixture}: {hash} is not found by its text: {answer:?}");
        }
        let [kept, gone, deleted] = session.answers.last_chunk().unwrap();
        assert_eq!(deleted.structured["deleted_count"], 1, "{fixture}: {deleted:?}");
        before.assert_kept(home.database(), &BTreeSet::from([kept.hash(), gone.hash()]));
        assert_sound(home.database());
        let mut live: BTreeSet<String> = before.live().keys().cloned().collect();
        live.insert(kept.hash());
        assert_eq!(home.look_inside().live_hashes(), live, "{fixture}");
    }
}

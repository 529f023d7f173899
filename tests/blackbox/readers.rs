//! What processes find while others write, and after others wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::harness::{Home, Server};

const WRITERS: usize = 2;
const READERS: usize = 2;
const STORES: usize = 36;
/// One memory in so many is deleted, and one in so many of these purged.
const DELETED: usize = 3;
const PURGED: usize = 4;
/// The lowest cosine of a query to a memory with the same text; what says something else is farther away.
const SAME: f64 = 0.999;

/// What the writers were told.
#[derive(Default)]
struct Told {
    /// Every text that anybody tried to store.
    tried: BTreeSet<String>,
    /// Texts that are stored, and will stay.
    kept: Vec<String>,
    /// Keys of what was deleted.
    gone: BTreeSet<String>,
}

/// Says that a writer ended, also when it failed.
struct Ended<'w>(&'w AtomicUsize);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn text(writer: usize, number: usize) -> String {
    const THINGS: [&str; 9] =
        ["ropes", "drums of oil", "lamps", "boots", "kites", "old maps", "oars", "bells", "winter coats"];
    let (first, second) = (THINGS[number % 9], THINGS[(number / 9 + writer * 4) % 9]);
    format!("Shed {number} of pier {writer} holds {first} and, since March, {second}.")
}

fn write(home: &Home, writer: usize, told: &Mutex<Told>) {
    let mut server = home.server();
    for number in 0..STORES {
        let text = text(writer, number);
        told.lock().unwrap().tried.insert(text.clone());
        let hash = server.store(&text);
        if !number.is_multiple_of(DELETED) {
            told.lock().unwrap().kept.push(text);
            continue;
        }
        let deleted = server.call("memory_delete", json!({"content_hash": hash}));
        assert!(!deleted.is_error, "{deleted:?}");
        told.lock().unwrap().gone.insert(hash.clone());
        if (number / DELETED).is_multiple_of(PURGED) {
            home.succeed(&["purge", &hash, "--yes"]);
        }
    }
    server.close();
}

/// Asks for what is kept, until nobody writes any more.
fn read(home: &Home, reader: usize, told: &Mutex<Told>, writing: &AtomicUsize) {
    let mut server = home.server();
    let mut asked = 0;
    loop {
        let is_last = writing.load(Ordering::SeqCst) == 0;
        let (query, gone) = {
            let told = told.lock().unwrap();
            let query = told.kept.get((asked * 7 + reader) % told.kept.len().max(1)).cloned();
            (query, told.gone.clone())
        };
        let Some(query) = query else {
            assert!(!is_last, "nothing was kept");
            std::thread::yield_now();
            continue;
        };
        let answer = server.call("memory_search", json!({"query": query, "limit": 20}));
        let hits = answer.structured["memories"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone();
        assert_true(&query, &hits, &gone, &told.lock().unwrap().tried);
        asked += 1;
        if is_last {
            break;
        }
    }
    assert!(asked > 5, "only {asked} questions");
    server.close();
}

/// That nothing is stale and nothing a phantom.
fn assert_true(query: &str, hits: &[Value], gone: &BTreeSet<String>, tried: &BTreeSet<String>) {
    for hit in hits {
        let (content, hash) = (hit["content"].as_str().unwrap(), hit["content_hash"].as_str().unwrap());
        assert!(!gone.contains(hash), "{content:?} was deleted before it was asked for");
        assert!(tried.contains(content), "{content:?} was never stored");
        // A vector of another text than that of the row would say otherwise.
        if let Some(similarity) = hit["similarity"].as_f64() {
            assert_eq!(similarity > SAME, content == query, "{query:?}: {content:?} {similarity}");
        }
    }
    assert!(hits.iter().any(|hit| hit["content"] == query), "{query:?} was stored and is not found");
}

#[test]
fn while_others_write_no_reader_sees_a_stale_or_a_phantom_row() {
    let home = Home::new();
    home.server().close();
    let (told, writing) = (Mutex::new(Told::default()), AtomicUsize::new(WRITERS));
    std::thread::scope(|scope| {
        let (home, told, writing) = (&home, &told, &writing);
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let _ended = Ended(writing);
                write(home, writer, told);
            });
        }
        for reader in 0..READERS {
            scope.spawn(move || read(home, reader, told, writing));
        }
    });
    let told = told.into_inner().unwrap();
    assert_eq!(told.kept.len(), WRITERS * (STORES - STORES.div_ceil(DELETED)));
    home.succeed(&["doctor", "--fix"]);
}

/// What a search finds, with scores in millionths.
fn ranking(server: &mut Server, query: &str) -> Vec<(i64, i64, String)> {
    let answer = server.call("memory_search", json!({"query": query, "limit": 40}));
    #[expect(clippy::cast_possible_truncation, reason = "millionths of a share")]
    let millionths = |value: &Value| (value.as_f64().unwrap() * 1e6).round() as i64;
    let hits = answer.structured["memories"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    hits.iter()
        .map(|hit| {
            let content = hit["content"].as_str().unwrap().to_owned();
            (millionths(&hit["score"]), millionths(&hit["similarity"]), content)
        })
        .collect()
}

#[test]
fn neither_who_stored_nor_in_what_order_changes_the_ranking() {
    let sentences: Vec<&str> = testkit::corpus::sentences().into_iter().take(40).collect();
    let alone = Home::new();
    let mut one = alone.server();
    for sentence in &sentences {
        one.store(sentence);
    }
    let shared = Home::new();
    let mut several = [(); 3].map(|()| shared.server());
    for (number, sentence) in sentences.iter().rev().enumerate() {
        several[number % 3].store(sentence);
    }
    let paraphrases: BTreeMap<&str, &str> = testkit::corpus::paraphrases().into_iter().collect();
    let asked = sentences.iter().filter_map(|sentence| paraphrases.get(sentence).copied());
    let queries: Vec<&str> = asked.chain(["the", "where is it kept", sentences[7]]).collect();
    assert!(queries.len() > 5);
    for query in queries {
        let expected = ranking(&mut one, query);
        assert_eq!(expected.len(), sentences.len());
        for server in &mut several {
            assert_eq!(ranking(server, query), expected, "{query}");
        }
    }
    one.close();
    for server in several {
        server.close();
    }
}

//! Words and vectors are those of the rows, after any writes of ours and of the original.

use std::collections::BTreeMap;

use engine::Mode;
use model::{Content, ContentHash, Filter, Tags};
use ports::{Change, Check, Clock, Purge};
use proptest::collection::vec;
use proptest::prelude::*;
use rusqlite::{Connection, params};

use crate::place::{Place, cases, ranking, text};

const WORDS: [&str; 8] = ["ferry", "harbour", "lantern", "copper", "winter", "garden", "violin", "engine"];
const TAGS: [&str; 3] = ["red", "green", "blue"];

#[derive(Debug, Clone)]
enum Step {
    Store { words: Vec<usize>, tag: usize },
    Retag { which: usize, tag: usize },
    Delete { which: usize },
    Purge,
    TheyStore { words: Vec<usize>, tag: usize },
    TheyRewrite { which: usize, words: Vec<usize> },
    TheyRetag { which: usize, tag: usize },
    TheyDelete { which: usize },
    TheyRemove { which: usize },
    TheyReplace { which: usize, tag: usize },
    Search { word: usize },
    Embed,
}

fn step() -> impl Strategy<Value = Step> {
    let words = || vec(0..WORDS.len(), 1..6);
    let tag = || 0..TAGS.len();
    let which = || any::<proptest::sample::Index>().prop_map(|index| index.index(1 << 20));
    prop_oneof![
        4 => (words(), tag()).prop_map(|(words, tag)| Step::Store { words, tag }),
        1 => (which(), tag()).prop_map(|(which, tag)| Step::Retag { which, tag }),
        1 => which().prop_map(|which| Step::Delete { which }),
        1 => Just(Step::Purge),
        3 => (words(), tag()).prop_map(|(words, tag)| Step::TheyStore { words, tag }),
        1 => (which(), words()).prop_map(|(which, words)| Step::TheyRewrite { which, words }),
        1 => (which(), tag()).prop_map(|(which, tag)| Step::TheyRetag { which, tag }),
        1 => which().prop_map(|which| Step::TheyDelete { which }),
        1 => which().prop_map(|which| Step::TheyRemove { which }),
        1 => (which(), tag()).prop_map(|(which, tag)| Step::TheyReplace { which, tag }),
        2 => (0..WORDS.len()).prop_map(|word| Step::Search { word }),
        1 => Just(Step::Embed),
    ]
}

fn key(text: &str) -> ContentHash {
    ContentHash::of(&Content::parse(text).unwrap())
}

/// What is stored, by key: the text and the tag.
#[derive(Default)]
struct Expected {
    live: BTreeMap<String, (String, usize)>,
    stored: usize,
}

impl Expected {
    fn pick(&self, which: usize) -> Option<String> {
        self.live.keys().nth(which % self.live.len().max(1)).cloned()
    }

    /// A text that was never stored.
    fn new_text(&mut self, words: &[usize]) -> String {
        self.stored += 1;
        let words: Vec<&str> = words.iter().map(|word| WORDS[*word]).collect();
        format!("{} memo{}", words.join(" "), self.stored)
    }
}

/// Inserts a row as the original does.
fn insert(place: &Place, theirs: &Connection, verb: &str, (key, content, tag): (&str, &str, usize)) {
    let now = place.clock.now().as_seconds();
    let sql = format!(
        "{verb} INTO memories (content_hash, content, tags, metadata, created_at, updated_at, embedding_pending)
            VALUES (?, ?, ?, '{{}}', ?4, ?4, 1)"
    );
    theirs.execute(&sql, params![key, content, TAGS[tag], now]).unwrap();
}

/// Takes the vector of a memory out of the original's table, as the original does before it changes the memory.
fn remove_vector(theirs: &Connection, key: &str) {
    let sql = "DELETE FROM memory_embeddings WHERE rowid = (SELECT id FROM memories WHERE content_hash = ?)";
    theirs.execute(sql, [key]).unwrap();
}

fn ours(place: &Place, expected: &mut Expected, step: &Step) {
    let wait = |future| place.runtime.block_on(future);
    match step {
        Step::Store { words, tag } => {
            let content = expected.new_text(words);
            let tags = Tags::parse(TAGS[*tag]).unwrap();
            place.remember(engine::StoreRequest { tags, ..text(&content) });
            expected.live.insert(key(&content).to_string(), (content, *tag));
        }
        Step::Retag { which, tag } => {
            let Some(key) = expected.pick(*which) else { return };
            let change = Change { tags: Some(Tags::parse(TAGS[*tag]).unwrap()), ..Change::default() };
            wait(place.store.update(&ContentHash::stored(key.clone()), change)).unwrap().unwrap();
            expected.live.get_mut(&key).unwrap().1 = *tag;
        }
        Step::Delete { which } => {
            let Some(key) = expected.pick(*which) else { return };
            let filter = Filter::one(ContentHash::stored(key.clone()));
            place.runtime.block_on(place.store.delete(&filter, place.clock.now())).unwrap();
            expected.live.remove(&key);
        }
        Step::Purge => {
            let purge = Purge::DeletedBefore(place.clock.now().plus_seconds(1.0));
            place.runtime.block_on(place.store.purge(purge)).unwrap();
        }
        Step::Search { word } => drop(place.found(WORDS[*word], 5)),
        Step::Embed => embed(place),
        _ => {}
    }
}

fn theirs(place: &Place, connection: &Connection, expected: &mut Expected, step: &Step) {
    let run = |sql: &str, values: &[&str]| {
        connection.execute(sql, rusqlite::params_from_iter(values)).unwrap();
    };
    match step {
        Step::TheyStore { words, tag } => {
            let content = expected.new_text(words);
            let key = key(&content).to_string();
            insert(place, connection, "INSERT", (&key, &content, *tag));
            expected.live.insert(key, (content, *tag));
        }
        Step::TheyRewrite { which, words } => {
            let Some(key) = expected.pick(*which) else { return };
            let content = expected.new_text(words);
            remove_vector(connection, &key);
            run(
                "UPDATE memories SET content = ?, embedding_pending = 1 WHERE content_hash = ?",
                &[&content, &key],
            );
            expected.live.get_mut(&key).unwrap().0 = content;
        }
        Step::TheyRetag { which, tag } => {
            let Some(key) = expected.pick(*which) else { return };
            run("UPDATE memories SET tags = ? WHERE content_hash = ?", &[TAGS[*tag], &key]);
            expected.live.get_mut(&key).unwrap().1 = *tag;
        }
        Step::TheyDelete { which } => {
            let Some(key) = expected.pick(*which) else { return };
            remove_vector(connection, &key);
            run("UPDATE memories SET deleted_at = 5 WHERE content_hash = ?", &[&key]);
            expected.live.remove(&key);
        }
        Step::TheyRemove { which } => {
            let Some(key) = expected.pick(*which) else { return };
            remove_vector(connection, &key);
            run("DELETE FROM memories WHERE content_hash = ?", &[&key]);
            expected.live.remove(&key);
        }
        Step::TheyReplace { which, tag } => {
            let Some(key) = expected.pick(*which) else { return };
            let content = expected.live[&key].0.clone();
            remove_vector(connection, &key);
            insert(place, connection, "INSERT OR REPLACE", (&key, &content, *tag));
            expected.live.get_mut(&key).unwrap().1 = *tag;
        }
        _ => {}
    }
}

fn embed(place: &Place) {
    let admin = place.grant().admin().unwrap();
    place.runtime.block_on(admin.embed_pending(&mut |_| {})).unwrap();
}

/// A place where the same memories were stored one after the other, and nothing else was ever done.
fn anew(expected: &Expected) -> Place {
    let place = Place::new();
    for (content, tag) in expected.live.values() {
        place.remember(engine::StoreRequest { tags: Tags::parse(TAGS[*tag]).unwrap(), ..text(content) });
    }
    place
}

fn assert_same(place: &Place, anew: &Place) {
    for query in ["ferry", "harbour lantern copper", "winter red", "memo3 garden", "iolin", "green engine"] {
        for mode in [Mode::Hybrid, Mode::Semantic] {
            assert_eq!(ranking(place, query, mode), ranking(anew, query, mode), "{mode:?} {query}");
        }
    }
}

fn assert_sound(place: &Place) {
    let report = place.runtime.block_on(place.store.check(Check::Deep)).unwrap();
    assert!(report.is_sound(), "{report:?}");
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn after_any_writes_a_search_finds_what_it_would_find_had_nothing_else_been_done(steps in vec(step(), 5..40)) {
        let place = Place::new();
        let connection = Connection::open(place.path()).unwrap();
        let mut expected = Expected::default();
        for step in &steps {
            ours(&place, &mut expected, step);
            theirs(&place, &connection, &mut expected, step);
        }
        embed(&place);
        let anew = anew(&expected);
        assert_same(&place, &anew);
        // What the original replaces leaves pieces of its text behind, which nobody finds.
        if steps.iter().any(|step| matches!(step, Step::TheyReplace { .. })) {
            place.runtime.block_on(place.store.repair()).unwrap();
            assert_same(&place, &anew);
        }
        assert_sound(&place);
    }
}

#[test]
fn a_repair_builds_all_that_is_derived_anew() {
    let place = Place::new();
    let mut expected = Expected::default();
    for n in 0..30 {
        let words = [n % 8, (n * 3) % 8, (n * 5 + 1) % 8];
        ours(&place, &mut expected, &Step::Store { words: words.to_vec(), tag: n % 3 });
    }
    let connection = Connection::open(place.path()).unwrap();
    connection
        .execute_batch(
            "DELETE FROM service_words WHERE rowid < 10;
             INSERT INTO service_words (rowid, terms_2) VALUES (500, 'violin');
             DELETE FROM service_codes WHERE id > 20;
             UPDATE service_codes SET code = (SELECT code FROM service_codes WHERE id = 3) WHERE id = 4;
             DELETE FROM service_parts WHERE id % 2 = 0;
             INSERT INTO memory_content_fts(memory_content_fts) VALUES ('delete-all');",
        )
        .unwrap();
    let admin = place.grant().admin().unwrap();
    assert!(!place.runtime.block_on(place.store.check(Check::Deep)).unwrap().is_sound());
    place.runtime.block_on(admin.repair()).unwrap();
    // Codes are made again when they are asked for; writes are done in turn.
    place.found("ferry", 3);
    place.runtime.block_on(place.store.record_access(&[], place.clock.now())).unwrap();
    assert_same(&place, &anew(&expected));
    assert_sound(&place);
}

#[test]
fn health_says_how_many_memories_words_do_not_find_yet() {
    let place = Place::new();
    ["the red ferry is here", "the blue tram is late", "the cat is on the mat"]
        .into_iter()
        .for_each(|own| place.remember(text(own)));
    let connection = Connection::open(place.path()).unwrap();
    let reasons = || place.runtime.block_on(place.grant().reader().health()).reasons;
    assert_eq!(reasons(), [""; 0]);
    connection.execute("INSERT INTO service_info VALUES ('words missing below', '3')", []).unwrap();
    assert_eq!(
        reasons(),
        ["the words of 2 memories are being indexed, the newest first: until then meaning alone finds them"]
    );
    place.runtime.block_on(place.store.repair()).unwrap();
    assert_eq!(reasons(), [""; 0]);
}

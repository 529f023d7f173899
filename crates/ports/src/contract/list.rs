//! `list`, and what a filter means.

use std::collections::BTreeSet;

use model::{ContentHash, Filter, NewMemory, PartitionScope, TagMatch};

use super::StoreUnderTest;
use super::sample::{at, create, keyed, kind, listed, memory, partition, tags, texts};
use crate::{MemoryStore, Page};

/// The texts that meet a filter, in the order of the alphabet.
async fn sorted(store: &dyn MemoryStore, filter: Filter) -> Vec<String> {
    let mut texts = listed(store, &filter).await;
    texts.sort();
    texts
}

pub async fn the_newest_comes_first_then_the_greater_key<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (key, seconds) in [("b", 5.0), ("old", -5.0), ("c", 5.0), ("new", 5.000_001), ("a", 5.0)] {
        create(store, NewMemory { created_at: at(seconds), ..keyed(key) }).await;
    }
    let listing = store.list(&Filter::default(), Page { offset: 0, limit: 10 }).await.unwrap();
    let keys: Vec<&str> = listing.memories.iter().map(|memory| memory.hash.as_str()).collect();
    assert_eq!(keys, ["new", "c", "b", "a", "old"]);
}

pub async fn pages_together_give_every_memory_once<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for n in 0..23 {
        create(store, NewMemory { created_at: at(f64::from(n / 4)), ..memory(&format!("memory {n}")) }).await;
    }
    let mut seen = Vec::new();
    for offset in (0..23).step_by(5) {
        let listing = store.list(&Filter::default(), Page { offset, limit: 5 }).await.unwrap();
        assert_eq!(listing.total, 23);
        seen.extend(texts(listing.memories));
    }
    assert_eq!(seen, listed(store, &Filter::default()).await);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 23);
}

pub async fn a_page_beyond_the_end_is_empty_and_has_the_total<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), memory("one")).await;
    create(bed.store(), memory("two")).await;
    for (offset, limit) in [(2, 10), (u64::MAX, 10), (u64::MAX, u32::MAX), (0, 0)] {
        let listing = bed.store().list(&Filter::default(), Page { offset, limit }).await.unwrap();
        assert_eq!((listing.memories.len(), listing.total), (0, 2), "offset {offset}, limit {limit}");
    }
}

pub async fn only_the_keys_of_the_filter_are_given<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (a, b) = (memory("a"), memory("b"));
    let (key_a, key_b) = (a.hash.clone(), b.hash.clone());
    for new in [a, b, memory("c")] {
        create(store, new).await;
    }
    let keys = |keys: Vec<ContentHash>| Filter { hashes: Some(keys), ..Filter::default() };
    assert_eq!(sorted(store, keys(vec![key_a.clone(), key_b.clone(), key_b])).await, ["a", "b"]);
    assert_eq!(sorted(store, keys(vec![])).await, [""; 0]);
    let mut many: Vec<ContentHash> = (0..40_000).map(|n| ContentHash::stored(format!("absent{n}"))).collect();
    assert_eq!(sorted(store, keys(many.clone())).await, [""; 0]);
    many.push(key_a);
    assert_eq!(sorted(store, keys(many)).await, ["a"]);
    let hostile = ["' OR 1=1 --", "%", "\") OR (\"\"=\""].map(ContentHash::stored).to_vec();
    assert_eq!(sorted(store, keys(hostile)).await, [""; 0]);
}

pub async fn one_tag_or_all_tags_can_be_asked_for<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, own) in [("1", "red,blue"), ("2", "blue,green"), ("3", "green"), ("4", "")] {
        create(store, NewMemory { tags: tags(own), ..memory(text) }).await;
    }
    let asked = |asked: &str, tag_match| Filter { tags: tags(asked), tag_match, ..Filter::default() };
    assert_eq!(sorted(store, asked("red,green", TagMatch::Any)).await, ["1", "2", "3"]);
    assert_eq!(sorted(store, asked("blue,green", TagMatch::All)).await, ["2"]);
    assert_eq!(sorted(store, asked("GREEN", TagMatch::All)).await, ["2", "3"]);
    assert_eq!(sorted(store, asked("red,absent", TagMatch::Any)).await, ["1"]);
    assert_eq!(sorted(store, asked("red,absent", TagMatch::All)).await, [""; 0]);
    assert_eq!(sorted(store, asked("", TagMatch::All)).await, ["1", "2", "3", "4"]);
    let hundred: Vec<String> = (0..99).map(|n| format!("t{n}")).chain(["red".to_owned()]).collect();
    assert_eq!(sorted(store, asked(&hundred.join(","), TagMatch::Any)).await, ["1"]);
}

pub async fn a_tag_is_compared_whole_and_its_characters_are_data<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let strange = [
        "art",
        "cart",
        "ar",
        "two words",
        "two",
        "words",
        "twowords",
        "100%",
        "100",
        "1000",
        "a_b",
        "axb",
        "it's",
        "say \"hi\"",
        "back\\slash",
        "' or 1=1 --",
        "[x]",
        "*",
        "?",
        "ärger",
        "emoji 🦀",
        "line\nbreak",
    ];
    for tag in strange {
        create(store, NewMemory { tags: model::Tags::from_list([tag]).unwrap(), ..memory(tag) }).await;
    }
    for tag in strange {
        for tag_match in [TagMatch::Any, TagMatch::All] {
            let asked = model::Tags::from_list([tag]).unwrap();
            let filter = Filter { tags: asked, tag_match, ..Filter::default() };
            assert_eq!(listed(store, &filter).await, [tag], "{tag:?}");
        }
    }
    for absent in ["%", "_", "a%", "car", "two word", "\"", "--", "art,cart"] {
        let asked = model::Tags::from_list([absent]).unwrap();
        assert_eq!(listed(store, &Filter { tags: asked, ..Filter::default() }).await, [""; 0], "{absent:?}");
    }
}

pub async fn the_kind_is_compared_exactly<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, name) in [("1", "note"), ("2", "Note"), ("3", "note-long"), ("4", "")] {
        create(store, NewMemory { memory_type: kind(name), ..memory(text) }).await;
    }
    let asked = |name: &str| Filter { memory_type: kind(name), ..Filter::default() };
    assert_eq!(sorted(store, asked("note")).await, ["1"]);
    for absent in ["NOTE", "not_", "note%", "' OR '1'='1"] {
        assert_eq!(sorted(store, asked(absent)).await, [""; 0], "{absent:?}");
    }
}

pub async fn a_range_of_time_has_its_beginning_and_not_its_end<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, seconds) in [("1", 0.0), ("2", 10.0), ("3", 20.0)] {
        create(store, NewMemory { created_at: at(seconds), ..memory(text) }).await;
    }
    let range = |from: Option<f64>, before: Option<f64>| Filter {
        created_from: from.map(at),
        created_before: before.map(at),
        ..Filter::default()
    };
    assert_eq!(sorted(store, range(Some(10.0), None)).await, ["2", "3"]);
    assert_eq!(sorted(store, range(None, Some(10.0))).await, ["1"]);
    assert_eq!(sorted(store, range(Some(0.0), Some(20.0))).await, ["1", "2"]);
    assert_eq!(sorted(store, range(Some(10.0), Some(10.0))).await, [""; 0]);
    assert_eq!(sorted(store, range(Some(20.0), Some(0.0))).await, [""; 0]);
}

pub async fn only_the_partitions_of_the_filter_are_given<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (text, name) in [("1", ""), ("2", "work"), ("3", "Work"), ("4", "' OR 1=1 --")] {
        create(store, NewMemory { partition: partition(name), ..memory(text) }).await;
    }
    let of = |scope: &str| Filter { partitions: PartitionScope::parse(scope).unwrap(), ..Filter::default() };
    assert_eq!(sorted(store, Filter::default()).await, ["1"]);
    assert_eq!(sorted(store, of("work")).await, ["2"]);
    assert_eq!(sorted(store, of("' OR 1=1 --")).await, ["4"]);
    assert_eq!(sorted(store, of("w%")).await, [""; 0]);
    assert_eq!(sorted(store, of("all")).await, ["1", "2", "3", "4"]);
}

pub async fn superseded_memories_are_given_only_when_asked_for<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (old, new) = (memory("old"), memory("new"));
    let (old_key, new_key) = (old.hash.clone(), new.hash.clone());
    create(store, old).await;
    create(store, new).await;
    bed.supersede(&old_key, &new_key).await;
    assert_eq!(sorted(store, Filter::default()).await, ["new"]);
    let all = Filter { include_superseded: true, ..Filter::default() };
    assert_eq!(sorted(store, all).await, ["new", "old"]);
    let read = store.get(&old_key).await.unwrap().unwrap();
    assert_eq!(read.superseded_by, Some(new_key));
}

pub async fn all_conditions_must_hold<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let target = NewMemory {
        tags: tags("red"),
        memory_type: kind("note"),
        created_at: at(10.0),
        partition: partition("work"),
        ..memory("target")
    };
    let hash = target.hash.clone();
    for new in [
        target.clone(),
        NewMemory { tags: tags("blue"), ..renamed(&target, "other tag") },
        NewMemory { memory_type: kind("error"), ..renamed(&target, "other kind") },
        NewMemory { created_at: at(99.0), ..renamed(&target, "other time") },
        NewMemory { partition: partition("home"), ..renamed(&target, "other partition") },
    ] {
        create(store, new).await;
    }
    let filter = Filter {
        hashes: None,
        tags: tags("red"),
        tag_match: TagMatch::All,
        memory_type: kind("note"),
        created_from: Some(at(5.0)),
        created_before: Some(at(15.0)),
        partitions: PartitionScope::parse("work").unwrap(),
        include_superseded: false,
        ..Filter::default()
    };
    assert_eq!(listed(store, &filter).await, ["target"]);
    assert_eq!(listed(store, &Filter { hashes: Some(vec![hash]), ..filter }).await, ["target"]);
}

/// The same memory with another text.
fn renamed(original: &NewMemory, text: &str) -> NewMemory {
    let NewMemory { hash, content, .. } = memory(text);
    NewMemory { hash, content, ..original.clone() }
}

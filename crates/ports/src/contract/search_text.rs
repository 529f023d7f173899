//! `search_text`.

use model::{Filter, NewMemory, PartitionScope};

use super::StoreUnderTest;
use super::sample::{at, create, kind, memory, partition, tags, texts};
use crate::{Change, MemoryStore, Page, Patch};

async fn found(store: &dyn MemoryStore, text: &str, filter: &Filter) -> Vec<String> {
    let listing = store.search_text(text, filter, Page { offset: 0, limit: 100 }).await.unwrap();
    assert_eq!(listing.total, listing.memories.len() as u64);
    texts(listing.memories)
}

pub async fn a_memory_is_found_by_any_piece_of_its_text<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let text = "The ferry to Ærøskøbing (platform 4471)\nleaves; 日本語のメモ 🧠.";
    create(store, memory(text)).await;
    create(store, memory("nothing else")).await;
    for piece in ["ferry", "rry to Æ", "4471)\nleaves; 日", "本語", "🧠", ".", "e", text] {
        assert!(found(store, piece, &Filter::default()).await.contains(&text.to_owned()), "{piece:?}");
    }
    for absent in ["ferry  to", "4472", "leaves;日"] {
        assert_eq!(found(store, absent, &Filter::default()).await, [""; 0], "{absent:?}");
    }
    assert_eq!(found(store, "", &Filter::default()).await.len(), 2);
}

pub async fn case_does_not_matter_in_any_script<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("Übung macht den MEISTER; Ο ΔΡΟΜΟΣ; ПРИВЕТ")).await;
    for piece in ["übung", "ÜBUNG MACHT", "meister", "ο δρομος", "δρομοσ", "привет"] {
        assert_eq!(found(store, piece, &Filter::default()).await.len(), 1, "{piece:?}");
    }
    assert_eq!(found(store, "ubung", &Filter::default()).await, [""; 0]);
}

pub async fn nothing_in_the_text_is_syntax<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let strange =
        ["100% sure", "a_b", "axb", "it's \"said\"", "back\\slash", "star*", "'; DROP TABLE memories; --"];
    for text in strange {
        create(store, memory(text)).await;
    }
    for (piece, expected) in [
        ("%", &["100% sure"][..]),
        ("a_b", &["a_b"]),
        ("_", &["a_b"]),
        ("\"", &["it's \"said\""]),
        ("\\", &["back\\slash"]),
        ("*", &["star*"]),
        ("' OR 1=1 --", &[]),
        ("'; drop", &["'; DROP TABLE memories; --"]),
    ] {
        assert_eq!(found(store, piece, &Filter::default()).await, expected, "{piece:?}");
    }
}

pub async fn the_newest_comes_first_and_pages_have_the_total<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for n in 0..7 {
        create(store, NewMemory { created_at: at(f64::from(n)), ..memory(&format!("harbour {n}")) }).await;
        create(store, memory(&format!("other {n}"))).await;
    }
    for (offset, limit, expected) in [
        (0, 3, &["harbour 6", "harbour 5", "harbour 4"][..]),
        (3, 3, &["harbour 3", "harbour 2", "harbour 1"]),
        (6, 3, &["harbour 0"]),
        (7, 3, &[]),
        (u64::MAX, u32::MAX, &[]),
        (0, 0, &[]),
    ] {
        let page = Page { offset, limit };
        let listing = store.search_text("HARBOUR", &Filter::default(), page).await.unwrap();
        assert_eq!(listing.total, 7);
        assert_eq!(texts(listing.memories), expected, "{page:?}");
    }
}

pub async fn every_condition_of_the_filter_holds<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, NewMemory { tags: tags("red"), ..memory("harbour one") }).await;
    create(store, NewMemory { memory_type: kind("note"), ..memory("harbour two") }).await;
    create(store, NewMemory { created_at: at(100.0), ..memory("harbour three") }).await;
    create(store, NewMemory { partition: partition("work"), ..memory("harbour four") }).await;
    create(store, NewMemory { tags: tags("red"), ..memory("elsewhere") }).await;
    create(store, memory("harbour gone")).await;
    store.delete(&Filter::one(memory("harbour gone").hash), at(1.0)).await.unwrap();
    let default = Filter::default;
    for (filter, expected) in [
        (Filter { tags: tags("red"), ..default() }, "harbour one"),
        (Filter { memory_type: kind("note"), ..default() }, "harbour two"),
        (Filter { created_from: Some(at(50.0)), ..default() }, "harbour three"),
        (Filter { partitions: PartitionScope::One(partition("work")), ..default() }, "harbour four"),
    ] {
        assert_eq!(found(store, "harbour", &filter).await, [expected]);
    }
    assert_eq!(found(store, "harbour", &default()).await.len(), 3);
}

pub async fn superseded_memories_are_found_only_when_asked_for<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("harbour old")).await;
    create(store, memory("harbour new")).await;
    let change = Change { superseded_by: Patch::Set(memory("harbour new").hash), ..Change::default() };
    store.update(&memory("harbour old").hash, change).await.unwrap();
    assert_eq!(found(store, "harbour", &Filter::default()).await, ["harbour new"]);
    let all = Filter { include_superseded: true, ..Filter::default() };
    assert_eq!(found(store, "harbour", &all).await.len(), 2);
}

//! `events`, `probe`.

use model::{Filter, NewMemory};

use super::StoreUnderTest;
use super::sample::{at, create, create_at, kind, listed, memory, partition, tags, vector};
use crate::{
    Change, EventKind, EventPoint, Glimpse, MemoryEvent, MemoryStore, Patch, Superseded, Undelete, Unembedded,
};

/// Where the log ends.
async fn end(store: &dyn MemoryStore) -> EventPoint {
    let page = store.events(None, 10).await.unwrap();
    assert_eq!((page.events, page.has_more, page.is_cut), (Vec::new(), false, false));
    page.end
}

/// What happened since, as kinds and the beginnings of texts (empty for deleted ones).
async fn since(store: &dyn MemoryStore, point: EventPoint) -> Vec<(EventKind, String)> {
    let page = store.events(Some(point), 1000).await.unwrap();
    assert!(!page.has_more && !page.is_cut);
    let told = |event: MemoryEvent| (event.kind, event.memory.map_or_else(String::new, |of| of.beginning));
    page.events.into_iter().map(told).collect()
}

pub async fn a_stored_memory_is_told_with_a_little_of_it<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let start = end(store).await;
    let text = "é".repeat(150);
    let new = NewMemory {
        tags: tags("one, two"),
        memory_type: kind("note"),
        partition: partition("work"),
        ..memory(&text)
    };
    create(store, new.clone()).await;
    create(store, memory("bare")).await;
    let page = store.events(Some(start), 10).await.unwrap();
    let told = MemoryEvent {
        kind: EventKind::Stored,
        hash: new.hash,
        partition: partition("work"),
        memory: Some(Glimpse {
            beginning: "é".repeat(101),
            tags: vec!["one".to_owned(), "two".to_owned()],
            memory_type: Some("note".to_owned()),
        }),
    };
    assert_eq!(page.events.len(), 2);
    assert_eq!(page.events[0], told);
    let bare = page.events[1].memory.clone().unwrap();
    assert_eq!(
        (bare.beginning.as_str(), bare.tags, bare.memory_type),
        ("bare", vec!["untagged".to_owned()], None)
    );
    assert_eq!(page.end, end(store).await);
    assert_eq!(since(store, page.end).await, []);
}

pub async fn what_happened_is_told_in_order_and_in_parts<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let start = end(store).await;
    for n in 0..5 {
        create(store, memory(&format!("memory {n}"))).await;
    }
    let mut told = Vec::new();
    let mut point = start;
    let mut parts = 0;
    loop {
        let page = store.events(Some(point), 2).await.unwrap();
        assert!(page.events.len() <= 2);
        told.extend(page.events.into_iter().filter_map(|event| event.memory).map(|of| of.beginning));
        point = page.end;
        parts += 1;
        if !page.has_more {
            break;
        }
    }
    assert_eq!(told, ["memory 0", "memory 1", "memory 2", "memory 3", "memory 4"]);
    assert_eq!(parts, 3);
    assert_eq!(point, end(store).await);
}

pub async fn changes_and_deletions_are_told<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let one = NewMemory { partition: partition("work"), ..memory("one") };
    create(store, one.clone()).await;
    let start = end(store).await;
    let change = Change { tags: Some(tags("new")), ..Change::default() };
    store.update(&one.hash, change).await.unwrap();
    let change = Change { memory_type: Patch::Set(kind("note").unwrap()), ..Change::default() };
    store.update(&one.hash, change).await.unwrap();
    assert_eq!(
        since(store, start).await,
        [(EventKind::Changed, "one".to_owned()), (EventKind::Changed, "one".to_owned())]
    );
    let before = end(store).await;
    store.delete(&Filter::everything(), at(1.0)).await.unwrap();
    let page = store.events(Some(before), 10).await.unwrap();
    let deleted = MemoryEvent {
        kind: EventKind::Deleted,
        hash: one.hash.clone(),
        partition: partition("work"),
        memory: None,
    };
    assert_eq!(page.events, [deleted]);
    let before = end(store).await;
    store.undelete(Undelete::Hashes(vec![one.hash])).await.unwrap();
    assert_eq!(since(store, before).await, [(EventKind::Stored, "one".to_owned())]);
}

pub async fn what_is_not_there_any_more_was_not_stored<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let start = end(store).await;
    create(store, memory("short of life")).await;
    store.delete(&Filter::everything(), at(1.0)).await.unwrap();
    assert_eq!(since(store, start).await, [(EventKind::Deleted, String::new())]);
    store.insert(memory("short of life")).await.unwrap();
    let told = since(store, start).await;
    assert_eq!(told.last(), Some(&(EventKind::Stored, "short of life".to_owned())));
}

pub async fn a_new_version_is_stored_and_the_old_one_changed<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("old")).await;
    let start = end(store).await;
    let done = store.supersede(&memory("old").hash, memory("new"), None).await.unwrap();
    assert!(matches!(done, Superseded::Done { .. }));
    let mut told = since(store, start).await;
    told.sort_by_key(|(_, text)| text.clone());
    assert_eq!(told, [(EventKind::Stored, "new".to_owned()), (EventKind::Changed, "old".to_owned())]);
}

pub async fn what_changes_no_memory_is_no_event<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let id = create(store, memory("one")).await;
    let hash = memory("one").hash;
    let start = end(store).await;
    store.insert(memory("one")).await.unwrap();
    store.record_access(&[id], at(5.0)).await.unwrap();
    let waiting = Unembedded { id, hash: hash.clone(), content: "one".to_owned() };
    store.add_vectors(vec![(waiting, vector(store, 0.0))]).await.unwrap();
    store.update(&hash, Change::default()).await.unwrap();
    store.update(&hash, Change { tags: Some(tags("untagged")), ..Change::default() }).await.unwrap();
    store.delete(&Filter::one(memory("absent").hash), at(1.0)).await.unwrap();
    store.probe().await.unwrap();
    assert_eq!(since(store, start).await, []);
}

pub async fn a_point_after_the_end_is_told_as_a_gap<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("one")).await;
    let end = end(store).await;
    let page = store.events(Some(EventPoint(end.0 + 5)), 10).await.unwrap();
    assert_eq!((page.events, page.end, page.is_cut), (Vec::new(), end, true));
}

pub async fn a_probe_leaves_nothing<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    store.probe().await.unwrap();
    create_at(store, 10.0, memory("one")).await;
    store.probe().await.unwrap();
    assert_eq!(listed(store, &Filter::everything()).await, ["one"]);
    let statistics = store.statistics().await.unwrap();
    assert_eq!((statistics.memories, statistics.tombstones, statistics.embedded), (1, 0, 1));
}

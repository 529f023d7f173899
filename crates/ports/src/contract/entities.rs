//! `entities`, `entity_links` and `neighbours`.

use model::{Filter, MemoryId, NewMemory, PartitionScope};

use super::StoreUnderTest;
use super::sample::{at, create, memory, partition, tags};
use crate::{EntityLink, LinkEnds, MemoryStore, Undelete};

async fn counted(store: &dyn MemoryStore, filter: &Filter, prefix: &str) -> Vec<(String, u64)> {
    let counts = store.entities(filter, prefix, 10).await.unwrap();
    assert_eq!(counts.total, counts.entities.len() as u64);
    counts.entities.into_iter().map(|entity| (entity.name, entity.memories)).collect()
}

fn expected(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

fn link(memory: MemoryId, entity: &str) -> EntityLink {
    EntityLink { memory, entity: entity.to_owned() }
}

async fn link_all<S: StoreUnderTest>(bed: &S, links: &[(&str, &str)]) {
    for (text, name) in links {
        bed.link_entity(&memory(text).hash, name).await;
    }
}

pub async fn entities_with_most_memories_come_first<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert_eq!(counted(store, &Filter::default(), "").await, []);
    for text in ["1", "2", "3"] {
        create(store, memory(text)).await;
    }
    link_all(&bed, &[("1", "Bob"), ("2", "bob"), ("3", "BOB"), ("2", "BOB"), ("1", "alice"), ("3", "Zoë")])
        .await;
    let all = [("BOB", 3), ("alice", 1), ("Zoë", 1)];
    assert_eq!(counted(store, &Filter::default(), "").await, expected(&all), "a memory counts once");
    for (prefix, given) in [("B", &all[..1]), ("zoË", &all[2..]), ("%", &[]), ("ob", &[]), ("alice2", &[])] {
        assert_eq!(counted(store, &Filter::default(), prefix).await, expected(given), "{prefix}");
    }
    let two = store.entities(&Filter::default(), "", 2).await.unwrap();
    assert_eq!((two.entities.len(), two.total), (2, 3));
}

pub async fn links_are_given_from_either_end<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let [one, two] = [create(store, memory("1")).await, create(store, memory("2")).await];
    link_all(&bed, &[("1", "Alice"), ("2", "ALICE"), ("2", "x' OR 1=1 --"), ("1", "al_ce")]).await;
    let of =
        async |ends: LinkEnds, limit| store.entity_links(&ends, &Filter::default(), limit).await.unwrap();
    let names = |names: &[&str]| LinkEnds::Entities(names.iter().map(|name| (*name).to_owned()).collect());
    assert_eq!(of(names(&["alice"]), 10).await, [link(two, "ALICE"), link(one, "Alice")]);
    assert_eq!(of(names(&["alice"]), 1).await, [link(two, "ALICE")]);
    assert_eq!(
        of(names(&["x' or 1=1 --", "AL_CE"]), 10).await,
        [link(two, "x' OR 1=1 --"), link(one, "al_ce")]
    );
    assert_eq!(of(names(&[]), 10).await, []);
    assert_eq!(of(LinkEnds::Memories(vec![one]), 10).await, [link(one, "Alice"), link(one, "al_ce")]);
    assert_eq!(of(LinkEnds::Memories(vec![]), 10).await, []);
    assert_eq!(of(LinkEnds::Memories(vec![MemoryId(9999)]), 10).await, []);
}

pub async fn neighbours_are_found_in_both_directions<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut ids = Vec::new();
    for text in ["1", "2", "3", "4"] {
        ids.push(create(store, memory(text)).await);
    }
    for (from, to) in [("1", "2"), ("2", "1"), ("3", "1"), ("1", "1"), ("3", "4")] {
        bed.link_memories(&memory(from).hash, &memory(to).hash).await;
    }
    // An entity is no memory, even when its name is a key.
    bed.link_entity(&memory("4").hash, "somebody").await;
    let of = async |own: &[MemoryId]| store.neighbours(own, &Filter::default()).await.unwrap();
    assert_eq!(of(&[ids[0]]).await, [(ids[0], ids[1]), (ids[0], ids[2])]);
    assert_eq!(of(&[ids[3], ids[1]]).await, [(ids[1], ids[0]), (ids[3], ids[2])]);
    assert_eq!(of(&[]).await, []);
    store.delete(&Filter::one(memory("3").hash), at(1.0)).await.unwrap();
    assert_eq!(of(&ids).await, [(ids[0], ids[1]), (ids[1], ids[0])], "deleted memories have no neighbours");
}

pub async fn what_the_filter_leaves_out_has_no_links<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let red = NewMemory { tags: tags("red"), ..memory("red") };
    let work = NewMemory { partition: partition("work"), ..memory("work") };
    let red_id = create(store, red.clone()).await;
    for new in [work.clone(), memory("old"), memory("gone")] {
        create(store, new).await;
    }
    for text in ["red", "work", "old", "gone"] {
        bed.link_entity(&memory(text).hash, "alice").await;
        bed.link_memories(&red.hash, &memory(text).hash).await;
    }
    bed.supersede(&memory("old").hash, &red.hash).await;
    let gone = store.delete(&Filter::one(memory("gone").hash), at(1.0)).await.unwrap();
    let everywhere = Filter { partitions: PartitionScope::All, ..Filter::default() };
    let replaced_too = Filter { include_superseded: true, ..everywhere.clone() };
    let tagged = Filter { tags: tags("red"), ..everywhere.clone() };
    let alice = LinkEnds::Entities(vec!["alice".to_owned()]);
    for (filter, memories) in
        [(Filter::default(), 1), (everywhere, 2), (replaced_too.clone(), 3), (tagged, 1)]
    {
        assert_eq!(counted(store, &filter, "").await, expected(&[("alice", memories)]), "{filter:?}");
        let links = store.entity_links(&alice, &filter, 10).await.unwrap();
        assert_eq!(links.len() as u64, memories, "{filter:?}");
        let others = store.neighbours(&[red_id], &filter).await.unwrap();
        assert_eq!(others.len() as u64, memories - 1, "{filter:?}");
    }
    store.undelete(Undelete::Deletion(gone.id.unwrap())).await.unwrap();
    assert_eq!(counted(store, &replaced_too, "").await, expected(&[("alice", 4)]));
    assert_eq!(store.neighbours(&[red_id], &replaced_too).await.unwrap().len(), 3);
}

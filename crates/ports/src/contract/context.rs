//! Where memories stand in their conversations.

use model::{Filter, MemoryId, Metadata, NewMemory, Origin, OriginKind};
use serde_json::json;

use super::StoreUnderTest;
use super::sample::{at, create, memory, tags};
use crate::{Context, ContextQuery, MemoryStore};

fn said(conversation: &str, text: &str) -> NewMemory {
    let origin = Origin { conversation: Some(conversation.to_owned()), ..Origin::of(OriginKind::User) };
    NewMemory { origin: Some(origin), ..memory(text) }
}

async fn context(store: &dyn MemoryStore, ids: &[MemoryId], filter: Filter) -> Vec<Context> {
    let query = ContextQuery { ids: ids.to_vec(), filter, distance: 2 };
    store.context(&query).await.unwrap()
}

/// The neighbours of the one memory that is asked for.
async fn around(store: &dyn MemoryStore, id: MemoryId, filter: Filter) -> Vec<(MemoryId, i32)> {
    let all = context(store, &[id], filter).await;
    let own = all.iter().find(|context| context.id == id).unwrap();
    own.neighbours.iter().map(|neighbour| (neighbour.id, neighbour.offset)).collect()
}

pub async fn neighbours_are_next_to_a_memory_in_its_own_conversation<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut ids = Vec::new();
    for number in 0..5 {
        ids.push(create(store, said("one", &format!("one {number}"))).await);
        create(store, said("other", &format!("other {number}"))).await;
        create(store, memory(&format!("alone {number}"))).await;
    }
    let expected = [(ids[1], -1), (ids[3], 1), (ids[0], -2), (ids[4], 2)];
    assert_eq!(around(store, ids[2], Filter::default()).await, expected);
    assert_eq!(around(store, ids[0], Filter::default()).await, [(ids[1], 1), (ids[2], 2)]);
    let all = context(store, &[ids[2]], Filter::default()).await;
    let given: Vec<MemoryId> = all.iter().map(|context| context.id).collect();
    assert_eq!(given, ids, "with those around it, by number");
    assert!(all.iter().all(|context| context.conversation.as_deref() == Some("one")));
    let last = all.last().unwrap();
    assert_eq!(last.neighbours.iter().map(|near| near.id).collect::<Vec<_>>(), [ids[3], ids[2]]);
}

pub async fn a_memory_of_no_conversation_has_no_neighbours<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let id = create(bed.store(), memory("alone")).await;
    create(bed.store(), memory("also alone")).await;
    let all = context(bed.store(), &[id, MemoryId(id.0 + 1000)], Filter::default()).await;
    let [own] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!((own.id, &own.conversation, own.neighbours.len()), (id, &None, 0));
}

pub async fn a_conversation_is_in_the_order_in_which_it_happened<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut ids = Vec::new();
    for second in [30.0, 10.0, 20.0] {
        let new = NewMemory { occurred_at: Some(at(second)), ..said("c", &format!("at {second}")) };
        ids.push(create(store, new).await);
    }
    assert_eq!(around(store, ids[2], Filter::default()).await, [(ids[1], -1), (ids[0], 1)]);
    let times = context(store, &ids[..1], Filter::default()).await;
    assert_eq!(times[0].time, Some(at(30.0)));
}

pub async fn fields_and_tags_name_conversations_too<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let field = |text: &str| NewMemory {
        metadata: Metadata::parse(json!({"conversation_id": "f"}).as_object().unwrap().clone()).unwrap(),
        ..memory(text)
    };
    let piece = |number: usize| NewMemory {
        tags: tags(&format!("session:S,chunk:{number}/3")),
        ..memory(&format!("piece {number}"))
    };
    let first = create(store, field("first")).await;
    let second_piece = create(store, piece(2)).await;
    let second = create(store, field("second")).await;
    let first_piece = create(store, piece(1)).await;
    assert_eq!(around(store, first, Filter::default()).await, [(second, 1)]);
    assert_eq!(around(store, first_piece, Filter::default()).await, [(second_piece, 1)]);
}

pub async fn only_what_meets_the_filter_is_given_and_keeps_its_place<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut ids = Vec::new();
    for number in 0..3 {
        let new = said("c", &format!("turn {number}"));
        let new = if number == 1 { new } else { NewMemory { tags: tags("kept"), ..new } };
        ids.push(create(store, new).await);
    }
    let kept = Filter { tags: tags("kept"), ..Filter::default() };
    assert_eq!(around(store, ids[0], kept.clone()).await, [(ids[2], 2)]);
    assert_eq!(context(store, &[ids[1]], kept).await, [], "not even the memory asked for");
}

pub async fn deleted_memories_have_no_place_and_superseded_ones_are_not_given<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let all: Vec<NewMemory> = (0..4).map(|number| said("c", &format!("turn {number}"))).collect();
    let mut ids = Vec::new();
    for new in &all {
        ids.push(create(store, new.clone()).await);
    }
    store.delete(&Filter::one(all[1].hash.clone()), at(9.0)).await.unwrap();
    assert_eq!(around(store, ids[0], Filter::default()).await, [(ids[2], 1), (ids[3], 2)]);
    bed.supersede(&all[2].hash, &all[3].hash).await;
    assert_eq!(around(store, ids[0], Filter::default()).await, [(ids[3], 2)]);
}

pub async fn speakers_and_linked_entities_are_named<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let new = memory("Caroline: I met them");
    let id = create(store, new.clone()).await;
    let none = create(store, memory("nobody says this")).await;
    bed.link_entity(&new.hash, "Berlin").await;
    let all = context(store, &[id, none], Filter::default()).await;
    assert_eq!(all[0].names, ["Caroline", "Berlin"]);
    assert!(all[1].names.is_empty());
}

pub async fn a_long_conversation_is_known_near_a_memory<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let mut ids = Vec::new();
    for number in 0..2_100 {
        ids.push(create(store, said("long", &format!("turn {number}"))).await);
    }
    let expected = [(ids[1_499], -1), (ids[1_501], 1), (ids[1_498], -2), (ids[1_502], 2)];
    assert_eq!(around(store, ids[1_500], Filter::default()).await, expected);
}

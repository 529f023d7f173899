//! `insert`.

use model::{EmbeddingState, Filter, Memory, Metadata, NewMemory, Partition};
use serde_json::json;

use super::StoreUnderTest;
use super::sample::{
    all, at, by_meaning, by_words, create, kind, listed, memory, partition, tags, too_long, vector,
};
use crate::{Inserted, StoreError};

pub async fn a_new_memory_is_read_back_as_it_was_written<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let fields =
        json!({"z": 1, "a": {"list": [null, true, 2.5, "text"]}, "'": "\"; DROP TABLE memories; --"});
    let new = NewMemory {
        tags: tags("beta, two words, alpha"),
        memory_type: kind("Fix-Note"),
        metadata: Metadata::parse(fields.as_object().unwrap().clone()).unwrap(),
        created_at: at(0.25),
        partition: partition("work"),
        vector: Some(vector(store, 0.0)),
        ..memory("a text")
    };
    let hash = new.hash.clone();
    let expected = Memory {
        id: create(store, new.clone()).await,
        hash: hash.clone(),
        content: "a text".to_owned(),
        tags: ["beta", "two words", "alpha"].map(str::to_owned).to_vec(),
        memory_type: Some("Fix-Note".to_owned()),
        metadata: new.metadata.clone(),
        created_at: Some(new.created_at),
        updated_at: Some(new.created_at),
        occurred_at: None,
        origin: None,
        partition: new.partition.clone(),
        superseded_by: None,
        parent: None,
        version: 1,
        embedding: EmbeddingState::Done,
    };
    let read = store.get(&hash).await.unwrap().unwrap();
    assert_eq!(read, expected);
    assert_eq!(new.stored(expected.id), expected, "what is told of it without reading it");
    let keys: Vec<&String> = read.metadata.fields().keys().collect();
    assert_eq!(keys, ["z", "a", "'"], "fields keep their order");
    assert_eq!(store.get_many(&[expected.id]).await.unwrap(), [expected]);
}

pub async fn a_memory_without_tags_has_the_tag_untagged<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let new = memory("without tags");
    let hash = new.hash.clone();
    let id = create(bed.store(), new.clone()).await;
    let read = bed.store().get(&hash).await.unwrap().unwrap();
    assert_eq!((&read, &read.tags), (&new.stored(id), &vec!["untagged".to_owned()]));
}

pub async fn texts_of_every_kind_are_kept_to_the_byte<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let long = "Wörter und 漢字 ".repeat(55_000);
    for text in [
        "  outer space \r\n",
        "\u{1}bell\u{7} and escape\u{1b}[31m\u{7f}",
        "\u{feff}mark, \u{202e}override, e\u{301} combined, 👩‍👩‍👧 joined",
        "'; DROP TABLE memories; -- \" ` \\ % _ ? :a @b $c",
        "{\"json\": [1, 2]} and <b>markup</b>",
        long.as_str(),
    ] {
        let new = memory(text);
        let hash = new.hash.clone();
        create(store, new).await;
        assert_eq!(store.get(&hash).await.unwrap().unwrap().content, text);
    }
}

pub async fn a_live_memory_of_the_same_key_is_a_duplicate<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let first = memory("Same Text");
    let hash = first.hash.clone();
    create(store, first).await;
    let before = store.get(&hash).await.unwrap();

    let again = NewMemory {
        tags: tags("other"),
        created_at: at(60.0),
        vector: Some(vector(store, 0.0)),
        ..memory("same text ")
    };
    assert_eq!(again.hash, hash);
    assert_eq!(store.insert(again).await.unwrap(), Inserted::Duplicate { partition: Partition::default() });
    assert_eq!(store.get(&hash).await.unwrap(), before, "nothing was written");
    assert!(by_meaning(store, &Filter::default()).await.is_empty(), "no vector was written");
    assert_eq!(store.statistics().await.unwrap().memories, 1);
}

pub async fn a_duplicate_is_found_in_another_partition<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), NewMemory { partition: partition("work"), ..memory("text") }).await;
    let again = bed.store().insert(memory("text")).await.unwrap();
    assert_eq!(again, Inserted::Duplicate { partition: partition("work") });
}

pub async fn a_deleted_memory_gives_way_to_a_new_one_of_its_key<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let first = NewMemory { tags: tags("old"), ..memory("returning text") };
    let hash = first.hash.clone();
    create(store, first.clone()).await;
    store.delete(&Filter::one(hash.clone()), at(10.0)).await.unwrap();

    let anew = NewMemory { tags: tags("new"), created_at: at(20.0), ..memory("Returning text") };
    let inserted = store.insert(anew).await.unwrap();
    let Inserted::Created { id, restored_from } = inserted else { panic!("{inserted:?}") };
    assert_eq!(restored_from, Some(at(10.0)));
    let read = store.get(&hash).await.unwrap().unwrap();
    assert_eq!((read.id, read.content.as_str(), read.created_at), (id, "Returning text", Some(at(20.0))));
    assert_eq!(read.tags, ["new"]);
    assert_eq!(listed(store, &Filter::default()).await, ["Returning text"]);
    assert_eq!(by_words(store, "returning", &Filter::default()).await, ["Returning text"]);
    assert_eq!(store.statistics().await.unwrap().tombstones, 0);
    assert!(matches!(store.insert(first).await.unwrap(), Inserted::Duplicate { .. }));
}

pub async fn a_memory_without_a_vector_is_pending<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let new = memory("waits for its vector");
    let hash = new.hash.clone();
    let id = create(bed.store(), new).await;
    assert_eq!(bed.store().get(&hash).await.unwrap().unwrap().embedding, EmbeddingState::Pending);
    let waiting = bed.store().unembedded(None, 10).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!((waiting[0].id, &waiting[0].hash), (id, &hash));
    assert_eq!(waiting[0].content, "waits for its vector");
}

pub async fn a_vector_of_another_dimension_is_refused_and_nothing_is_written<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let new = NewMemory { vector: Some(too_long(store)), ..memory("text") };
    let expected = store.model().dimension;
    let error = store.insert(new.clone()).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Dimension { found, expected: e } if found == expected + 1 && e == expected),
        "{error:?}"
    );
    assert_eq!(store.get(&new.hash).await.unwrap(), None);
    assert!(by_words(store, "text", &Filter::default()).await.is_empty());
}

pub async fn one_key_stored_at_the_same_time_is_created_once<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let outcomes = all((0..16).map(|n| store.insert(memory(&format!("text {}", n % 2))))).await;
    let created = outcomes.iter().filter(|outcome| matches!(outcome, Ok(Inserted::Created { .. }))).count();
    let duplicate =
        outcomes.iter().filter(|outcome| matches!(outcome, Ok(Inserted::Duplicate { .. }))).count();
    assert_eq!((created, duplicate), (2, 14), "{outcomes:?}");
    assert_eq!(listed(store, &Filter::default()).await.len(), 2);
}

//! Storing, reading, listing, searching and deleting on a new file.

use model::{Filter, Tags};
use ports::{Inserted, MemoryStore, Page, WordQuery};

use crate::samples::{Place, embedded, memory, now, vector};

#[tokio::test]
async fn a_stored_memory_is_found_by_key_words_and_meaning() {
    let place = Place::empty();
    let store = place.open().await;
    let new = embedded("The printer on floor three needs a drum unit", 1);
    let hash = new.hash.clone();
    let Inserted::Created { id, restored_from: None } = store.insert(new).await.unwrap() else {
        panic!("not created")
    };
    let read = store.get(&hash).await.unwrap().unwrap();
    assert_eq!((read.id, read.tags.as_slice()), (id, ["untagged".to_owned()].as_slice()));
    let all = Filter::default();
    let words = store.search_words(&WordQuery("printers drum".to_owned()), &all, 10).await.unwrap();
    assert_eq!(words.iter().map(|found| found.id).collect::<Vec<_>>(), [id]);
    let near = store.search_vectors(&vector(1), &all, 10).await.unwrap();
    assert_eq!(near[0].id, id);
    assert!((near[0].score - 1.0).abs() < 1e-6);
    let listing = store.list(&all, Page { offset: 0, limit: 10 }).await.unwrap();
    assert_eq!((listing.total, listing.memories), (1, vec![read]));
    store.close().await;
}

#[tokio::test]
async fn a_deleted_memory_is_gone_and_can_be_stored_again() {
    let place = Place::empty();
    let store = place.open().await;
    let new = embedded("Knitting pattern for the jumper", 2);
    let hash = new.hash.clone();
    store.insert(new.clone()).await.unwrap();
    let deleted = store.delete(&Filter::one(hash.clone()), now()).await.unwrap().hashes;
    assert_eq!(deleted, std::slice::from_ref(&hash));
    assert_eq!(store.get(&hash).await.unwrap(), None);
    assert!(store.search_vectors(&vector(2), &Filter::default(), 5).await.unwrap().is_empty());
    let again = store.insert(new).await.unwrap();
    assert!(matches!(again, Inserted::Created { restored_from: Some(at), .. } if at == now()));
    assert_eq!(store.search_vectors(&vector(2), &Filter::default(), 5).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_live_row_of_the_same_key_is_a_duplicate() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("same")).await.unwrap();
    let again = store.insert(memory("  SAME ")).await.unwrap();
    assert!(matches!(again, Inserted::Duplicate { partition } if partition.is_default()));
}

#[tokio::test]
async fn a_tag_with_a_space_is_matched_whole() {
    let place = Place::empty();
    let store = place.open().await;
    let tagged =
        |text: &str, tags: &str| model::NewMemory { tags: Tags::parse(tags).unwrap(), ..memory(text) };
    store.insert(tagged("one", "release notes,ops")).await.unwrap();
    store.insert(tagged("two", "release")).await.unwrap();
    let by = |tag: &str| Filter { tags: Tags::parse(tag).unwrap(), ..Filter::default() };
    for (tag, total) in [("release notes", 1), ("release", 1), ("notes", 0), ("OPS", 1)] {
        let listing = store.list(&by(tag), Page { offset: 0, limit: 10 }).await.unwrap();
        assert_eq!(listing.total, total, "{tag}");
    }
}

//! `Admin::carry`, `Admin::let_go`.

use engine::{Admin, Capability, EngineError, VersionRequest};
use model::{ContentHash, Filter, HashPrefix, Memory, MemoryType, Metadata, Space, SpaceId};
use ports::{MemoryStore, Page, Undelete};
use testkit::{Bench, Fault};

use crate::ask::{forget, remember, store, tagged};

fn crew() -> Space {
    Space::Named(SpaceId::from_bytes([7; 10]))
}

fn admin(bench: &Bench, space: &Space) -> Admin {
    bench.engine.grant(space, Capability::Admin).admin().unwrap().clone()
}

async fn texts(store: &dyn MemoryStore) -> Vec<String> {
    let mut texts: Vec<String> =
        all(store).await.into_iter().map(|memory| memory.content.as_str().to_owned()).collect();
    texts.sort();
    texts
}

async fn all(store: &dyn MemoryStore) -> Vec<Memory> {
    store.list(&Filter::everything(), Page { offset: 0, limit: 100 }).await.unwrap().memories
}

#[tokio::test]
async fn what_is_moved_is_there_as_it_was_and_here_no_more() {
    let bench = Bench::default();
    let mut metadata = Metadata::default();
    metadata.set("by", "me");
    let request = engine::StoreRequest {
        memory_type: MemoryType::parse("decision").unwrap(),
        metadata,
        ..tagged("the ferry leaves at nine", "travel,crew")
    };
    let hash = bench.writer().store(request).await.unwrap().hash;
    store(&bench, "a diary").await;
    let before = bench.store.get(&hash).await.unwrap().unwrap();
    bench.clock.advance(3600.0);
    let (here, there) = (bench.admin(), admin(&bench, &crew()));
    let carried = here.carry(&there, std::slice::from_ref(&hash)).await.unwrap();
    assert_eq!(
        (carried.hashes.as_slice(), carried.written, carried.there_before),
        (&[hash.clone()][..], 1, 0)
    );
    assert_eq!(texts(&*bench.store).await, ["a diary", "the ferry leaves at nine"], "nothing is gone yet");
    let gone = here.let_go(&there, &carried.hashes).await.unwrap();
    assert_eq!((gone.deleted.hashes.as_slice(), gone.kept.as_slice()), (&[hash.clone()][..], &[][..]));
    let after = bench.store_of(&crew()).get(&hash).await.unwrap().unwrap();
    assert_eq!(Memory { id: before.id, ..after }, before);
    assert_eq!(texts(&*bench.store).await, ["a diary"]);
    let vectors = bench.store_of(&crew()).statistics().await.unwrap();
    assert_eq!((vectors.memories, vectors.pending), (1, 0), "its vector came with it");
    // A mistake is taken back as any deletion is.
    let undo = Undelete::Deletion(gone.deleted.undo.unwrap());
    assert_eq!(bench.writer().undelete(undo).await.unwrap().restored.len(), 1);
}

#[tokio::test]
async fn every_version_goes_along_and_stays_a_version() {
    let bench = Bench::default();
    let first = store(&bench, "port 5432").await.hash;
    let next = VersionRequest::new(HashPrefix::parse(first.as_str()).unwrap(), remember("port 5433").content);
    let second = bench.writer().add_version(next).await.unwrap().hash;
    let (here, there) = (bench.admin(), admin(&bench, &crew()));
    for asked in [&first, &second] {
        let mut hashes = here.carry(&there, std::slice::from_ref(asked)).await.unwrap().hashes;
        hashes.sort();
        let mut both = vec![first.clone(), second.clone()];
        both.sort();
        assert_eq!(hashes, both);
    }
    assert_eq!(here.let_go(&there, &[first.clone(), second.clone()]).await.unwrap().deleted.hashes.len(), 2);
    let prefix = HashPrefix::parse(first.as_str()).unwrap();
    let history = there.writer().reader().history(&prefix).await.unwrap();
    let versions: Vec<_> = history.into_iter().map(|version| (version.hash, version.version)).collect();
    assert_eq!(versions, [(first, 1), (second, 2)]);
}

#[tokio::test]
async fn whoever_is_interrupted_begins_again_and_loses_nothing() {
    let bench = Bench::default();
    let hashes = [store(&bench, "one").await.hash, store(&bench, "two").await.hash];
    let (here, there) = (bench.admin(), admin(&bench, &crew()));
    // Killed before anything was deleted.
    here.carry(&there, &hashes).await.unwrap();
    // Nothing is deleted that could not be found there.
    bench.store_of(&crew()).set_fault(Some(Fault::Busy));
    assert!(here.let_go(&there, &hashes).await.is_err());
    assert_eq!(texts(&*bench.store).await, ["one", "two"]);
    bench.store_of(&crew()).set_fault(None);
    let again = here.carry(&there, &hashes).await.unwrap();
    assert_eq!((again.written, again.there_before), (0, 2));
    assert_eq!(here.let_go(&there, &again.hashes).await.unwrap().deleted.hashes.len(), 2);
    assert_eq!((texts(&*bench.store).await, texts(&*bench.store_of(&crew())).await.len()), (vec![], 2));
    // What is gone already is no failure.
    let third = here.carry(&there, &hashes).await.unwrap();
    assert_eq!((third.hashes.len(), third.written, third.there_before), (0, 0, 0));
}

#[tokio::test]
async fn what_is_not_the_same_there_stays_here() {
    let bench = Bench::default();
    let hash = bench.writer().store(tagged("shared words", "mine")).await.unwrap().hash;
    let (here, there) = (bench.admin(), admin(&bench, &crew()));
    there.writer().store(tagged("shared words", "theirs")).await.unwrap();
    let carried = here.carry(&there, std::slice::from_ref(&hash)).await.unwrap();
    assert_eq!((carried.written, carried.there_before), (0, 1));
    let gone = here.let_go(&there, &carried.hashes).await.unwrap();
    assert_eq!((gone.deleted.hashes.len(), gone.deleted.undo, gone.kept), (0, None, vec![hash.clone()]));
    let tags = |memory: Memory| memory.tags.iter().map(|tag| tag.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(tags(bench.store.get(&hash).await.unwrap().unwrap()), ["mine"]);
    assert_eq!(tags(bench.store_of(&crew()).get(&hash).await.unwrap().unwrap()), ["theirs"]);
    // Nor does anything go that was never carried.
    let other = store(&bench, "never carried").await.hash;
    assert_eq!(here.let_go(&there, std::slice::from_ref(&other)).await.unwrap().kept, [other]);
}

#[tokio::test]
async fn what_was_deleted_there_comes_back_and_what_is_deleted_here_stays() {
    let bench = Bench::default();
    let (here, there) = (bench.admin(), admin(&bench, &crew()));
    let hash = store(&bench, "back again").await.hash;
    here.carry(&there, std::slice::from_ref(&hash)).await.unwrap();
    let filter = Filter::one(hash.clone());
    bench.store_of(&crew()).delete(&filter, bench.engine.now()).await.unwrap();
    assert_eq!(here.carry(&there, std::slice::from_ref(&hash)).await.unwrap().written, 1);
    assert_eq!(texts(&*bench.store_of(&crew())).await, ["back again"]);
    let deleted = store(&bench, "deleted here").await.hash;
    bench.writer().delete(forget("deleted here")).await.unwrap();
    let unknown = ContentHash::stored("unknown");
    assert_eq!(here.carry(&there, &[deleted, unknown]).await.unwrap().hashes.len(), 0);
    assert_eq!(texts(&*bench.store_of(&crew())).await, ["back again"]);
}

#[tokio::test]
async fn many_are_carried_in_pieces() {
    let bench = Bench::default();
    let mut hashes = Vec::new();
    for number in 0..=engine::MAX_IMPORT_RECORDS {
        hashes.push(store(&bench, &format!("number {number}")).await.hash);
    }
    let (here, there) = (bench.admin(), admin(&bench, &crew()));
    let carried = here.carry(&there, &hashes).await.unwrap();
    assert_eq!((carried.hashes.len(), carried.written), (hashes.len(), hashes.len()));
    assert_eq!(here.let_go(&there, &carried.hashes).await.unwrap().deleted.hashes.len(), hashes.len());
    assert_eq!(texts(&*bench.store).await, [""; 0]);
}

#[tokio::test]
async fn nothing_is_carried_to_where_it_is() {
    let bench = Bench::default();
    let hash = store(&bench, "text").await.hash;
    let (here, same) = (bench.admin(), bench.admin());
    assert!(matches!(here.carry(&same, std::slice::from_ref(&hash)).await, Err(EngineError::SameSpace)));
    assert!(matches!(here.let_go(&same, std::slice::from_ref(&hash)).await, Err(EngineError::SameSpace)));
    assert_eq!(texts(&*bench.store).await, ["text"]);
}

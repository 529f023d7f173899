//! `get` and `get_many`.

use model::{ContentHash, MemoryId, NewMemory};

use super::StoreUnderTest;
use super::sample::{create, memory, partition, texts};

pub async fn a_key_that_is_not_there_is_none<S: StoreUnderTest>() {
    let bed = S::empty().await;
    create(bed.store(), memory("something")).await;
    for key in ["", "absent", "' OR 1=1 --", "%", "\0"] {
        assert_eq!(bed.store().get(&ContentHash::stored(key)).await.unwrap(), None, "{key:?}");
    }
}

pub async fn a_memory_is_found_in_any_partition<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let new = NewMemory { partition: partition("work"), ..memory("text") };
    create(bed.store(), new.clone()).await;
    let read = bed.store().get(&new.hash).await.unwrap().unwrap();
    assert_eq!(read.partition, new.partition);
}

pub async fn many_come_in_the_order_of_their_numbers_in_the_call<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let (a, b, c) = (
        create(store, memory("a")).await,
        create(store, memory("b")).await,
        create(store, memory("c")).await,
    );
    assert!(a < b && b < c, "later memories have greater numbers");
    let absent = MemoryId(c.0 + 1000);
    let many = store.get_many(&[c, absent, a, b]).await.unwrap();
    assert_eq!(texts(many), ["c", "a", "b"]);
    assert_eq!(store.get_many(&[absent, MemoryId(-1), MemoryId(i64::MAX)]).await.unwrap(), []);
    assert_eq!(store.get_many(&[]).await.unwrap(), []);
}

pub async fn more_numbers_than_a_statement_has_parameters_are_read<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let id = create(bed.store(), memory("the one that is there")).await;
    let mut ids: Vec<MemoryId> = (1..=40_000).map(|n| MemoryId(id.0 + n)).collect();
    ids.push(id);
    assert_eq!(texts(bed.store().get_many(&ids).await.unwrap()), ["the one that is there"]);
}

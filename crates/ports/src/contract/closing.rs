//! `close`.

use model::{ContentHash, Filter, HashPrefix, MemoryId};

use super::StoreUnderTest;
use super::dump::sink;
use super::sample::{all, at, create, memory, vector};
use crate::{
    Change, Check, DumpRequest, Inserted, LinkEnds, OnDeleted, Page, Purge, StoreError, Undelete, WordQuery,
};

pub async fn a_closed_store_refuses_every_call<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    create(store, memory("text")).await;
    let waiting = store.unembedded(None, 1).await.unwrap();
    let vectors = waiting.into_iter().map(|memory| (memory, vector(store, 0.0))).collect();
    store.close().await;
    let filter = Filter::default();
    let answers = [
        store.insert(memory("more")).await.err(),
        store.update(&ContentHash::stored("abcdef"), Change::default()).await.err(),
        store.supersede(&ContentHash::stored("abcdef"), memory("more"), None).await.err(),
        store.history(&ContentHash::stored("abcdef")).await.err(),
        store.recorded_deletion(&ContentHash::stored("abcdef")).await.err(),
        store.get(&ContentHash::stored("abcdef")).await.err(),
        store.get_many(&[MemoryId(1)]).await.err(),
        store.resolve(&HashPrefix::parse("abcdef").unwrap(), 5).await.err(),
        store.list(&filter, Page { offset: 0, limit: 5 }).await.err(),
        store.search_text("text", &filter, Page { offset: 0, limit: 5 }).await.err(),
        store.tag_counts(&filter, "", 5).await.err(),
        store.type_counts(&filter).await.err(),
        store.entities(&filter, "", 5).await.err(),
        store.entity_links(&LinkEnds::Memories(vec![MemoryId(1)]), &filter, 5).await.err(),
        store.neighbours(&[MemoryId(1)], &filter).await.err(),
        store.survey(&filter, at(1.0)).await.err(),
        store.record_access(&[MemoryId(1)], at(1.0)).await.err(),
        store.usage(&[MemoryId(1)]).await.err(),
        store.search_words(&WordQuery("text".to_owned()), &filter, 5).await.err(),
        store.search_vectors(&vector(store, 0.0), &filter, 5).await.err(),
        store.delete(&filter, at(1.0)).await.err(),
        store.search_space(store.model(), &vector(store, 0.0), &filter, 5).await.err(),
        store.vector_spaces().await.err(),
        store.dump(DumpRequest::everything(), sink()).await.err(),
        store.load(Vec::new(), OnDeleted::Keep).await.err(),
        store.standings(&[]).await.err(),
        store.drop_vectors(&model::ModelIdentity { dimension: 8, ..store.model().clone() }).await.err(),
        store.near_pairs(0.9, &filter, 5, &|_, _| {}).await.err(),
        store.undelete(Undelete::Hashes(vec![])).await.err(),
        store.purge(Purge::Hashes(vec![])).await.err(),
        store.unembedded(None, 5).await.err(),
        store.add_vectors(vectors).await.err(),
        store.vector_space().await.err(),
        store.settle_vector_space(true).await.err(),
        store.statistics().await.err(),
        store.backup(&bed.files().join("copy.db")).await.err(),
        store.backups(&bed.files()).await.err(),
        store.claim_backups(&bed.files()).await.err(),
        store.check(Check::Quick).await.err(),
        store.repair().await.err(),
    ];
    for (call, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Some(StoreError::Closed)), "call {call}: {answer:?}");
    }
}

pub async fn closing_twice_is_no_error<S: StoreUnderTest>() {
    let bed = S::empty().await;
    bed.store().close().await;
    bed.store().close().await;
    assert!(matches!(bed.store().statistics().await, Err(StoreError::Closed)));
}

pub async fn a_write_while_the_store_is_being_closed_is_done_or_refused<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let writes = (0..20).map(|n| {
        let closing = n == 10;
        async move {
            if closing {
                store.close().await;
            }
            store.insert(memory(&format!("text {n}"))).await
        }
    });
    for outcome in all(writes).await {
        assert!(matches!(outcome, Ok(Inserted::Created { .. }) | Err(StoreError::Closed)), "{outcome:?}");
    }
}

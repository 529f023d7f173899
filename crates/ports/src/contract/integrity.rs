//! `check` and `repair`.

use model::Filter;

use super::StoreUnderTest;
use super::sample::{at, by_meaning, by_words, create, create_at, memory};
use crate::{Check, MemoryStore, Page};

/// Three memories with a vector, one without, one of the former deleted.
async fn use_it(store: &dyn MemoryStore) {
    for (degrees, text) in [(0.0, "harbour one"), (1.0, "harbour two"), (2.0, "harbour three")] {
        create_at(store, degrees, memory(text)).await;
    }
    create(store, memory("harbour four")).await;
    store.delete(&Filter::one(memory("harbour two").hash), at(1.0)).await.unwrap();
}

async fn assert_sound(store: &dyn MemoryStore) {
    for depth in [Check::Quick, Check::Deep] {
        let report = store.check(depth).await.unwrap();
        assert!(report.is_sound(), "{report:?}");
        assert!(!report.checked.is_empty());
    }
}

pub async fn a_store_in_use_is_sound<S: StoreUnderTest>() {
    let bed = S::empty().await;
    assert_sound(bed.store()).await;
    use_it(bed.store()).await;
    assert_sound(bed.store()).await;
}

pub async fn a_repair_changes_no_memory<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    use_it(store).await;
    let page = Page { offset: 0, limit: 100 };
    let before = store.list(&Filter::default(), page).await.unwrap();
    store.repair().await.unwrap();
    assert_eq!(store.list(&Filter::default(), page).await.unwrap(), before);
    assert_eq!(by_words(store, "three", &Filter::default()).await, ["harbour three"]);
    assert_eq!(by_meaning(store, &Filter::default()).await, ["harbour one", "harbour three"]);
    assert_eq!(store.statistics().await.unwrap().tombstones, 1);
    assert_sound(store).await;
}

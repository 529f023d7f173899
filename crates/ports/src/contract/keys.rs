//! The suite of [`KeyStore`]. An adapter implements [`KeyStoreUnderTest`] in its tests and calls
//! [`key_store_contract!`](crate::key_store_contract) there.

use async_trait::async_trait;
use model::{ApiKey, Capability, KeyDigest, KeyId, KeyName, Space, SpaceId, Timestamp};

use super::sample::all;
use crate::{KeyInserted, KeyStore, MAX_KEYS, StoreError};

/// An adapter of [`KeyStore`] under test, together with what it lives in.
#[async_trait]
pub trait KeyStoreUnderTest: Send + Sync + Sized {
    /// A store without keys.
    async fn empty() -> Self;

    /// The store.
    fn store(&self) -> &dyn KeyStore;

    /// The same keys as another process sees them.
    fn elsewhere(&self) -> &dyn KeyStore;
}

/// One `#[test]` for each case of the suite of [`KeyStore`]: `key_store_contract!(MyKeyStoreUnderTest, block_on)`, where
/// `block_on` is a function that runs a future to its end.
#[macro_export]
macro_rules! key_store_contract {
    ($adapter:ty, $block_on:path) => {
        $crate::key_store_contract! { @cases ($adapter, $block_on)
            a_new_store_has_no_keys
            a_key_is_read_back_as_it_was_kept
            keys_come_oldest_first
            a_name_belongs_to_one_key_that_is_not_revoked
            names_are_compared_exactly
            what_a_space_has_takes_nothing_from_another
            one_name_asked_for_at_the_same_time_is_given_once
            an_id_or_a_digest_is_never_taken_twice
            a_key_stays_revoked_since_the_first_time
            what_is_not_there_is_not_revoked
            the_keys_of_a_space_are_revoked_together_and_no_others
            a_use_is_noted_and_an_earlier_one_changes_nothing
            what_is_written_holds_elsewhere_at_once
            there_are_no_more_keys_than_the_limit
            a_closed_store_refuses_every_call
        }
    };
    (@cases ($adapter:ty, $block_on:path) $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                $block_on($crate::contract::keys::$case::<$adapter>());
            }
        )*
    };
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

/// A key that differs from every one of another number.
fn key(number: u64) -> ApiKey {
    ApiKey {
        id: KeyId::from_bytes(number.to_be_bytes()),
        name: KeyName::new(&format!("key {number}")).unwrap(),
        digest: KeyDigest::of(&number.to_be_bytes()),
        capability: Capability::Write,
        space: Space::Default,
        created_at: at(1_795_500_000.0),
        expires_at: None,
        revoked_at: None,
        last_used_at: None,
    }
}

fn named(number: u64, name: &str) -> ApiKey {
    ApiKey { name: KeyName::new(name).unwrap(), ..key(number) }
}

fn crew() -> Space {
    Space::Named(SpaceId::from_bytes([7; 10]))
}

async fn keep(store: &dyn KeyStore, key: &ApiKey) {
    assert_eq!(store.insert(key.clone()).await.unwrap(), KeyInserted::Created);
}

/// Returns when everything is written that was only noted before.
async fn settle(store: &dyn KeyStore) {
    assert_eq!(store.revoke(&KeyId::from_bytes([0xff; 8]), at(0.0)).await.unwrap(), None);
}

pub async fn a_new_store_has_no_keys<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert_eq!(store.list().await.unwrap(), []);
    assert_eq!(store.by_digest(&key(1).digest).await.unwrap(), None);
    assert_eq!(store.by_id(&key(1).id).await.unwrap(), None);
}

pub async fn a_key_is_read_back_as_it_was_kept<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (number, capability) in Capability::ALL.into_iter().enumerate() {
        let plain = ApiKey { capability, ..key(number as u64) };
        let full = ApiKey {
            capability,
            space: crew(),
            name: KeyName::new("'); DROP TABLE api_keys; -- é 東京 \u{1f980}").unwrap(),
            created_at: at(1_795_500_000.123_456),
            expires_at: Some(at(1_895_500_000.654_321)),
            revoked_at: Some(at(1_795_500_001.5)),
            last_used_at: Some(at(1_795_500_000.75)),
            ..key(100 + number as u64)
        };
        for kept in [plain, full] {
            keep(store, &kept).await;
            assert_eq!(store.by_digest(&kept.digest).await.unwrap().as_ref(), Some(&kept));
            assert_eq!(store.by_id(&kept.id).await.unwrap().as_ref(), Some(&kept));
            assert!(store.list().await.unwrap().contains(&kept));
        }
    }
    assert_eq!(store.by_digest(&key(50).digest).await.unwrap(), None);
}

pub async fn keys_come_oldest_first<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    for (number, seconds) in [(1, 30.0), (2, 10.0), (3, 20.0), (4, 20.0)] {
        keep(bed.store(), &ApiKey { created_at: at(seconds), ..key(number) }).await;
    }
    let ids: Vec<KeyId> = bed.store().list().await.unwrap().into_iter().map(|key| key.id).collect();
    assert_eq!(ids, [2, 3, 4, 1].map(|number| key(number).id));
}

pub async fn a_name_belongs_to_one_key_that_is_not_revoked<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &ApiKey { expires_at: Some(at(1.0)), ..named(1, "laptop") }).await;
    // Also one whose time is over.
    assert_eq!(store.insert(named(2, "laptop")).await.unwrap(), KeyInserted::NameTaken);
    assert_eq!(store.list().await.unwrap().len(), 1);
    store.revoke(&key(1).id, at(2.0)).await.unwrap();
    keep(store, &named(2, "laptop")).await;
    store.revoke(&key(2).id, at(3.0)).await.unwrap();
    keep(store, &named(3, "laptop")).await;
    assert_eq!(store.list().await.unwrap().len(), 3);
}

pub async fn names_are_compared_exactly<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    for (number, name) in ["laptop", "Laptop", "laptop 2", "láptop"].into_iter().enumerate() {
        keep(bed.store(), &named(number as u64, name)).await;
    }
}

/// Names and room: nobody is refused for what another space has, or learns of it so.
pub async fn what_a_space_has_takes_nothing_from_another<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in 0..MAX_KEYS as u64 {
        keep(store, &key(number)).await;
    }
    let other = ApiKey { space: crew(), ..named(10_000, "key 1") };
    keep(store, &other).await;
    let same = ApiKey { space: crew(), ..named(10_001, "key 1") };
    assert_eq!(store.insert(same).await.unwrap(), KeyInserted::NameTaken);
    assert_eq!(store.insert(key(10_002)).await.unwrap(), KeyInserted::TooMany);
}

pub async fn one_name_asked_for_at_the_same_time_is_given_once<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let inserts = (0..12).map(|number| {
        let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
        async move { store.insert(named(number, "laptop")).await.unwrap() }
    });
    let created = all(inserts).await.into_iter().filter(|outcome| *outcome == KeyInserted::Created).count();
    assert_eq!(created, 1);
    assert_eq!(bed.store().list().await.unwrap().len(), 1);
}

pub async fn an_id_or_a_digest_is_never_taken_twice<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &key(1)).await;
    store.revoke(&key(1).id, at(1.0)).await.unwrap();
    for other in [ApiKey { digest: key(1).digest, ..key(2) }, ApiKey { id: key(1).id, ..key(2) }] {
        assert_eq!(store.insert(other).await.unwrap(), KeyInserted::NameTaken);
    }
    assert_eq!(store.list().await.unwrap().len(), 1);
}

pub async fn a_key_stays_revoked_since_the_first_time<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in 1..=2 {
        keep(store, &key(number)).await;
    }
    let revoked = ApiKey { revoked_at: Some(at(10.5)), ..key(1) };
    assert_eq!(store.revoke(&revoked.id, at(10.5)).await.unwrap().as_ref(), Some(&revoked));
    assert_eq!(store.revoke(&revoked.id, at(20.0)).await.unwrap().as_ref(), Some(&revoked));
    assert_eq!(store.by_digest(&revoked.digest).await.unwrap().as_ref(), Some(&revoked));
    assert_eq!(store.by_id(&key(2).id).await.unwrap(), Some(key(2)), "the other one is as it was");
}

pub async fn what_is_not_there_is_not_revoked<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    assert_eq!(bed.store().revoke(&key(1).id, at(1.0)).await.unwrap(), None);
    keep(bed.store(), &key(1)).await;
    assert_eq!(bed.store().revoke(&key(2).id, at(1.0)).await.unwrap(), None);
}

pub async fn the_keys_of_a_space_are_revoked_together_and_no_others<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let of_crew = |number| ApiKey { space: crew(), ..key(number) };
    let other = ApiKey { space: Space::Named(SpaceId::from_bytes([8; 10])), ..key(4) };
    let before = ApiKey { revoked_at: Some(at(1.0)), ..of_crew(5) };
    for kept in [of_crew(1), of_crew(2), key(3), other.clone(), before.clone()] {
        keep(store, &kept).await;
    }
    let mut revoked = store.revoke_of(&crew(), at(10.0)).await.unwrap();
    revoked.sort_by(|one, other| one.id.cmp(&other.id));
    let gone = [1, 2].map(|number| ApiKey { revoked_at: Some(at(10.0)), ..of_crew(number) });
    assert_eq!(revoked, gone);
    assert_eq!(
        bed.elsewhere().list().await.unwrap(),
        [gone[0].clone(), gone[1].clone(), key(3), other, before]
    );
    assert_eq!(store.revoke_of(&crew(), at(20.0)).await.unwrap(), []);
}

pub async fn a_use_is_noted_and_an_earlier_one_changes_nothing<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in 1..=2 {
        keep(store, &key(number)).await;
    }
    for (seconds, expected) in [(100.0, 100.0), (160.0, 160.0), (130.0, 160.0)] {
        store.record_use(&key(1).id, at(seconds));
        settle(store).await;
        let found = store.by_id(&key(1).id).await.unwrap().unwrap();
        assert_eq!(found, ApiKey { last_used_at: Some(at(expected)), ..key(1) });
    }
    store.record_use(&key(3).id, at(100.0));
    settle(store).await;
    assert_eq!(store.by_id(&key(2).id).await.unwrap(), Some(key(2)));
    assert_eq!(store.list().await.unwrap().len(), 2);
}

pub async fn what_is_written_holds_elsewhere_at_once<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let (here, there) = (bed.store(), bed.elsewhere());
    // The other process has looked before there was anything.
    assert_eq!(there.by_digest(&key(0).digest).await.unwrap(), None);
    for number in 0..10 {
        keep(here, &key(number)).await;
        assert_eq!(there.by_digest(&key(number).digest).await.unwrap(), Some(key(number)));
        there.revoke(&key(number).id, at(5.0)).await.unwrap();
        let found = here.by_digest(&key(number).digest).await.unwrap().unwrap();
        assert_eq!(found.revoked_at, Some(at(5.0)));
    }
}

pub async fn there_are_no_more_keys_than_the_limit<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let limit = MAX_KEYS as u64;
    for number in 0..limit {
        keep(store, &key(number)).await;
    }
    assert_eq!(store.insert(key(limit)).await.unwrap(), KeyInserted::TooMany);
    assert_eq!(store.insert(named(limit, "key 1")).await.unwrap(), KeyInserted::NameTaken);
    store.revoke(&key(0).id, at(1.0)).await.unwrap();
    keep(store, &key(limit)).await;
    assert_eq!(store.insert(key(limit + 1)).await.unwrap(), KeyInserted::TooMany);
}

pub async fn a_closed_store_refuses_every_call<S: KeyStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &key(1)).await;
    store.close().await;
    store.close().await;
    let answers = [
        store.insert(key(2)).await.err(),
        store.list().await.err(),
        store.by_digest(&key(1).digest).await.err(),
        store.by_id(&key(1).id).await.err(),
        store.revoke(&key(1).id, at(1.0)).await.err(),
        store.revoke_of(&crew(), at(1.0)).await.err(),
    ];
    for (call, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Some(StoreError::Closed)), "call {call}: {answer:?}");
    }
    store.record_use(&key(1).id, at(1.0));
}

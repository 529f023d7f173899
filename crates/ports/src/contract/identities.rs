//! The suite of [`IdentityStore`]. An adapter implements [`IdentityStoreUnderTest`] in its tests and calls
//! [`identity_store_contract!`](crate::identity_store_contract) there.

use async_trait::async_trait;
use model::{
    Account, AuditText, Identity, KeyDigest, LinkedIdentity, PasswordHash, Space, SpaceId, Timestamp, User,
    UserName,
};

use super::sample::{all, ten, user};
use crate::{
    AccountAdded, AccountStore, IdentityLinked, IdentityStore, MAX_IDENTITIES_OF_ONE, MAX_USED_STATES,
    MAX_USERS, SignedUp, StateUsed, StoreError,
};

/// An adapter of [`IdentityStore`] under test, together with what it lives in.
#[async_trait]
pub trait IdentityStoreUnderTest: Send + Sync + Sized {
    /// A store without users.
    async fn empty() -> Self;

    /// The store.
    fn store(&self) -> &dyn IdentityStore;

    /// The accounts in it.
    fn accounts(&self) -> &dyn AccountStore;

    /// The same as another process sees it.
    fn elsewhere(&self) -> &dyn IdentityStore;

    /// Closes the store.
    async fn close(&self);
}

/// One `#[test]` for each case of the suite of [`IdentityStore`]: `identity_store_contract!(MyIdentityStoreUnderTest, block_on)`,
/// where `block_on` is a function that runs a future to its end.
#[macro_export]
macro_rules! identity_store_contract {
    ($adapter:ty, $block_on:path) => {
        $crate::identity_store_contract! { @cases ($adapter, $block_on)
            a_new_store_knows_no_identity
            an_identity_is_read_back_as_it_was_linked
            an_identity_belongs_to_one_user
            one_identity_linked_at_the_same_time_is_one_users
            an_identity_is_taken_from_its_own_user_alone
            nobody_gets_an_identity_who_is_no_user
            a_user_has_no_more_identities_than_the_limit
            whoever_signs_up_is_a_user_with_that_identity
            nobody_signs_up_twice_or_under_anothers_name
            nobody_signs_up_as_the_first_user_or_beyond_the_limit
            a_return_counts_once_until_it_is_over
            of_many_who_return_at_the_same_time_one_counts
            no_more_returns_are_remembered_than_the_limit
            a_closed_store_refuses_every_call
        }
    };
    (@cases ($adapter:ty, $block_on:path) $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                $block_on($crate::contract::identities::$case::<$adapter>());
            }
        )*
    };
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

/// The account of a user; the first one owns the installation.
fn account(number: u64) -> Account {
    let is_owner = number == 0;
    let space = if is_owner { Space::Default } else { Space::Named(SpaceId::from_bytes(ten(number))) };
    let name = UserName::new(&format!("user{number}")).unwrap();
    let user = User { id: user(number), name, is_owner, space, created_at: at(1.0), disabled_at: None };
    let password = PasswordHash::of_none();
    Account { user, password, password_since: at(1.0), totp: None, recovery_codes: 0 }
}

fn identity(subject: &str) -> Identity {
    Identity::new("https://id.example/realm", subject).unwrap()
}

fn linked(subject: &str, number: u64) -> LinkedIdentity {
    LinkedIdentity { identity: identity(subject), user: user(number), label: None, since: at(2.0) }
}

/// With two users.
async fn peopled<B: IdentityStoreUnderTest>() -> B {
    let bed = B::empty().await;
    for number in 0..2 {
        assert_eq!(bed.accounts().add(account(number), None).await.unwrap(), AccountAdded::Added);
    }
    bed
}

/// Case of the suite.
pub async fn a_new_store_knows_no_identity<B: IdentityStoreUnderTest>() {
    let bed = B::empty().await;
    assert_eq!(bed.store().linked(&identity("a")).await.unwrap(), None);
    assert_eq!(bed.store().identities_of(&user(0)).await.unwrap(), []);
    assert!(!bed.store().unlink(&user(0), &identity("a")).await.unwrap());
}

/// Case of the suite.
pub async fn an_identity_is_read_back_as_it_was_linked<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    let first = LinkedIdentity { label: Some(AuditText::new("anna@id.example")), ..linked("a", 0) };
    let second = LinkedIdentity { since: at(1.5), ..linked("b", 0) };
    for one in [&first, &second] {
        assert_eq!(bed.store().link(one.clone()).await.unwrap(), IdentityLinked::Linked);
        assert_eq!(bed.elsewhere().linked(&one.identity).await.unwrap().as_ref(), Some(one));
    }
    assert_eq!(bed.elsewhere().identities_of(&user(0)).await.unwrap(), [second, first]);
    assert_eq!(bed.store().identities_of(&user(1)).await.unwrap(), []);
    // Byte by byte: another provider, another name.
    for (issuer, subject) in [("https://id.example/realm/", "a"), ("https://id.example/realm", "A")] {
        assert_eq!(bed.store().linked(&Identity::new(issuer, subject).unwrap()).await.unwrap(), None);
    }
}

/// Case of the suite.
pub async fn an_identity_belongs_to_one_user<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    assert_eq!(bed.store().link(linked("a", 0)).await.unwrap(), IdentityLinked::Linked);
    for number in [0, 1] {
        assert_eq!(bed.elsewhere().link(linked("a", number)).await.unwrap(), IdentityLinked::Taken);
    }
    assert_eq!(bed.store().linked(&identity("a")).await.unwrap().unwrap().user, user(0));
}

/// Case of the suite.
pub async fn one_identity_linked_at_the_same_time_is_one_users<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    let tries = (0..8).map(|number| match number % 2 {
        0 => bed.store().link(linked("a", 0)),
        _ => bed.elsewhere().link(linked("a", 1)),
    });
    let done = all(tries).await;
    let won = done.iter().filter(|done| matches!(done, Ok(IdentityLinked::Linked))).count();
    assert_eq!(won, 1, "{done:?}");
}

/// Case of the suite.
pub async fn an_identity_is_taken_from_its_own_user_alone<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    bed.store().link(linked("a", 0)).await.unwrap();
    assert!(!bed.store().unlink(&user(1), &identity("a")).await.unwrap());
    assert!(bed.elsewhere().unlink(&user(0), &identity("a")).await.unwrap());
    assert!(!bed.store().unlink(&user(0), &identity("a")).await.unwrap());
    assert_eq!(bed.store().linked(&identity("a")).await.unwrap(), None);
    assert_eq!(bed.store().link(linked("a", 1)).await.unwrap(), IdentityLinked::Linked);
}

/// Case of the suite.
pub async fn nobody_gets_an_identity_who_is_no_user<B: IdentityStoreUnderTest>() {
    let bed = B::empty().await;
    assert_eq!(bed.store().link(linked("a", 0)).await.unwrap(), IdentityLinked::NoUser);
    assert_eq!(bed.store().linked(&identity("a")).await.unwrap(), None);
}

/// Case of the suite.
pub async fn a_user_has_no_more_identities_than_the_limit<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    for number in 0..MAX_IDENTITIES_OF_ONE {
        let told = bed.store().link(linked(&number.to_string(), 0)).await.unwrap();
        assert_eq!(told, IdentityLinked::Linked);
    }
    assert_eq!(bed.store().link(linked("more", 0)).await.unwrap(), IdentityLinked::TooMany);
    assert_eq!(bed.store().link(linked("more", 1)).await.unwrap(), IdentityLinked::Linked);
    assert_eq!(bed.store().identities_of(&user(0)).await.unwrap().len(), MAX_IDENTITIES_OF_ONE);
}

/// Case of the suite.
pub async fn whoever_signs_up_is_a_user_with_that_identity<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    // Whom the identity is said to be linked with does not matter: it is the new user's.
    assert_eq!(bed.store().sign_up(account(2), linked("a", 0)).await.unwrap(), SignedUp::Added);
    assert_eq!(bed.elsewhere().identities_of(&user(2)).await.unwrap(), [linked("a", 2)]);
    assert_eq!(bed.store().identities_of(&user(0)).await.unwrap(), []);
    assert_eq!(bed.accounts().by_id(&user(2)).await.unwrap(), Some(account(2)));
}

/// Case of the suite.
pub async fn nobody_signs_up_twice_or_under_anothers_name<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    bed.store().link(linked("a", 0)).await.unwrap();
    assert_eq!(bed.store().sign_up(account(2), linked("a", 2)).await.unwrap(), SignedUp::IdentityTaken);
    assert_eq!(bed.accounts().by_id(&user(2)).await.unwrap(), None);
    assert_eq!(bed.store().sign_up(account(1), linked("b", 1)).await.unwrap(), SignedUp::NameTaken);
    assert_eq!(bed.store().linked(&identity("b")).await.unwrap(), None);
}

/// Case of the suite.
pub async fn nobody_signs_up_as_the_first_user_or_beyond_the_limit<B: IdentityStoreUnderTest>() {
    let bed = B::empty().await;
    assert_eq!(bed.store().sign_up(account(1), linked("a", 1)).await.unwrap(), SignedUp::NotSetUp);
    assert_eq!(bed.store().sign_up(account(0), linked("a", 0)).await.unwrap(), SignedUp::NotSetUp);
    for number in 0..MAX_USERS as u64 {
        bed.accounts().add(account(number), None).await.unwrap();
    }
    let one_more = account(MAX_USERS as u64);
    assert_eq!(bed.store().sign_up(one_more, linked("a", 0)).await.unwrap(), SignedUp::TooMany);
    assert_eq!(bed.store().linked(&identity("a")).await.unwrap(), None);
}

/// Case of the suite.
pub async fn a_return_counts_once_until_it_is_over<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    let (one, other) = (KeyDigest::of(b"one"), KeyDigest::of(b"other"));
    assert_eq!(bed.store().use_up(&one, at(10.0), at(1.0)).await.unwrap(), StateUsed::Now);
    assert_eq!(bed.elsewhere().use_up(&other, at(20.0), at(1.0)).await.unwrap(), StateUsed::Now);
    for now in [1.0, 9.999] {
        assert_eq!(bed.elsewhere().use_up(&one, at(10.0), at(now)).await.unwrap(), StateUsed::Before);
    }
    // It is refused by its time now, and nobody need remember it.
    assert_eq!(bed.store().use_up(&one, at(30.0), at(10.0)).await.unwrap(), StateUsed::Now);
    assert_eq!(bed.store().use_up(&other, at(30.0), at(10.0)).await.unwrap(), StateUsed::Before);
}

/// Case of the suite.
pub async fn of_many_who_return_at_the_same_time_one_counts<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    let state = KeyDigest::of(b"one");
    let tries = (0..8).map(|number| match number % 2 {
        0 => bed.store().use_up(&state, at(10.0), at(1.0)),
        _ => bed.elsewhere().use_up(&state, at(10.0), at(1.0)),
    });
    let done = all(tries).await;
    assert_eq!(done.iter().filter(|done| matches!(done, Ok(StateUsed::Now))).count(), 1, "{done:?}");
}

/// Case of the suite.
pub async fn no_more_returns_are_remembered_than_the_limit<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    let state = |number: usize| KeyDigest::of(&number.to_be_bytes());
    for number in 0..MAX_USED_STATES {
        assert_eq!(bed.store().use_up(&state(number), at(10.0), at(1.0)).await.unwrap(), StateUsed::Now);
    }
    let one_more = state(MAX_USED_STATES);
    assert_eq!(bed.store().use_up(&one_more, at(10.0), at(9.9)).await.unwrap(), StateUsed::TooMany);
    assert_eq!(bed.store().use_up(&one_more, at(20.0), at(10.0)).await.unwrap(), StateUsed::Now);
}

/// Case of the suite.
pub async fn a_closed_store_refuses_every_call<B: IdentityStoreUnderTest>() {
    let bed = peopled::<B>().await;
    bed.close().await;
    let (store, one) = (bed.store(), identity("a"));
    let told = [
        store.link(linked("a", 0)).await.err(),
        store.sign_up(account(2), linked("a", 2)).await.err(),
        store.linked(&one).await.err(),
        store.identities_of(&user(0)).await.err(),
        store.unlink(&user(0), &one).await.err(),
        store.use_up(&KeyDigest::of(b"one"), at(2.0), at(1.0)).await.err(),
    ];
    for error in told {
        assert!(matches!(error, Some(StoreError::Closed)), "{error:?}");
    }
}

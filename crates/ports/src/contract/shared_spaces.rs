//! The suite of [`SpaceStore`]. An adapter implements [`SpaceStoreUnderTest`] in its tests and calls
//! [`space_store_contract!`](crate::space_store_contract) there.

use async_trait::async_trait;
use model::{Member, Role, SharedSpace, SpaceId, SpaceName, Timestamp, UserId};

use super::sample::{all, ten, user};
use crate::{
    MAX_MEMBERS, MAX_SPACES, MAX_SPACES_OF_ONE, MemberRemoved, MemberSet, SpaceCreated, SpaceRenamed,
    SpaceStore, StoreError,
};

/// An adapter of [`SpaceStore`] under test, together with what it lives in.
#[async_trait]
pub trait SpaceStoreUnderTest: Send + Sync + Sized {
    /// A store without spaces.
    async fn empty() -> Self;

    /// The store.
    fn store(&self) -> &dyn SpaceStore;

    /// The same spaces as another process sees them.
    fn elsewhere(&self) -> &dyn SpaceStore;

    /// Closes the store.
    async fn close(&self);
}

/// One `#[test]` for each case of the suite of [`SpaceStore`]: `space_store_contract!(MySpaceStoreUnderTest, block_on)`, where
/// `block_on` is a function that runs a future to its end.
#[macro_export]
macro_rules! space_store_contract {
    ($adapter:ty, $block_on:path) => {
        $crate::space_store_contract! { @cases ($adapter, $block_on)
            a_new_store_has_no_spaces
            a_space_is_read_back_as_it_was_kept_and_whoever_made_it_owns_it
            spaces_come_oldest_first
            a_name_belongs_to_one_space_of_whoever_made_it
            one_name_asked_for_at_the_same_time_is_given_once
            an_id_is_never_taken_twice
            a_space_is_called_something_else
            a_user_sees_only_spaces_of_which_it_is_a_member
            a_member_keeps_its_time_with_another_role
            the_last_owner_stays_and_one_of_two_may_go
            a_space_without_an_owner_may_have_members
            two_owners_who_leave_at_the_same_time_leave_one
            what_is_removed_is_removed_with_its_members
            what_is_not_there_changes_nothing
            there_are_no_more_spaces_of_one_user_than_the_limit
            there_are_no_more_spaces_than_the_limit
            there_are_no_more_members_than_the_limit
            what_is_written_holds_elsewhere_at_once
            a_closed_store_refuses_every_call
        }
    };
    (@cases ($adapter:ty, $block_on:path) $($case:ident)*) => {
        $(
            #[test]
            fn $case() {
                $block_on($crate::contract::shared_spaces::$case::<$adapter>());
            }
        )*
    };
}

fn at(seconds: f64) -> Timestamp {
    Timestamp::from_seconds(seconds).unwrap()
}

fn id(number: u64) -> SpaceId {
    SpaceId::from_bytes(ten(number))
}

fn name(text: &str) -> SpaceName {
    SpaceName::new(text).unwrap()
}

/// A space that differs from every one of another number, made by user 1.
fn space(number: u64) -> SharedSpace {
    SharedSpace {
        id: id(number),
        name: name(&format!("space {number}")),
        created_at: at(1_795_500_000.0),
        created_by: Some(user(1)),
    }
}

fn member(number: u64, role: Role) -> Member {
    Member { user: user(number), role, since: at(1_795_600_000.0) }
}

async fn keep(store: &dyn SpaceStore, space: &SharedSpace) {
    assert_eq!(store.create(space.clone()).await.unwrap(), SpaceCreated::Created);
}

async fn add(store: &dyn SpaceStore, space: u64, number: u64, role: Role) {
    assert_eq!(store.set_member(&id(space), member(number, role)).await.unwrap(), MemberSet::Added);
}

async fn roles(store: &dyn SpaceStore, space: u64) -> Vec<(UserId, Role)> {
    let members = store.members(&id(space)).await.unwrap();
    members.into_iter().map(|member| (member.user, member.role)).collect()
}

pub async fn a_new_store_has_no_spaces<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    assert_eq!(store.all().await.unwrap(), []);
    assert_eq!(store.find(&id(1)).await.unwrap(), None);
    assert_eq!(store.of(&user(1)).await.unwrap(), []);
    assert_eq!(store.role(&id(1), &user(1)).await.unwrap(), None);
    assert_eq!(store.members(&id(1)).await.unwrap(), []);
}

pub async fn a_space_is_read_back_as_it_was_kept_and_whoever_made_it_owns_it<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let strange = "'); DROP TABLE spaces; -- é 東京 \u{1f980}";
    let kept = SharedSpace { name: name(strange), created_at: at(1_795_500_000.123_456), ..space(1) };
    let nobodys = SharedSpace { created_by: None, created_at: at(1_795_500_001.0), ..space(2) };
    for kept in [&kept, &nobodys] {
        keep(store, kept).await;
        assert_eq!(store.find(&kept.id).await.unwrap().as_ref(), Some(kept));
    }
    assert_eq!(store.all().await.unwrap(), [kept.clone(), nobodys.clone()]);
    let owner = Member { user: user(1), role: Role::Owner, since: kept.created_at };
    assert_eq!(store.members(&kept.id).await.unwrap(), [owner]);
    assert_eq!(store.role(&kept.id, &user(1)).await.unwrap(), Some(Role::Owner));
    assert_eq!(store.of(&user(1)).await.unwrap(), [(kept, Role::Owner)]);
    assert_eq!(store.members(&nobodys.id).await.unwrap(), []);
}

pub async fn spaces_come_oldest_first<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    for (number, seconds) in [(1, 30.0), (2, 10.0), (3, 20.0), (4, 20.0)] {
        keep(bed.store(), &SharedSpace { created_at: at(seconds), ..space(number) }).await;
    }
    let expected = [2, 3, 4, 1].map(id).to_vec();
    let ids: Vec<SpaceId> = bed.store().all().await.unwrap().into_iter().map(|space| space.id).collect();
    assert_eq!(ids, expected);
    let of = bed.store().of(&user(1)).await.unwrap();
    assert_eq!(of.into_iter().map(|(space, _)| space.id).collect::<Vec<_>>(), expected);
}

pub async fn a_name_belongs_to_one_space_of_whoever_made_it<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let called = |number, by| SharedSpace { name: name("crew"), created_by: by, ..space(number) };
    keep(store, &called(1, Some(user(1)))).await;
    keep(store, &called(2, Some(user(2)))).await;
    keep(store, &called(3, None)).await;
    for by in [Some(user(1)), Some(user(2)), None] {
        assert_eq!(store.create(called(4, by)).await.unwrap(), SpaceCreated::NameTaken);
    }
    keep(store, &SharedSpace { name: name("Crew"), ..space(4) }).await;
    assert_eq!(store.all().await.unwrap().len(), 4);
    assert!(store.remove(&id(1)).await.unwrap());
    keep(store, &called(5, Some(user(1)))).await;
}

pub async fn one_name_asked_for_at_the_same_time_is_given_once<S: SpaceStoreUnderTest>() {
    for by in [Some(user(1)), None] {
        let bed = S::empty().await;
        let creations = (0..12).map(|number| {
            let store = if number % 2 == 0 { bed.store() } else { bed.elsewhere() };
            let new = SharedSpace { name: name("crew"), created_by: by.clone(), ..space(number) };
            async move { store.create(new).await.unwrap() }
        });
        let outcomes = all(creations).await;
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == SpaceCreated::Created).count(), 1);
        assert_eq!(bed.store().all().await.unwrap().len(), 1);
    }
}

pub async fn an_id_is_never_taken_twice<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    keep(bed.store(), &space(1)).await;
    let other = SharedSpace { id: id(1), created_by: Some(user(2)), ..space(2) };
    assert_eq!(bed.store().create(other).await.unwrap(), SpaceCreated::NameTaken);
    assert_eq!(bed.store().all().await.unwrap(), [space(1)]);
    assert_eq!(roles(bed.store(), 1).await, [(user(1), Role::Owner)]);
}

pub async fn a_space_is_called_something_else<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2] {
        keep(store, &space(number)).await;
    }
    keep(store, &SharedSpace { name: name("crew"), created_by: Some(user(2)), ..space(3) }).await;
    assert_eq!(store.rename(&id(1), &name("space 2")).await.unwrap(), SpaceRenamed::NameTaken);
    assert_eq!(store.rename(&id(1), &name("crew")).await.unwrap(), SpaceRenamed::Renamed);
    assert_eq!(store.rename(&id(1), &name("crew")).await.unwrap(), SpaceRenamed::Renamed, "its own name");
    assert_eq!(store.rename(&id(9), &name("crew")).await.unwrap(), SpaceRenamed::NotFound);
    let renamed = SharedSpace { name: name("crew"), ..space(1) };
    assert_eq!(store.find(&id(1)).await.unwrap(), Some(renamed));
    assert_eq!(store.find(&id(2)).await.unwrap(), Some(space(2)));
    assert_eq!(roles(store, 1).await, [(user(1), Role::Owner)]);
}

pub async fn a_user_sees_only_spaces_of_which_it_is_a_member<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in 1..=3 {
        keep(store, &space(number)).await;
    }
    for (space, role) in [(1, Role::Reader), (3, Role::Writer)] {
        add(store, space, 2, role).await;
    }
    let of = store.of(&user(2)).await.unwrap();
    assert_eq!(of, [(space(1), Role::Reader), (space(3), Role::Writer)]);
    for (number, role) in [(1, Some(Role::Reader)), (2, None), (3, Some(Role::Writer))] {
        assert_eq!(store.role(&id(number), &user(2)).await.unwrap(), role);
    }
    assert_eq!(store.of(&user(3)).await.unwrap(), []);
}

pub async fn a_member_keeps_its_time_with_another_role<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &space(1)).await;
    add(store, 1, 2, Role::Reader).await;
    for role in Role::ALL {
        let again = Member { since: at(1_895_600_000.0), ..member(2, role) };
        assert_eq!(store.set_member(&id(1), again).await.unwrap(), MemberSet::Changed);
        assert_eq!(store.members(&id(1)).await.unwrap()[1], member(2, role));
    }
}

pub async fn the_last_owner_stays_and_one_of_two_may_go<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &space(1)).await;
    add(store, 1, 2, Role::Writer).await;
    assert_eq!(store.remove_member(&id(1), &user(1)).await.unwrap(), MemberRemoved::LastOwner);
    for role in [Role::Reader, Role::Writer] {
        assert_eq!(store.set_member(&id(1), member(1, role)).await.unwrap(), MemberSet::LastOwner);
    }
    assert_eq!(store.set_member(&id(1), member(1, Role::Owner)).await.unwrap(), MemberSet::Changed);
    assert_eq!(roles(store, 1).await, [(user(1), Role::Owner), (user(2), Role::Writer)]);
    assert_eq!(store.set_member(&id(1), member(2, Role::Owner)).await.unwrap(), MemberSet::Changed);
    assert_eq!(store.remove_member(&id(1), &user(1)).await.unwrap(), MemberRemoved::Removed);
    assert_eq!(roles(store, 1).await, [(user(2), Role::Owner)]);
    assert_eq!(store.role(&id(1), &user(1)).await.unwrap(), None);
    assert_eq!(store.remove_member(&id(1), &user(2)).await.unwrap(), MemberRemoved::LastOwner);
}

pub async fn a_space_without_an_owner_may_have_members<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &SharedSpace { created_by: None, ..space(1) }).await;
    add(store, 1, 2, Role::Reader).await;
    assert_eq!(store.set_member(&id(1), member(2, Role::Writer)).await.unwrap(), MemberSet::Changed);
    assert_eq!(store.remove_member(&id(1), &user(2)).await.unwrap(), MemberRemoved::Removed);
    assert_eq!(roles(store, 1).await, []);
}

pub async fn two_owners_who_leave_at_the_same_time_leave_one<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    keep(bed.store(), &space(1)).await;
    add(bed.store(), 1, 2, Role::Owner).await;
    let leaving = [(1, bed.store()), (2, bed.elsewhere())];
    let leaving = leaving
        .map(|(number, store)| async move { store.remove_member(&id(1), &user(number)).await.unwrap() });
    let mut outcomes = all(leaving).await;
    outcomes.sort_by_key(|outcome| *outcome != MemberRemoved::Removed);
    assert_eq!(outcomes, [MemberRemoved::Removed, MemberRemoved::LastOwner]);
    assert_eq!(roles(bed.store(), 1).await.len(), 1);
}

pub async fn what_is_removed_is_removed_with_its_members<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for number in [1, 2] {
        keep(store, &space(number)).await;
        add(store, number, 2, Role::Writer).await;
    }
    assert!(store.remove(&id(1)).await.unwrap());
    assert!(!store.remove(&id(1)).await.unwrap());
    assert_eq!(store.find(&id(1)).await.unwrap(), None);
    assert_eq!(roles(store, 1).await, []);
    assert_eq!(store.of(&user(2)).await.unwrap(), [(space(2), Role::Writer)]);
    assert_eq!(store.all().await.unwrap(), [space(2)]);
    keep(store, &space(1)).await;
    assert_eq!(roles(store, 1).await, [(user(1), Role::Owner)], "who was a member of the one before is none");
}

pub async fn what_is_not_there_changes_nothing<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for _ in 0..2 {
        assert_eq!(store.set_member(&id(7), member(1, Role::Owner)).await.unwrap(), MemberSet::NotFound);
        assert_eq!(store.remove_member(&id(7), &user(1)).await.unwrap(), MemberRemoved::NotFound);
        assert_eq!(store.rename(&id(7), &name("x")).await.unwrap(), SpaceRenamed::NotFound);
        assert!(!store.remove(&id(7)).await.unwrap());
        if store.all().await.unwrap().is_empty() {
            keep(store, &space(1)).await;
        }
    }
    assert_eq!(store.remove_member(&id(1), &user(2)).await.unwrap(), MemberRemoved::NotFound);
    assert_eq!(store.all().await.unwrap(), [space(1)]);
}

pub async fn there_are_no_more_spaces_of_one_user_than_the_limit<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let limit = MAX_SPACES_OF_ONE as u64;
    for number in 0..limit {
        keep(store, &space(number)).await;
    }
    assert_eq!(store.create(space(limit)).await.unwrap(), SpaceCreated::TooMany);
    keep(store, &SharedSpace { created_by: Some(user(2)), ..space(limit) }).await;
    assert!(store.remove(&id(0)).await.unwrap());
    keep(store, &space(limit + 1)).await;
    assert_eq!(store.create(space(limit + 2)).await.unwrap(), SpaceCreated::TooMany);
}

pub async fn there_are_no_more_spaces_than_the_limit<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let limit = MAX_SPACES as u64;
    let nobodys = |number| SharedSpace { created_by: None, ..space(number) };
    for number in 0..limit {
        keep(store, &nobodys(number)).await;
    }
    assert_eq!(store.create(nobodys(limit)).await.unwrap(), SpaceCreated::TooMany);
    assert_eq!(store.create(space(limit)).await.unwrap(), SpaceCreated::TooMany);
    assert!(store.remove(&id(0)).await.unwrap());
    keep(store, &space(limit)).await;
}

pub async fn there_are_no_more_members_than_the_limit<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &space(1)).await;
    let limit = MAX_MEMBERS as u64;
    for number in 2..=limit {
        add(store, 1, number, Role::Reader).await;
    }
    let one_more = member(limit + 1, Role::Reader);
    assert_eq!(store.set_member(&id(1), one_more.clone()).await.unwrap(), MemberSet::TooMany);
    assert_eq!(store.set_member(&id(1), member(2, Role::Writer)).await.unwrap(), MemberSet::Changed);
    assert_eq!(store.remove_member(&id(1), &user(2)).await.unwrap(), MemberRemoved::Removed);
    assert_eq!(store.set_member(&id(1), one_more).await.unwrap(), MemberSet::Added);
}

pub async fn what_is_written_holds_elsewhere_at_once<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let (here, there) = (bed.store(), bed.elsewhere());
    // The other process has looked before there was anything.
    assert_eq!(there.role(&id(0), &user(2)).await.unwrap(), None);
    for number in 0..5 {
        keep(here, &space(number)).await;
        assert_eq!(there.find(&id(number)).await.unwrap(), Some(space(number)));
        add(there, number, 2, Role::Reader).await;
        assert_eq!(here.role(&id(number), &user(2)).await.unwrap(), Some(Role::Reader));
        here.remove_member(&id(number), &user(2)).await.unwrap();
        assert_eq!(there.role(&id(number), &user(2)).await.unwrap(), None);
    }
}

pub async fn a_closed_store_refuses_every_call<S: SpaceStoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    keep(store, &space(1)).await;
    bed.close().await;
    let answers = [
        store.create(space(2)).await.err(),
        store.all().await.err(),
        store.find(&id(1)).await.err(),
        store.rename(&id(1), &name("x")).await.err(),
        store.remove(&id(1)).await.err(),
        store.members(&id(1)).await.err(),
        store.role(&id(1), &user(1)).await.err(),
        store.of(&user(1)).await.err(),
        store.set_member(&id(1), member(2, Role::Reader)).await.err(),
        store.remove_member(&id(1), &user(1)).await.err(),
    ];
    for (call, answer) in answers.iter().enumerate() {
        assert!(matches!(answer, Some(StoreError::Closed)), "call {call}: {answer:?}");
    }
}

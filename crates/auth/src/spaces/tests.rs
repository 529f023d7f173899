use ports::{MAX_MEMBERS, MAX_SPACES_OF_ONE};
use testkit::{FakeAuditLog, FakeClock, FakeKeyStore, FakeSpaceStore, SeededRng};

use super::*;

fn spaces() -> (Spaces, Arc<FakeSpaceStore>) {
    let store = Arc::new(FakeSpaceStore::default());
    let (spaces, _, _) = with_keys(&store);
    (spaces, store)
}

/// The same, with the keys and the log that they write to.
fn with_keys(store: &Arc<FakeSpaceStore>) -> (Spaces, Arc<FakeKeyStore>, Arc<FakeAuditLog>) {
    let (keys, log) = (Arc::new(FakeKeyStore::default()), Arc::new(FakeAuditLog::default()));
    let (clock, rng) = (Arc::new(FakeClock::default()), Arc::new(SeededRng::default()));
    let shared = Arc::clone(store) as Arc<dyn SpaceStore>;
    (Spaces::new(shared, keys.clone(), log.clone(), clock, rng), keys, log)
}

fn user(number: u8) -> UserId {
    UserId::from_bytes([number; 10])
}

fn by(number: u8) -> Actor {
    Actor::User(user(number))
}

fn name(text: &str) -> SpaceName {
    SpaceName::new(text).unwrap()
}

/// A space of user 1 with a writer (2) and a reader (3).
async fn crew(spaces: &Spaces) -> SpaceId {
    let id = spaces.create(&by(1), name("crew")).await.unwrap().id;
    for (number, role) in [(2, Role::Writer), (3, Role::Reader)] {
        spaces.set_member(&by(1), &id, user(number), role).await.unwrap();
    }
    id
}

#[tokio::test]
async fn a_user_has_the_private_space_first_and_then_shared_ones() {
    let (spaces, _) = spaces();
    let id = crew(&spaces).await;
    let private = Space::Named(SpaceId::from_bytes([9; 10]));
    let held = spaces.of(&user(3), &private).await.unwrap();
    let own = Held { space: private.clone(), name: None, role: Role::Owner };
    let shared = Held { space: Space::Named(id.clone()), name: Some(name("crew")), role: Role::Reader };
    assert_eq!(held, [own.clone(), shared]);
    assert_eq!(spaces.of(&user(4), &private).await.unwrap(), [own]);
    let may = async |number, space: &Space| spaces.may(&user(number), &private, space).await.unwrap();
    assert_eq!(may(3, &private).await, Some(Role::Owner));
    assert_eq!(may(3, &Space::Named(id.clone())).await, Some(Role::Reader));
    assert_eq!(may(2, &Space::Named(id.clone())).await, Some(Role::Writer));
    assert_eq!(may(4, &Space::Named(id)).await, None);
    assert_eq!(may(3, &Space::Default).await, None, "the default space is the private one of its owner");
    assert_eq!(spaces.may(&user(1), &Space::Default, &Space::Default).await.unwrap(), Some(Role::Owner));
}

#[tokio::test]
async fn whoever_is_no_member_is_told_what_is_told_of_a_space_that_does_not_exist() {
    let (spaces, _) = spaces();
    let id = crew(&spaces).await;
    let unknown = SpaceId::from_bytes([8; 10]);
    for actor in [by(4), by(1)] {
        let id = if actor == by(1) { &unknown } else { &id };
        let answers = [
            spaces.rename(&actor, id, name("x")).await.unwrap_err(),
            spaces.remove(&actor, id).await.unwrap_err(),
            spaces.members(&actor, id).await.unwrap_err(),
            spaces.set_member(&actor, id, user(4), Role::Owner).await.unwrap_err(),
            spaces.remove_member(&actor, id, &user(1)).await.unwrap_err(),
            spaces.remove_member(&actor, id, &user(4)).await.unwrap_err(),
        ];
        assert!(answers.iter().all(|answer| matches!(answer, SpacesError::NotFound)), "{answers:?}");
    }
    assert!(matches!(spaces.remove(&Actor::Installation, &unknown).await, Err(SpacesError::NotFound)));
}

#[tokio::test]
async fn only_owners_say_who_is_a_member_and_everybody_may_leave() {
    let (spaces, _) = spaces();
    let id = crew(&spaces).await;
    for number in [2, 3] {
        let answers = [
            spaces.rename(&by(number), &id, name("x")).await.unwrap_err(),
            spaces.remove(&by(number), &id).await.unwrap_err(),
            spaces.set_member(&by(number), &id, user(number), Role::Owner).await.unwrap_err(),
            spaces.remove_member(&by(number), &id, &user(1)).await.unwrap_err(),
        ];
        assert!(answers.iter().all(|answer| matches!(answer, SpacesError::NotOwner)), "{answers:?}");
        assert_eq!(spaces.members(&by(number), &id).await.unwrap().len(), 5 - usize::from(number));
        spaces.remove_member(&by(number), &id, &user(number)).await.unwrap();
        assert_eq!(
            spaces.may(&user(number), &Space::Default, &Space::Named(id.clone())).await.unwrap(),
            None
        );
    }
    let gone = spaces.remove_member(&by(1), &id, &user(2)).await;
    assert!(matches!(gone, Err(SpacesError::NoMember)));
}

#[tokio::test]
async fn the_last_owner_cannot_leave_and_the_person_at_the_command_line_cannot_make_it() {
    let (spaces, _) = spaces();
    let id = crew(&spaces).await;
    for actor in [by(1), Actor::Installation] {
        assert!(matches!(spaces.remove_member(&actor, &id, &user(1)).await, Err(SpacesError::LastOwner)));
        let lower = spaces.set_member(&actor, &id, user(1), Role::Writer).await;
        assert!(matches!(lower, Err(SpacesError::LastOwner)));
    }
    spaces.set_member(&by(1), &id, user(2), Role::Owner).await.unwrap();
    spaces.remove_member(&by(1), &id, &user(1)).await.unwrap();
    assert!(matches!(spaces.rename(&by(1), &id, name("x")).await, Err(SpacesError::NotFound)));
    spaces.rename(&by(2), &id, name("x")).await.unwrap();
    assert_eq!(spaces.all().await.unwrap()[0].name, name("x"));
}

#[tokio::test]
async fn a_removed_space_is_nobodys() {
    let (spaces, _) = spaces();
    let id = crew(&spaces).await;
    assert_eq!(spaces.remove(&by(1), &id).await.unwrap().name, name("crew"));
    for number in 1..=3 {
        assert_eq!(
            spaces.may(&user(number), &Space::Default, &Space::Named(id.clone())).await.unwrap(),
            None
        );
    }
    assert_eq!(spaces.all().await.unwrap(), []);
    assert!(matches!(spaces.remove(&by(1), &id).await, Err(SpacesError::NotFound)));
}

#[tokio::test]
async fn names_and_numbers_have_their_limits() {
    let (spaces, _) = spaces();
    let id = crew(&spaces).await;
    assert!(matches!(spaces.create(&by(1), name("crew")).await, Err(SpacesError::NameTaken(_))));
    spaces.create(&by(2), name("crew")).await.unwrap();
    let other = spaces.create(&by(1), name("other")).await.unwrap().id;
    assert!(matches!(spaces.rename(&by(1), &other, name("crew")).await, Err(SpacesError::NameTaken(_))));
    for number in 2..MAX_SPACES_OF_ONE {
        spaces.create(&by(1), name(&format!("space {number}"))).await.unwrap();
    }
    assert!(matches!(spaces.create(&by(1), name("more")).await, Err(SpacesError::TooManySpaces)));
    for number in 3..MAX_MEMBERS {
        let user = user(u8::try_from(number + 1).unwrap());
        spaces.set_member(&by(1), &id, user, Role::Reader).await.unwrap();
    }
    let more = spaces.set_member(&by(1), &id, user(250), Role::Reader).await;
    assert!(matches!(more, Err(SpacesError::TooManyMembers)));
}

#[tokio::test]
async fn nobody_may_anything_while_the_spaces_cannot_be_read() {
    let (spaces, store) = spaces();
    let id = crew(&spaces).await;
    store.become_busy();
    assert!(spaces.may(&user(1), &Space::Default, &Space::Named(id.clone())).await.is_err());
    assert!(spaces.of(&user(1), &Space::Default).await.is_err());
    assert!(matches!(spaces.remove(&by(1), &id).await, Err(SpacesError::Store(_))));
}

#[tokio::test]
async fn the_keys_of_a_removed_space_are_revoked_and_everything_is_written_down() {
    let (spaces, keys, log) = with_keys(&Arc::default());
    let id = crew(&spaces).await;
    let rng = SeededRng::default();
    let key = |number: u8, space: Space| {
        let request = crate::KeyRequest {
            name: model::KeyName::new(&number.to_string()).unwrap(),
            capability: model::Capability::Read,
            space,
            expires_at: None,
        };
        crate::new_key(request, FakeClock::default().now(), &rng).unwrap().1
    };
    for kept in [key(1, Space::Named(id.clone())), key(2, Space::Default)] {
        keys.insert(kept).await.unwrap();
    }
    spaces.rename(&by(1), &id, name("team")).await.unwrap();
    spaces.remove_member(&by(3), &id, &user(3)).await.unwrap();
    assert!(spaces.remove(&by(2), &id).await.is_err());
    assert!(keys.list().await.unwrap()[0].revoked_at.is_none(), "whoever may not remove it revokes nothing");
    spaces.remove(&by(1), &id).await.unwrap();
    let revoked: Vec<bool> = keys.list().await.unwrap().iter().map(|key| key.revoked_at.is_some()).collect();
    assert_eq!(revoked, [true, false]);
    let entries = log.entries(&ports::AuditFilter::default(), 100).await.unwrap();
    let names: Vec<String> = entries.iter().rev().map(AuditEntry::name).collect();
    assert_eq!(
        names,
        [
            "space.create.done",
            "member.add.done",
            "member.add.done",
            "space.rename.done",
            "member.remove.done",
            "key.revoke.done",
            "space.remove.done"
        ]
    );
    let text = |text: &Option<model::AuditText>| text.as_ref().unwrap().to_string();
    assert_eq!(text(&entries[0].actor), format!("user:{}", user(1)));
    assert_eq!(
        (text(&entries[0].subject), text(&entries[0].detail)),
        (format!("space:{id}"), "team".to_owned())
    );
    assert_eq!(text(&entries[2].actor), format!("user:{}", user(3)));
}

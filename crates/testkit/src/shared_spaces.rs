//! Shared spaces in memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use model::{Member, Role, SharedSpace, SpaceId, SpaceName, UserId};
use ports::{
    MAX_MEMBERS, MAX_SPACES, MAX_SPACES_OF_ONE, MemberRemoved, MemberSet, SpaceCreated, SpaceRenamed,
    SpaceStore, StoreError,
};

/// Shared spaces in memory, able to be busy on demand.
#[derive(Default)]
pub struct FakeSpaceStore {
    spaces: Mutex<Vec<Kept>>,
    busy: AtomicBool,
    closed: AtomicBool,
}

#[derive(Clone)]
struct Kept {
    space: SharedSpace,
    members: Vec<Member>,
}

impl Kept {
    fn member(&mut self, user: &UserId) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.user == *user)
    }

    /// Whether it would have no owner any more without this one.
    fn is_last_owner(&self, user: &UserId) -> bool {
        let mut owners = self.members.iter().filter(|member| member.role == Role::Owner);
        owners.next().is_some_and(|owner| owner.user == *user) && owners.next().is_none()
    }
}

impl FakeSpaceStore {
    /// Makes every call answer that the store is busy.
    pub fn become_busy(&self) {
        self.busy.store(true, Ordering::SeqCst);
    }

    /// Makes every call answer that the store is closed.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn kept(&self) -> Result<MutexGuard<'_, Vec<Kept>>, StoreError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        if self.busy.load(Ordering::SeqCst) {
            return Err(StoreError::Busy { waited_ms: 0 });
        }
        Ok(self.spaces.lock().unwrap())
    }
}

fn named<'a>(kept: &'a mut [Kept], id: &SpaceId) -> Option<&'a mut Kept> {
    kept.iter_mut().find(|kept| kept.space.id == *id)
}

fn is_taken(kept: &[Kept], of: &SharedSpace, name: &SpaceName) -> bool {
    let is_it =
        |other: &SharedSpace| other.id != of.id && other.created_by == of.created_by && other.name == *name;
    kept.iter().any(|kept| is_it(&kept.space))
}

#[async_trait]
impl SpaceStore for FakeSpaceStore {
    async fn create(&self, space: SharedSpace) -> Result<SpaceCreated, StoreError> {
        let mut kept = self.kept()?;
        if kept.iter().any(|kept| kept.space.id == space.id) || is_taken(&kept, &space, &space.name) {
            return Ok(SpaceCreated::NameTaken);
        }
        let by = &space.created_by;
        let own = kept.iter().filter(|kept| by.is_some() && kept.space.created_by == *by).count();
        if kept.len() >= MAX_SPACES || own >= MAX_SPACES_OF_ONE {
            return Ok(SpaceCreated::TooMany);
        }
        let owner = |user: &UserId| Member { user: user.clone(), role: Role::Owner, since: space.created_at };
        let members = by.iter().map(owner).collect();
        kept.push(Kept { space, members });
        kept.sort_by(|one, other| {
            one.space.created_at.as_seconds().total_cmp(&other.space.created_at.as_seconds())
        });
        Ok(SpaceCreated::Created)
    }

    async fn all(&self) -> Result<Vec<SharedSpace>, StoreError> {
        Ok(self.kept()?.iter().map(|kept| kept.space.clone()).collect())
    }

    async fn find(&self, id: &SpaceId) -> Result<Option<SharedSpace>, StoreError> {
        Ok(named(&mut self.kept()?, id).map(|kept| kept.space.clone()))
    }

    async fn rename(&self, id: &SpaceId, name: &SpaceName) -> Result<SpaceRenamed, StoreError> {
        let mut kept = self.kept()?;
        let Some(space) = named(&mut kept, id).map(|kept| kept.space.clone()) else {
            return Ok(SpaceRenamed::NotFound);
        };
        if is_taken(&kept, &space, name) {
            return Ok(SpaceRenamed::NameTaken);
        }
        if let Some(kept) = named(&mut kept, id) {
            kept.space.name = name.clone();
        }
        Ok(SpaceRenamed::Renamed)
    }

    async fn remove(&self, id: &SpaceId) -> Result<bool, StoreError> {
        let mut kept = self.kept()?;
        let before = kept.len();
        kept.retain(|kept| kept.space.id != *id);
        Ok(kept.len() < before)
    }

    async fn members(&self, id: &SpaceId) -> Result<Vec<Member>, StoreError> {
        Ok(named(&mut self.kept()?, id).map(|kept| kept.members.clone()).unwrap_or_default())
    }

    async fn role(&self, id: &SpaceId, user: &UserId) -> Result<Option<Role>, StoreError> {
        Ok(named(&mut self.kept()?, id).and_then(|kept| Some(kept.member(user)?.role)))
    }

    async fn of(&self, user: &UserId) -> Result<Vec<(SharedSpace, Role)>, StoreError> {
        let mut kept = self.kept()?;
        let of = kept.iter_mut().filter_map(|kept| Some((kept.member(user)?.role, kept.space.clone())));
        Ok(of.map(|(role, space)| (space, role)).collect())
    }

    async fn set_member(&self, id: &SpaceId, member: Member) -> Result<MemberSet, StoreError> {
        let mut kept = self.kept()?;
        let Some(kept) = named(&mut kept, id) else { return Ok(MemberSet::NotFound) };
        if member.role != Role::Owner && kept.is_last_owner(&member.user) {
            return Ok(MemberSet::LastOwner);
        }
        if let Some(known) = kept.member(&member.user) {
            known.role = member.role;
            return Ok(MemberSet::Changed);
        }
        if kept.members.len() >= MAX_MEMBERS {
            return Ok(MemberSet::TooMany);
        }
        kept.members.push(member);
        kept.members.sort_by(|one, other| one.since.as_seconds().total_cmp(&other.since.as_seconds()));
        Ok(MemberSet::Added)
    }

    async fn remove_member(&self, id: &SpaceId, user: &UserId) -> Result<MemberRemoved, StoreError> {
        let mut kept = self.kept()?;
        let Some(kept) = named(&mut kept, id) else { return Ok(MemberRemoved::NotFound) };
        if kept.member(user).is_none() {
            return Ok(MemberRemoved::NotFound);
        }
        if kept.is_last_owner(user) {
            return Ok(MemberRemoved::LastOwner);
        }
        kept.members.retain(|member| member.user != *user);
        Ok(MemberRemoved::Removed)
    }
}

//! Spaces that users share: who may do what there, and who may say so.
//!
//! Whoever is no member of a space is told what is told of a space that does not exist ([`SpacesError::NotFound`]): ids cannot be
//! tried out.

use std::fmt;
use std::io;
use std::sync::Arc;

use model::{
    AuditAction, AuditEntry, AuditOutcome, Member, Role, SharedSpace, Space, SpaceId, SpaceName, UserId,
};
use ports::{
    AuditLog, Clock, KeyStore, MemberRemoved, MemberSet, Rng, SpaceCreated, SpaceRenamed, SpaceStore,
    StoreError,
};
use thiserror::Error;

use crate::keys;

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The person at the command line, to whom the files belong: may do everything.
    Installation,
    /// A user: what its role allows.
    User(UserId),
}

/// Who acts at the command line, as the audit log has it.
pub const COMMAND_LINE: &str = "command-line";

/// As the audit log has it.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installation => f.write_str(COMMAND_LINE),
            Self::User(id) => write!(f, "user:{id}"),
        }
    }
}

/// A space in which a user may do something.
#[derive(Debug, Clone, PartialEq)]
pub struct Held {
    /// Which.
    pub space: Space,
    /// What it is called; none is the user's private one.
    pub name: Option<SpaceName>,
    /// What the user may do there.
    pub role: Role,
}

/// Why something was not done with a space. Nothing was changed then.
#[derive(Debug, Error)]
pub enum SpacesError {
    /// There is none, or it is none of whoever asks.
    #[error("there is no such space: list the spaces to see which there are")]
    NotFound,
    /// A member wants what only its owners may.
    #[error("only an owner of a space may do that: ask one of them")]
    NotOwner,
    /// The name is taken.
    #[error("there is a space called '{0}' already: take another name")]
    NameTaken(SpaceName),
    /// There are too many spaces.
    #[error(
        "there are as many spaces as there may be ({} of one user, {} in all): remove one first",
        ports::MAX_SPACES_OF_ONE,
        ports::MAX_SPACES
    )]
    TooManySpaces,
    /// There are too many members.
    #[error("the space has as many members as it may have ({}): remove one first", ports::MAX_MEMBERS)]
    TooManyMembers,
    /// The space would belong to nobody.
    #[error(
        "the last owner of a space cannot leave it: make somebody else an owner first, or remove the space"
    )]
    LastOwner,
    /// Somebody is no member.
    #[error("that user is no member of the space")]
    NoMember,
    /// There is no randomness for an id.
    #[error("there is no randomness to be had for an id: try again")]
    Randomness(#[source] io::Error),
    /// The spaces cannot be read or written now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The spaces that users share. Nothing is kept of them between two calls: what another process changed holds for the next one.
/// What is changed is in the audit log.
#[derive(Clone)]
pub struct Spaces {
    store: Arc<dyn SpaceStore>,
    keys: Arc<dyn KeyStore>,
    log: Arc<dyn AuditLog>,
    clock: Arc<dyn Clock>,
    rng: Arc<dyn Rng>,
}

impl Spaces {
    /// The spaces of a store.
    #[must_use]
    pub fn new(
        store: Arc<dyn SpaceStore>,
        keys: Arc<dyn KeyStore>,
        log: Arc<dyn AuditLog>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Self {
        Self { store, keys, log, clock, rng }
    }

    /// Every space in which a user may do something: the private one first, then shared ones, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn of(&self, user: &UserId, private: &Space) -> Result<Vec<Held>, StoreError> {
        let mut held = vec![Held { space: private.clone(), name: None, role: Role::Owner }];
        let shared = self.store.of(user).await?.into_iter();
        held.extend(shared.map(|(space, role)| Held { space: space.space(), name: Some(space.name), role }));
        Ok(held)
    }

    /// What a user, whose private space is `private`, may do in a space; none is nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn may(
        &self,
        user: &UserId,
        private: &Space,
        space: &Space,
    ) -> Result<Option<Role>, StoreError> {
        match space {
            space if space == private => Ok(Some(Role::Owner)),
            Space::Default => Ok(None),
            Space::Named(id) => self.store.role(id, user).await,
        }
    }

    /// Every shared space, for the person at the command line.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn all(&self) -> Result<Vec<SharedSpace>, StoreError> {
        self.store.all().await
    }

    /// Makes a space. A user who does is its owner.
    ///
    /// # Errors
    /// [`SpacesError`].
    pub async fn create(&self, actor: &Actor, name: SpaceName) -> Result<SharedSpace, SpacesError> {
        let mut bytes = [0; model::id::ID_BYTES];
        self.rng.fill(&mut bytes).map_err(SpacesError::Randomness)?;
        let created_by = match actor {
            Actor::Installation => None,
            Actor::User(user) => Some(user.clone()),
        };
        let created_at = self.clock.now();
        let space = SharedSpace { id: SpaceId::from_bytes(bytes), name, created_at, created_by };
        match self.store.create(space.clone()).await? {
            SpaceCreated::Created => {
                self.record(actor, AuditAction::SpaceCreate, &space.id, &space.name).await?;
                Ok(space)
            }
            SpaceCreated::NameTaken => Err(SpacesError::NameTaken(space.name)),
            SpaceCreated::TooMany => Err(SpacesError::TooManySpaces),
        }
    }

    /// Calls a space something else.
    ///
    /// # Errors
    /// [`SpacesError`].
    pub async fn rename(&self, actor: &Actor, id: &SpaceId, name: SpaceName) -> Result<(), SpacesError> {
        self.must(actor, id, Role::Owner).await?;
        match self.store.rename(id, &name).await? {
            SpaceRenamed::Renamed => self.record(actor, AuditAction::SpaceRename, id, &name).await,
            SpaceRenamed::NameTaken => Err(SpacesError::NameTaken(name)),
            SpaceRenamed::NotFound => Err(SpacesError::NotFound),
        }
    }

    /// Ends a space for all its members and for its keys, and gives what it was. Its memories stay where they are: putting them
    /// aside is for the caller.
    ///
    /// # Errors
    /// [`SpacesError`].
    pub async fn remove(&self, actor: &Actor, id: &SpaceId) -> Result<SharedSpace, SpacesError> {
        let space = self.must(actor, id, Role::Owner).await?;
        self.revoke_keys(actor, &space).await?;
        if !self.store.remove(id).await? {
            return Err(SpacesError::NotFound);
        }
        // Once more: from now on nobody can make one, but between the two somebody could.
        self.revoke_keys(actor, &space).await?;
        self.record(actor, AuditAction::SpaceRemove, id, &space.name).await?;
        Ok(space)
    }

    /// The members of a space, for its members.
    ///
    /// # Errors
    /// [`SpacesError`].
    pub async fn members(&self, actor: &Actor, id: &SpaceId) -> Result<Vec<Member>, SpacesError> {
        self.must(actor, id, Role::Reader).await?;
        Ok(self.store.members(id).await?)
    }

    /// Makes somebody a member, or gives a member another role. Whether that user exists is for the caller to know.
    ///
    /// # Errors
    /// [`SpacesError`].
    pub async fn set_member(
        &self,
        actor: &Actor,
        id: &SpaceId,
        user: UserId,
        role: Role,
    ) -> Result<(), SpacesError> {
        self.must(actor, id, Role::Owner).await?;
        match self.store.set_member(id, Member { user: user.clone(), role, since: self.clock.now() }).await? {
            MemberSet::Added | MemberSet::Changed => {
                self.record(actor, AuditAction::MemberAdd, id, format!("user {user}, {role}")).await
            }
            MemberSet::LastOwner => Err(SpacesError::LastOwner),
            MemberSet::TooMany => Err(SpacesError::TooManyMembers),
            MemberSet::NotFound => Err(SpacesError::NotFound),
        }
    }

    /// Ends a membership. Everybody may end their own.
    ///
    /// # Errors
    /// [`SpacesError`].
    pub async fn remove_member(&self, actor: &Actor, id: &SpaceId, user: &UserId) -> Result<(), SpacesError> {
        let needed = match actor {
            Actor::User(own) if own == user => Role::Reader,
            _ => Role::Owner,
        };
        self.must(actor, id, needed).await?;
        match self.store.remove_member(id, user).await? {
            MemberRemoved::Removed => {
                self.record(actor, AuditAction::MemberRemove, id, format!("user {user}")).await
            }
            MemberRemoved::LastOwner => Err(SpacesError::LastOwner),
            MemberRemoved::NotFound => Err(SpacesError::NoMember),
        }
    }

    /// A key opens its space whoever is a member.
    async fn revoke_keys(&self, actor: &Actor, space: &SharedSpace) -> Result<(), StoreError> {
        keys::revoke_of(&*self.keys, &*self.log, self.clock.now(), actor, &space.space()).await
    }

    /// Writes down what was done.
    async fn record(
        &self,
        actor: &Actor,
        action: AuditAction,
        id: &SpaceId,
        detail: impl fmt::Display + Send,
    ) -> Result<(), SpacesError> {
        let entry = AuditEntry::new(self.clock.now(), action, AuditOutcome::Done);
        Ok(self.log.record(entry.by(actor).on(format_args!("space:{id}")).saying(detail)).await?)
    }

    /// The space, when whoever acts has that role in it.
    async fn must(&self, actor: &Actor, id: &SpaceId, needed: Role) -> Result<SharedSpace, SpacesError> {
        if let Actor::User(user) = actor {
            match self.store.role(id, user).await? {
                None => return Err(SpacesError::NotFound),
                Some(role) if role < needed => return Err(SpacesError::NotOwner),
                Some(_) => {}
            }
        }
        self.store.find(id).await?.ok_or(SpacesError::NotFound)
    }
}

#[cfg(test)]
mod tests;

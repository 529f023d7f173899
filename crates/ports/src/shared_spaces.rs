//! The store of spaces that users share: their names, and who is a member of which.

use async_trait::async_trait;
use model::{Member, Role, SharedSpace, SpaceId, SpaceName, UserId};

use crate::StoreError;

/// How many shared spaces an installation may have.
pub const MAX_SPACES: usize = 1000;
/// How many of them one user may have made.
pub const MAX_SPACES_OF_ONE: usize = 50;
/// How many members a space may have.
pub const MAX_MEMBERS: usize = 100;

/// How a new space was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceCreated {
    /// It is kept, and whoever made it is its owner.
    Created,
    /// Whoever made it made another one of that name, or its id is taken. Nothing was written.
    NameTaken,
    /// There are [`MAX_SPACES`], or [`MAX_SPACES_OF_ONE`] by that user. Nothing was written.
    TooMany,
}

/// What came of a new name for a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceRenamed {
    /// It is called that now.
    Renamed,
    /// Whoever made it made another one of that name. Nothing was written.
    NameTaken,
    /// There is no such space.
    NotFound,
}

/// What came of a wish that somebody be a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberSet {
    /// That user is a new member.
    Added,
    /// That user was a member, since the time that is kept, and has the role now.
    Changed,
    /// The space would have no owner any more. Nothing was written.
    LastOwner,
    /// There are [`MAX_MEMBERS`]. Nothing was written.
    TooMany,
    /// There is no such space.
    NotFound,
}

/// What came of a wish that somebody be no member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemberRemoved {
    /// That user was a member and is not any more.
    Removed,
    /// The space would have no owner any more. Nothing was written.
    LastOwner,
    /// That user is no member, or there is no such space.
    NotFound,
}

/// The spaces that users share. Several processes use it, and what one of them writes holds for all of them at once.
///
/// A store that is not there yet has no spaces; only [`SpaceStore::create`] makes it. It lives where the keys are and is closed
/// with them.
#[async_trait]
pub trait SpaceStore: Send + Sync {
    /// Keeps a new space, together with its first owner: whoever made it.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn create(&self, space: SharedSpace) -> Result<SpaceCreated, StoreError>;

    /// Every space, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn all(&self) -> Result<Vec<SharedSpace>, StoreError>;

    /// The space with an id.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn find(&self, id: &SpaceId) -> Result<Option<SharedSpace>, StoreError>;

    /// Calls a space something else.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn rename(&self, id: &SpaceId, name: &SpaceName) -> Result<SpaceRenamed, StoreError>;

    /// Forgets a space and its members, and says whether there was one. Its memories are elsewhere and not touched.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn remove(&self, id: &SpaceId) -> Result<bool, StoreError>;

    /// The members of a space, those of longest standing first; nobody when there is no such space.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn members(&self, id: &SpaceId) -> Result<Vec<Member>, StoreError>;

    /// What a user may do in a space; none for who is no member, and when there is no such space.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn role(&self, id: &SpaceId, user: &UserId) -> Result<Option<Role>, StoreError>;

    /// The spaces of which a user is a member, oldest first, and what that user may do there.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn of(&self, user: &UserId) -> Result<Vec<(SharedSpace, Role)>, StoreError>;

    /// Makes somebody a member, or gives a member another role. The last owner of a space stays one.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn set_member(&self, id: &SpaceId, member: Member) -> Result<MemberSet, StoreError>;

    /// Ends a membership. The last owner of a space stays one.
    ///
    /// # Errors
    /// [`StoreError`]; nothing was written then.
    async fn remove_member(&self, id: &SpaceId, user: &UserId) -> Result<MemberRemoved, StoreError>;
}

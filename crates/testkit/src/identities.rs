//! Who is who at providers of identities, in memory: beside the accounts, as a file has it.

use async_trait::async_trait;
use model::{Account, Identity, KeyDigest, LinkedIdentity, Timestamp, UserId};
use ports::{
    AccountAdded, AccountStore, IdentityLinked, IdentityStore, MAX_IDENTITIES_OF_ONE, MAX_USED_STATES,
    SignedUp, StateUsed, StoreError,
};

use crate::FakeAccountStore;

/// What is kept.
#[derive(Default)]
pub(crate) struct Identities {
    linked: Vec<LinkedIdentity>,
    used: Vec<(KeyDigest, Timestamp)>,
}

impl Identities {
    fn find(&self, identity: &Identity) -> Option<&LinkedIdentity> {
        self.linked.iter().find(|linked| linked.identity == *identity)
    }

    fn of(&self, user: &UserId) -> Vec<LinkedIdentity> {
        let mut found: Vec<_> = self.linked.iter().filter(|linked| linked.user == *user).cloned().collect();
        found.sort_by(|one, other| one.since.as_seconds().total_cmp(&other.since.as_seconds()));
        found
    }
}

#[async_trait]
impl IdentityStore for FakeAccountStore {
    async fn link(&self, linked: LinkedIdentity) -> Result<IdentityLinked, StoreError> {
        if self.by_id(&linked.user).await?.is_none() {
            return Ok(IdentityLinked::NoUser);
        }
        self.identities(|kept| {
            if kept.find(&linked.identity).is_some() {
                return IdentityLinked::Taken;
            }
            if kept.of(&linked.user).len() >= MAX_IDENTITIES_OF_ONE {
                return IdentityLinked::TooMany;
            }
            kept.linked.push(linked);
            IdentityLinked::Linked
        })
    }

    async fn sign_up(&self, account: Account, linked: LinkedIdentity) -> Result<SignedUp, StoreError> {
        if account.user.is_owner || !self.any().await? {
            return Ok(SignedUp::NotSetUp);
        }
        if self.linked(&linked.identity).await?.is_some() {
            return Ok(SignedUp::IdentityTaken);
        }
        let user = account.user.id.clone();
        match self.add(account, None).await? {
            AccountAdded::Added => {}
            AccountAdded::TooMany => return Ok(SignedUp::TooMany),
            _ => return Ok(SignedUp::NameTaken),
        }
        self.identities(|kept| kept.linked.push(LinkedIdentity { user, ..linked }))?;
        Ok(SignedUp::Added)
    }

    async fn linked(&self, identity: &Identity) -> Result<Option<LinkedIdentity>, StoreError> {
        self.identities(|kept| kept.find(identity).cloned())
    }

    async fn identities_of(&self, user: &UserId) -> Result<Vec<LinkedIdentity>, StoreError> {
        self.identities(|kept| kept.of(user))
    }

    async fn unlink(&self, user: &UserId, identity: &Identity) -> Result<bool, StoreError> {
        self.identities(|kept| {
            let before = kept.linked.len();
            kept.linked.retain(|linked| linked.user != *user || linked.identity != *identity);
            kept.linked.len() < before
        })
    }

    async fn use_up(
        &self,
        state: &KeyDigest,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<StateUsed, StoreError> {
        self.identities(|kept| {
            kept.used.retain(|(_, expires_at)| now < *expires_at);
            if kept.used.iter().any(|(known, _)| known == state) {
                return StateUsed::Before;
            }
            if kept.used.len() >= MAX_USED_STATES {
                return StateUsed::TooMany;
            }
            kept.used.push((*state, expires_at));
            StateUsed::Now
        })
    }
}

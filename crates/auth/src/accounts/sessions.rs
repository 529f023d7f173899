//! Who shows a session; ending sessions.

use model::{AuditAction, AuditOutcome, Session, SessionId, User, UserId};
use ports::{StaleAccounts, StoreError};

use super::throttle::FORGET_S;
use super::{Accounts, Origin, SESSION, named};
use crate::{USE_INTERVAL_S, minted};

/// After so many seconds without a request a session ends.
pub const SESSION_IDLE_S: f64 = 7.0 * 86_400.0;
/// After so many seconds a session ends, however much it is used.
pub const SESSION_LIFETIME_S: f64 = 30.0 * 86_400.0;

impl Accounts {
    /// Whose session a browser shows. It is looked up each time: a session that was ended, and a user who was disabled, is none from
    /// then on.
    ///
    /// # Errors
    /// [`StoreError`]; nobody is let in then.
    pub async fn session(&self, secret: &[u8]) -> Result<Option<(Session, User)>, StoreError> {
        let Some(secret) = minted::parse(SESSION, secret) else { return Ok(None) };
        let found = self.store.session(&secret.digest()).await?;
        let now = self.clock.now();
        let is_good =
            |(session, user): &(Session, User)| session.is_good(now, SESSION_IDLE_S) && user.is_active();
        let found = found.filter(is_good);
        if let Some((session, _)) = &found
            && now >= session.last_used_at.plus_seconds(USE_INTERVAL_S)
        {
            self.store.record_use(&session.id, now);
        }
        Ok(found)
    }

    /// The sessions of a user that are good, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions_of(&self, user: &UserId) -> Result<Vec<Session>, StoreError> {
        let (mut sessions, now) = (self.store.sessions_of(user).await?, self.clock.now());
        sessions.retain(|session| session.is_good(now, SESSION_IDLE_S));
        Ok(sessions)
    }

    /// Ends the session in which a user asks for that.
    ///
    /// # Errors
    /// [`StoreError`]; the session goes on then.
    pub async fn sign_out(&self, session: &Session, from: &Origin) -> Result<(), StoreError> {
        self.end(AuditAction::SignOut, &session.user, &session.id, from).await.map(|_| ())
    }

    /// Ends a session of a user, and says whether there was one.
    ///
    /// # Errors
    /// [`StoreError`]; the session goes on then.
    pub async fn end_session(
        &self,
        user: &UserId,
        id: &SessionId,
        from: &Origin,
    ) -> Result<bool, StoreError> {
        self.end(AuditAction::SessionEnd, user, id, from).await
    }

    /// Ends all sessions of a user but one, and tells how many.
    ///
    /// # Errors
    /// [`StoreError`]; some sessions may go on then.
    pub async fn end_other_sessions(
        &self,
        user: &UserId,
        kept: &SessionId,
        from: &Origin,
    ) -> Result<usize, StoreError> {
        let mut ended = 0;
        for session in self.store.sessions_of(user).await? {
            if session.id != *kept && self.end(AuditAction::SessionEnd, user, &session.id, from).await? {
                ended += 1;
            }
        }
        Ok(ended)
    }

    async fn end(
        &self,
        action: AuditAction,
        user: &UserId,
        id: &SessionId,
        from: &Origin,
    ) -> Result<bool, StoreError> {
        if self.store.end_session(user, id).await?.is_none() {
            return Ok(false);
        }
        let entry = self.entry(action, AuditOutcome::Done, from);
        self.record(entry.by(named(user)).on(format!("session:{id}"))).await?;
        Ok(true)
    }

    /// Removes what is of no use any more: sessions that ended by themselves, codes nobody used, attempts of long ago. Tells how
    /// many things.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        let (idle, counted) = (now.plus_seconds(-SESSION_IDLE_S), now.plus_seconds(-FORGET_S));
        self.store.sweep_accounts(&StaleAccounts { now, idle, counted }).await
    }
}

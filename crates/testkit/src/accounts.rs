//! Accounts in memory.

mod passkeys;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use model::{
    Account, Attempts, ChallengeKey, CredentialId, KeyDigest, Passkey, PasskeyId, PasswordHash, Session,
    SessionId, SetUpOffer, Timestamp, Totp, TotpOffer, UsedChallenge, User, UserId, UserName,
};
use ports::{
    AccountAdded, AccountStore, Counter, FactorsThen, Forgiven, MAX_COUNTERS, MAX_SESSIONS_OF_ONE, MAX_USERS,
    PasskeyAdded, PasskeyUse, PasskeyUsed, PasswordChange, StaleAccounts, StoreError,
};

use crate::identities::Identities;

/// Accounts in memory, able to be busy on demand.
#[derive(Default)]
pub struct FakeAccountStore {
    rows: Mutex<Rows>,
    busy: AtomicBool,
    closed: AtomicBool,
    uses: AtomicUsize,
}

#[derive(Default)]
struct Rows {
    set_up: Option<SetUpOffer>,
    accounts: Vec<Kept>,
    sessions: Vec<Session>,
    counters: HashMap<KeyDigest, Attempts>,
    passkeys: Vec<Passkey>,
    used_challenges: Vec<UsedChallenge>,
    challenge_key: Option<ChallengeKey>,
    identities: Identities,
}

struct Kept {
    account: Account,
    offer: Option<TotpOffer>,
    recovery_codes: Vec<KeyDigest>,
}

impl FakeAccountStore {
    /// Makes every call answer that the store is busy, or none any more.
    pub fn become_busy(&self, is_busy: bool) {
        self.busy.store(is_busy, Ordering::SeqCst);
    }

    /// Makes every call answer that the store is closed.
    pub fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
    }

    /// How often the use of a session was noted.
    #[must_use]
    pub fn uses(&self) -> usize {
        self.uses.load(Ordering::SeqCst)
    }

    /// Works with what is kept of identities.
    pub(crate) fn identities<T>(&self, work: impl FnOnce(&mut Identities) -> T) -> Result<T, StoreError> {
        Ok(work(&mut self.rows()?.identities))
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn rows(&self) -> Result<MutexGuard<'_, Rows>, StoreError> {
        if self.closed.load(Ordering::SeqCst) {
            return Err(StoreError::Closed);
        }
        if self.busy.load(Ordering::SeqCst) {
            return Err(StoreError::Busy { waited_ms: 0 });
        }
        Ok(self.rows.lock().unwrap())
    }
}

impl Rows {
    fn kept(&mut self, id: &UserId) -> Option<&mut Kept> {
        self.accounts.iter_mut().find(|kept| kept.account.user.id == *id)
    }

    fn find(&self, is_it: impl Fn(&Account) -> bool) -> Option<Account> {
        self.accounts.iter().find(|kept| is_it(&kept.account)).map(Kept::account)
    }

    fn is_offered(&self, code: &KeyDigest, now: Timestamp) -> bool {
        self.set_up.as_ref().is_some_and(|offer| offer.digest == *code && now < offer.expires_at)
    }
}

impl Rows {
    /// Adds a session of a user who may sign in, and makes room for it.
    fn insert_session(&mut self, session: Session) {
        let own = |other: &&Session| other.user == session.user;
        if self.sessions.iter().filter(own).count() >= MAX_SESSIONS_OF_ONE {
            let used = |session: &Session| session.last_used_at.as_seconds();
            let oldest = self.sessions.iter().filter(own).min_by(|a, b| used(a).total_cmp(&used(b)));
            let oldest = oldest.map(|session| session.id.clone());
            self.sessions.retain(|session| Some(&session.id) != oldest.as_ref());
        }
        self.sessions.push(session);
        self.sessions
            .sort_by(|one, other| one.created_at.as_seconds().total_cmp(&other.created_at.as_seconds()));
    }
}

impl Kept {
    fn account(&self) -> Account {
        Account { recovery_codes: self.recovery_codes.len(), ..self.account.clone() }
    }

    fn forget_factors(&mut self) {
        (self.account.totp, self.offer) = (None, None);
        self.recovery_codes.clear();
    }
}

#[async_trait]
impl AccountStore for FakeAccountStore {
    async fn offer_set_up(&self, offer: SetUpOffer) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let is_wanted = rows.accounts.is_empty();
        if is_wanted {
            rows.set_up = Some(offer);
        }
        Ok(is_wanted)
    }

    async fn is_offered(&self, code: &KeyDigest, now: Timestamp) -> Result<bool, StoreError> {
        Ok(self.rows()?.is_offered(code, now))
    }

    async fn add(
        &self,
        account: Account,
        code: Option<(KeyDigest, Timestamp)>,
    ) -> Result<AccountAdded, StoreError> {
        let mut rows = self.rows()?;
        if account.user.is_owner && !rows.accounts.is_empty() {
            return Ok(AccountAdded::OwnerExists);
        }
        if code.is_some_and(|(code, now)| !rows.is_offered(&code, now)) {
            return Ok(AccountAdded::NotOffered);
        }
        let user = &account.user;
        if rows.find(|other| other.user.id == user.id || other.user.name == user.name).is_some() {
            return Ok(AccountAdded::NameTaken);
        }
        if rows.accounts.len() >= MAX_USERS {
            return Ok(AccountAdded::TooMany);
        }
        rows.set_up = None;
        rows.accounts.push(Kept { account, offer: None, recovery_codes: Vec::new() });
        rows.accounts.sort_by(|one, other| {
            let at = |kept: &Kept| kept.account.user.created_at.as_seconds();
            at(one).total_cmp(&at(other))
        });
        Ok(AccountAdded::Added)
    }

    async fn any(&self) -> Result<bool, StoreError> {
        Ok(!self.rows()?.accounts.is_empty())
    }

    async fn all(&self) -> Result<Vec<Account>, StoreError> {
        Ok(self.rows()?.accounts.iter().map(Kept::account).collect())
    }

    async fn by_name(&self, name: &UserName) -> Result<Option<Account>, StoreError> {
        Ok(self.rows()?.find(|account| account.user.name == *name))
    }

    async fn by_id(&self, id: &UserId) -> Result<Option<Account>, StoreError> {
        Ok(self.rows()?.find(|account| account.user.id == *id))
    }

    async fn set_disabled(&self, id: &UserId, at: Option<Timestamp>) -> Result<Option<User>, StoreError> {
        let mut rows = self.rows()?;
        let Some(kept) = rows.kept(id) else { return Ok(None) };
        let user = &mut kept.account.user;
        user.disabled_at = at.map(|at| user.disabled_at.unwrap_or(at));
        let user = user.clone();
        if at.is_some() {
            rows.sessions.retain(|session| session.user != *id);
        }
        Ok(Some(user))
    }

    async fn set_password(&self, id: &UserId, change: PasswordChange) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let Some(kept) = rows.kept(id) else { return Ok(false) };
        if change.from.is_some_and(|from| from != kept.account.password) {
            return Ok(false);
        }
        (kept.account.password, kept.account.password_since) = (change.to, change.at);
        if change.factors == FactorsThen::Go {
            kept.forget_factors();
            rows.passkeys.retain(|passkey| passkey.user != *id);
        }
        rows.sessions.retain(|session| session.user != *id || change.keeps.as_ref() == Some(&session.id));
        Ok(true)
    }

    async fn offer_totp(&self, id: &UserId, offer: TotpOffer) -> Result<bool, StoreError> {
        Ok(self.rows()?.kept(id).map(|kept| kept.offer = Some(offer)).is_some())
    }

    async fn offered_totp(&self, id: &UserId) -> Result<Option<TotpOffer>, StoreError> {
        Ok(self.rows()?.kept(id).and_then(|kept| kept.offer.clone()))
    }

    async fn confirm_totp(
        &self,
        id: &UserId,
        offer: &TotpOffer,
        step: u64,
        recovery_codes: Vec<KeyDigest>,
    ) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let Some(kept) = rows.kept(id).filter(|kept| kept.offer.as_ref() == Some(offer)) else {
            return Ok(false);
        };
        kept.account.totp = Some(Totp { secret: offer.secret.clone(), last_step: step });
        (kept.offer, kept.recovery_codes) = (None, recovery_codes);
        Ok(true)
    }

    async fn remove_totp(&self, id: &UserId) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let Some(kept) = rows.kept(id) else { return Ok(false) };
        let had = kept.account.totp.is_some();
        kept.forget_factors();
        Ok(had)
    }

    async fn use_totp(&self, id: &UserId, step: u64) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let totp = rows.kept(id).and_then(|kept| kept.account.totp.as_mut());
        let usable = totp.filter(|totp| totp.last_step < step);
        Ok(usable.map(|totp| totp.last_step = step).is_some())
    }

    async fn set_recovery_codes(&self, id: &UserId, codes: Vec<KeyDigest>) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let kept = rows.kept(id).filter(|kept| kept.account.totp.is_some());
        Ok(kept.map(|kept| kept.recovery_codes = codes).is_some())
    }

    async fn use_recovery_code(&self, id: &UserId, code: &KeyDigest) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let Some(kept) = rows.kept(id) else { return Ok(false) };
        let before = kept.recovery_codes.len();
        kept.recovery_codes.retain(|other| other != code);
        Ok(kept.recovery_codes.len() < before)
    }

    async fn add_session(&self, session: Session, password: &PasswordHash) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let account = rows.find(|account| account.user.id == session.user);
        if !account.is_some_and(|account| account.user.is_active() && account.password == *password) {
            return Ok(false);
        }
        rows.insert_session(session);
        Ok(true)
    }

    async fn session(&self, digest: &KeyDigest) -> Result<Option<(Session, User)>, StoreError> {
        let rows = self.rows()?;
        let found = rows.sessions.iter().find(|session| session.digest == *digest).cloned();
        Ok(found.and_then(|session| {
            let account = rows.find(|account| account.user.id == session.user)?;
            Some((session, account.user))
        }))
    }

    async fn sessions_of(&self, id: &UserId) -> Result<Vec<Session>, StoreError> {
        Ok(self.rows()?.sessions.iter().filter(|session| session.user == *id).cloned().collect())
    }

    async fn end_session(&self, user: &UserId, id: &SessionId) -> Result<Option<Session>, StoreError> {
        let mut rows = self.rows()?;
        let place = rows.sessions.iter().position(|session| session.id == *id && session.user == *user);
        Ok(place.map(|place| rows.sessions.remove(place)))
    }

    fn record_use(&self, id: &SessionId, at: Timestamp) {
        self.uses.fetch_add(1, Ordering::SeqCst);
        let Ok(mut rows) = self.rows() else { return };
        let session = rows.sessions.iter_mut().find(|session| session.id == *id);
        if let Some(session) = session.filter(|session| session.last_used_at < at) {
            session.last_used_at = at;
        }
    }

    async fn attempt(&self, counters: &[Counter], now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let mut rows = self.rows()?;
        let mut counted = Vec::new();
        let mut wait: Option<Timestamp> = None;
        for counter in counters {
            match counter.backoff.attempt(rows.counters.get(&counter.digest).copied(), now) {
                Ok(attempts) => counted.push((counter.digest, attempts)),
                Err(next_at) => {
                    wait = Some(wait.map_or(next_at, |wait| if wait < next_at { next_at } else { wait }));
                }
            }
        }
        if wait.is_none() {
            rows.counters.extend(counted);
            while rows.counters.len() > MAX_COUNTERS {
                let at = |attempts: &Attempts| attempts.last_at.as_seconds();
                let oldest = rows.counters.iter().min_by(|a, b| at(a.1).total_cmp(&at(b.1)));
                let Some(oldest) = oldest.map(|(digest, _)| *digest) else { break };
                rows.counters.remove(&oldest);
            }
        }
        Ok(wait)
    }

    async fn forgive(&self, counter: &KeyDigest, forgiven: Forgiven) -> Result<(), StoreError> {
        let mut rows = self.rows()?;
        match (forgiven, rows.counters.get_mut(counter)) {
            (Forgiven::One, Some(attempts)) if attempts.count > 1 => attempts.count -= 1,
            _ => drop(rows.counters.remove(counter)),
        }
        Ok(())
    }

    async fn challenge_key(&self, fresh: ChallengeKey) -> Result<ChallengeKey, StoreError> {
        Ok(self.rows()?.challenge_key.get_or_insert(fresh).clone())
    }

    async fn add_passkey(
        &self,
        passkey: Passkey,
        challenge: UsedChallenge,
        password: &PasswordHash,
    ) -> Result<PasskeyAdded, StoreError> {
        Ok(self.rows()?.add_passkey(passkey, challenge, password))
    }

    async fn passkey(&self, credential: &CredentialId) -> Result<Option<Passkey>, StoreError> {
        Ok(self.rows()?.passkeys.iter().find(|passkey| passkey.credential == *credential).cloned())
    }

    async fn passkeys_of(&self, id: &UserId) -> Result<Vec<Passkey>, StoreError> {
        Ok(self.rows()?.passkeys.iter().filter(|passkey| passkey.user == *id).cloned().collect())
    }

    async fn use_passkey(&self, used: PasskeyUse) -> Result<PasskeyUsed, StoreError> {
        Ok(self.rows()?.use_passkey(used))
    }

    async fn remove_passkey(&self, user: &UserId, id: &PasskeyId) -> Result<Option<Passkey>, StoreError> {
        let mut rows = self.rows()?;
        let place = rows.passkeys.iter().position(|passkey| passkey.id == *id && passkey.user == *user);
        Ok(place.map(|place| rows.passkeys.remove(place)))
    }

    async fn sweep_accounts(&self, stale: &StaleAccounts) -> Result<u64, StoreError> {
        let mut rows = self.rows()?;
        let count = |rows: &Rows| {
            let offers = rows.accounts.iter().filter(|kept| kept.offer.is_some()).count();
            let others = rows.used_challenges.len() + usize::from(rows.set_up.is_some());
            rows.sessions.len() + rows.counters.len() + offers + others
        };
        let before = count(&rows);
        rows.sessions.retain(|one| one.expires_at > stale.now && one.last_used_at > stale.idle);
        rows.counters.retain(|_, attempts| attempts.last_at > stale.counted);
        rows.used_challenges.retain(|challenge| challenge.expires_at > stale.now);
        rows.set_up.take_if(|offer| offer.expires_at <= stale.now);
        for kept in &mut rows.accounts {
            kept.offer.take_if(|offer| offer.expires_at <= stale.now);
        }
        Ok((before - count(&rows)) as u64)
    }
}

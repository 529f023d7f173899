//! What an authorization server keeps, in memory; and documents of clients.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use model::oauth::{
    AccessToken, Authorization, AuthorizationCode, AuthorizationId, Client, ClientId, GrantKind,
    RefreshToken, Succession,
};
use model::{KeyDigest, Timestamp, UserId};
use ports::{
    AuthorizationsOf, ClientDocument, ClientDocuments, ClientKept, Granted, MAX_AUTHORIZATIONS_OF_ONE,
    MAX_CLIENTS, NoDocument, OAuthStore, Redeemed, Rotated, StaleBefore, StoreError,
};

/// What an authorization server keeps, in memory, able to be busy on demand.
#[derive(Default)]
pub struct FakeOAuthStore {
    rows: Mutex<Rows>,
    busy: AtomicBool,
    uses: AtomicUsize,
}

#[derive(Default)]
struct Rows {
    clients: Vec<Client>,
    authorizations: Vec<Authorization>,
    codes: Vec<AuthorizationCode>,
    access: Vec<AccessToken>,
    refresh: Vec<RefreshToken>,
}

impl FakeOAuthStore {
    /// Makes every call answer that the store is busy, or none any more.
    pub fn become_busy(&self, is_busy: bool) {
        self.busy.store(is_busy, Ordering::SeqCst);
    }

    /// How often the use of an authorization was noted.
    #[must_use]
    pub fn uses(&self) -> usize {
        self.uses.load(Ordering::SeqCst)
    }

    #[expect(clippy::unwrap_used, reason = "test support")]
    fn rows(&self) -> Result<MutexGuard<'_, Rows>, StoreError> {
        match self.busy.load(Ordering::SeqCst) {
            true => Err(StoreError::Busy { waited_ms: 0 }),
            false => Ok(self.rows.lock().unwrap()),
        }
    }
}

impl Rows {
    fn authorization(&self, id: &AuthorizationId) -> Option<&Authorization> {
        self.authorizations.iter().find(|one| one.id == *id)
    }

    fn is_active(&self, id: &AuthorizationId, at: Timestamp) -> bool {
        self.authorization(id).is_some_and(|one| one.is_active(at))
    }

    fn has_authorization(&self, client: &ClientId) -> bool {
        self.authorizations.iter().any(|one| one.client == *client)
    }

    fn revoke(&mut self, at: Timestamp, is_it: impl Fn(&Authorization) -> bool) -> usize {
        let found = self.authorizations.iter_mut().filter(|one| one.revoked_at.is_none() && is_it(one));
        found.map(|one| one.revoked_at = Some(at)).count()
    }

    fn note_use(&mut self, id: &AuthorizationId, at: Timestamp) {
        let later = |kept: &mut Option<Timestamp>| {
            if kept.is_none_or(|last| at > last) {
                *kept = Some(at);
            }
        };
        let Some(one) = self.authorizations.iter_mut().find(|one| one.id == *id) else { return };
        later(&mut one.last_used_at);
        let client = self.clients.iter_mut().find(|client| client.id == one.client);
        client.into_iter().for_each(|client| later(&mut client.last_used_at));
    }

    fn keep(&mut self, access: AccessToken) {
        self.note_use(&access.authorization, access.created_at);
        self.access.push(access);
    }
}

#[async_trait]
impl OAuthStore for FakeOAuthStore {
    async fn put_client(
        &self,
        client: Client,
        evictable_before: Timestamp,
    ) -> Result<ClientKept, StoreError> {
        let mut rows = self.rows()?;
        if let Some(kept) = rows.clients.iter_mut().find(|kept| kept.id == client.id) {
            *kept = Client { created_at: kept.created_at, last_used_at: kept.last_used_at, ..client };
            return Ok(ClientKept::Kept);
        }
        if rows.clients.len() >= MAX_CLIENTS {
            let may_go = |one: &&Client| {
                one.last_used_at.is_none()
                    && one.created_at < evictable_before
                    && !rows.has_authorization(&one.id)
            };
            let seconds = |one: &&Client| one.created_at.as_seconds();
            let oldest = rows.clients.iter().filter(may_go);
            let oldest = oldest.min_by(|one, other| seconds(one).total_cmp(&seconds(other)));
            let Some(oldest) = oldest.map(|one| one.id.clone()) else { return Ok(ClientKept::TooMany) };
            rows.clients.retain(|one| one.id != oldest);
        }
        rows.clients.push(client);
        Ok(ClientKept::Kept)
    }

    async fn client(&self, id: &ClientId) -> Result<Option<Client>, StoreError> {
        Ok(self.rows()?.clients.iter().find(|client| client.id == *id).cloned())
    }

    async fn clients(&self) -> Result<Vec<Client>, StoreError> {
        let mut clients = self.rows()?.clients.clone();
        clients.sort_by(|one, other| one.created_at.as_seconds().total_cmp(&other.created_at.as_seconds()));
        Ok(clients)
    }

    async fn remove_client(&self, id: &ClientId, at: Timestamp) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let before = rows.clients.len();
        rows.clients.retain(|client| client.id != *id);
        rows.revoke(at, |one| one.client == *id);
        Ok(rows.clients.len() < before)
    }

    async fn grant(
        &self,
        authorization: Authorization,
        code: Option<AuthorizationCode>,
    ) -> Result<Granted, StoreError> {
        let mut rows = self.rows()?;
        let now = authorization.created_at;
        let is_live = |one: &&Authorization| one.user == authorization.user && one.is_active(now);
        if rows.authorizations.iter().filter(is_live).count() >= MAX_AUTHORIZATIONS_OF_ONE {
            return Ok(Granted::TooMany);
        }
        rows.authorizations.push(authorization);
        rows.codes.extend(code);
        Ok(Granted::Kept)
    }

    async fn authorization(&self, id: &AuthorizationId) -> Result<Option<Authorization>, StoreError> {
        Ok(self.rows()?.authorization(id).cloned())
    }

    async fn authorizations(&self, of: &AuthorizationsOf) -> Result<Vec<Authorization>, StoreError> {
        let is_meant = |one: &&Authorization| match of {
            AuthorizationsOf::User(user) => one.user == *user,
            AuthorizationsOf::Client(client) => one.client == *client,
        };
        let mut found: Vec<_> = self.rows()?.authorizations.iter().filter(is_meant).cloned().collect();
        found.sort_by(|one, other| one.created_at.as_seconds().total_cmp(&other.created_at.as_seconds()));
        Ok(found)
    }

    async fn revoke(&self, id: &AuthorizationId, at: Timestamp) -> Result<Option<Authorization>, StoreError> {
        let mut rows = self.rows()?;
        rows.revoke(at, |one| one.id == *id);
        Ok(rows.authorization(id).cloned())
    }

    async fn revoke_all_of(&self, user: &UserId, at: Timestamp) -> Result<usize, StoreError> {
        Ok(self.rows()?.revoke(at, |one| one.user == *user))
    }

    async fn code(
        &self,
        digest: &KeyDigest,
    ) -> Result<Option<(AuthorizationCode, Authorization)>, StoreError> {
        let rows = self.rows()?;
        let found = rows.codes.iter().find(|code| code.digest == *digest);
        Ok(found.and_then(|code| Some((code.clone(), rows.authorization(&code.authorization)?.clone()))))
    }

    async fn redeem(
        &self,
        code: &KeyDigest,
        at: Timestamp,
        access: AccessToken,
        refresh: Option<RefreshToken>,
    ) -> Result<Redeemed, StoreError> {
        let mut rows = self.rows()?;
        let Some(place) = rows.codes.iter().position(|one| one.digest == *code) else {
            return Ok(Redeemed::Gone);
        };
        let AuthorizationCode { authorization, expires_at, used_at, .. } = rows.codes[place].clone();
        if used_at.is_some() {
            rows.revoke(at, |one| one.id == authorization);
            return Ok(Redeemed::Again);
        }
        if at >= expires_at || !rows.is_active(&authorization, at) {
            return Ok(Redeemed::Gone);
        }
        rows.codes[place].used_at = Some(at);
        rows.keep(access);
        rows.refresh.extend(refresh);
        Ok(Redeemed::Done)
    }

    async fn issue(&self, access: AccessToken) -> Result<bool, StoreError> {
        let mut rows = self.rows()?;
        let is_good = rows.is_active(&access.authorization, access.created_at);
        if is_good {
            rows.keep(access);
        }
        Ok(is_good)
    }

    async fn access_token(
        &self,
        digest: &KeyDigest,
    ) -> Result<Option<(AccessToken, Authorization)>, StoreError> {
        let rows = self.rows()?;
        let found = rows.access.iter().find(|token| token.digest == *digest);
        Ok(found.and_then(|token| Some((token.clone(), rows.authorization(&token.authorization)?.clone()))))
    }

    async fn refresh_token(
        &self,
        digest: &KeyDigest,
    ) -> Result<Option<(RefreshToken, Authorization)>, StoreError> {
        let rows = self.rows()?;
        let found = rows.refresh.iter().find(|token| token.digest == *digest);
        Ok(found.and_then(|token| Some((token.clone(), rows.authorization(&token.authorization)?.clone()))))
    }

    async fn rotate(
        &self,
        old: &KeyDigest,
        succession: Succession,
        access: AccessToken,
        refresh: RefreshToken,
    ) -> Result<Rotated, StoreError> {
        let mut rows = self.rows()?;
        let is_old = |token: &RefreshToken| token.digest == *old;
        let Some(place) = rows.refresh.iter().position(is_old) else { return Ok(Rotated::Stale) };
        let token = &rows.refresh[place];
        let is_good = token.succession.is_none()
            && succession.at < token.expires_at
            && rows.is_active(&token.authorization, succession.at);
        if !is_good {
            return Ok(Rotated::Stale);
        }
        rows.refresh[place].succession = Some(succession);
        for before in rows.refresh.iter_mut().filter_map(|token| token.succession.as_mut()) {
            if before.refresh == *old {
                before.salt = None;
            }
        }
        rows.keep(access);
        rows.refresh.push(refresh);
        Ok(Rotated::Done)
    }

    async fn remove_access_token(&self, digest: &KeyDigest) -> Result<(), StoreError> {
        self.rows()?.access.retain(|token| token.digest != *digest);
        Ok(())
    }

    fn record_use(&self, id: &AuthorizationId, at: Timestamp) {
        self.uses.fetch_add(1, Ordering::SeqCst);
        if let Ok(mut rows) = self.rows() {
            let client = rows.authorization(id).map(|one| one.client.clone());
            let kept = rows.clients.iter().find(|one| Some(&one.id) == client.as_ref()).cloned();
            rows.note_use(id, at);
            // What is noted is the use of the authorization alone.
            let place = rows.clients.iter().position(|one| Some(&one.id) == client.as_ref());
            if let (Some(kept), Some(place)) = (kept, place) {
                rows.clients[place] = kept;
            }
        }
    }

    async fn sweep(&self, stale: &StaleBefore) -> Result<(), StoreError> {
        let mut rows = self.rows()?;
        rows.access.retain(|token| token.expires_at > stale.now);
        rows.refresh.retain(|token| token.expires_at > stale.now);
        rows.codes.retain(|code| code.expires_at > stale.ended);
        rows.authorizations.retain(|one| {
            let is_unredeemed = one.kind == GrantKind::Consent
                && one.last_used_at.is_none()
                && one.created_at <= stale.unredeemed;
            let has_ended =
                [one.revoked_at, one.expires_at].into_iter().flatten().any(|end| end <= stale.ended);
            !is_unredeemed && !has_ended
        });
        let kept: Vec<_> = rows.authorizations.iter().map(|one| one.id.clone()).collect();
        rows.codes.retain(|code| kept.contains(&code.authorization));
        rows.access.retain(|token| kept.contains(&token.authorization));
        rows.refresh.retain(|token| kept.contains(&token.authorization));
        let busy: Vec<_> = rows.authorizations.iter().map(|one| one.client.clone()).collect();
        rows.clients.retain(|client| {
            let is_stale = match client.last_used_at {
                Some(last) => last <= stale.idle_clients,
                None => client.created_at <= stale.unused_clients,
            };
            !is_stale || busy.contains(&client.id)
        });
        Ok(())
    }
}

/// Documents of clients, in memory.
#[derive(Default)]
pub struct FakeClientDocuments {
    documents: Mutex<HashMap<String, ClientDocument>>,
    fetches: AtomicUsize,
}

impl FakeClientDocuments {
    /// Puts a document at an address.
    ///
    /// # Panics
    /// When another test thread panicked while it did that.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn put(&self, address: &str, body: impl Into<Vec<u8>>, fresh_s: Option<u64>) {
        let document = ClientDocument { body: body.into(), fresh_s };
        self.documents.lock().unwrap().insert(address.to_owned(), document);
    }

    /// Takes a document away.
    ///
    /// # Panics
    /// When another test thread panicked while it did that.
    #[expect(clippy::unwrap_used, reason = "test support")]
    pub fn remove(&self, address: &str) {
        self.documents.lock().unwrap().remove(address);
    }

    /// How often a document was asked for.
    #[must_use]
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl ClientDocuments for FakeClientDocuments {
    #[expect(clippy::unwrap_used, reason = "test support")]
    async fn fetch(&self, address: &str) -> Result<ClientDocument, NoDocument> {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        self.documents.lock().unwrap().get(address).cloned().ok_or(NoDocument::Missing)
    }
}

//! Passkeys (WebAuthn Level 3): key pairs of an authenticator, with which users sign in without name, password and code.
//!
//! | part | what |
//! |---|---|
//! | `site` | where passkeys can be used |
//! | `challenge` | what an authenticator signs |
//! | `registration`, `assertion` | what it says, checked step by step |
//! | `client_data`, `authenticator_data`, `public_key`, `cbor` | how it says that |
//! | `flaw` | what can be wrong with it |

mod assertion;
mod authenticator_data;
mod cbor;
mod challenge;
mod client_data;
mod flaw;
mod public_key;
mod registration;
mod site;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::{
    Account, AuditAction, AuditOutcome, AuditText, ChallengeKey, Passkey, PasskeyId, Session, UserId,
};
use ports::{MAX_PASSKEYS_OF_ONE, PasskeyAdded, PasskeyUse, PasskeyUsed, StoreError};
use serde_json::{Value, json};

use super::throttle::Throttled;
use super::{Accounts, AccountsError, Origin, SignedIn, named};
pub use challenge::CHALLENGE_LIFETIME_S;
use challenge::{NONCE_BYTES, Purpose};
use client_data::Sent;
use flaw::Flaw;
use public_key::ALGORITHMS;
pub use site::PasskeySite;

/// The longest name of a passkey that is kept, in characters; the rest of a longer one is cut off.
pub const MAX_PASSKEY_NAME_CHARS: usize = 64;
/// How long a browser may wait for its authenticator: as long as the challenge is good.
const TIMEOUT_MS: u64 = CHALLENGE_LIFETIME_S as u64 * 1000;
/// As what authenticators show the site.
const SITE_NAME: &str = "MCP Memory";

/// What is wrong with a passkey, and whose it is when that is known.
struct Refused {
    flaw: Flaw,
    user: Option<UserId>,
}

impl From<Flaw> for Refused {
    fn from(flaw: Flaw) -> Self {
        Self { flaw, user: None }
    }
}

impl Accounts {
    /// The passkeys of a user, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn passkeys_of(&self, user: &UserId) -> Result<Vec<Passkey>, StoreError> {
        self.store.passkeys_of(user).await
    }

    /// Lets a user, who shows the password, add a passkey in the next five minutes. Gives what the browser is to ask the
    /// authenticator: `PublicKeyCredentialCreationOptionsJSON`.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when the password is wrong, [`AccountsError::TooManyPasskeys`]; [`AccountsError`].
    pub async fn begin_passkey(
        &self,
        site: &PasskeySite,
        session: &Session,
        password: &[u8],
        from: &Origin,
    ) -> Result<Value, AccountsError> {
        let account = self.proven(&session.user, password, AuditAction::PasskeyAdd, from).await?;
        let own = self.store.passkeys_of(&session.user).await?;
        if own.len() >= MAX_PASSKEYS_OF_ONE {
            return Err(AccountsError::TooManyPasskeys);
        }
        let challenge = self.challenge(adding(session, &account)).await?;
        let (id, name) = (URL_SAFE_NO_PAD.encode(account.user.id.as_str()), account.user.name.as_str());
        let kind = |algorithm: &i64| json!({"type": "public-key", "alg": algorithm});
        let other = |own: &Passkey| json!({"type": "public-key", "id": URL_SAFE_NO_PAD.encode(own.credential.as_bytes())});
        Ok(json!({
            "rp": {"id": site.id(), "name": SITE_NAME},
            "user": {"id": id, "name": name, "displayName": name},
            "challenge": challenge,
            "pubKeyCredParams": ALGORITHMS.iter().map(kind).collect::<Vec<_>>(),
            "timeout": TIMEOUT_MS,
            "excludeCredentials": own.iter().map(other).collect::<Vec<_>>(),
            "authenticatorSelection": {
                "residentKey": "required",
                "requireResidentKey": true,
                "userVerification": "required",
            },
            "attestation": "none",
        }))
    }

    /// Adds the passkey that an authenticator made: `RegistrationResponseJSON`.
    ///
    /// # Errors
    /// [`AccountsError::WrongPasskey`] whatever is wrong with it, [`AccountsError::TooManyPasskeys`]; [`AccountsError`].
    pub async fn add_passkey(
        &self,
        site: &PasskeySite,
        session: &Session,
        credential: &str,
        name: &str,
        from: &Origin,
    ) -> Result<Passkey, AccountsError> {
        let throttled = Throttled::password(&session.user, from);
        self.attempt(&throttled).await?;
        let Some(account) = self.store.by_id(&session.user).await? else { return Err(AccountsError::NoUser) };
        let (key, now) = (self.challenge_key().await?, self.clock.now());
        let known = |shown: &[u8]| challenge::check(&key, adding(session, &account), shown, now);
        let added = match registration::check(credential, site, known) {
            Ok(made) => {
                let passkey = Passkey {
                    id: PasskeyId::from_bytes(self.random()?),
                    user: session.user.clone(),
                    credential: made.credential,
                    public_key: made.public_key,
                    sign_count: made.sign_count,
                    is_backup_eligible: made.is_backup_eligible,
                    is_backed_up: made.is_backed_up,
                    name: AuditText::new(
                        name.trim().chars().take(MAX_PASSKEY_NAME_CHARS).collect::<String>(),
                    ),
                    created_at: now,
                    last_used_at: None,
                };
                let kept = self.store.add_passkey(passkey.clone(), made.challenge, &account.password).await?;
                match kept {
                    PasskeyAdded::Added => Ok(passkey),
                    PasskeyAdded::TooMany => return Err(AccountsError::TooManyPasskeys),
                    PasskeyAdded::CredentialTaken => Err(Flaw::CredentialTaken),
                    PasskeyAdded::ChallengeUsed => Err(Flaw::ChallengeUsed),
                    PasskeyAdded::NoUser => Err(Flaw::NoUser),
                }
            }
            Err(flaw) => Err(flaw),
        };
        let passkey = match added {
            Ok(passkey) => passkey,
            Err(flaw) => {
                let entry = self.entry(AuditAction::PasskeyAdd, AuditOutcome::Refused, from);
                self.record(entry.by(named(&session.user)).saying(flaw)).await?;
                return Err(AccountsError::WrongPasskey);
            }
        };
        self.forgive(&throttled).await?;
        let entry = self.entry(AuditAction::PasskeyAdd, AuditOutcome::Done, from);
        self.record(entry.by(named(&session.user)).on(subject(&passkey))).await?;
        Ok(passkey)
    }

    /// Takes a passkey of a user, who shows the password, away.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when the password is wrong, [`AccountsError::NoPasskey`]; [`AccountsError`].
    pub async fn remove_passkey(
        &self,
        session: &Session,
        password: &[u8],
        id: &PasskeyId,
        from: &Origin,
    ) -> Result<(), AccountsError> {
        self.proven(&session.user, password, AuditAction::PasskeyRemove, from).await?;
        let removed = self.store.remove_passkey(&session.user, id).await?.ok_or(AccountsError::NoPasskey)?;
        let entry = self.entry(AuditAction::PasskeyRemove, AuditOutcome::Done, from);
        Ok(self.record(entry.by(named(&session.user)).on(subject(&removed))).await?)
    }

    /// What a browser, which is known by its cookie, is to ask an authenticator so that its user is signed in:
    /// `PublicKeyCredentialRequestOptionsJSON`. It names no passkeys, and says nothing about who there is.
    ///
    /// # Errors
    /// [`AccountsError::Randomness`], [`AccountsError::Unavailable`].
    pub async fn ask_for_passkey(&self, site: &PasskeySite, browser: &str) -> Result<Value, AccountsError> {
        Ok(json!({
            "challenge": self.challenge(Purpose::SignIn { browser }).await?,
            "timeout": TIMEOUT_MS,
            "rpId": site.id(),
            "allowCredentials": [],
            "userVerification": "required",
        }))
    }

    /// Signs somebody in with what an authenticator answers: `AuthenticationResponseJSON`.
    ///
    /// # Errors
    /// [`AccountsError::WrongPasskey`] whatever is wrong with it, [`AccountsError::LockedOut`]; [`AccountsError`].
    pub async fn sign_in_with_passkey(
        &self,
        site: &PasskeySite,
        browser: &str,
        credential: &str,
        from: &Origin,
    ) -> Result<SignedIn, AccountsError> {
        let throttled = Throttled::passkey(from);
        self.attempt(&throttled).await?;
        let (signed_in, passkey) = match self.of_passkey(site, browser, credential, from).await? {
            Ok(both) => both,
            Err(Refused { flaw, user }) => {
                let entry = self.entry(AuditAction::SignIn, AuditOutcome::Refused, from);
                let entry = entry.saying(format!("passkey: {flaw}"));
                self.record(match user {
                    Some(user) => entry.on(named(&user)),
                    None => entry,
                })
                .await?;
                return Err(AccountsError::WrongPasskey);
            }
        };
        self.forgive(&throttled).await?;
        let entry = self.entry(AuditAction::SignIn, AuditOutcome::Done, from);
        let entry = entry.by(named(&signed_in.user.id)).on(format!("session:{}", signed_in.session.id));
        self.record(entry.saying(subject(&passkey))).await?;
        Ok(signed_in)
    }

    async fn of_passkey(
        &self,
        site: &PasskeySite,
        browser: &str,
        credential: &str,
        from: &Origin,
    ) -> Result<Result<(SignedIn, Passkey), Refused>, AccountsError> {
        let read = || {
            let sent = Sent::read(credential)?;
            let id = assertion::credential(&sent)?;
            Ok::<_, Flaw>((sent, id))
        };
        let (sent, id) = match read() {
            Ok(both) => both,
            Err(flaw) => return Ok(Err(flaw.into())),
        };
        let Some(own) = self.store.passkey(&id).await? else { return Ok(Err(Flaw::Unknown.into())) };
        let refused = |flaw| Ok(Err(Refused { flaw, user: Some(own.user.clone()) }));
        let Some(account) = self.store.by_id(&own.user).await?.filter(|account| account.user.is_active())
        else {
            return refused(Flaw::NoUser);
        };
        let (key, now) = (self.challenge_key().await?, self.clock.now());
        let known = |shown: &[u8]| challenge::check(&key, Purpose::SignIn { browser }, shown, now);
        let asserted = match assertion::check(&sent, &own, site, known) {
            Ok(asserted) => asserted,
            Err(flaw) => return refused(flaw),
        };
        let signed_in = self.new_session(account.user, from)?;
        let used = PasskeyUse {
            credential: id,
            challenge: asserted.challenge,
            sign_count: asserted.sign_count,
            is_backed_up: asserted.is_backed_up,
            session: signed_in.session.clone(),
        };
        match self.store.use_passkey(used).await? {
            PasskeyUsed::SignedIn => Ok(Ok((signed_in, own))),
            PasskeyUsed::ChallengeUsed => refused(Flaw::ChallengeUsed),
            PasskeyUsed::CounterBehind => refused(Flaw::Counter),
            PasskeyUsed::NoUser => refused(Flaw::NoUser),
        }
    }

    /// A new challenge, as browsers read it.
    async fn challenge(&self, purpose: Purpose<'_>) -> Result<String, AccountsError> {
        let key = self.challenge_key().await?;
        let nonce = self.random::<NONCE_BYTES>()?;
        Ok(URL_SAFE_NO_PAD.encode(challenge::issue(&key, purpose, nonce, self.clock.now())))
    }

    async fn challenge_key(&self) -> Result<ChallengeKey, AccountsError> {
        Ok(self.store.challenge_key(ChallengeKey::from_bytes(self.random()?)).await?)
    }
}

/// For whom a challenge is with which a passkey is added: it ends with the session and with the password that was shown.
fn adding<'a>(session: &'a Session, account: &'a Account) -> Purpose<'a> {
    Purpose::Add { session: session.id.as_str(), password: account.password.as_str() }
}

/// A passkey, as the audit log names one.
fn subject(passkey: &Passkey) -> String {
    format!("passkey:{}", passkey.id)
}

//! Codes that change with the time, and recovery codes for who lost what makes them.

use form_urlencoded::byte_serialize;
use model::{
    Account, AuditAction, AuditOutcome, KeyDigest, Session, TotpOffer, TotpSecret, UserId, UserName,
};

use super::throttle::Throttled;
use super::{Accounts, AccountsError, Origin, named, totp};
use crate::Secret;

/// How many recovery codes are made.
pub const RECOVERY_CODES: usize = 10;
/// How long a second factor that is offered can be confirmed, in seconds.
const OFFER_LIFETIME_S: f64 = 600.0;
/// The random bytes of a recovery code: 80 bits.
const RECOVERY_CODE_BYTES: usize = 10;
/// As what authenticators show the codes.
const ISSUER: &str = "MCP Memory";

/// What a user's authenticator needs.
#[derive(Debug, Clone)]
pub struct TotpSetUp {
    /// The secret as people type it (base32).
    pub secret: Secret,
    /// The same as an address, for a link or a picture of squares: `otpauth://totp/`.
    pub address: Secret,
}

impl Accounts {
    /// Offers a user, who shows the password, a second factor. It counts when it is [confirmed](Self::confirm_totp) with one of its
    /// codes, and takes the place of the one there is then.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when the password is wrong; [`AccountsError`].
    pub async fn begin_totp(
        &self,
        session: &Session,
        password: &[u8],
        from: &Origin,
    ) -> Result<TotpSetUp, AccountsError> {
        let account = self.proven(&session.user, password, AuditAction::SecondFactorAdd, from).await?;
        let secret = TotpSecret::from_bytes(self.random()?);
        let expires_at = self.clock.now().plus_seconds(OFFER_LIFETIME_S);
        if !self.store.offer_totp(&session.user, TotpOffer { secret: secret.clone(), expires_at }).await? {
            return Err(AccountsError::NoUser);
        }
        let text = totp::written(secret.as_bytes());
        let address = Secret::new(address(&account.user.name, &text));
        Ok(TotpSetUp { secret: Secret::new(text), address })
    }

    /// Makes the offered factor the second factor, with a code of it, and gives new recovery codes, to be shown once.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when the code is wrong, [`AccountsError::NothingOffered`]; [`AccountsError`].
    pub async fn confirm_totp(
        &self,
        session: &Session,
        code: &str,
        from: &Origin,
    ) -> Result<Vec<Secret>, AccountsError> {
        let (id, now) = (&session.user, self.clock.now());
        let throttled = Throttled::password(id, from);
        self.attempt(&throttled).await?;
        let offer = self.store.offered_totp(id).await?.filter(|offer| now < offer.expires_at);
        let offer = offer.ok_or(AccountsError::NothingOffered)?;
        let Some(step) = totp::step_of(&offer.secret, &without_blanks(code), now) else {
            let entry = self.entry(AuditAction::SecondFactorAdd, AuditOutcome::Refused, from);
            self.record(entry.by(named(id)).saying("wrong code")).await?;
            return Err(AccountsError::WrongCredentials);
        };
        let (codes, digests) = self.recovery_codes()?;
        if !self.store.confirm_totp(id, &offer, step, digests).await? {
            return Err(AccountsError::NothingOffered);
        }
        self.forgive(&throttled).await?;
        self.tell(AuditAction::SecondFactorAdd, id, from).await?;
        Ok(codes)
    }

    /// Takes the second factor of a user, who shows the password, away.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when the password is wrong, [`AccountsError::NoSecondFactor`]; [`AccountsError`].
    pub async fn remove_totp(
        &self,
        session: &Session,
        password: &[u8],
        from: &Origin,
    ) -> Result<(), AccountsError> {
        self.proven(&session.user, password, AuditAction::SecondFactorRemove, from).await?;
        if !self.store.remove_totp(&session.user).await? {
            return Err(AccountsError::NoSecondFactor);
        }
        self.tell(AuditAction::SecondFactorRemove, &session.user, from).await
    }

    /// Gives a user, who shows the password, new recovery codes, to be shown once. Those from before are refused from now on.
    ///
    /// # Errors
    /// [`AccountsError::WrongCredentials`] when the password is wrong, [`AccountsError::NoSecondFactor`]; [`AccountsError`].
    pub async fn new_recovery_codes(
        &self,
        session: &Session,
        password: &[u8],
        from: &Origin,
    ) -> Result<Vec<Secret>, AccountsError> {
        self.proven(&session.user, password, AuditAction::RecoveryCodesMake, from).await?;
        let (codes, digests) = self.recovery_codes()?;
        if !self.store.set_recovery_codes(&session.user, digests).await? {
            return Err(AccountsError::NoSecondFactor);
        }
        self.tell(AuditAction::RecoveryCodesMake, &session.user, from).await?;
        Ok(codes)
    }

    /// Whether what somebody shows besides the password is enough. It is used up then.
    pub(super) async fn is_second_right(
        &self,
        account: &Account,
        second: Option<&str>,
        from: &Origin,
    ) -> Result<bool, AccountsError> {
        let Some(own) = &account.totp else { return Ok(true) };
        let id = &account.user.id;
        let shown = without_blanks(second.unwrap_or_default());
        if let Some(step) = totp::unused_step_of(own, &shown, self.clock.now()) {
            return Ok(self.store.use_totp(id, step).await?);
        }
        if shown.is_empty() || !self.store.use_recovery_code(id, &digest(&shown)).await? {
            return Ok(false);
        }
        self.tell(AuditAction::RecoveryCodeUse, id, from).await?;
        Ok(true)
    }

    /// New recovery codes, and what is kept of them.
    fn recovery_codes(&self) -> Result<(Vec<Secret>, Vec<KeyDigest>), AccountsError> {
        let (mut codes, mut digests) = (Vec::new(), Vec::new());
        for _ in 0..RECOVERY_CODES {
            let text = totp::written(&self.random::<RECOVERY_CODE_BYTES>()?).to_ascii_lowercase();
            digests.push(digest(&text));
            let groups: Vec<&str> = (0..4).filter_map(|group| text.get(4 * group..4 * group + 4)).collect();
            codes.push(Secret::new(groups.join("-")));
        }
        Ok((codes, digests))
    }

    async fn tell(&self, action: AuditAction, id: &UserId, from: &Origin) -> Result<(), AccountsError> {
        Ok(self.record(self.entry(action, AuditOutcome::Done, from).by(named(id))).await?)
    }
}

/// By which a recovery code is kept, in capitals or not.
fn digest(code: &str) -> KeyDigest {
    KeyDigest::of(code.to_ascii_lowercase().as_bytes())
}

/// A code without what people put in between for their eyes.
fn without_blanks(code: &str) -> String {
    code.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect()
}

/// A second factor as an address (the form of Google Authenticator's "Key Uri Format").
fn address(name: &UserName, secret: &str) -> String {
    let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
    let (issuer, name) = (escaped(ISSUER), escaped(name.as_str()));
    format!(
        "otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_escapes_what_has_a_meaning_there() {
        let name = UserName::new("anna+1@example.org").unwrap();
        assert_eq!(
            address(&name, "ABC"),
            "otpauth://totp/MCP%20Memory:anna%2B1%40example.org?secret=ABC&issuer=MCP%20Memory\
             &algorithm=SHA1&digits=6&period=30"
        );
    }
}

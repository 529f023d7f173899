//! Passkeys in memory.

use model::{Passkey, PasswordHash, UsedChallenge};
use ports::{MAX_PASSKEYS_OF_ONE, PasskeyAdded, PasskeyUse, PasskeyUsed};

use super::Rows;

impl Rows {
    pub(super) fn add_passkey(
        &mut self,
        passkey: Passkey,
        challenge: UsedChallenge,
        password: &PasswordHash,
    ) -> PasskeyAdded {
        let account = self.find(|account| account.user.id == passkey.user);
        if !account.is_some_and(|account| account.user.is_active() && account.password == *password) {
            return PasskeyAdded::NoUser;
        }
        if self.is_used(&challenge) {
            return PasskeyAdded::ChallengeUsed;
        }
        if self.passkeys.iter().any(|other| other.credential == passkey.credential) {
            return PasskeyAdded::CredentialTaken;
        }
        if self.passkeys.iter().filter(|other| other.user == passkey.user).count() >= MAX_PASSKEYS_OF_ONE {
            return PasskeyAdded::TooMany;
        }
        self.passkeys.push(passkey);
        self.passkeys
            .sort_by(|one, other| one.created_at.as_seconds().total_cmp(&other.created_at.as_seconds()));
        self.used_challenges.push(challenge);
        PasskeyAdded::Added
    }

    pub(super) fn use_passkey(&mut self, used: PasskeyUse) -> PasskeyUsed {
        let user = &used.session.user;
        let account = self.find(|account| account.user.id == *user && account.user.is_active());
        let is_used = self.is_used(&used.challenge);
        let own = self.passkeys.iter_mut().find(|own| own.credential == used.credential && own.user == *user);
        let Some(own) = own.filter(|_| account.is_some()) else { return PasskeyUsed::NoUser };
        if is_used {
            return PasskeyUsed::ChallengeUsed;
        }
        if used.sign_count <= own.sign_count && (used.sign_count, own.sign_count) != (0, 0) {
            return PasskeyUsed::CounterBehind;
        }
        (own.sign_count, own.is_backed_up) = (used.sign_count, used.is_backed_up);
        own.last_used_at = Some(used.session.created_at);
        self.used_challenges.push(used.challenge);
        self.insert_session(used.session);
        PasskeyUsed::SignedIn
    }

    fn is_used(&self, challenge: &UsedChallenge) -> bool {
        self.used_challenges.iter().any(|used| used.digest == challenge.digest)
    }
}

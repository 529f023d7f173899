//! Attempts are counted before they are made, by account and by machine, and slowed down.

use std::net::{IpAddr, Ipv6Addr};

use model::{Backoff, KeyDigest, User, UserId};
use ports::{Counter, Forgiven};

use super::{Accounts, AccountsError, Origin};

/// After so many seconds without an attempt all is forgotten.
pub(super) const FORGET_S: f64 = 24.0 * 3600.0;
/// For one account: ten attempts in the first minutes, then four in an hour.
const ACCOUNT: Backoff = Backoff { free: 5, first_s: 5.0, longest_s: 900.0, forget_s: FORGET_S };
/// For one machine, behind which may be many people.
const MACHINE: Backoff = Backoff { free: 20, first_s: 5.0, longest_s: 900.0, forget_s: FORGET_S };

/// The counters of an attempt.
pub(crate) struct Throttled {
    account: Option<Counter>,
    machine: Option<Counter>,
}

impl Throttled {
    /// Signing in with a name, whether anybody has it or not.
    pub(super) fn name(name: &[u8], from: &Origin) -> Self {
        Self { account: Some(counter("name", name, ACCOUNT)), machine: machine(from) }
    }

    /// Showing the password, or a code, once more.
    pub(super) fn password(id: &UserId, from: &Origin) -> Self {
        Self { account: Some(counter("password", id.as_str().as_bytes(), ACCOUNT)), machine: machine(from) }
    }

    /// Signing in with a passkey: no name is typed, and signatures are not guessed.
    pub(super) fn passkey(from: &Origin) -> Self {
        Self { account: None, machine: machine(from) }
    }

    /// Coming back from a provider of identities, which has counters of accounts itself.
    pub(super) fn provider(from: &Origin) -> Self {
        Self { account: None, machine: machine(from) }
    }

    /// Setting up the first user.
    pub(super) fn set_up(from: &Origin) -> Self {
        Self { account: None, machine: machine(from) }
    }
}

fn counter(what: &str, whose: &[u8], backoff: Backoff) -> Counter {
    let digest = KeyDigest::of(&[what.as_bytes(), b"\0", whose].concat());
    Counter { digest, backoff }
}

/// A machine by its address, or of IPv6 by its network: one has as many addresses of that as it likes.
fn machine(from: &Origin) -> Option<Counter> {
    let address = match from.machine?.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address @ IpAddr::V4(_) => address,
    };
    Some(counter("machine", address.to_string().as_bytes(), MACHINE))
}

impl Accounts {
    /// Counts an attempt.
    ///
    /// # Errors
    /// [`AccountsError::LockedOut`] when it is too early.
    pub(super) async fn attempt(&self, throttled: &Throttled) -> Result<(), AccountsError> {
        let now = self.clock.now();
        let counters: Vec<_> = [throttled.account, throttled.machine].into_iter().flatten().collect();
        let Some(next_at) = self.store.attempt(&counters, now).await? else { return Ok(()) };
        let wait_s = (next_at.as_seconds() - now.as_seconds()).ceil().max(1.0);
        tracing::debug!(wait_s, "an attempt to sign in came too early");
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a quarter of an hour at most"
        )]
        Err(AccountsError::LockedOut { seconds: wait_s as u64 })
    }

    /// Says that an attempt was right. Other attempts of that machine go on counting: whoever has one account does not get more
    /// attempts at others by it.
    pub(super) async fn forgive(&self, throttled: &Throttled) -> Result<(), AccountsError> {
        if let Some(account) = throttled.account {
            self.store.forgive(&account.digest, Forgiven::All).await?;
        }
        if let Some(machine) = throttled.machine {
            self.store.forgive(&machine.digest, Forgiven::One).await?;
        }
        Ok(())
    }

    /// Forgets which attempts of a user failed.
    pub(super) async fn forget_attempts(&self, user: &User) -> Result<(), AccountsError> {
        let from = Origin::default();
        for throttled in
            [Throttled::name(user.name.as_str().as_bytes(), &from), Throttled::password(&user.id, &from)]
        {
            self.forgive(&throttled).await?;
        }
        Ok(())
    }
}

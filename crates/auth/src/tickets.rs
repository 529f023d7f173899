//! A right to open one stream, for callers that cannot send headers.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use model::{KeyDigest, Timestamp};
use ports::Rng;
use thiserror::Error;

use crate::base62;
use crate::{Credential, Principal, Secret};

/// How long a ticket is good, in seconds.
pub const TICKET_LIFETIME_S: f64 = 60.0;
/// How many tickets may wait to be used.
pub const MAX_PENDING_TICKETS: usize = 4096;
/// How many of them may be one caller's: nobody takes all.
pub const MAX_TICKETS_OF_ONE: usize = 512;

/// What every ticket begins with.
const PREFIX: &str = "mtk_";
/// Random digits: 190 bits.
const RANDOM_CHARS: usize = 32;

/// A ticket, to be shown to its caller once.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    text: Secret,
    /// From when on it is refused.
    pub expires_at: Timestamp,
}

impl Ticket {
    /// The ticket as the caller is to send it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        self.text.reveal()
    }
}

/// Why there is no ticket.
#[derive(Debug, Error)]
pub enum NoTicket {
    /// Too many wait to be used.
    #[error("too many tickets wait to be used: use one, or try again in a minute")]
    TooMany,
    /// The caller showed a ticket itself.
    #[error("a ticket buys no ticket: send the API key in a header")]
    OfTicket,
    /// There is no randomness to be had.
    #[error("no ticket could be made")]
    Random(#[from] io::Error),
}

struct Pending {
    principal: Principal,
    expires_at: Timestamp,
}

/// The tickets of this process. Only their digests are kept. A ticket is good for [`TICKET_LIFETIME_S`] seconds and for one
/// use.
pub struct Tickets {
    rng: Arc<dyn Rng>,
    pending: Mutex<HashMap<KeyDigest, Pending>>,
}

impl Tickets {
    /// None yet.
    #[must_use]
    pub fn new(rng: Arc<dyn Rng>) -> Self {
        Self { rng, pending: Mutex::default() }
    }

    /// A ticket for a caller.
    ///
    /// # Errors
    /// [`NoTicket`].
    pub fn issue(&self, principal: &Principal, now: Timestamp) -> Result<Ticket, NoTicket> {
        if principal.credential == Credential::Ticket {
            return Err(NoTicket::OfTicket);
        }
        let text = Secret::new(format!("{PREFIX}{}", base62::random(&*self.rng, RANDOM_CHARS)?));
        let expires_at = now.plus_seconds(TICKET_LIFETIME_S);
        let mut pending = self.lock();
        pending.retain(|_, pending| now < pending.expires_at);
        let own = pending.values().filter(|pending| pending.principal.id == principal.id).count();
        if pending.len() >= MAX_PENDING_TICKETS || own >= MAX_TICKETS_OF_ONE {
            return Err(NoTicket::TooMany);
        }
        let principal = Principal { credential: Credential::Ticket, ..principal.clone() };
        pending.insert(text.digest(), Pending { principal, expires_at });
        Ok(Ticket { text, expires_at })
    }

    /// Who bought a ticket. It is used up, and so is one that comes too late.
    ///
    /// What its buyer may do can have changed meanwhile: [`Authenticator::confirm`](crate::Authenticator::confirm) knows.
    #[must_use]
    pub fn redeem(&self, text: &str, now: Timestamp) -> Option<Principal> {
        if text.len() != PREFIX.len() + RANDOM_CHARS {
            return None;
        }
        let found = self.lock().remove(&KeyDigest::of(text.as_bytes()))?;
        (now < found.expires_at).then_some(found.principal)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<KeyDigest, Pending>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Capability;
    use ports::SystemRng;

    fn tickets() -> Tickets {
        Tickets::new(Arc::new(SystemRng))
    }

    fn at(seconds: f64) -> Timestamp {
        Timestamp::from_seconds(seconds).unwrap()
    }

    fn caller(number: usize) -> Principal {
        Principal { id: format!("key:{number}"), ..Principal::owner() }
    }

    #[test]
    fn a_ticket_is_good_for_one_use() {
        let tickets = tickets();
        let ticket = tickets.issue(&Principal::owner(), at(0.0)).unwrap();
        let redeemed = tickets.redeem(ticket.reveal(), at(1.0)).unwrap();
        assert_eq!(redeemed, Principal { credential: Credential::Ticket, ..Principal::owner() });
        assert_eq!(tickets.redeem(ticket.reveal(), at(1.0)), None);
    }

    #[test]
    fn of_many_who_show_one_ticket_at_once_one_gets_in() {
        let tickets = tickets();
        let ticket = tickets.issue(&Principal::owner(), at(0.0)).unwrap();
        let admitted = std::thread::scope(|scope| {
            let tries: Vec<_> =
                (0..32).map(|_| scope.spawn(|| tickets.redeem(ticket.reveal(), at(1.0)))).collect();
            tries.into_iter().filter_map(|one| one.join().unwrap()).count()
        });
        assert_eq!(admitted, 1);
    }

    #[test]
    fn a_ticket_ends_in_the_moment_in_which_it_expires() {
        for (age, is_good) in [(0.0, true), (59.0, true), (59.999, true), (60.0, false), (61.0, false)] {
            let tickets = tickets();
            let ticket = tickets.issue(&Principal::owner(), at(1000.0)).unwrap();
            assert_eq!(ticket.expires_at, at(1060.0));
            assert_eq!(tickets.redeem(ticket.reveal(), at(1000.0 + age)).is_some(), is_good, "{age}");
            assert_eq!(tickets.redeem(ticket.reveal(), at(1000.0)), None, "it is used up");
        }
    }

    #[test]
    fn a_ticket_buys_no_ticket() {
        let tickets = tickets();
        let ticket = tickets.issue(&Principal::anonymous(Capability::Read), at(0.0)).unwrap();
        let redeemed = tickets.redeem(ticket.reveal(), at(1.0)).unwrap();
        assert!(matches!(tickets.issue(&redeemed, at(2.0)), Err(NoTicket::OfTicket)));
    }

    #[test]
    fn what_is_no_ticket_gets_nobody_in() {
        let tickets = tickets();
        let ticket = tickets.issue(&Principal::owner(), at(0.0)).unwrap();
        let text = ticket.reveal();
        for wrong in ["", "mtk_", &text[1..], &format!("{text}0"), &text.to_uppercase(), &"x".repeat(1 << 20)]
        {
            assert_eq!(tickets.redeem(wrong, at(1.0)), None);
        }
        assert!(tickets.redeem(text, at(1.0)).is_some());
    }

    #[test]
    fn no_more_tickets_wait_than_the_limits_allow() {
        let tickets = tickets();
        for _ in 0..MAX_TICKETS_OF_ONE {
            tickets.issue(&caller(0), at(0.0)).unwrap();
        }
        assert!(matches!(tickets.issue(&caller(0), at(0.0)), Err(NoTicket::TooMany)));
        let others = MAX_PENDING_TICKETS / MAX_TICKETS_OF_ONE;
        for number in 1..others {
            for _ in 0..MAX_TICKETS_OF_ONE {
                tickets.issue(&caller(number), at(0.0)).unwrap();
            }
        }
        assert!(matches!(tickets.issue(&caller(others), at(59.0)), Err(NoTicket::TooMany)));
        // What nobody used is forgotten.
        assert!(tickets.issue(&caller(0), at(60.0)).is_ok());
        assert_eq!(tickets.lock().len(), 1);
    }

    #[test]
    fn a_ticket_is_kept_and_shown_nowhere() {
        let tickets = tickets();
        let ticket = tickets.issue(&Principal::owner(), at(0.0)).unwrap();
        assert!(!format!("{ticket:?}").contains(&ticket.reveal()[4..12]));
        assert!(tickets.lock().keys().any(|digest| *digest == KeyDigest::of(ticket.reveal().as_bytes())));
    }
}

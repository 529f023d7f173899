//! Where a user is signed in.

use crate::id::random_id;
use crate::{AuditText, KeyDigest, Timestamp, UserId};

random_id! {
    /// The id of a session. It is no secret, and nobody is let in by it.
    SessionId
}

/// A browser in which a user is signed in.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Who is signed in.
    pub user: UserId,
    /// By which it is found.
    pub digest: KeyDigest,
    /// When the user signed in.
    pub created_at: Timestamp,
    /// When it was used last, to the minute.
    pub last_used_at: Timestamp,
    /// From when on it is refused, however much it is used.
    pub expires_at: Timestamp,
    /// From which machine the user signed in.
    pub machine: Option<AuditText>,
    /// With which program, as the program says.
    pub agent: Option<AuditText>,
}

impl Session {
    /// Whether it is good at a time: neither too old nor unused for `idle_s` seconds. It is not any more in the very moment in which
    /// it ends.
    #[must_use]
    pub fn is_good(&self, now: Timestamp, idle_s: f64) -> bool {
        now < self.expires_at && now < self.last_used_at.plus_seconds(idle_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_ends_when_it_is_too_old_and_when_nobody_uses_it() {
        let at = |seconds: f64| Timestamp::from_seconds(seconds).unwrap();
        let session = Session {
            id: SessionId::from_bytes([1; 10]),
            user: UserId::from_bytes([2; 10]),
            digest: KeyDigest::of(b"secret"),
            created_at: at(0.0),
            last_used_at: at(50.0),
            expires_at: at(100.0),
            machine: None,
            agent: None,
        };
        let good = |seconds: f64, idle_s: f64| session.is_good(at(seconds), idle_s);
        assert_eq!([59.0, 60.0, 61.0].map(|now| good(now, 10.0)), [true, false, false]);
        assert_eq!([99.0, 100.0, 101.0].map(|now| good(now, 1000.0)), [true, false, false]);
    }
}

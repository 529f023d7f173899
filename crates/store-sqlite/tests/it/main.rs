//! The store from outside: through its port, and beside other users of the same file.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![expect(clippy::disallowed_methods, reason = "tests compare the bytes of databases that nobody has open")]

mod access;
mod samples;

mod accounts;
mod audit;
mod backups;
mod basics;
mod carrying;
mod contract;
mod damage;
mod events;
mod examining;
mod form;
mod identities;
mod keys;
mod locks;
mod nearest;
mod neighbours;
mod oauth;
mod oddities;
mod originals;
mod purging;
mod recall;
mod settling;
mod shared_spaces;
mod upgrades;
mod versions;
mod words;

//! The shape of the database, and how files of every release are brought into it.
//!
//! | module | what |
//! |---|---|
//! | [`catalogue`] | every table, column, index and trigger of release 12.4, and our own side tables |
//! | [`form`] | what a file has, read from its schema; what is missing |
//! | [`open`] | new file, old file, newer file: what to do with each |
//! | [`steps`] | one file for each step of the way |
//!
//! A new file and an old one go the same way: each step adds what is not there. All steps run in one transaction.
//! To add something: put it into the catalogue (or write a step), and raise [`SCHEMA`].

pub(crate) mod catalogue;
pub(crate) mod form;
pub(crate) mod open;
pub(crate) mod steps;

/// The number of our own schema, kept in `service_info`. A file with a larger one is refused untouched.
pub(crate) const SCHEMA: i64 = 4;

//! The steps of a client, in the order in which it takes them.

pub(super) mod authorization;
pub(super) mod challenge;
pub(super) mod page;
pub(super) mod reach;
pub(super) mod registration;
pub(super) mod resource;
pub(super) mod server;
pub(super) mod sign_in;
pub(super) mod token;

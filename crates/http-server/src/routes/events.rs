//! `/api/events`: live events, who listens to them, and tickets for those who cannot send a header.

pub(crate) mod open;
pub(crate) mod stats;
pub(crate) mod ticket;

//! `/api/server`: the running server.

pub(crate) mod status;

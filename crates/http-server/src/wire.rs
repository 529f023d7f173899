//! What requests and answers look like. Names, and that a field without a value is null rather than left out, are the original's.

mod memory;
mod search;

pub(crate) use memory::Memory;
pub(crate) use search::{Found, Hit};

//! Every format, read and written from outside.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod detection;
mod fixtures;
mod hostile;
mod mem0;
mod memory_server;
mod native;
mod original;
mod round_trip;
mod streaming;

//! Every format, read and written from outside.

mod detection;
mod fixtures;
mod hostile;
mod mem0;
mod memory_server;
mod native;
mod original;
mod round_trip;

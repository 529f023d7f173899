//! The store from outside: through its port, and beside other users of the same file.

mod samples;

mod basics;
mod contract;
mod form;
mod neighbours;
mod originals;
mod upgrades;

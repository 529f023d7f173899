//! The search on the real store: what must hold whatever is stored, by whom and in what order.
//!
//! | file | what holds |
//! |---|---|
//! | [`phrases`] | every five words that were stored are found again, in any script |
//! | [`filters`] | a filter leaves out and never adds, in every mode |
//! | [`order`] | the order of storing does not change the ranking |
//! | [`derived`] | words and vectors are those of the rows, after any writes of ours and of the original |
//!
//! The engine and the store are the product's; the embedder is a fake that counts words, so that no model is loaded.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod derived;
mod filters;
mod order;
mod phrases;
mod place;

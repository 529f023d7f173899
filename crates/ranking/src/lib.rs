//! Pure ranking: candidate lists in, one ranked list out.
//!
//! [`fuse`] joins the two legs of a search, [`lead`] puts those first that have the query word for word. Nothing here
//! reads a store, a clock or a setting; later stages (priors, near-duplicate suppression, token budgets) come as
//! functions of their own, each a list in and a list out.

mod fusion;

pub use fusion::{Fused, Leg, fuse, lead, shares};

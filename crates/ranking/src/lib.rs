//! Pure ranking: candidate lists in, one ranked list out.
//!
//! | stage | what it does |
//! |---|---|
//! | [`rank`] | the default search: all stages down to [`lead`], each as much as the [`Weights`] say |
//! | [`words_in_context`], [`cosines_in_context`] | let what was said around a memory count for it |
//! | [`fuse`] | joins the two legs of a search; [`weighted_average`] and [`reciprocal_ranks`] do it as other programs do |
//! | [`apply`] | adds what speaks for a memory besides its text: its speaker, its time, its conversation |
//! | [`lead`] | puts those first that have the query word for word |
//! | [`Evidence`] | how likely it is that a hit is an answer |
//! | [`by_conversation`], [`repeated`], [`within`] | shape the list: one memory for each conversation, no repetitions, a budget of tokens |
//!
//! Nothing here reads a store, a clock or a setting. A new stage is a file: a list in and a list out.

mod budget;
mod confidence;
mod context;
mod duplicates;
mod fusion;
mod groups;
mod hybrid;
mod modes;
mod priors;
mod weights;

pub use budget::{tokens, within};
pub use confidence::{Evidence, FEATURES};
pub use context::{Around, Covered, DISTANCE, cosines_in_context, words_in_context};
pub use duplicates::repeated;
pub use fusion::{Fused, Leg, fuse, lead};
pub use groups::{Group, by_conversation};
pub use hybrid::{Found, Ranked, rank};
pub use modes::{reciprocal_ranks, weighted_average};
pub use priors::{Naming, Parts, Prior, apply};
pub use weights::Weights;

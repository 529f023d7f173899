//! Vectors: where they are stored, and how the nearest are found.
//!
//! | module | what |
//! |---|---|
//! | [`home`] | which table holds the vectors of the model in use, so that two models are never mixed |
//! | [`settle`] | finding out whose vectors a foreign database holds |
//! | [`stored`] | reading stored vectors in bulk, past vec0 |
//! | [`codes`] | a vector in one byte for each number |
//! | [`index`] | all vectors in memory, as codes and exactly |
//! | [`upkeep`] | keeping the index true while this process and others write |
//! | [`search`], [`pairs`] | the nearest memories that meet a filter; memories near each other |
//! | [`spaces`] | whose vectors there are |
//!
//! vec0 keeps the vectors and the original finds them there, but it reads all of them from the file for every question
//! (14 ms for 10,000) and gives at most 4,096. The index in memory answers in a fraction of that, and exactly.

pub(crate) mod codes;
pub(crate) mod home;
pub(crate) mod index;
pub(crate) mod pairs;
pub(crate) mod search;
pub(crate) mod settle;
pub(crate) mod spaces;
pub(crate) mod stored;
pub(crate) mod upkeep;

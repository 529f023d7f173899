//! Vectors: where they are stored, and how the nearest are found.
//!
//! | module | what |
//! |---|---|
//! | [`home`] | which table holds the vectors of the model in use, so that two models are never mixed |
//! | [`settle`] | finding out whose vectors a foreign database holds |
//! | [`stored`] | reading stored vectors in bulk, past vec0 |
//! | [`rotation`], [`codes`] | a vector in one bit a number; about how near it is, and how far off that is at most |
//! | [`kernels`] | counting bits, for each kind of processor |
//! | [`fine`], [`exact`] | a vector in sixteen bits a number; cosines |
//! | [`derived`] | codes and copies in the database |
//! | [`index`] | all vectors in memory, as codes |
//! | [`upkeep`] | keeping the index true while this process and others write |
//! | [`search`], [`best`], [`pairs`] | the nearest memories that meet a filter; memories near each other |
//! | [`spaces`] | whose vectors there are |
//!
//! vec0 keeps the vectors and the original finds them there, but it reads all of them from the file for every question and
//! gives at most 4,096. How the index finds the same in a thousandth of the time stands in
//! docs/decisions/0011-vector-index.md.

pub(crate) mod best;
pub(crate) mod codes;
pub(crate) mod derived;
pub(crate) mod exact;
pub(crate) mod fine;
pub(crate) mod home;
pub(crate) mod index;
pub(crate) mod kernels;
pub(crate) mod pairs;
pub(crate) mod rotation;
pub(crate) mod search;
pub(crate) mod settle;
pub(crate) mod spaces;
pub(crate) mod stored;
pub(crate) mod upkeep;

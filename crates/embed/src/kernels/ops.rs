//! The loops themselves, written once. Row counts are free; column counts are multiples of 16.
//!
//! Every function here is inlined into one that is compiled for the instructions of its kernel: see [`super::set`].

mod attention;
mod functions;
mod linear;
mod quantise;
mod rows;

pub(crate) use attention::attend;
#[cfg(test)]
pub(crate) use functions::{exp, gelu};
pub(crate) use linear::linear;
#[cfg(test)]
pub(crate) use linear::one_tile;
pub(crate) use quantise::quantise;
pub(crate) use rows::{add_norm, embed};

/// Rows of 8-bit codes: `value = (code - zero) * scale`.
pub(crate) struct Codes<'a> {
    /// Rows of as many codes as the layer has inputs.
    pub(crate) codes: &'a [u8],
    /// What a step of each row is worth.
    pub(crate) scales: &'a [f32],
    /// The code of 0 in each row.
    pub(crate) zeros: &'a [i32],
}

/// As [`Codes`], to be written.
pub(crate) struct CodesMut<'a> {
    pub(crate) codes: &'a mut [u8],
    pub(crate) scales: &'a mut [f32],
    pub(crate) zeros: &'a mut [i32],
}

/// A layer normalisation.
#[derive(Clone, Copy)]
pub(crate) struct Norm<'a> {
    pub(crate) gamma: &'a [f32],
    pub(crate) beta: &'a [f32],
}

/// What turns tokens into rows.
pub(crate) struct EmbeddingTables<'a> {
    /// One row of 8-bit numbers for each word.
    pub(crate) words: &'a [i8],
    /// What a step of each word's row is worth.
    pub(crate) scales: &'a [f32],
    /// One row for each position, the token type's row included.
    pub(crate) positions: &'a [f32],
    pub(crate) norm: Norm<'a>,
}

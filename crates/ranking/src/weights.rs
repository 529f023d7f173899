//! How much each part of the default search counts.

use crate::context::DISTANCE;

/// The constants of [`rank`](crate::rank) and of [`by_conversation`](crate::by_conversation). A part that counts 0 is
/// left out. How they were chosen stands in `docs/decisions/0010-retrieval-pipeline.md`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weights {
    /// Words, against meaning.
    pub words: f64,
    /// Meaning, against words.
    pub meaning: f64,
    /// The exponent of their mean: the higher, the more it counts to stand out in one of them.
    pub exponent: f64,
    /// A word of a neighbour, by distance, against a word of the memory itself.
    pub near_words: [f64; DISTANCE],
    /// The cosines of all neighbours together, against the memory's own.
    pub near_meaning: f64,
    /// The cosine of a neighbour at distance 2, against one at distance 1.
    pub far_meaning: f64,
    /// What a memory gets whose speaker, or an entity it is linked to, the query names.
    pub named: f64,
    /// What a memory gets that is of the time that the query speaks of.
    pub timely: f64,
    /// The best memory of a conversation for the others of it, against their own fit.
    pub conversation: f64,
    /// Each further memory of a conversation, against the one before it, where the conversations themselves are put in
    /// order.
    pub further: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            words: 0.5,
            meaning: 0.5,
            exponent: 1.4,
            near_words: [0.5, 0.25],
            near_meaning: 0.5,
            far_meaning: 0.5,
            named: 0.05,
            timely: 0.05,
            conversation: 0.3,
            further: 0.5,
        }
    }
}

//! The shape of all-MiniLM-L6-v2: a BERT encoder of six layers.

/// Numbers in a vector, and columns of the hidden state.
pub const DIMENSION: usize = 384;
/// Columns between the two halves of the feed-forward part.
pub const INNER: usize = 1536;
/// Encoder layers.
pub const LAYERS: usize = 6;
/// Attention heads of a layer.
pub const HEADS: usize = 12;
/// Columns of one head.
pub const HEAD: usize = DIMENSION / HEADS;
/// Queries, keys and values of one row, side by side.
pub const QKV: usize = 3 * DIMENSION;
/// Words and pieces of words that the model knows.
pub const WORDS: usize = 30_522;
/// Tokens of a text that are read, `[CLS]` and `[SEP]` included; what follows is cut off.
pub const TOKENS: usize = 256;
/// What is added to a variance before its root is taken.
pub const NORM_EPSILON: f32 = 1e-12;

/// `[UNK]`: a word that no pieces make.
pub const UNKNOWN: u16 = 100;
/// `[CLS]`: the first token of each text.
pub const FIRST: u16 = 101;
/// `[SEP]`: the last token of each text.
pub const LAST: u16 = 102;

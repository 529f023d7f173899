//! Text to vectors: the model all-MiniLM-L6-v2, inside the binary.
//!
//! No download, no network, no foreign library: the weights, quantised to 8 bits, are part of the program's read-only data
//! and are used where they lie, so that loading takes no time and processes share them. Why it is so, and what else was
//! measured, stands in `docs/decisions/0002-embedding-inside-the-binary.md`.
//!
//! | part | what it does |
//! |---|---|
//! | [`BuiltIn`] | the adapter of [`ports::Embedder`]: a background thread, requests batched |
//! | [`Encoder`] | texts to vectors, synchronously |
//! | `wordpiece` | text to tokens, as the model was trained |
//! | `forward` | the forward pass over packed sequences |
//! | [`Kernel`] | the inner loops, one set for each kind of processor, chosen at run time |
//! | `weights`, [`layout`] | the model's file, read in place |
//!
//! # Adding a kernel
//! Implement `Simd` and `Tile` for a new type in a file under `kernels/`, call `kernel_set!` with its features, add it to
//! [`Kernel`]: the property tests then hold it against the scalar twin. The file of the model is made by
//! `cargo xtask model`.

mod builtin;
mod encoder;
mod forward;
mod kernels;
pub mod layout;
pub mod shape;
mod weights;
mod wordpiece;

pub use builtin::BuiltIn;
pub use encoder::{EncodeError, Encoder};
pub use kernels::Kernel;
pub use weights::model_file;
pub use wordpiece::Words;

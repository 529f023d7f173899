//! Text to vectors: a model in a local directory, laid out as sentence-transformers and Hugging Face write it.
//!
//! | part | what |
//! |---|---|
//! | [`ModelDirectory`] | the directory, looked through: which model, how long its vectors are, whether its files are whole |
//! | [`DirectoryError`] | what is missing, torn or not supported, and what to do |
//! | [`LocalEmbedder`] | the adapter of [`ports::Embedder`]: a thread that loads the model and takes requests |
//! | [`hub`] | where the downloads of Hugging Face's tools are kept, by the name of a model |
//! | `files` | the files of a directory: nothing outside of it is read, nothing without a limit |
//! | `configuration`, `modules` | what `config.json` and the files of sentence-transformers say |
//! | `weights` | tensors of safetensors files, each read when it is asked for |
//! | `identity` | which vector space it is: a digest over the files that decide vectors |
//! | `tokens`, `encoder`, `sentence` | text to tokens, tokens to rows, rows to a vector |
//!
//! Supported are encoders of the family of BERT: `bert`, `roberta`, `xlm-roberta`, `camembert`, `distilbert` and `mpnet`. A further one
//! is a row in `configuration::ARCHITECTURES` with its names in `encoder::names`, and a reference in `tests/reference.py`.
//!
//! Nothing is fetched. The arithmetic is float, by `candle`; tokens are made by `tokenizers`. Why it is like this:
//! `docs/decisions/0008-local-models.md`.

mod configuration;
mod directory;
mod embedder;
mod encoder;
mod error;
mod files;
pub mod hub;
mod identity;
mod modules;
mod sentence;
mod tokens;
mod weights;

pub use directory::ModelDirectory;
pub use embedder::LocalEmbedder;
pub use error::DirectoryError;

//! Text to terms: what a search by words indexes and looks for, in many languages.
//!
//! Pure: no index, no file. A store keeps the terms of a [`Document`], and asks for those of a [`Query`].
//!
//! | module | what |
//! |---|---|
//! | [`Document`] | a memory's terms, each with its weight in it; its language |
//! | [`Query`] | the words that a question asks for, each with the terms that it may have become |
//! | [`Language`], `detection` | languages and scripts; which of them a text is in |
//! | `tokens` | words, identifiers, runs of scripts without spaces |
//! | `stems`, `folding` | Snowball stemmers; case, compatibility forms, accents |
//! | `stop_words` | words that nearly every text of a language has |
//! | [`Date`] | days as terms: "what happened in May 2023?" |
//! | [`Level`] | the weight of a term in a text, in sixteen steps |
//!
//! # How inflected words meet
//! A memory's words are stemmed by the stemmer of its language. Few words are not enough to tell a language by: then they
//! are stemmed by each that is likely. The language of a query is not asked for at all: each of its words is looked for as
//! every stemmer would leave it that the memories were stemmed by. So the same word always meets itself, and its forms
//! meet where the language of the memory was told rightly.
//!
//! # Adding a language
//! A row in [`Language`], its stop words in `stop_words/lists.rs`, a case in `tests/languages.rs`.

mod date;
mod detection;
mod document;
mod folding;
mod language;
mod level;
mod query;
mod script;
mod stems;
mod stop_words;
mod tokens;

pub use date::Date;
pub use document::{Document, Fields};
pub use language::Language;
pub use level::Level;
pub use query::{Group, GroupKind, Query, Variant};

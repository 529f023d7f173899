//! The binary `memory`.
pub mod settings;

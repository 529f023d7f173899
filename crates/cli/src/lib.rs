//! The program `memory`: arguments, settings, and the wiring of every part.
//!
//! | module | what |
//! |---|---|
//! | [`arguments`] | the command line, as types: from it come parser, help and shell completions |
//! | [`commands`] | one file for each command |
//! | [`settings`] | variables, `.env` files and defaults; the only place that reads the environment |
//! | [`wiring`] | the composition root: which adapter stands behind which port |
//! | [`render`] | results as tables and text for people, as JSON for programs |
//! | [`exit`] | failures, and the exit code of each |
//! | [`logging`], [`process`] | standard error, standard output, file modes |
//!
//! A command is a thin door: its flags become the arguments of a tool of `mcp::tools`, and the tool's answer is printed.
//! So a command can do what an assistant can do, and nothing is decided here.
//!
//! # Adding a command
//! One file in [`commands`] with its flags (`clap::Args`), its examples and its `run`; one line in
//! [`arguments::Command`].

pub mod arguments;
pub mod commands;
pub mod exit;
pub mod logging;
pub mod process;
pub mod render;
pub mod settings;
pub mod wiring;

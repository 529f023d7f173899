//! Black-box tests: the executable `memory`, driven from outside as users and clients drive it.
//!
//! | file | subject |
//! |---|---|
//! | [`handshake`] | both eras of the protocol, before any file is made |
//! | [`framing`] | lines, encodings, purity of standard output, end of input |
//! | [`bad_input`] | wrong arguments, and syntax of other languages in every text |
//! | [`python_client`] | a thousand memories through the official Python client, in both eras |
//! | [`official_clients`] | everything that the server has, used by the official clients of TypeScript and Python, `mcp-remote` and the Inspector |
//! | [`conformance`] | the official conformance suite, against the HTTP door |
//! | [`inspector`] | the same through the Inspector alone; the check of every answer against its schema |
//! | [`fixtures`] | databases of the original: opened in place, nothing lost, nothing changed but what was written |
//! | [`backup_load`] | backups while servers write |
//! | [`restore`] | a restore that is killed at any moment |
//! | [`kill_steps`] | `kill -9` at any step of a command that changes what is stored |
//! | [`concurrency`] | twenty processes on one file |
//! | [`readers`] | what processes find while others write, and after others wrote |
//! | [`kill`] | `kill -9` in the middle of writes and of upgrades |
//! | [`power_loss`] | disk images rebuilt from the logged writes |
//! | [`full_disk`], [`io_errors`] | what a failing disk does to writes and to readers |
//! | [`descriptors`] | nobody but SQLite touches an open database |
//! | [`files`] | modes, odd paths, files that cannot be used |
//! | [`local_model`] | a model in a directory, changing to it, a directory that is damaged |
//! | [`oauth_clients`] | programs that act for people, between restarts and with clients that are not ours |
//! | [`rust_clients`] | clients of OAuth in Rust that are not ours: the one of `rmcp`, the crate `oauth2` |
//! | [`over_http`] | the server over HTTP: that it starts, keeps, and stops in good order |
//! | [`browser`] | what people see and do in Chromium: accounts, consent, what a page must not do |
//! | [`oauth`] | accounts, and assistants that connect with OAuth |
//! | [`two_spaces`] | two spaces before one server: neither learns anything of the other |
//! | [`documented_api`] | the OpenAPI document, held against the server |
//! | [`command_line`], [`commands`] | what people and scripts type, command by command |
//!
//! The tests know nothing of the product's code. [`harness`] finds the executable (`target/release/memory`, or
//! `MEMORY_BIN`), gives each test a home of its own, speaks JSON-RPC, and looks into database files.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails loudly and tells its figures"
)]

mod backup_load;
mod bad_input;
mod browser;
mod command_line;
mod commands;
mod concurrency;
mod conformance;
mod descriptors;
mod documented_api;
mod files;
mod fixtures;
mod framing;
mod full_disk;
mod handshake;
mod harness;
mod inspector;
mod io_errors;
mod kill;
mod kill_steps;
mod local_model;
mod oauth;
mod oauth_clients;
mod official_clients;
mod openid;
mod over_http;
mod power_loss;
mod python_client;
mod readers;
mod restore;
mod rust_clients;
mod two_spaces;

//! What the tests stand on.

pub(crate) mod chromium;
mod command;
pub(crate) mod contents;
pub(crate) mod database;
mod executable;
pub(crate) mod home;
pub(crate) mod http;
pub(crate) mod integrity;
pub(crate) mod node;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod schema;
pub(crate) mod server;
pub(crate) mod shadow;
pub(crate) mod strace;
pub(crate) mod tour;
pub(crate) mod town;

pub(crate) use database::Database;
pub(crate) use home::Home;
pub(crate) use server::{Era, Server};

//! What the tests stand on.

pub(crate) mod database;
mod executable;
pub(crate) mod home;
pub(crate) mod integrity;
pub(crate) mod node;
pub(crate) mod process;
pub(crate) mod python;
pub(crate) mod server;
pub(crate) mod shadow;
pub(crate) mod strace;
pub(crate) mod tour;

pub(crate) use database::Database;
pub(crate) use home::Home;
pub(crate) use server::{Era, Server};

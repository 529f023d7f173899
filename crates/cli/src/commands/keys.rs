//! `memory keys`: API keys for the server over HTTP.
//!
//! | file | command |
//! |---|---|
//! | [`create`] | `memory keys create` |
//! | [`list`] | `memory keys list` |
//! | [`revoke`] | `memory keys revoke` |

pub mod create;
pub mod list;
pub mod revoke;

use std::sync::Arc;

use clap::{Args, Subcommand};
use model::{ApiKey, Space, Timestamp};
use ports::{Clock, SystemClock};
use serde_json::{Value, json};

use super::access::{self, failure};
use super::spaces::meant::meant_in;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::settings::Settings;
use crate::wiring;

/// Makes, lists and revokes API keys for the server over HTTP.
#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Examples:
  memory keys create --name laptop
  memory keys list
  memory keys revoke laptop

A request shows its key as `Authorization: Bearer <key>` or as `X-API-Key: <key>`.
Keys are kept apart from the memories, as digests: a key that is lost cannot be
shown again, but revoked and replaced."
)]
pub struct Keys {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key and print it, this once
    Create(create::Create),
    /// List keys, without the keys themselves
    List(list::List),
    /// Refuse a key from now on
    Revoke(revoke::Revoke),
}

impl Keys {
    pub(crate) fn run(self, terminal: &Terminal, source: &Source) -> Result<Verdict, Failure> {
        access::run(source, async |settings, access| {
            let space = match &source.space {
                Some(text) => Some(meant_in(&access, text).await?),
                None => None,
            };
            let keys = wiring::keys_of(&access);
            let ring = Ring { terminal: *terminal, settings, keys, space, clock: Arc::new(SystemClock) };
            match self.command {
                Command::Create(command) => command.run(&ring).await,
                Command::List(command) => command.run(&ring).await,
                Command::Revoke(command) => command.run(&ring).await,
            }
        })
    }
}

/// What these commands work with.
struct Ring {
    terminal: Terminal,
    settings: Settings,
    keys: auth::keys::Keys,
    /// The space that is meant; none is all of them, and the default one for a new key.
    space: Option<Space>,
    clock: Arc<dyn Clock>,
}

impl Ring {
    /// The keys that are meant.
    async fn list(&self) -> Result<Vec<ApiKey>, Failure> {
        let mut keys = self.keys.list().await.map_err(failure)?;
        keys.retain(|key| self.space.as_ref().is_none_or(|space| key.space == *space));
        Ok(keys)
    }
}

/// What programs are told of a key: never the key.
fn for_programs(key: &ApiKey, now: Timestamp) -> Value {
    let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
    json!({
        "id": key.id.as_str(),
        "name": key.name.as_str(),
        "scope": key.capability.name(),
        "space": key.space.to_string(),
        "state": key.state(now).name(),
        "created_at": key.created_at.to_string(),
        "expires_at": text(key.expires_at),
        "revoked_at": text(key.revoked_at),
        "last_used_at": text(key.last_used_at),
    })
}

#[cfg(test)]
mod tests;

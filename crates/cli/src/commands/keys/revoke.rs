//! `memory keys revoke`: refuses a key from now on.

use auth::spaces::COMMAND_LINE;
use clap::Args;
use engine::ErrorCode;
use model::{ApiKey, KeyId};

use super::{Ring, for_programs};
use crate::commands::access::failure;
use crate::commands::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::{GOOD, one_line, styled};

/// How many characters of an id are enough to name a key.
const LEAST_ID_CHARS: usize = 4;

/// Refuses a key from now on, also where a server is running. This cannot be undone: make a new key instead.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory keys revoke laptop
  memory keys revoke 3f9c02d1

Exit code 3 when there is no such key.")]
pub struct Revoke {
    /// The key's name, or its id or the first characters of that (at least 4)
    #[arg(value_name = "NAME|ID", value_parser = not_blank)]
    pub key: String,
}

impl Revoke {
    pub(super) async fn run(self, ring: &Ring) -> Result<Verdict, Failure> {
        let keys = ring.list().await?;
        let meant = meant(&keys, self.key.trim())?;
        let now = ring.clock.now();
        let revoked = ring.keys.revoke(COMMAND_LINE, &meant.id).await.map_err(failure)?;
        let Some(revoked) = revoked else { return Err(not_found(&self.key)) };
        match ring.terminal.format() {
            Format::Json => ring.terminal.print_json(&for_programs(&revoked, now))?,
            Format::Human => ring.terminal.print(&for_people(meant, &revoked))?,
        }
        Ok(Verdict::Success)
    }
}

/// The one key that a text names. A name goes by whole, an id by its beginning.
pub(super) fn meant<'a>(keys: &'a [ApiKey], text: &str) -> Result<&'a ApiKey, Failure> {
    let named = |key: &&ApiKey| key.name.as_str() == text;
    // Each space may have one of that name.
    let mut by_name: Vec<&ApiKey> =
        keys.iter().filter(named).filter(|key| key.revoked_at.is_none()).collect();
    // One of that name that was revoked before is meant only when no other is.
    if by_name.is_empty() {
        by_name.extend(keys.iter().rev().find(named));
    }
    let begins = |id: &KeyId| text.len() >= LEAST_ID_CHARS && id.as_str().starts_with(text);
    let mut found: Vec<&ApiKey> = keys.iter().filter(|key| begins(&key.id)).collect();
    found.extend(by_name.into_iter().filter(|key| !begins(&key.id)));
    match found.as_slice() {
        [] => Err(not_found(text)),
        [one] => Ok(one),
        several => {
            let ids: Vec<&str> = several.iter().map(|key| key.id.as_str()).collect();
            let message = format!("'{}' means several keys: {}", one_line(text), ids.join(", "));
            Err(Failure::invalid(
                message,
                "give the whole id of the one that is meant, or its space with --space",
            ))
        }
    }
}

fn not_found(text: &str) -> Failure {
    Failure::Known {
        code: ErrorCode::NotFound,
        message: format!("there is no key with the name or id '{}'", one_line(text)),
        hint: Some("`memory keys list` shows the names and ids of all keys".to_owned()),
    }
}

fn for_people(before: &ApiKey, revoked: &ApiKey) -> String {
    let (name, id) = (one_line(revoked.name.as_str()), revoked.id.short());
    match before.revoked_at {
        None => format!("{} {name} ({id}): it is refused from now on", styled(GOOD, "revoked")),
        Some(_) => format!("{name} ({id}) was revoked already"),
    }
}

//! `memory keys list`: lists keys, without the keys themselves.

use clap::Args;
use model::{ApiKey, KeyState, Timestamp};
use serde_json::{Value, json};

use super::{Ring, for_programs};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::table::{Headings, Width, table};
use crate::render::text::one_line;
use crate::render::time::Now;

/// Lists keys, oldest first, without the keys themselves.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory keys list
  memory keys list --active
  memory keys list --space crew
  memory keys list --json | jq -r '.keys[] | select(.state == \"active\") | .name'

When a key was used last is known to the minute.")]
pub struct List {
    /// Only keys that are good now: neither expired nor revoked
    #[arg(short, long)]
    pub active: bool,
}

impl List {
    pub(super) async fn run(self, ring: &Ring) -> Result<Verdict, Failure> {
        let now = ring.clock.now();
        let mut keys = ring.list().await?;
        if self.active {
            keys.retain(|key| key.state(now) == KeyState::Active);
        }
        let has_owner_key = ring.settings.access.owner_key.value.is_some();
        match ring.terminal.format() {
            Format::Json => {
                let keys: Vec<Value> = keys.iter().map(|key| for_programs(key, now)).collect();
                ring.terminal.print_json(&json!({ "keys": keys, "owner_key_is_set": has_owner_key }))?;
            }
            Format::Human => {
                let times = Now::of(&*ring.clock);
                let (width, headings) = (Width::of_stdout(), Headings::of_stdout());
                ring.terminal.print(&for_people(&keys, now, &times, width, headings))?;
            }
        }
        if has_owner_key {
            let origin = &ring.settings.access.owner_key.origin;
            ring.terminal.say(&format!("The key of {origin} is good too, for everything."));
        }
        Ok(Verdict::Success)
    }
}

pub(super) fn for_people(
    keys: &[ApiKey],
    now: Timestamp,
    times: &Now,
    width: Width,
    headings: Headings,
) -> String {
    if keys.is_empty() {
        return "no keys: `memory keys create --name NAME` makes one".to_owned();
    }
    let or = |time: Option<Timestamp>, tell: &dyn Fn(Timestamp) -> String| {
        time.map_or_else(|| "never".to_owned(), tell)
    };
    let row = |key: &ApiKey| {
        vec![
            one_line(key.name.as_str()),
            key.id.short().to_owned(),
            key.capability.name().to_owned(),
            key.space.to_string(),
            key.state(now).name().to_owned(),
            times.absolute(key.created_at),
            or(key.expires_at, &|time| times.absolute(time)),
            or(key.last_used_at, &|time| times.ago(time)),
        ]
    };
    let rows: Vec<Vec<String>> = keys.iter().map(row).collect();
    table(
        &["Name", "Id", "Scope", "Space", "State", "Created", "Expires", "Last used"],
        &rows,
        width,
        headings,
    )
}

//! `memory purge`: removes deleted memories for good.

use clap::Args;
use model::ContentHash;
use ports::{Clock, LogState, Purge as Which, Purged, SystemClock};
use serde_json::{Value, json};

use super::Session;
use super::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::memory::short;
use crate::render::progress::waiting;
use crate::render::text::{GOOD, WARNING, memories, styled};

/// The seconds of a day.
const DAY_SECONDS: f64 = 86_400.0;

/// Removes deleted memories for good: nothing of them is left in the database, and nothing brings them back.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory purge --older-than 30            what was deleted more than 30 days ago
  memory delete b94d27b9934d && memory purge b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9 --yes

Memories that are not deleted are kept. Backups and exports keep what they hold.
Exit code 3 when nothing deleted has a hash that was named.",
    group = clap::ArgGroup::new("which").required(true).args(["hashes", "older_than"]))]
pub struct Purge {
    /// Whole hashes of deleted memories
    #[arg(value_name = "HASH", value_parser = not_blank)]
    pub hashes: Vec<String>,
    /// What was deleted more than so many days ago; 0 is everything that is deleted
    #[arg(long, value_name = "DAYS")]
    pub older_than: Option<u32>,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl Purge {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        session.refuse_to_create()?;
        let Some(admin) = session.grant.admin() else {
            return Err(Failure::invalid(
                "only the owner of the memories may do that",
                "run it as the owner",
            ));
        };
        if !self.yes && !confirmed(session)? {
            session.terminal.say("nothing was removed");
            return Ok(Verdict::Success);
        }
        let hashes: Vec<ContentHash> =
            self.hashes.iter().map(|hash| ContentHash::stored(hash.trim())).collect();
        let which = match self.older_than {
            Some(days) => {
                Which::DeletedBefore(SystemClock.now().plus_seconds(-DAY_SECONDS * f64::from(days)))
            }
            None => Which::Hashes(hashes.clone()),
        };
        let purged = waiting(&session.terminal, "removing", admin.purge(which)).await?;
        let is_told = |hash: &ContentHash| purged.hashes.contains(hash) || purged.live.contains(hash);
        let unknown: Vec<ContentHash> = hashes.into_iter().filter(|hash| !is_told(hash)).collect();
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&for_programs(&purged, &unknown))?,
            Format::Human => session.terminal.print(&for_people(&purged, &unknown))?,
        }
        Ok(match (purged.live.is_empty(), unknown.is_empty()) {
            (true, true) => Verdict::Success,
            (false, _) => Verdict::Incomplete,
            (true, false) => Verdict::NotFound,
        })
    }
}

fn confirmed(session: &Session) -> Result<bool, Failure> {
    if !session.terminal.can_ask() {
        return Err(Failure::invalid(
            "what is removed for good cannot be brought back, and nobody can be asked here",
            "give --yes to remove it",
        ));
    }
    let asked = session.terminal.ask("Remove deleted memories for good?");
    asked.map_err(|error| Failure::system("the answer could not be read", &error))
}

fn for_programs(purged: &Purged, unknown: &[ContentHash]) -> Value {
    let keys = |hashes: &[ContentHash]| json!(hashes.iter().map(ContentHash::as_str).collect::<Vec<_>>());
    json!({
        "purged": keys(&purged.hashes),
        "kept_because_live": keys(&purged.live),
        "not_found": keys(unknown),
        "log_emptied": purged.log == LogState::Emptied,
    })
}

fn for_people(purged: &Purged, unknown: &[ContentHash]) -> String {
    let count = purged.hashes.len() as u64;
    let mut lines = vec![format!("{} {}", styled(GOOD, "removed for good"), memories(count))];
    lines.extend(purged.live.iter().map(|hash| {
        format!("{} {} is not deleted: delete it first", styled(WARNING, "kept"), short(hash.as_str()))
    }));
    lines.extend(unknown.iter().map(|hash| {
        let hash = short(hash.as_str());
        format!(
            "{} nothing has the hash {hash}: give the whole hash of a deleted memory",
            styled(WARNING, "not found:")
        )
    }));
    if purged.log == LogState::InUse {
        lines.push(format!(
            "{} other processes are reading: the log still holds it until they end",
            styled(WARNING, "not yet everywhere:")
        ));
    }
    lines.join("\n")
}

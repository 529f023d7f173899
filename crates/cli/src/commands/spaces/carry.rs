//! `memory spaces move` and `memory spaces copy`: memories between spaces.
//!
//! The memories are written there, then the audit log says so, and only then are they deleted here: whoever is interrupted loses
//! nothing and does it again.

use std::sync::Arc;

use auth::spaces::COMMAND_LINE;
use clap::Args;
use engine::{Admin, Carried, DeleteRequest, DryRun, EngineError, LetGo};
use model::{AuditAction, AuditEntry, AuditOutcome, ContentHash, Space};
use ports::{AuditLog, Clock, SystemClock};
use serde_json::{Map, json};
use store_sqlite::SqliteKeyStore;

use super::meant::meant_in;
use crate::commands::access;
use crate::commands::{Session, filter};
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::progress::waiting;
use crate::render::text::{GOOD, memories, styled};

/// Which memories, and where to.
#[derive(Debug, Args)]
pub struct Load {
    /// Where to: the name or id of a shared space, or `default`
    #[arg(value_name = "SPACE", value_parser = filter::not_blank)]
    pub to: String,
    /// Hash of one memory, or its first characters (at least 6)
    #[arg(value_name = "HASH", value_parser = filter::not_blank)]
    pub hash: Option<String>,
    /// Only say what would be done
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Which memories.
    #[command(flatten)]
    pub filter: filter::Filter,
}

/// Moves memories to another space: one by its hash, or all that meet the filters.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces move crew b94d27b9934d
  memory spaces move crew --tags travel --dry-run
  memory spaces move default --tags travel --space crew      back again

Every version of a memory goes along, with its times, tags, fields, vectors and the
links among what is moved. What is in the other space already stays as it is there;
where that is not the same, the memory stays here, too. They are written there before
they are deleted here, and the deletion can be taken back. To be told again costs
nothing: what was interrupted goes on.")]
pub struct Move {
    /// Which, and where to.
    #[command(flatten)]
    pub load: Load,
}

/// Copies memories to another space: one by its hash, or all that meet the filters.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory spaces copy crew b94d27b9934d
  memory spaces copy crew --tags travel

As `memory spaces move` has it, but nothing is deleted here.")]
pub struct Copy {
    /// Which, and where to.
    #[command(flatten)]
    pub load: Load,
}

/// What is done with the memories here.
#[derive(Debug, Clone, PartialEq, Eq, ::core::marker::Copy)]
enum Here {
    Deleted,
    Kept,
}

impl Move {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        self.load.run(session, Here::Deleted).await
    }
}

impl Copy {
    pub(super) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        self.load.run(session, Here::Kept).await
    }
}

impl Load {
    async fn run(self, session: &Session, here: Here) -> Result<Verdict, Failure> {
        if self.hash.is_none() && self.filter.is_empty() {
            return Err(Failure::invalid(
                "nothing says which memories are meant",
                "give a hash, or a filter: --tags, --type, --when, --after, --before",
            ));
        }
        session.refuse_to_create()?;
        access::with(&session.settings, async |access| self.carry(session, access, here).await).await
    }

    async fn carry(
        &self,
        session: &Session,
        access: &Arc<SqliteKeyStore>,
        here: Here,
    ) -> Result<Verdict, Failure> {
        let to = meant_in(access, &self.to).await?;
        if to == *session.space() {
            return Err(EngineError::SameSpace.into());
        }
        let granted = (session.grant.clone(), session.owner_of(&to));
        let (Some(from), Some(there)) = (granted.0.admin(), granted.1.admin()) else {
            return Err(Failure::invalid("only the owner may carry memories", "run it as the owner"));
        };
        let hashes = self.hashes(from).await?;
        if self.dry_run {
            return tell(session, here, &Done::rehearsed(&to, hashes));
        }
        if self.hash.is_none()
            && !self.yes
            && !hashes.is_empty()
            && !self.confirmed(session, here, hashes.len())?
        {
            session.terminal.say("nothing was changed");
            return Ok(Verdict::Success);
        }
        let carried = waiting(&session.terminal, "copying", from.carry(there, &hashes)).await?;
        if !carried.hashes.is_empty() {
            let entry = entry(here, session.space(), &to, carried.hashes.len());
            access.record(entry).await.map_err(EngineError::from)?;
        }
        let gone = match here {
            Here::Deleted => {
                Some(waiting(&session.terminal, "deleting", from.let_go(there, &carried.hashes)).await?)
            }
            Here::Kept => None,
        };
        tell(session, here, &Done::carried(&to, &carried, gone.as_ref()))
    }

    /// The memories that are meant.
    async fn hashes(&self, from: &Admin) -> Result<Vec<ContentHash>, Failure> {
        let mut arguments = Map::new();
        self.filter.write_to(&mut arguments);
        if let Some(hash) = &self.hash {
            arguments.insert("content_hash".to_owned(), json!(hash));
        }
        let writer = from.writer();
        let (hash, filter) = mcp::tools::meant(writer.reader(), arguments)?;
        Ok(writer.delete(DeleteRequest { hash, filter, dry_run: DryRun::Yes }).await?.hashes)
    }

    fn confirmed(&self, session: &Session, here: Here, count: usize) -> Result<bool, Failure> {
        let what = memories(count as u64);
        if !session.terminal.can_ask() {
            return Err(Failure::invalid(
                format!("the filters mean {what}, and nobody can be asked here"),
                "give --yes to do it, or --dry-run to see which are meant",
            ));
        }
        let verb = if here == Here::Deleted { "Move" } else { "Copy" };
        let question = format!("{verb} {what} to {}?", crate::render::text::one_line(&self.to));
        session
            .terminal
            .ask(&question)
            .map_err(|error| Failure::system("the answer could not be read", &error))
    }
}

fn entry(here: Here, from: &Space, to: &Space, count: usize) -> AuditEntry {
    let action = if here == Here::Deleted { AuditAction::MemoryMove } else { AuditAction::MemoryShare };
    AuditEntry::new(SystemClock.now(), action, AuditOutcome::Done)
        .by(COMMAND_LINE)
        .on(format_args!("space:{to}"))
        .saying(format_args!("{count} from space:{from}"))
}

/// What was done, or would be.
#[derive(Debug, Default, PartialEq, Eq)]
struct Done {
    dry_run: bool,
    to: Space,
    hashes: Vec<ContentHash>,
    written: usize,
    there_before: usize,
    deleted: usize,
    /// What is not the same there and stays here.
    kept: Vec<ContentHash>,
    undo: Option<i64>,
}

impl Done {
    fn rehearsed(to: &Space, hashes: Vec<ContentHash>) -> Self {
        Self { dry_run: true, to: to.clone(), hashes, ..Self::default() }
    }

    fn carried(to: &Space, carried: &Carried, gone: Option<&LetGo>) -> Self {
        Self {
            dry_run: false,
            to: to.clone(),
            hashes: carried.hashes.clone(),
            written: carried.written,
            there_before: carried.there_before,
            deleted: gone.map_or(0, |gone| gone.deleted.hashes.len()),
            kept: gone.map(|gone| gone.kept.clone()).unwrap_or_default(),
            undo: gone.and_then(|gone| gone.deleted.undo).map(|number| number.0),
        }
    }
}

fn tell(session: &Session, here: Here, done: &Done) -> Result<Verdict, Failure> {
    let keys =
        |hashes: &[ContentHash]| hashes.iter().map(|hash| hash.as_str().to_owned()).collect::<Vec<_>>();
    match session.terminal.format() {
        Format::Json => session.terminal.print_json(&json!({
            "dry_run": done.dry_run,
            "to": done.to.to_string(),
            "hashes": keys(&done.hashes),
            "written": done.written,
            "there_before": done.there_before,
            "deleted": done.deleted,
            "kept": keys(&done.kept),
            "undo": done.undo,
        }))?,
        Format::Human => session.terminal.print(&for_people(here, done))?,
    }
    Ok(if done.kept.is_empty() { Verdict::Success } else { Verdict::Incomplete })
}

fn for_people(here: Here, done: &Done) -> String {
    let count = memories(done.hashes.len() as u64);
    let text = match (done.dry_run, here) {
        (true, Here::Deleted) => return format!("would move {count}, and every version of them"),
        (true, Here::Kept) => return format!("would copy {count}, and every version of them"),
        (false, Here::Deleted) => format!("{} {}", styled(GOOD, "moved"), memories(done.deleted as u64)),
        (false, Here::Kept) => format!("{} {}", styled(GOOD, "copied"), memories(done.written as u64)),
    };
    let mut lines = vec![text];
    if done.there_before > 0 {
        lines.push(format!("{} stood there before", memories(done.there_before as u64)));
    }
    if !done.kept.is_empty() {
        lines.push(format!("{} stayed here: it is not the same there", memories(done.kept.len() as u64)));
        lines.extend(done.kept.iter().take(10).map(|hash| format!("  {hash}")));
    }
    lines.extend(done.undo.map(|number| format!("take it back with `memory undelete --deletion {number}`")));
    lines.join("\n")
}

#[cfg(test)]
mod tests;

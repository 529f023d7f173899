//! `memory doctor`: examines the database for damage, and repairs it; `memory doctor oauth`: examines how assistants connect.

pub mod oauth;
mod report;

use clap::{Args, Subcommand};
use engine::{Admin, EmbedProgress, ErrorCode, Examination, ListRequest};
use model::Filter;

use super::Session;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::progress::{Bar, waiting};
use report::{Mended, Report};

/// Examines the database for damage, and repairs what can be derived from the memories.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  memory doctor
  memory doctor --fix
  memory doctor oauth --as claude https://memory.example.com/mcp
  memory doctor --json | jq '.findings[] | select(.severity != \"note\")'

Without --fix nothing is changed. Exit code 0 when all is well, 1 when something
can be repaired, 5 when memories themselves are damaged: restore a backup then.
The text of a memory is never touched."
)]
pub struct Doctor {
    /// Repair word indexes, vectors and file modes; embed what has no vector yet
    #[arg(long)]
    pub fix: bool,
    /// What else to examine
    #[command(subcommand)]
    pub subject: Option<Subject>,
}

/// What else there is to examine.
#[derive(Debug, Subcommand)]
pub enum Subject {
    /// Do what an assistant does to connect, and say which step fails
    #[command(name = "oauth")]
    OAuth(oauth::OAuth),
}

impl Doctor {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Some(admin) = session.grant.admin() else {
            return Err(Failure::invalid(
                "only the owner of the memories may examine them",
                "run it as the owner",
            ));
        };
        session.refuse_to_create()?;
        let first = examine(session, admin).await?;
        let report = if self.fix {
            let mended = mend(session, admin).await?;
            Report::new(&examine(session, admin).await?, Some(mended))
        } else {
            Report::new(&first, None)
        };
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&report.for_programs())?,
            Format::Human => session.terminal.print(&report.for_people())?,
        }
        Ok(report.verdict())
    }
}

async fn examine(session: &Session, admin: &Admin) -> Result<Examination, Failure> {
    let examination = waiting(&session.terminal, "examining", admin.examine()).await?;
    if examination.integrity.is_none() {
        // The store could not be opened. Trying once more says why, with the code of the error.
        let reader = admin.writer().reader();
        let tried = reader.list(ListRequest { filter: Filter::default(), page: 1, page_size: 1 }).await;
        tried.map_err(|error| advised(error.into()))?;
    }
    Ok(examination)
}

/// A failure whose advice is not to run this very command.
fn advised(failure: Failure) -> Failure {
    match failure {
        Failure::Known { code: ErrorCode::StorageDamaged, message, .. } => Failure::Known {
            code: ErrorCode::StorageDamaged,
            message: message.trim_end_matches("; run `memory doctor`").to_owned(),
            hint: Some(report::RESTORE.to_owned()),
        },
        other => other,
    }
}

async fn mend(session: &Session, admin: &Admin) -> Result<Mended, Failure> {
    let repaired = waiting(&session.terminal, "repairing", admin.repair()).await?;
    let mut bar = Bar::new(&session.terminal, "embedding");
    let embedded = admin
        .embed_pending(&mut |progress: EmbedProgress| {
            bar.set(progress.embedded + progress.failed, progress.total)
        })
        .await;
    bar.finish();
    Ok(Mended { repaired, embedded: embedded? })
}

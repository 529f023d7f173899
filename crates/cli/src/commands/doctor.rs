//! `memory doctor`: examines the database and the file of keys for damage, and repairs it; `memory doctor oauth`: examines how assistants connect.

pub mod oauth;
mod report;

use clap::{Args, Subcommand};
use engine::{Admin, EmbedProgress, EngineError, ErrorCode, Examination, ListRequest};
use model::Filter;
use ports::KeyStore;
use store_sqlite::SqliteKeyStore;

use super::Session;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::progress::{Bar, waiting};
use crate::wiring;
use report::{Mended, Report};

/// Examines the database and the file of keys for damage, and repairs what can be derived from the memories.
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Examples:
  memory doctor
  memory doctor --fix
  memory doctor oauth --as claude https://memory.example.com/mcp
  memory doctor --json | jq '.findings[] | select(.severity != \"note\")'

Without --fix nothing is changed. Exit code 0 when all is well, 1 when something
can be repaired, 5 when memories or the file of keys are damaged: restore a backup,
or move that file away and make new keys. The text of a memory is never touched."
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
        let access = wiring::access(&session.settings).map_err(EngineError::from)?;
        let report = self.report(session, admin, &access).await;
        KeyStore::close(&*access).await;
        let report = report?;
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&report.for_programs())?,
            Format::Human => session.terminal.print(&report.for_people())?,
        }
        Ok(report.verdict())
    }

    async fn report(
        &self,
        session: &Session,
        admin: &Admin,
        access: &SqliteKeyStore,
    ) -> Result<Report, Failure> {
        let first = examine(session, admin, access).await?;
        if !self.fix {
            return Ok(Report::new(&first, None));
        }
        let mended = mend(session, admin, access).await?;
        Ok(Report::new(&examine(session, admin, access).await?, Some(mended)))
    }
}

async fn examine(session: &Session, admin: &Admin, access: &SqliteKeyStore) -> Result<Examination, Failure> {
    let mut examination = waiting(&session.terminal, "examining", admin.examine()).await?;
    if examination.integrity.is_none() {
        // The store could not be opened. Trying once more says why, with the code of the error.
        let reader = admin.writer().reader();
        let tried = reader.list(ListRequest { filter: Filter::default(), page: 1, page_size: 1 }).await;
        tried.map_err(|error| advised(error.into()))?;
    }
    let keys = waiting(&session.terminal, "examining", access.examine()).await.map_err(EngineError::from)?;
    if let Some(keys) = keys {
        let integrity = examination.integrity.get_or_insert_default();
        integrity.checked.extend(keys.checked);
        integrity.findings.extend(keys.findings);
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

async fn mend(session: &Session, admin: &Admin, access: &SqliteKeyStore) -> Result<Mended, Failure> {
    let mut repaired = waiting(&session.terminal, "repairing", admin.repair()).await?;
    repaired.extend(access.make_private().await.map_err(EngineError::from)?);
    let mut bar = Bar::new(&session.terminal, "embedding");
    let embedded = admin
        .embed_pending(&mut |progress: EmbedProgress| {
            bar.set(progress.embedded + progress.failed, progress.total)
        })
        .await;
    bar.finish();
    Ok(Mended { repaired, embedded: embedded? })
}

//! `memory import`: takes in memories from a file.

mod reading;
mod rehearsal;
mod tally;

use std::path::PathBuf;

use clap::Args;
use engine::{Admin, ImportRequest, MAX_IMPORT_RECORDS};
use model::{ModelIdentity, Record};
use ports::{Clock, Loaded, OnDeleted, SystemClock};
use transfer::{Format as FileFormat, Outcome};

use self::rehearsal::Rehearsal;
use self::tally::Tally;
use super::Session;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::progress::Bar;

/// The most text, in bytes, that is taken in at once.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Takes in memories from files of this program, the original, mem0 or the reference memory server.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory import memories.jsonl --dry-run      say what would be taken in
  memory import memories.jsonl
  memory import export-of-the-original.json mem0.json
  memory import from-a-colleague.jsonl --mark-imported

The form of a file is found out from how it begins. Each file is read to its end
and checked before anything of it is stored. What `memory export` wrote comes
back as it was: times, versions, deletions, links, whose words it is, and the
vectors, if they are of the model in use. Memories of other programs say that
they were imported. What is here already stays as it is: a memory that is here
is not changed, and one that was deleted here stays deleted. Exit code 0 when
every memory was taken in or there already, 1 when some could not be.")]
pub struct Import {
    /// Files to read
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Only say what would be taken in
    #[arg(long)]
    pub dry_run: bool,
    /// Bring back, as the file has them, memories that were deleted here
    #[arg(long)]
    pub restore_deleted: bool,
    /// Mark all memories as imported, also those of an export of this program: it is somebody else's
    #[arg(long)]
    pub mark_imported: bool,
}

impl Import {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let tally = self.take_in(session).await?;
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&tally.for_programs())?,
            Format::Human => session.terminal.print(&tally.for_people())?,
        }
        Ok(if tally.is_complete() { Verdict::Success } else { Verdict::Incomplete })
    }

    async fn take_in(self, session: &Session) -> Result<Tally, Failure> {
        let Some(admin) = session.grant.admin() else {
            return Err(Failure::invalid("only the owner of the memories may import", "run it as the owner"));
        };
        // Everything is read before anything is stored: a file that is torn in the middle is not half imported.
        let mut checked = Vec::new();
        for path in &self.files {
            checked.push((path, reading::check(path)?));
        }
        let total = checked.iter().map(|(_, summary)| summary.memories).sum();
        let mut taking = Taking {
            admin,
            on_deleted: if self.restore_deleted { OnDeleted::Replace } else { OnDeleted::Keep },
            rehearsal: self.dry_run.then(|| {
                // Opening a database that is not there makes it, and a dry run changes nothing.
                let is_there = session.place.database.exists();
                Rehearsal::new(is_there.then(|| admin.writer()))
            }),
            tally: Tally::new(self.dry_run),
            bar: Bar::new(&session.terminal, "importing"),
            total,
        };
        for (path, summary) in &checked {
            taking.tally.begin(path, summary);
            taking.file(path, self.mark_imported).await?;
        }
        taking.bar.finish();
        Ok(taking.tally)
    }
}

/// Records on their way from the files into the store.
struct Taking<'a> {
    admin: &'a Admin,
    on_deleted: OnDeleted,
    /// Only counts what would be taken in.
    rehearsal: Option<Rehearsal<'a>>,
    tally: Tally,
    bar: Bar,
    total: u64,
}

/// Whose file it is.
enum Source {
    /// An export of the owner's; the model of its vectors.
    Own(Option<ModelIdentity>),
    /// Somebody else's.
    Other,
}

impl Taking<'_> {
    /// Takes in what is in a file, or only counts it.
    async fn file(&mut self, path: &std::path::Path, mark_imported: bool) -> Result<(), Failure> {
        let unreadable = |error: &transfer::ImportError| reading::unreadable(path, error);
        let mut file = reading::open(path)?;
        let source = match file.format() {
            FileFormat::Native if !mark_imported => {
                Source::Own(file.header().and_then(|header| header.model.clone()))
            }
            _ => Source::Other,
        };
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some(read) = file.next_record().map_err(|error| unreadable(&error))? {
            // What cannot be used is in the summary of the check.
            let Outcome::Usable(record) = read.outcome else { continue };
            let record = match (record, &source) {
                (Record::Memory(memory), Source::Other) => {
                    match transfer::as_stored(*memory, SystemClock.now()) {
                        Ok(memory) => Record::Memory(Box::new(memory)),
                        Err(reason) => {
                            self.tally.refuse(read.place, &reason);
                            continue;
                        }
                    }
                }
                (record, _) => record,
            };
            bytes += if let Record::Memory(memory) = &record { memory.content.len() } else { 0 };
            batch.push(record);
            if batch.len() >= MAX_IMPORT_RECORDS || bytes >= MAX_BATCH_BYTES {
                self.batch(std::mem::take(&mut batch), &source).await?;
                bytes = 0;
            }
        }
        self.batch(batch, &source).await
    }

    async fn batch(&mut self, records: Vec<Record>, source: &Source) -> Result<(), Failure> {
        let model = match source {
            Source::Own(model) => model.as_ref(),
            Source::Other => None,
        };
        let keeps_vectors = model == Some(self.admin.writer().reader().model());
        let of = |record: &Record| tally::Told::of(record, keeps_vectors);
        let told: Vec<tally::Told> = records.iter().map(of).collect();
        let loaded = self.load(records, source).await?;
        told.into_iter().zip(loaded).for_each(|(told, loaded)| self.tally.add(told, loaded));
        self.bar.set(self.tally.memories(), self.total);
        Ok(())
    }

    async fn load(&mut self, records: Vec<Record>, source: &Source) -> Result<Vec<Loaded>, Failure> {
        let on_deleted = self.on_deleted;
        if let Some(rehearsal) = &mut self.rehearsal {
            return rehearsal.load(&records, on_deleted).await;
        }
        let request = ImportRequest { records, on_deleted };
        Ok(match source {
            Source::Own(model) => self.admin.import_own(request, model.as_ref()).await?,
            Source::Other => self.admin.writer().import(request).await?,
        })
    }
}

#[cfg(test)]
mod tests;

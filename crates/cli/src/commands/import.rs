//! `memory import`: takes in memories from a file.

mod tally;

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use clap::Args;
use engine::{ImportOutcome, ImportRequest, Reader, Writer};
use ports::{Clock, SystemClock};
use transfer::{Import as Importer, ImportError, MemoryRecord, Outcome, Record, Summary};

use self::tally::Tally;
use super::Session;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::progress::Bar;

/// Takes in memories from files of this program, the original, mem0 or the reference memory server.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory import memories.jsonl --dry-run      say what would be taken in
  memory import memories.jsonl
  memory import export-of-the-original.json mem0.json

The form of a file is found out from how it begins. Each file is read to its end
and checked before anything of it is stored. Memories keep their times, and say
that they were imported; what is stored already stays as it is. Exit code 0 when
every memory was taken in or there already, 1 when some could not be.")]
pub struct Import {
    /// Files to read
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Only say what would be taken in
    #[arg(long)]
    pub dry_run: bool,
}

impl Import {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Some(writer) = session.grant.writer() else {
            return Err(Failure::invalid("only the owner of the memories may import", "run it as the owner"));
        };
        // Everything is read before anything is stored: a file that is torn in the middle is not half imported.
        let mut checked = Vec::new();
        for path in self.files {
            let summary = check(&path)?;
            checked.push((path, summary));
        }
        let total = checked.iter().map(|(_, summary)| summary.memories).sum();
        // Opening a database that is not there makes it, and a dry run changes nothing.
        let is_there = session.settings.database.value.exists();
        let reader = if is_there { Some(writer.reader()) } else { None };
        let mode = if self.dry_run { Mode::Count(reader) } else { Mode::Store(writer) };
        let mut tally = Tally::new(self.dry_run);
        let mut bar = Bar::new(&session.terminal, "importing");
        for (path, summary) in &checked {
            tally.begin(path, summary);
            import(path, mode, &mut tally, &mut |done| bar.set(done, total)).await?;
        }
        bar.finish();
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&tally.for_programs())?,
            Format::Human => session.terminal.print(&tally.for_people())?,
        }
        Ok(if tally.is_complete() { Verdict::Success } else { Verdict::Incomplete })
    }
}

/// What is done with each memory.
#[derive(Clone, Copy)]
enum Mode<'a> {
    /// It is only counted; without a reader there are no memories yet.
    Count(Option<&'a Reader>),
    /// It is stored.
    Store(&'a Writer),
}

/// Reads a file to its end.
fn check(path: &Path) -> Result<Summary, Failure> {
    transfer::verify(open(path)?).map_err(|error| unreadable(path, &error))
}

/// Stores what is in a file, or only counts it.
async fn import(
    path: &Path,
    mode: Mode<'_>,
    tally: &mut Tally,
    progress: &mut dyn FnMut(u64),
) -> Result<(), Failure> {
    let mut file = Importer::open(open(path)?).map_err(|error| unreadable(path, &error))?;
    while let Some(read) = file.next_record().map_err(|error| unreadable(path, &error))? {
        match read.outcome {
            Outcome::Usable(Record::Memory(memory)) if memory.deleted_at.is_some() => tally.deleted += 1,
            Outcome::Usable(Record::Memory(memory)) => {
                store(*memory, mode, tally, &read.place).await?;
                progress(tally.memories());
            }
            Outcome::Usable(Record::Edge(_)) => tally.edges += 1,
            // Those are in the summary of the check.
            Outcome::Refused(_) | Outcome::Skipped { .. } => {}
        }
    }
    Ok(())
}

async fn store(
    record: MemoryRecord,
    mode: Mode<'_>,
    tally: &mut Tally,
    place: &transfer::Place,
) -> Result<(), Failure> {
    let memory = match transfer::to_new_memory(&record, SystemClock.now()) {
        Ok(memory) => memory,
        Err(reason) => {
            tally.refuse(*place, &reason);
            return Ok(());
        }
    };
    let outcome = match mode {
        Mode::Count(Some(reader)) if reader.holds(&memory.hash).await? => ImportOutcome::Duplicate,
        Mode::Count(_) => ImportOutcome::Created,
        Mode::Store(writer) => {
            let (updated_at, superseded_by) = (record.updated_at, record.superseded_by);
            writer.import(ImportRequest { memory, updated_at, superseded_by }).await?
        }
    };
    tally.add(outcome);
    Ok(())
}

fn open(path: &Path) -> Result<BufReader<File>, Failure> {
    let file = File::open(path);
    file.map(BufReader::new).map_err(|error| {
        Failure::invalid(
            format!("{} cannot be read: {error}", path.display()),
            "name a file that can be read",
        )
    })
}

fn unreadable(path: &Path, error: &ImportError) -> Failure {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::invalid(
        format!("{}: {error}{cause}", path.display()),
        "nothing more was taken in; make the export anew, or correct the file",
    )
}

#[cfg(test)]
mod tests;

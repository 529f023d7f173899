//! `memory export`: writes memories into a file that other programs can read.

mod file;

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use engine::{ErrorCode, ListRequest, MAX_PAGE_SIZE};
use model::{Filter, PartitionScope, Tags, Timestamp};
use ports::{Clock, SystemClock};
use serde_json::json;
use transfer::{
    Export as Exporter, Header, MemoryRecord, NativeWriter, OriginalHeader, OriginalWriter, Part, Record,
};

use self::file::NewFile;
use super::Session;
use super::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::process;
use crate::render::Format;
use crate::render::progress::Bar;
use crate::render::text::{GOOD, memories, plain, styled};

/// How often an export is begun again when memories change meanwhile.
const ATTEMPTS: usize = 3;
/// What made the file.
const PROGRAM: &str = concat!("memory ", env!("CARGO_PKG_VERSION"));

/// Writes memories into a file that other programs can read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory export memories.jsonl
  memory export for-the-original.json --format original
  memory export work.jsonl --store work --tags decisions

The file is for its owner only, and is there whole or not at all. It holds the
memories themselves, replaced ones too; deleted ones, links and vectors are in a
backup (`memory backup`).")]
pub struct Export {
    /// File to write
    #[arg(value_name = "FILE")]
    pub target: PathBuf,
    /// Form of the file: native (JSON lines with checksums) or original (the Python project's JSON)
    #[arg(long, value_name = "FORMAT", default_value = "native", hide_possible_values = true)]
    pub format: ExportFormat,
    /// Only memories with one of these tags, separated by commas
    #[arg(short, long, value_name = "TAGS", value_delimiter = ',', value_parser = not_blank)]
    pub tags: Vec<String>,
    /// Only this named store [default: all]
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub store: Option<String>,
    /// Replace the file if it is there
    #[arg(short, long)]
    pub force: bool,
}

/// The form of an export.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Our own.
    #[default]
    Native,
    /// The original's.
    Original,
}

/// What became of one attempt.
enum Attempt {
    /// All memories are written.
    Whole(u64),
    /// Memories changed meanwhile.
    Changed,
}

impl Export {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        session.refuse_to_create()?;
        let filter = self.filter()?;
        for _ in 0..ATTEMPTS {
            let mut file = NewFile::create(&self.target, self.force)?;
            let Attempt::Whole(count) = self.write(session, &filter, &mut file).await? else { continue };
            file.put_in_place()?;
            return self.report(session, count);
        }
        Err(Failure::Known {
            code: ErrorCode::StorageBusy,
            message: "memories changed while they were exported, each time it was tried".to_owned(),
            hint: Some(
                "stop the servers, or export a backup: `memory backup x.db`, `memory --db x.db export`"
                    .to_owned(),
            ),
        })
    }

    fn filter(&self) -> Result<Filter, Failure> {
        let refused =
            |error: &dyn std::error::Error| Failure::invalid(error.to_string(), "correct it and try again");
        let partitions = match &self.store {
            Some(name) => PartitionScope::parse(name).map_err(|error| refused(&error))?,
            None => PartitionScope::All,
        };
        let tags = Tags::from_list(&self.tags).map_err(|error| refused(&error))?;
        Ok(Filter { tags, partitions, include_superseded: true, ..Filter::default() })
    }

    async fn write(
        &self,
        session: &Session,
        filter: &Filter,
        file: &mut NewFile,
    ) -> Result<Attempt, Failure> {
        let path = self.target.clone();
        let failed = move |error: transfer::ExportError| unwritable(&path, &error);
        let mut writer = self.writer(session, file).map_err(&failed)?;
        let mut bar = Bar::new(&session.terminal, "exporting");
        let (mut written, mut expected) = (HashSet::new(), None);
        for page in 1.. {
            let request = ListRequest { filter: filter.clone(), page, page_size: MAX_PAGE_SIZE };
            let answer = session.grant.reader().list(request).await?;
            if *expected.get_or_insert(answer.total) != answer.total {
                return Ok(Attempt::Changed);
            }
            for memory in answer.memories {
                if !written.insert(memory.hash.clone()) {
                    return Ok(Attempt::Changed);
                }
                let record = Record::Memory(Box::new(record_of(memory)));
                writer.write(&record).map_err(&failed)?;
            }
            bar.set(written.len() as u64, answer.total);
            if !answer.has_more {
                break;
            }
        }
        bar.finish();
        let counts = writer.finish().map_err(&failed)?;
        Ok(if Some(counts.memories) == expected { Attempt::Whole(counts.memories) } else { Attempt::Changed })
    }

    fn writer<'f>(
        &self,
        session: &Session,
        file: &'f mut NewFile,
    ) -> Result<Box<dyn Exporter + 'f>, transfer::ExportError> {
        let now = SystemClock.now();
        Ok(match self.format {
            ExportFormat::Native => Box::new(NativeWriter::new(file, &header(now))?),
            ExportFormat::Original => {
                let header = OriginalHeader {
                    exported_at: now.to_string(),
                    source_machine: process::hostname().unwrap_or_else(|| "unknown".to_owned()),
                    program: PROGRAM.to_owned(),
                    database_path: Some(session.settings.database.value.display().to_string()),
                    filter_tags: self.tags.clone(),
                };
                Box::new(OriginalWriter::new(file, header)?)
            }
        })
    }

    fn report(&self, session: &Session, count: u64) -> Result<Verdict, Failure> {
        let path = self.target.display().to_string();
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&json!({ "path": path, "memories": count }))?,
            Format::Human => {
                let done = styled(GOOD, "exported");
                session.terminal.print(&format!("{done} {} into {}", memories(count), plain(&path)))?;
            }
        }
        Ok(Verdict::Success)
    }
}

fn record_of(memory: model::Memory) -> MemoryRecord {
    MemoryRecord {
        tags: memory.tags,
        memory_type: memory.memory_type,
        metadata: memory.metadata,
        created_at: memory.created_at,
        updated_at: memory.updated_at,
        occurred_at: memory.occurred_at,
        origin: memory.origin,
        partition: memory.partition,
        parent: memory.parent,
        version: memory.version,
        superseded_by: memory.superseded_by,
        ..MemoryRecord::bare(memory.hash, memory.content)
    }
}

fn header(now: Timestamp) -> Header {
    let parts = BTreeSet::from([Part::Memories]);
    Header { created_at: now, program: PROGRAM.to_owned(), model: None, parts, counts: None }
}

/// A failure to write, with what the operating system says of it.
fn unwritable(path: &Path, error: &dyn std::error::Error) -> Failure {
    let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::Known {
        code: ErrorCode::Internal,
        message: format!("{} cannot be written: {error}{cause}", path.display()),
        hint: Some("look at the disk and at the directory's owner and mode".to_owned()),
    }
}

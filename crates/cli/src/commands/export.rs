//! `memory export`: writes memories into a file that can be kept, and that other programs can read.

mod file;
mod writing;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use engine::ErrorCode;
use model::{Filter, PartitionScope, Tags};
use ports::{Clock, DumpRequest, SystemClock};
use serde_json::json;
use transfer::{OriginalHeader, Part};

use self::file::NewFile;
use self::writing::{Form, Shared, Written};
use super::Session;
use super::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::process;
use crate::render::Format;
use crate::render::progress::Bar;
use crate::render::text::{GOOD, count, memories, plain, styled};

/// What made the file.
const PROGRAM: &str = concat!("memory ", env!("CARGO_PKG_VERSION"));

/// Writes memories into a file that can be kept, and that other programs can read.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory export memories.jsonl
  memory export work.jsonl --store work --tags decisions --without-deleted
  memory export for-the-original.json --format original

The file is for its owner only, and is there whole or not at all. It holds what
was there at one moment, whatever is stored meanwhile: memories with all their
fields, replaced and deleted ones too, the links between them, and the vectors
of the model in use. `memory import` brings it all back as it was. In the form
of the original it holds the memories that are not deleted.")]
pub struct Export {
    /// File to write
    #[arg(value_name = "FILE")]
    pub target: PathBuf,
    /// Form of the file: native (JSON lines with checksums) or original (the Python project's JSON)
    #[arg(long, value_name = "FORMAT", default_value = "native", hide_possible_values = true)]
    pub format: ExportFormat,
    /// Only memories with one of these tags, separated by commas, and the links among them
    #[arg(short, long, value_name = "TAGS", value_delimiter = ',', value_parser = not_blank)]
    pub tags: Vec<String>,
    /// Only this named store [default: all]
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub store: Option<String>,
    /// Leave deleted memories out
    #[arg(long)]
    pub without_deleted: bool,
    /// Leave vectors out: the file is smaller, and memories are embedded anew when it is imported
    #[arg(long)]
    pub without_vectors: bool,
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

impl Export {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let Some(admin) = session.grant.admin() else {
            return Err(Failure::invalid("only the owner of the memories may export", "run it as the owner"));
        };
        session.refuse_to_create()?;
        let request = self.request()?;
        let file = NewFile::create(&self.target, self.force)?;
        let form = self.form(session, &request);
        let shared = Shared::new(form, file, Bar::new(&session.terminal, "exporting"));
        // That writing failed ends it, and is told below.
        let _ended = admin.export(request, shared.sink()).await?;
        let failed = |error: transfer::ExportError| unwritable(&self.target, &error);
        let (file, written) = shared.finish().map_err(failed)?;
        file.put_in_place()?;
        self.report(session, written)
    }

    fn request(&self) -> Result<DumpRequest, Failure> {
        let refused =
            |error: &dyn std::error::Error| Failure::invalid(error.to_string(), "correct it and try again");
        let partitions = match &self.store {
            Some(name) => PartitionScope::parse(name).map_err(|error| refused(&error))?,
            None => PartitionScope::All,
        };
        let tags = Tags::from_list(&self.tags).map_err(|error| refused(&error))?;
        let is_native = self.format == ExportFormat::Native;
        Ok(DumpRequest {
            filter: Filter { tags, partitions, ..Filter::everything() },
            deleted: is_native && !self.without_deleted,
            edges: is_native,
            vectors: is_native && !self.without_vectors,
        })
    }

    fn form(&self, session: &Session, request: &DumpRequest) -> Form {
        let now = SystemClock.now();
        match self.format {
            ExportFormat::Native => {
                let wanted = [
                    (Part::Memories, true),
                    (Part::Deleted, request.deleted),
                    (Part::Edges, request.edges),
                    (Part::Vectors, request.vectors),
                ];
                let parts: BTreeSet<Part> =
                    wanted.into_iter().filter(|(_, wanted)| *wanted).map(|(part, _)| part).collect();
                Form::Native { created_at: now, program: PROGRAM, parts }
            }
            ExportFormat::Original => Form::Original(OriginalHeader {
                exported_at: now.to_string(),
                source_machine: process::hostname().unwrap_or_else(|| "unknown".to_owned()),
                program: PROGRAM.to_owned(),
                database_path: Some(session.place.database.display().to_string()),
                filter_tags: self.tags.clone(),
            }),
        }
    }

    fn report(&self, session: &Session, written: Written) -> Result<Verdict, Failure> {
        let path = self.target.display().to_string();
        let Written { counts, vectors } = written;
        match session.terminal.format() {
            Format::Json => session.terminal.print_json(&json!({
                "path": path,
                "memories": counts.memories,
                "deleted": counts.deleted,
                "links": counts.edges,
                "vectors": vectors,
            }))?,
            Format::Human => session.terminal.print(&for_people(&plain(&path), written))?,
        }
        Ok(Verdict::Success)
    }
}

fn for_people(path: &str, written: Written) -> String {
    let Written { counts, vectors } = written;
    let more: Vec<String> = [
        (counts.deleted, "deleted memory", "deleted memories"),
        (counts.edges, "link", "links"),
        (vectors, "vector", "vectors"),
    ]
    .into_iter()
    .filter(|(number, _, _)| *number > 0)
    .map(|(number, one, many)| count(number, one, many))
    .collect();
    let more = if more.is_empty() { String::new() } else { format!(" (and {})", more.join(", ")) };
    format!("{} {}{more} into {path}", styled(GOOD, "exported"), memories(counts.memories))
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

#[cfg(test)]
mod tests {
    use super::*;
    use transfer::Counts;

    #[test]
    fn people_are_told_what_else_is_in_the_file() {
        let told = |memories, deleted, edges, vectors| {
            let counts = Counts { memories, deleted, edges };
            anstream::adapter::strip_str(&for_people("x", Written { counts, vectors })).to_string()
        };
        assert_eq!(told(1, 0, 0, 0), "exported 1 memory into x");
        assert_eq!(
            told(1200, 1, 2, 1201),
            "exported 1,200 memories (and 1 deleted memory, 2 links, 1,201 vectors) into x"
        );
    }
}

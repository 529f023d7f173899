//! The first line and the last one.

use std::collections::BTreeSet;

use model::{ModelIdentity, Timestamp};
use serde::Serialize;

use super::{FORMAT, MINOR, VERSION};
use crate::fields::{Fields, value};
use crate::{Counts, ImportError, Refusal};

/// What an export says about itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Header {
    /// When it was made; written in microseconds.
    pub created_at: Timestamp,
    /// The program that made it, with its version.
    pub program: String,
    /// The model that made the vectors of the store.
    pub model: Option<ModelIdentity>,
    /// What is inside.
    pub parts: BTreeSet<Part>,
    /// How many records there were when it was begun, if that was known.
    pub counts: Option<Counts>,
}

/// What can be inside an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Live memories.
    Memories,
    /// Deleted memories.
    Deleted,
    /// Edges.
    Edges,
    /// Vectors of memories.
    Vectors,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Memories, Self::Deleted, Self::Edges, Self::Vectors];

    /// Its name in a header.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memories => "memories",
            Self::Deleted => "deleted",
            Self::Edges => "edges",
            Self::Vectors => "vectors",
        }
    }
}

#[derive(Serialize)]
pub(super) struct HeaderLine<'a> {
    record: &'static str,
    format: &'static str,
    version: &'static str,
    created_at: String,
    program: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelLine<'a>>,
    parts: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<CountsLine>,
}

#[derive(Serialize)]
struct ModelLine<'a> {
    name: &'a str,
    revision: &'a str,
    dimension: usize,
}

#[derive(Serialize)]
struct CountsLine {
    memories: u64,
    deleted: u64,
    edges: u64,
}

#[derive(Serialize)]
pub(super) struct TrailerLine {
    record: &'static str,
    #[serde(flatten)]
    counts: CountsLine,
    sha256: String,
}

impl<'a> HeaderLine<'a> {
    pub(super) fn of(header: &'a Header) -> Self {
        Self {
            record: "header",
            format: FORMAT,
            version: VERSION,
            created_at: header.created_at.to_string(),
            program: &header.program,
            model: header.model.as_ref().map(|model| ModelLine {
                name: &model.name,
                revision: &model.revision,
                dimension: model.dimension,
            }),
            parts: header.parts.iter().map(|part| part.name()).collect(),
            counts: header.counts.map(counts_line),
        }
    }
}

impl TrailerLine {
    pub(super) fn of(counts: Counts, sha256: String) -> Self {
        Self { record: "trailer", counts: counts_line(counts), sha256 }
    }
}

fn counts_line(counts: Counts) -> CountsLine {
    CountsLine { memories: counts.memories, deleted: counts.deleted, edges: counts.edges }
}

/// Reads the first line; also whether a newer program may have written it.
pub(super) fn read_header(json: &[u8]) -> Result<(Header, bool), ImportError> {
    let frame = |reason: Refusal| ImportError::Frame { line: 1, part: "header", reason: reason.to_string() };
    let mut fields = Fields::from_json(json).map_err(frame)?;
    let version = fields.required_text("version").map_err(frame)?;
    let minor = version.strip_prefix("1.").and_then(|minor| minor.parse::<u32>().ok());
    match minor {
        Some(minor) => Ok((header(fields).map_err(frame)?, minor > MINOR)),
        None => Err(ImportError::Version { found: crate::fields::shortened(&version) }),
    }
}

fn header(mut fields: Fields) -> Result<Header, Refusal> {
    let created_at = fields.required_text("created_at")?;
    let names = fields.texts("parts")?.unwrap_or_default();
    Ok(Header {
        created_at: Timestamp::from_stored_iso(&created_at)
            .ok_or_else(|| value("created_at", &created_at, "a time is ISO 8601 text"))?,
        program: fields.required_text("program")?,
        model: fields.object("model")?.map(|object| model(Fields::of(object.into())?)).transpose()?,
        parts: Part::ALL.into_iter().filter(|part| names.iter().any(|name| name == part.name())).collect(),
        counts: fields.object("counts")?.map(|object| counts(&mut Fields::of(object.into())?)).transpose()?,
    })
}

fn model(mut fields: Fields) -> Result<ModelIdentity, Refusal> {
    let dimension = fields.count("dimension")?;
    Ok(ModelIdentity {
        name: fields.required_text("name")?,
        revision: fields.required_text("revision")?,
        dimension: usize::try_from(dimension)
            .map_err(|_| value("dimension", &dimension.to_string(), "it is the length of a vector"))?,
    })
}

pub(super) fn counts(fields: &mut Fields) -> Result<Counts, Refusal> {
    Ok(Counts {
        memories: fields.count("memories")?,
        deleted: fields.count("deleted")?,
        edges: fields.count("edges")?,
    })
}

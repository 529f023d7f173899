//! The fields of `updates`.

use engine::{Reader, Times, UpdateRequest, VersionRequest};
use model::{Content, HashPrefix, MemoryType, Metadata, PartitionScope, Tags, Timestamp};
use ports::Patch;
use serde_json::Value;

use crate::answer::ToolError;
use crate::tools::Caller;
use crate::tools::filter::invalid;

/// What nobody may set: it follows from the text.
const FIXED: [&str; 2] = ["content_hash", "embedding"];

/// Whether the caller may set the times of a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timestamps {
    /// No.
    Preserved,
    /// Yes.
    Set,
}

/// What to change, as it was given.
pub(super) struct Updates {
    content: Option<String>,
    reason: Option<String>,
    tags: Option<Tags>,
    memory_type: Patch<MemoryType>,
    superseded_by: Patch<HashPrefix>,
    created_at: Option<Value>,
    updated_at: Option<Value>,
    metadata: Metadata,
}

impl Updates {
    /// Reads the known fields; every other one is a free field, as the original takes it.
    pub(super) fn read(mut given: Metadata) -> Result<Self, ToolError> {
        if let Some(name) = FIXED.into_iter().find(|name| given.fields().contains_key(*name)) {
            return Err(ToolError::invalid(format!(
                "`updates.{name}` cannot be set: it follows from the text"
            )));
        }
        let tags = match given.take("tags") {
            None => None,
            Some(value) => Some(Tags::from_json(&value).map_err(|error| invalid("updates.tags", &error))?),
        };
        let memory_type = match text(&mut given, "memory_type")? {
            Given::Nothing => Patch::Keep,
            Given::Null => Patch::Clear,
            Given::Text(name) => match MemoryType::parse(&name) {
                Ok(Some(memory_type)) => Patch::Set(memory_type),
                Ok(None) => Patch::Clear,
                Err(error) => return Err(invalid("updates.memory_type", &error)),
            },
        };
        let superseded_by = match text(&mut given, "superseded_by")? {
            Given::Nothing => Patch::Keep,
            Given::Null => Patch::Clear,
            Given::Text(hash) if hash.trim().is_empty() => Patch::Clear,
            Given::Text(hash) => Patch::Set(
                HashPrefix::parse(&hash).map_err(|error| invalid("updates.superseded_by", &error))?,
            ),
        };
        let content = text(&mut given, "content")?.into_option();
        let reason = text(&mut given, "reason")?.into_option();
        let times = ["created_at", "created_at_iso", "updated_at", "updated_at_iso"];
        let [created, created_iso, updated, updated_iso] = times.map(|name| given.take(name));
        let (created_at, updated_at) = (created.or(created_iso), updated.or(updated_iso));
        let metadata = with_free_fields(given)?;
        Ok(Self { content, reason, tags, memory_type, superseded_by, created_at, updated_at, metadata })
    }

    /// A change in place.
    pub(super) fn into_change(
        self,
        hash: HashPrefix,
        timestamps: Timestamps,
        reader: &Reader,
        partitions: PartitionScope,
    ) -> Result<UpdateRequest, ToolError> {
        if self.content.is_some() {
            return Err(ToolError::invalid(
                "`updates.content` is a new text: set `versioned` to true to put it in the place of the old one",
            ));
        }
        let times = match timestamps {
            Timestamps::Set => Times::Set {
                created_at: time(self.created_at, "updates.created_at", reader)?,
                updated_at: time(self.updated_at, "updates.updated_at", reader)?,
            },
            Timestamps::Preserved if self.created_at.is_none() && self.updated_at.is_none() => {
                Times::Preserve
            }
            Timestamps::Preserved => {
                return Err(ToolError::invalid(
                    "`updates` sets created_at or updated_at: set `preserve_timestamps` to false for that",
                ));
            }
        };
        let mut metadata = self.metadata;
        if let Some(reason) = self.reason {
            metadata.set("reason", reason);
        }
        let Self { tags, memory_type, superseded_by, .. } = self;
        let request = UpdateRequest::new(hash);
        Ok(UpdateRequest { tags, memory_type, metadata, superseded_by, times, partitions, ..request })
    }

    /// A new version.
    pub(super) fn into_version(
        self,
        hash: HashPrefix,
        caller: &Caller,
        partitions: PartitionScope,
    ) -> Result<VersionRequest, ToolError> {
        let Some(content) = self.content else {
            return Err(ToolError::invalid(
                "`updates.content` is required for a new version: give the new text",
            ));
        };
        if self.superseded_by != Patch::Keep || self.created_at.is_some() || self.updated_at.is_some() {
            return Err(ToolError::invalid(
                "a new version takes content, reason, tags, memory_type and metadata: change the rest in a call of \
                 its own, without `versioned`",
            ));
        }
        let content = Content::parse(content).map_err(|error| invalid("updates.content", &error))?;
        let agent = self.metadata.fields().get("agent_id").and_then(Value::as_str).map(str::to_owned);
        let origin = Some(caller.origin(None, agent));
        let Self { tags, memory_type, metadata, reason, .. } = self;
        let request = VersionRequest::new(hash, content);
        Ok(VersionRequest { tags, memory_type, metadata, reason, origin, partitions, ..request })
    }
}

/// The free fields: those beside the known ones and those of `metadata`, which win.
fn with_free_fields(mut given: Metadata) -> Result<Metadata, ToolError> {
    let nested = given.take("metadata");
    let mut fields = given.fields().clone();
    match nested {
        None | Some(Value::Null) => {}
        Some(Value::Object(nested)) => fields.extend(nested),
        Some(_) => return Err(ToolError::invalid("`updates.metadata` must be an object")),
    }
    Metadata::parse(fields).map_err(|error| invalid("updates.metadata", &error))
}

enum Given {
    Nothing,
    Null,
    Text(String),
}

impl Given {
    fn into_option(self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }
}

fn text(given: &mut Metadata, name: &str) -> Result<Given, ToolError> {
    match given.take(name) {
        None => Ok(Given::Nothing),
        Some(Value::Null) => Ok(Given::Null),
        Some(Value::String(text)) => Ok(Given::Text(text)),
        Some(_) => Err(ToolError::invalid(format!("`updates.{name}` must be a text"))),
    }
}

fn time(value: Option<Value>, name: &str, reader: &Reader) -> Result<Option<Timestamp>, ToolError> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            reader.parse_date(&text).map(Some).map_err(|error| invalid(name, &error))
        }
        Some(Value::Number(number)) => match number.as_f64().and_then(Timestamp::from_seconds) {
            Some(time) => Ok(Some(time)),
            None => {
                Err(ToolError::invalid(format!("`{name}` is {number}, which is no time in Unix seconds")))
            }
        },
        Some(_) => Err(ToolError::invalid(format!("`{name}` must be a date or Unix seconds"))),
    }
}

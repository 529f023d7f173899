//! `memory_store`: keeps one text.

use engine::{Capability, Outcome, Part, PartOutcome, RestoreDeleted, StoreReceipt, StoreRequest};
use model::{Content, ContentHash, MemoryType, Metadata, Partition, Tags};
use serde_json::Value;

use super::filter::invalid;
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, filter, insufficient_scope};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter, Unsupported};
use crate::{schema, wire};

/// What a failure's text begins with, as the original's clients know it.
const FAILURE: &str = "Error storing memory";

pub(super) const STORE: Parameter =
    Parameter::of("store", Kind::Text { default: Some("default") }, "Named store to keep it in")
        .also(&["partition"]);
pub(super) const OCCURRED_AT: Parameter = Parameter::text(
    "occurred_at",
    "When it happened, if not now: YYYY-MM-DD or RFC 3339; times filter and sort by it",
);
pub(super) const RESTORE_DELETED: Parameter = Parameter::of(
    "restore_deleted",
    Kind::Flag { default: false },
    "Store it although the original recorded its deletion",
);

pub(super) static TOOL: Tool = Tool {
    name: "memory_store",
    title: "Store Memory",
    description: "Keep a text so that it can be found again by meaning, words, tags and time. A text that is \
                  already kept is reported as a duplicate; similar texts are kept and named.",
    annotations: Annotations { effect: Effect::Additive, repeat: Repeat::Idempotent },
    capability: Capability::Add,
    profile: Profile::Default,
    parameters: &[
        Parameter::text("content", "Text to keep, up to 1 MB; kept exactly")
            .required()
            .also(&["text", "memory"]),
        Parameter::of("tags", Kind::Tags, "Tags").also(&["tag"]),
        Parameter::of(
            "memory_type",
            Kind::Text { default: Some("note") },
            "Kind of memory: note, decision, learning, error, ... or any name",
        )
        .also(&["type"]),
        Parameter::of(
            "metadata",
            Kind::Object,
            "Free fields; its `tags` and `type` are taken as the tags and the type",
        ),
        Parameter::text("conversation_id", "Conversation it belongs to"),
        Parameter::text("agent_id", "Author").also(&["agent"]),
        Parameter::text("client_hostname", "Machine it comes from; adds the tag source:<hostname>")
            .also(&["hostname"]),
        STORE,
        OCCURRED_AT,
        RESTORE_DELETED,
    ],
    unsupported: &[
        Unsupported::new("auto_extract", "store each fact with a call of its own").warned_of(),
        Unsupported::of_another("min_extract_confidence", "store each fact with a call of its own"),
        Unsupported::of_another("extract_types", "store each fact with a call of its own"),
        Unsupported::new("role", "put the role into `metadata`").warned_of(),
    ],
    example: r#"{"content": "The staging database listens on port 5433", "tags": ["infra"], "memory_type": "note"}"#,
    output: schema::of_answer::<wire::Receipt>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let Some(adder) = caller.adder() else { return Err(insufficient_scope(&TOOL, caller.capability())) };
    let request = read(&mut arguments, caller)?;
    let store = request.partition.to_string();
    let stored = adder.store(request).await;
    let mut receipt = stored.map_err(|error| ToolError::from(error).while_doing(FAILURE))?;
    receipt.warnings.extend(arguments.warnings());
    let text = text(&receipt, &store);
    let is_error = matches!(receipt.outcome, Outcome::Duplicate { .. });
    Ok(Answer::new(wire::Stored::new(receipt, &store), text).marked(is_error))
}

fn read(arguments: &mut Arguments, caller: &Caller) -> Result<StoreRequest, ToolError> {
    let content =
        Content::parse(arguments.required_text("content")?).map_err(|error| invalid("content", &error))?;
    let (tags, mut metadata) = with_hostname(arguments)?;
    let memory_type = memory_type(arguments, metadata.take("type"))?;
    let (conversation, agent) = (arguments.text("conversation_id")?, arguments.text("agent_id")?);
    for (name, value) in [("conversation_id", &conversation), ("agent_id", &agent)] {
        if let Some(value) = value {
            metadata.set(name, value.as_str());
        }
    }
    let metadata = Metadata::parse(metadata.fields().clone()).map_err(|error| invalid("metadata", &error))?;
    let store = arguments.text("store")?.unwrap_or_default();
    let partition = Partition::parse(&store).map_err(|error| invalid("store", &error))?;
    let occurred_at = filter::date(arguments, OCCURRED_AT.name, caller.reader())?;
    let origin = Some(caller.origin(conversation, agent));
    let restore_deleted = restore_deleted(arguments)?;
    Ok(StoreRequest {
        tags,
        memory_type,
        metadata,
        partition,
        occurred_at,
        origin,
        restore_deleted,
        ..StoreRequest::new(content)
    })
}

pub(super) fn restore_deleted(arguments: &mut Arguments) -> Result<RestoreDeleted, ToolError> {
    let is_asked = arguments.flag(RESTORE_DELETED.name)?;
    Ok(if is_asked { RestoreDeleted::Yes } else { RestoreDeleted::No })
}

/// The tags, also those in the free fields and the one of the machine, and the free fields.
pub(super) fn with_hostname(arguments: &mut Arguments) -> Result<(Tags, Metadata), ToolError> {
    let (mut tags, mut metadata) = (arguments.tags("tags")?, arguments.object("metadata")?);
    if let Some(more) = metadata.take("tags") {
        let more = Tags::from_json(&more).map_err(|error| invalid("metadata.tags", &error))?;
        tags = merged(tags, more)?;
    }
    if let Some(hostname) = arguments.text("client_hostname")? {
        let source = Tags::from_list([format!("source:{hostname}")]);
        tags = merged(tags, source.map_err(|error| invalid("client_hostname", &error))?)?;
        metadata.set("hostname", hostname);
    }
    Ok((tags, metadata))
}

fn merged(tags: Tags, more: Tags) -> Result<Tags, ToolError> {
    tags.merged(more).map_err(|error| invalid("tags", &error))
}

/// The type: that of the argument or of the metadata, else a note.
fn memory_type(
    arguments: &mut Arguments,
    in_metadata: Option<Value>,
) -> Result<Option<MemoryType>, ToolError> {
    let in_metadata = match in_metadata {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => {
            MemoryType::parse(&name).map_err(|error| invalid("metadata.type", &error))?
        }
        Some(_) => return Err(ToolError::invalid("`metadata.type` must be a text")),
    };
    let given = arguments.is_given("memory_type");
    let named = arguments.text("memory_type")?.unwrap_or_default();
    let named = MemoryType::parse(&named).map_err(|error| invalid("memory_type", &error))?;
    match (in_metadata, named) {
        (Some(one), Some(other)) if given && one != other => Err(ToolError::invalid(format!(
            "`memory_type` is {:?} and `metadata.type` is {:?}: give one of them",
            other.as_str(),
            one.as_str()
        ))),
        (Some(in_metadata), _) => Ok(Some(in_metadata)),
        (None, named) => Ok(named),
    }
}

fn text(receipt: &StoreReceipt, store: &str) -> String {
    let mut text = match &receipt.outcome {
        Outcome::Created => format!("Memory stored successfully (hash: {})", receipt.hash),
        Outcome::Duplicate { partition } => {
            let elsewhere = if partition.as_str() == store {
                String::new()
            } else {
                format!("; already exists in store '{partition}'")
            };
            format!("{FAILURE}: Duplicate content detected (exact match){elsewhere} (hash: {})", receipt.hash)
        }
        Outcome::Split { parts } => split(parts, &receipt.hash),
    };
    for near in &receipt.near_duplicates {
        text.push_str(&format!(
            "\nSimilar memory: {} (cosine {:.2}); both are kept",
            near.hash, near.similarity
        ));
    }
    for warning in &receipt.warnings {
        text.push_str(&format!("\nWarning: {warning}"));
    }
    text
}

/// The text about a memory that became several: how many were written, and which were not.
fn split(parts: &[Part], whole: &ContentHash) -> String {
    let stored = parts.iter().filter(|part| part.outcome == PartOutcome::Created).count();
    let mut text = format!("Successfully stored {stored} memory chunks (original hash: {whole})");
    for (index, part) in parts.iter().enumerate() {
        let (number, total, hash) = (index + 1, parts.len(), &part.hash);
        match &part.outcome {
            PartOutcome::Created => {}
            PartOutcome::Duplicate { partition } => text.push_str(&format!(
                "\nWarning: chunk {number}/{total} ({hash}) was stored already, in store '{partition}'"
            )),
            PartOutcome::Failed { reason } => {
                text.push_str(&format!(
                    "\nWarning: chunk {number}/{total} ({hash}) was not stored: {reason}"
                ));
            }
        }
    }
    text
}

#[cfg(test)]
mod tests;

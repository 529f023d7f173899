//! `memory_update`: changes a memory in place, or puts a new version in its place.

mod updates;

use engine::Capability;

use super::filter::invalid;
use super::get::CONTENT_HASH;
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, insufficient_scope};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};
use crate::{schema, wire};
use model::{HashPrefix, PartitionScope};
use updates::{Timestamps, Updates};

/// What a failure's text begins with, as the original's clients know it.
const FAILURE: &str = "Failed to update memory metadata";
const FAILURE_OF_VERSION: &str = "Failed versioned update";

pub(super) static TOOL: Tool = Tool {
    name: "memory_update",
    title: "Update Memory",
    description: "Change the tags, type or free fields of a memory in place; or, with `versioned`, put a new text in \
                  its place and keep the old one in its history.",
    annotations: Annotations { effect: Effect::Destructive, repeat: Repeat::Repeated },
    capability: Capability::Write,
    profile: Profile::Default,
    parameters: &[
        CONTENT_HASH.required(),
        Parameter::of(
            "updates",
            Kind::Object,
            "tags (replace the old), memory_type, metadata (merged; null removes), superseded_by; with versioned: \
             content, reason",
        )
        .required(),
        Parameter::of(
            "preserve_timestamps",
            Kind::Flag { default: true },
            "false: `updates` may set created_at and updated_at",
        ),
        Parameter::of("versioned", Kind::Flag { default: false }, "Make a new version"),
        Parameter::of("store", Kind::Text { default: Some("all") }, "Only if it lies in this named store")
            .also(&["partition"]),
    ],
    unsupported: &[],
    example: r#"{"content_hash": "b94d27b9934d3e08", "updates": {"tags": ["infra"], "metadata": {"checked": true}}}"#,
    output: schema::of_answer::<wire::Updated>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let Some(writer) = caller.writer() else { return Err(insufficient_scope(&TOOL, caller.capability())) };
    let hash = arguments.required_text(CONTENT_HASH.name)?;
    let hash = HashPrefix::parse(&hash).map_err(|error| invalid(CONTENT_HASH.name, &error))?;
    let given = arguments.object("updates")?;
    let timestamps =
        if arguments.flag("preserve_timestamps")? { Timestamps::Preserved } else { Timestamps::Set };
    let is_versioned = arguments.flag("versioned")?;
    let store = arguments.text("store")?.unwrap_or_default();
    let partitions = PartitionScope::parse(&store).map_err(|error| invalid("store", &error))?;
    if given.fields().is_empty() {
        return Err(ToolError::invalid("`updates` is required: name at least one field to change"));
    }
    let updates = Updates::read(given)?;
    if is_versioned {
        let request = updates.into_version(hash, caller, partitions)?;
        let receipt = writer.add_version(request).await;
        let receipt = receipt.map_err(|error| ToolError::from(error).while_doing(FAILURE_OF_VERSION))?;
        return Ok(versioned(receipt.into()));
    }
    let request = updates.into_change(hash, timestamps, caller.reader(), partitions)?;
    let receipt = writer.update(request).await;
    let receipt = receipt.map_err(|error| ToolError::from(error).while_doing(FAILURE))?;
    let updated = wire::Updated::from(receipt);
    let text = format!(
        "Successfully updated memory metadata. Updated fields: {}{}",
        updated.updated_fields.join(", "),
        warnings(&updated)
    );
    Ok(Answer::new(updated, text))
}

fn versioned(updated: wire::Updated) -> Answer {
    let (hash, parent) = (&updated.content_hash, updated.parent.as_deref().unwrap_or_default());
    let text = format!(
        "Versioned update successful. New hash: {hash}, parent hash: {parent}. Memory versioned successfully{}",
        warnings(&updated)
    );
    Answer::new(updated, text)
}

fn warnings(updated: &wire::Updated) -> String {
    updated.warnings.iter().map(|warning| format!("\nWarning: {warning}")).collect()
}

#[cfg(test)]
mod tests;

//! `memory_delete`: deletes memories.

use engine::{Capability, DeleteRequest, DryRun, ErrorCode, Reader, Writer};
use model::{Filter, HashPrefix};
use ports::{DeletionId, Undelete};
use serde_json::{Map, Value};

use super::filter::invalid;
use super::get::CONTENT_HASH;
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, filter, insufficient_scope};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};
use crate::{schema, text, wire};

/// How many hashes the text of a dry run names.
const NAMED_HASHES: usize = 5;

pub(super) static TOOL: Tool = Tool {
    name: "memory_delete",
    title: "Delete Memories",
    description: "Delete the memories that meet every given condition; at least one is needed. `dry_run` tells \
                  what would be deleted.",
    annotations: Annotations { effect: Effect::Destructive, repeat: Repeat::Idempotent },
    capability: Capability::Write,
    profile: Profile::Default,
    parameters: &[
        CONTENT_HASH,
        filter::TAGS,
        filter::TAG_MATCH,
        filter::MEMORY_TYPE,
        filter::AFTER,
        filter::BEFORE,
        filter::TIME_EXPR,
        filter::ENTITY,
        filter::AGENT_ID,
        filter::CONVERSATION_ID,
        filter::STALE_DAYS,
        filter::STORE,
        Parameter::of("dry_run", Kind::Flag { default: false }, "Only say what would be deleted"),
        Parameter::of(
            "undo",
            Kind::Integer { default: None, lowest: 1, highest: i64::MAX as u64 },
            "Take a deletion back: the number that it answered",
        ),
    ],
    unsupported: &[],
    example: r#"{"tags": ["scratch"], "dry_run": true}"#,
    output: schema::of_answer::<wire::DeleteReceipt>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let Some(writer) = caller.writer() else { return Err(insufficient_scope(&TOOL, caller.capability())) };
    if let Some(number) = arguments.integer("undo")? {
        return undo(writer, number, arguments).await;
    }
    let hash = hash(&mut arguments)?;
    let in_words = arguments.is_given(filter::TIME_EXPR.name);
    let filter = filter::read(&mut arguments, writer.reader())?;
    let dry_run = if arguments.flag("dry_run")? { DryRun::Yes } else { DryRun::No };
    let conditions = Conditions { by_hash: hash.is_some(), tags: filter.tags.len() };
    let time_window = wire::Window::of(&filter);
    let receipt = writer.delete(DeleteRequest { hash, filter, dry_run }).await?;
    let receipt = wire::DeleteReceipt::new(receipt, time_window);
    // Who wrote dates knows them; what words mean is told.
    let window = receipt.time_window.as_ref().filter(|_| in_words);
    let undo = receipt.undo.map(|number| format!("\n\nTo take it back: undo {number}")).unwrap_or_default();
    let text = message(&receipt, conditions) + &text::window(window) + &undo;
    Ok(Answer::new(receipt, text))
}

/// Which memories are meant by arguments of `memory_delete`, for doors that do something else with them.
///
/// # Errors
/// [`ToolError`], as the tool has it.
pub fn meant(
    reader: &Reader,
    arguments: Map<String, Value>,
) -> Result<(Option<HashPrefix>, Filter), ToolError> {
    let mut arguments = Arguments::new(&TOOL, arguments)?;
    Ok((hash(&mut arguments)?, filter::read(&mut arguments, reader)?))
}

fn hash(arguments: &mut Arguments) -> Result<Option<HashPrefix>, ToolError> {
    let text = arguments.text(CONTENT_HASH.name)?;
    text.map(|text| HashPrefix::parse(&text)).transpose().map_err(|error| invalid(CONTENT_HASH.name, &error))
}

async fn undo(writer: &Writer, number: u64, arguments: Arguments) -> Result<Answer, ToolError> {
    if let Some(name) = arguments.into_given().keys().next() {
        return Err(ToolError::invalid(format!("`undo` takes a whole deletion back: leave out `{name}`")));
    }
    let id = DeletionId(i64::try_from(number).unwrap_or(i64::MAX));
    let receipt = wire::DeleteReceipt::undone(writer.undelete(Undelete::Deletion(id)).await?);
    if receipt.matched_count == 0 {
        let message = format!("there is no deletion {number} to take back, or it was taken back already");
        return Err(ToolError::new(ErrorCode::NotFound, message));
    }
    let mut text = format!("Restored {} memories", receipt.restored.len());
    for missed in &receipt.not_restored {
        let why =
            if missed.reason == "live" { "it was stored anew meanwhile" } else { "nothing is left of it" };
        text.push_str(&format!("\nNot restored: {} ({why})", missed.content_hash));
    }
    Ok(Answer::new(receipt, text))
}

/// What was asked, as far as the text repeats it.
#[derive(Clone, Copy)]
struct Conditions {
    by_hash: bool,
    tags: usize,
}

fn message(receipt: &wire::DeleteReceipt, conditions: Conditions) -> String {
    let count = receipt.matched_count;
    let first = receipt.hashes.first().map_or("", String::as_str);
    match (receipt.dry_run, count) {
        (false, 0) => "No memories found that meet the conditions\n\nDeleted 0 memories".to_owned(),
        (false, _) => {
            let message = match conditions {
                Conditions { by_hash: true, .. } => format!("Successfully deleted memory {first}"),
                Conditions { tags: 0, .. } => format!("Successfully deleted {count} memories"),
                Conditions { tags, .. } => {
                    format!("Successfully deleted {count} memories matching {tags} tag(s)")
                }
            };
            format!("{message}\n\nDeleted {count} memories")
        }
        (true, 0) => "Would delete 0 memories\n\nWould delete 0 memories".to_owned(),
        (true, _) => {
            let message = if conditions.by_hash {
                format!("Would delete 1 memory with hash: {first}")
            } else {
                format!("Would delete {count} memories")
            };
            let named: Vec<&str> = receipt.hashes.iter().take(NAMED_HASHES).map(String::as_str).collect();
            let more = count - named.len();
            let more = if more > 0 { format!(" ... and {more} more") } else { String::new() };
            format!("{message}\n\nWould delete {count} memories\nHashes: {}{more}", named.join(", "))
        }
    }
}

#[cfg(test)]
mod tests;

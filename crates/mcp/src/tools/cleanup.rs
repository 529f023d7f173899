//! `memory_cleanup`: finds memories that mean nearly the same, and deletes the newer ones when asked.

use engine::{Capability, CleanupRequest, DryRun, MAX_PAIRS};

use super::search::{DEFAULT_RESPONSE_CHARS, MAX_RESPONSE_CHARS};
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, filter, insufficient_scope};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};
use crate::text::Cut;
use crate::{schema, wire};

/// How many pairs there are when the caller does not say.
const DEFAULT_PAIRS: u64 = 100;

pub(super) static TOOL: Tool = Tool {
    name: "memory_cleanup",
    title: "Clean Up Near-Duplicates",
    description: "Report memories that mean nearly the same as older ones; with `dry_run` false, delete the newer ones.",
    annotations: Annotations { effect: Effect::Destructive, repeat: Repeat::Idempotent },
    capability: Capability::Write,
    profile: Profile::Full,
    parameters: &[
        Parameter::of(
            "threshold",
            Kind::Number { default: 0.95, lowest: 0.5, highest: 1.0 },
            "Cosine from which two memories are near-duplicates",
        )
        .also(&["similarity_threshold"]),
        Parameter::of(
            "limit",
            Kind::Integer { default: Some(DEFAULT_PAIRS), lowest: 1, highest: MAX_PAIRS as u64 },
            "Pairs at most",
        ),
        filter::TAGS,
        filter::TAG_MATCH,
        filter::MEMORY_TYPE,
        filter::AFTER,
        filter::BEFORE,
        filter::TIME_EXPR,
        filter::STORE,
        Parameter::of("dry_run", Kind::Flag { default: true }, "Only report"),
        MAX_RESPONSE_CHARS,
    ],
    unsupported: &[],
    example: r#"{"threshold": 0.98}"#,
    output: schema::of_answer::<wire::Cleanup>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let Some(writer) = caller.writer() else { return Err(insufficient_scope(&TOOL, caller.capability())) };
    let limit = arguments.integer("limit")?.unwrap_or(DEFAULT_PAIRS);
    let request = CleanupRequest {
        threshold: arguments.number("threshold")?,
        filter: filter::read(&mut arguments, writer.reader())?,
        limit: u32::try_from(limit).unwrap_or(MAX_PAIRS),
        dry_run: if arguments.flag("dry_run")? { DryRun::Yes } else { DryRun::No },
    };
    let budget = arguments.integer(MAX_RESPONSE_CHARS.name)?.unwrap_or(DEFAULT_RESPONSE_CHARS);
    let mut cleanup = wire::Cleanup::from(writer.clean_up(request).await?);
    cleanup.omitted = Cut::to(&mut cleanup.pairs, budget).omitted;
    let text = text(&cleanup);
    Ok(Answer::new(cleanup, text))
}

fn text(cleanup: &wire::Cleanup) -> String {
    let mut text = match (cleanup.pairs.len() + cleanup.omitted, cleanup.dry_run) {
        (0, _) => "No duplicate memories found".to_owned(),
        (pairs, true) => format!("Found {pairs} pairs of near-duplicate memories; nothing was deleted"),
        (_, false) => format!("Successfully soft-deleted {} duplicate memories", cleanup.deleted_count),
    };
    for pair in &cleanup.pairs {
        let verb = if cleanup.dry_run { "is like" } else { "was deleted, it is like" };
        text.push_str(&format!(
            "\n- {} {verb} {} (cosine {:.2})\n  {:?}\n  {:?}",
            pair.removed, pair.kept, pair.similarity, pair.removed_text, pair.kept_text
        ));
    }
    if cleanup.omitted > 0 {
        text.push_str(&format!(
            "\n... and {} more pairs, left out to keep the answer short",
            cleanup.omitted
        ));
    }
    if let Some(number) = cleanup.undo {
        text.push_str(&format!("\n\nTo take it back: memory_delete with undo {number}"));
    }
    for notice in &cleanup.notices {
        text.push_str(&format!("\n\nNote: {notice}"));
    }
    text
}

#[cfg(test)]
mod tests;

//! `memory_store_session`: keeps a conversation.

use engine::{Capability, Part, PartOutcome, SessionReceipt, SessionRequest, Turn};
use model::Partition;

use super::filter::invalid;
use super::store::{OCCURRED_AT, RESTORE_DELETED, STORE, restore_deleted, with_hostname};
use super::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, filter, insufficient_scope};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};
use crate::{schema, wire};

/// What a failure's text begins with, as the original's clients know it.
const FAILURE: &str = "Error storing session";
/// What was said.
const TURN: &[Parameter] = &[
    Parameter::text("role", "Who: user, assistant, ...").required(),
    Parameter::text("content", "What was said").required().also(&["text"]),
];

pub(super) static TOOL: Tool = Tool {
    name: "memory_store_session",
    title: "Store Session",
    description: "Keep a conversation, turn by turn. A long one becomes several memories of whole turns.",
    annotations: Annotations { effect: Effect::Additive, repeat: Repeat::Repeated },
    capability: Capability::Add,
    profile: Profile::Default,
    parameters: &[
        Parameter::of("turns", Kind::Records { fields: TURN }, "What was said, in order")
            .required()
            .also(&["messages"]),
        Parameter::text("session_id", "Its name; a random one without it").also(&["session"]),
        Parameter::of("tags", Kind::Tags, "Tags, beside session:<id>").also(&["tag"]),
        Parameter::of("metadata", Kind::Object, "Free fields"),
        Parameter::text("agent_id", "Author").also(&["agent"]),
        Parameter::text("client_hostname", "Machine it comes from; adds the tag source:<hostname>")
            .also(&["hostname"]),
        STORE,
        OCCURRED_AT,
        RESTORE_DELETED,
    ],
    unsupported: &[],
    example: r#"{"turns": [{"role": "user", "content": "Which port?"}, {"role": "assistant", "content": "5433"}]}"#,
    output: schema::of_answer::<wire::Session>,
    run: |caller, arguments| -> Running<'_> { Box::pin(run(caller, arguments)) },
};

async fn run(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let Some(adder) = caller.adder() else { return Err(insufficient_scope(&TOOL, caller.capability())) };
    let request = read(&mut arguments, caller)?;
    let store = request.partition.to_string();
    let receipt = adder.store_session(request).await;
    let receipt = receipt.map_err(|error| ToolError::from(error).while_doing(FAILURE))?;
    let is_error = receipt.chunks.iter().any(|chunk| matches!(chunk.outcome, PartOutcome::Failed { .. }))
        || receipt.chunks.iter().all(|chunk| chunk.outcome != PartOutcome::Created);
    Ok(Answer::new(wire::Session::new(&receipt, &store), text(&receipt)).marked(is_error))
}

fn read(arguments: &mut Arguments, caller: &Caller) -> Result<SessionRequest, ToolError> {
    let turns = arguments.records::<2>("turns")?;
    let turns = turns.into_iter().map(|[role, content]| Turn { role, content }).collect();
    let session_id = arguments.text("session_id")?;
    let (tags, mut metadata) = with_hostname(arguments)?;
    let agent = arguments.text("agent_id")?;
    if let Some(agent) = &agent {
        metadata.set("agent_id", agent.as_str());
    }
    let store = arguments.text(STORE.name)?.unwrap_or_default();
    let partition = Partition::parse(&store).map_err(|error| invalid(STORE.name, &error))?;
    let occurred_at = filter::date(arguments, OCCURRED_AT.name, caller.reader())?;
    let origin = Some(caller.origin(session_id.clone(), agent));
    let restore_deleted = restore_deleted(arguments)?;
    Ok(SessionRequest { turns, session_id, tags, metadata, partition, occurred_at, origin, restore_deleted })
}

fn text(receipt: &SessionReceipt) -> String {
    let SessionReceipt { session_id, turns, chunks, .. } = receipt;
    let mut text = match chunks.as_slice() {
        [Part { hash, outcome: PartOutcome::Created }] => {
            format!("Session stored successfully (session_id: {session_id}, hash: {hash}, turns: {turns})")
        }
        [Part { hash, outcome: PartOutcome::Duplicate { .. } }] => format!(
            "{FAILURE}: Duplicate content detected (exact match) (session_id: {session_id}, hash: {hash})"
        ),
        _ => chunked(receipt),
    };
    for warning in &receipt.warnings {
        text.push_str(&format!("\nWarning: {warning}"));
    }
    text
}

/// The text about a session that became several memories.
fn chunked(receipt: &SessionReceipt) -> String {
    let SessionReceipt { session_id, turns, chunks, .. } = receipt;
    let total = chunks.len();
    let kept = chunks.iter().filter(|chunk| !matches!(chunk.outcome, PartOutcome::Failed { .. })).count();
    for (index, chunk) in chunks.iter().enumerate() {
        if let PartOutcome::Failed { reason } = &chunk.outcome {
            let number = index + 1;
            return format!(
                "{FAILURE} chunk {number}/{total}: {reason} (session_id: {session_id}, stored {kept}/{total} \
                 before failure)"
            );
        }
    }
    if chunks.iter().all(|chunk| chunk.outcome != PartOutcome::Created) {
        return format!("{FAILURE}: Duplicate content detected (exact match) (session_id: {session_id})");
    }
    format!("Session stored successfully (session_id: {session_id}, chunks: {kept}/{total}, turns: {turns})")
}

#[cfg(test)]
mod tests;

//! The tools: each declared once, for MCP, the command line, REST and the reference pages.
//!
//! # Adding a tool
//! One file here: its declaration, how its arguments are read, the use case it calls, its text, its tests; then one line
//! in [`TOOLS`], and a row in `tests/clients/tour.json`. Its answer gets a type in [`crate::wire`]. A name of the
//! original's older releases goes into `legacy`.

mod caller;
mod cleanup;
mod defaults;
mod delete;
mod detail;
mod filter;
mod get;
mod health;
mod history;
mod legacy;
mod list;
mod profile;
mod research;
mod search;
mod session;
mod stats;
mod store;
mod update;

use std::pin::Pin;

use engine::{Capability, ErrorCode, Grant};
use serde_json::{Map, Value};

use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Parameter, Unsupported};
use crate::schema;

pub use caller::Caller;
pub use defaults::Defaults;
pub use delete::meant;
pub use legacy::OLDER;
pub use profile::Profile;

/// Every tool, in the order in which it is listed; those of [`OLDER`] releases come after them.
pub static TOOLS: [&Tool; 14] = [
    &store::TOOL,
    &session::TOOL,
    &search::TOOL,
    &get::TOOL,
    &list::TOOL,
    &update::TOOL,
    &delete::TOOL,
    &stats::TOOL,
    &health::TOOL,
    &history::TOOL,
    &detail::TOOL,
    &cleanup::TOOL,
    &research::search::TOOL,
    &research::fetch::TOOL,
];

/// One tool.
pub struct Tool {
    /// Its name on every wire.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, for a model and for people.
    pub description: &'static str,
    /// What a client may assume about it.
    pub annotations: Annotations,
    /// What its caller must have been granted.
    pub capability: Capability,
    /// The first profile that lists it.
    pub profile: Profile,
    /// Its parameters, in the order of schema and help.
    pub parameters: &'static [Parameter],
    /// Parameters of the original that do nothing here yet.
    pub unsupported: &'static [Unsupported],
    /// Arguments of a call that works, as JSON.
    pub(crate) example: &'static str,
    output: fn() -> Map<String, Value>,
    run: Run,
}

/// What a client may assume about a tool (MCP, `ToolAnnotations`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Annotations {
    /// What a call changes.
    pub effect: Effect,
    /// Whether calling again with the same arguments changes nothing more.
    pub repeat: Repeat,
}

/// What a call of a tool changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    ReadOnly,
    /// It adds; nothing is lost.
    Additive,
    /// Something can be lost.
    Destructive,
}

/// What calling a tool again with the same arguments changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Nothing more.
    Idempotent,
    /// Something again.
    Repeated,
}

type Run = for<'caller> fn(&'caller Caller, Arguments) -> Running<'caller>;
type Running<'caller> = Pin<Box<dyn Future<Output = Result<Answer, ToolError>> + Send + 'caller>>;

impl Tool {
    /// The JSON schema of its arguments.
    #[must_use]
    pub fn input_schema(&self) -> Map<String, Value> {
        schema::of_parameters(self.parameters)
    }

    /// The JSON schema of [`Answer::structured`].
    #[must_use]
    pub fn output_schema(&self) -> Map<String, Value> {
        (self.output)()
    }

    /// The same, but only what is always there and without the fields of nested objects: what a list of tools shows,
    /// because a model reads it in every session.
    #[must_use]
    pub fn output_outline(&self) -> Map<String, Value> {
        schema::outline(self.output_schema())
    }

    /// Arguments of a call that works.
    #[must_use]
    pub fn example(&self) -> Map<String, Value> {
        serde_json::from_str(self.example).unwrap_or_default()
    }
}

/// Every tool that can be called: those of today, then those of [`OLDER`] releases.
pub fn all() -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().chain(OLDER).copied()
}

/// The tool with this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.name == name)
}

/// Calls a tool for the person at this machine.
///
/// # Errors
/// [`ToolError`]; its text is for the caller.
pub async fn call(grant: &Grant, name: &str, arguments: Map<String, Value>) -> Result<Answer, ToolError> {
    call_as(&Caller::user(grant.clone()), name, arguments).await
}

/// Calls a tool: checks the grant and the arguments, and carries it out.
///
/// # Errors
/// [`ToolError`]; its text is for the caller.
pub async fn call_as(
    caller: &Caller,
    name: &str,
    arguments: Map<String, Value>,
) -> Result<Answer, ToolError> {
    let tool = check_known(name)?;
    if caller.capability() < tool.capability {
        return Err(insufficient_scope(tool, caller.capability()));
    }
    (tool.run)(caller, Arguments::new(tool, arguments)?).await
}

/// The tool with this name.
///
/// # Errors
/// There is none; the text names those that there are.
pub(crate) fn check_known(name: &str) -> Result<&'static Tool, ToolError> {
    find(name).ok_or_else(|| unknown_tool(name))
}

fn unknown_tool(name: &str) -> ToolError {
    let names: Vec<&str> = TOOLS.iter().map(|tool| tool.name).collect();
    let name: String = name.chars().take(64).collect();
    ToolError::new(
        ErrorCode::UnknownTool,
        format!("Unknown tool: {name:?}. The tools are {}", names.join(", ")),
    )
}

fn insufficient_scope(tool: &Tool, granted: Capability) -> ToolError {
    let (name, needed) = (tool.name, tool.capability.name());
    let message = format!(
        "insufficient_scope: tool '{name}' requires '{needed}', this connection was granted '{}'",
        granted.name()
    );
    ToolError::new(ErrorCode::InsufficientScope, message)
}

#[cfg(test)]
mod tests;

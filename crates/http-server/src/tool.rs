//! Calls of tools: what REST does is what the tools do.

use mcp::ToolError;
use mcp::tools::{self, Caller};
use serde_json::{Map, Value};

/// The most characters of an answer: REST answers whole, or cuts where its own parameters say so.
pub(crate) const UNCUT: u64 = 1 << 40;

/// What a tool answered.
pub(crate) struct Told<T> {
    /// As a value.
    pub(crate) answer: T,
    /// As text.
    pub(crate) text: String,
}

impl<T> Told<T> {
    /// The first line of the text: what happened.
    pub(crate) fn message(&self) -> String {
        self.text.lines().next().unwrap_or_default().to_owned()
    }
}

/// Calls a tool.
///
/// # Errors
/// What the tool refuses.
pub(crate) async fn call<T: 'static>(
    caller: &Caller,
    name: &str,
    arguments: Map<String, Value>,
) -> Result<Told<T>, ToolError> {
    let answer = tools::call_as(caller, name, arguments).await?;
    let (answer, text) = answer.into_typed()?;
    Ok(Told { answer, text })
}

/// The arguments that have a value.
pub(crate) fn arguments<const N: usize>(given: [(&str, Option<Value>); N]) -> Map<String, Value> {
    given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

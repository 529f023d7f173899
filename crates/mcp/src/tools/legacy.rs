//! The names that tools had in the original's older releases, with the meaning that release 8 documented.
//!
//! They are listed in the profile `legacy` only and can be called in every one. Each translates its arguments and calls a
//! tool of today, so the answers have the form of today. Where the original's own translation lost something (a start
//! date alone that deleted everything since, tags that were not understood), these keep the old meaning.
//!
//! | family | names |
//! |---|---|
//! | `store` | `store_memory` |
//! | `find` | `retrieve_memory`, `recall_memory`, `recall_by_timeframe`, `retrieve_with_quality_boost`, `exact_match_retrieve`, `debug_retrieve`, `search_by_tag`, `list_memories` |
//! | `delete` | `delete_memory`, `delete_by_tag`, `delete_by_tags`, `delete_by_all_tags`, `delete_by_timeframe`, `delete_before_date` |
//! | `upkeep` | `update_memory_metadata`, `cleanup_duplicates`, `check_database_health`, `get_cache_stats` |

mod delete;
mod find;
mod store;
mod timeframe;
mod upkeep;

use model::Tags;
use serde_json::{Map, Value};

use super::{Caller, Tool};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};

/// The older names, in the order in which they are listed.
pub static OLDER: &[&Tool] = &[
    &store::STORE_MEMORY,
    &find::RETRIEVE_MEMORY,
    &find::RECALL_MEMORY,
    &find::RECALL_BY_TIMEFRAME,
    &find::RETRIEVE_WITH_QUALITY_BOOST,
    &find::EXACT_MATCH_RETRIEVE,
    &find::DEBUG_RETRIEVE,
    &find::SEARCH_BY_TAG,
    &find::LIST_MEMORIES,
    &delete::DELETE_MEMORY,
    &delete::DELETE_BY_TAG,
    &delete::DELETE_BY_TAGS,
    &delete::DELETE_BY_ALL_TAGS,
    &delete::DELETE_BY_TIMEFRAME,
    &delete::DELETE_BEFORE_DATE,
    &upkeep::UPDATE_MEMORY_METADATA,
    &upkeep::CLEANUP_DUPLICATES,
    &upkeep::CHECK_DATABASE_HEALTH,
    &upkeep::GET_CACHE_STATS,
];

/// How many memories the older searches gave when the caller did not say.
const N_RESULTS: Parameter = Parameter::of(
    "n_results",
    Kind::Integer { default: Some(5), lowest: 1, highest: engine::MAX_RESULTS as u64 },
    "Memories at most",
)
.also(&["limit"]);

/// A call of a tool of today.
struct Call {
    tool: &'static Tool,
    arguments: Map<String, Value>,
}

impl Call {
    /// A call of `tool` with the arguments that `older` was given.
    fn of(tool: &'static Tool, older: &'static Tool, arguments: Arguments) -> Result<Self, ToolError> {
        let arguments = arguments.into_given();
        for parameter in older.parameters.iter().filter(|parameter| parameter.required) {
            if !arguments.contains_key(parameter.name) {
                let (name, tool) = (parameter.name, older.name);
                return Err(ToolError::invalid(format!("`{name}` is required: {tool} needs it")));
            }
        }
        Ok(Self { tool, arguments })
    }

    /// The same, with an argument under its name of today, or a default when it was not given.
    fn renamed(mut self, from: &str, to: &str, default: Option<Value>) -> Self {
        if let Some(value) = self.arguments.shift_remove(from).or(default) {
            self.arguments.insert(to.to_owned(), value);
        }
        self
    }

    /// The same, with one more argument.
    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.to_owned(), value.into());
        self
    }

    /// Takes a text out of the arguments.
    fn take_text(&mut self, name: &str) -> Result<Option<String>, ToolError> {
        match self.arguments.shift_remove(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(ToolError::invalid(format!("`{name}` must be a text, not {other}"))),
        }
    }

    async fn run(self, caller: &Caller) -> Result<Answer, ToolError> {
        (self.tool.run)(caller, Arguments::new(self.tool, self.arguments)?).await
    }
}

/// Refuses a call without tags: it would mean every memory.
fn with_tags(call: Call, name: &str) -> Result<Call, ToolError> {
    let tags = call.arguments.get(name).unwrap_or(&Value::Null);
    match Tags::from_json(tags) {
        Ok(tags) if tags.is_empty() => {
            Err(ToolError::invalid(format!("`{name}` is empty: give at least one tag")))
        }
        // A wrong form is told by the tool that is called.
        _ => Ok(call),
    }
}

#[cfg(test)]
mod tests;

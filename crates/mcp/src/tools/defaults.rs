//! What a call means that leaves something out, where the settings of the process say so.

use serde_json::{Map, Value};

use super::{Effect, Tool, find};
use crate::arguments::is_blank;

/// Arguments that are added to calls without them. Nothing is added by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Defaults {
    /// The author of stored memories (`MCP_AGENT_ID`).
    pub agent_id: Option<String>,
    /// The machine that stored memories come from (the host's name when `MCP_MEMORY_INCLUDE_HOSTNAME` is on).
    pub client_hostname: Option<String>,
    /// How long the answer to a search is at most (`MCP_MAX_RESPONSE_CHARS`).
    pub max_response_chars: Option<u64>,
}

impl Defaults {
    /// Adds what a call of a tool leaves out.
    pub fn fill(&self, tool: &str, arguments: &mut Map<String, Value>) {
        let Some(tool) = find(tool) else { return };
        // Who stores something is no filter of what is searched.
        if tool.annotations.effect == Effect::Additive {
            add(tool, "agent_id", self.agent_id.as_deref(), arguments);
            add(tool, "client_hostname", self.client_hostname.as_deref(), arguments);
        }
        add(tool, "max_response_chars", self.max_response_chars, arguments);
    }
}

fn add(tool: &Tool, name: &str, value: Option<impl Into<Value>>, arguments: &mut Map<String, Value>) {
    let parameter = tool.parameters.iter().find(|parameter| parameter.name == name);
    let (Some(parameter), Some(value)) = (parameter, value) else { return };
    let is_given = arguments.iter().any(|(name, value)| parameter.answers_to(name) && !is_blank(value));
    if !is_given {
        arguments.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn filled(tool: &str, arguments: Value) -> Value {
        let defaults = Defaults {
            agent_id: Some("planner".to_owned()),
            client_hostname: Some("laptop".to_owned()),
            max_response_chars: Some(500),
        };
        let mut arguments = arguments.as_object().unwrap().clone();
        defaults.fill(tool, &mut arguments);
        Value::Object(arguments)
    }

    #[test]
    fn what_a_call_leaves_out_is_added() {
        let stored = json!({"content": "a", "agent_id": "planner", "client_hostname": "laptop"});
        assert_eq!(filled("memory_store", json!({"content": "a"})), stored);
        assert_eq!(filled("memory_store", json!({"content": "a", "agent_id": ""})), stored);
        assert_eq!(
            filled("memory_search", json!({"query": "a"})),
            json!({"query": "a", "max_response_chars": 500})
        );
    }

    #[test]
    fn older_names_are_filled_as_those_of_today() {
        assert_eq!(
            filled("store_memory", json!({"content": "a"})),
            filled("memory_store", json!({"content": "a"}))
        );
        assert_eq!(filled("retrieve_memory", json!({}))["max_response_chars"], 500);
    }

    #[test]
    fn what_a_call_says_is_kept_under_any_name() {
        let given = json!({"content": "a", "agent": "me", "hostname": "other"});
        assert_eq!(filled("memory_store", given.clone()), given);
        assert_eq!(
            filled("memory_search", json!({"max_response_chars": 1})),
            json!({"max_response_chars": 1})
        );
    }

    #[test]
    fn the_author_of_what_is_stored_is_no_filter_of_what_is_searched() {
        assert!(filled("memory_list", json!({})).get("agent_id").is_none());
        for tool in ["memory_get", "memory_delete", "memory_health", "nothing"] {
            assert_eq!(filled(tool, json!({})), json!({}), "{tool}");
        }
        assert!(filled("memory_search", json!({})).get("agent_id").is_none());
    }
}

//! Search and fetch in the form that ChatGPT asks of a server for its research mode: pages with an address each.

use model::Memory;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::uri;

/// How much of a memory's text is its title, in characters.
const TITLE_CHARS: usize = 80;

/// What a search found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pages {
    /// Best first
    pub results: Vec<Found>,
}

/// A memory that was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Found {
    /// For fetch
    pub id: String,
    /// How the text begins
    pub title: String,
    /// Address
    pub url: String,
}

/// A memory as a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// Hash of the memory
    pub id: String,
    /// How the text begins
    pub title: String,
    /// Whole text
    pub text: String,
    /// Address
    pub url: String,
    /// Tags, type, times and free fields
    pub metadata: Map<String, Value>,
}

impl From<Memory> for Found {
    fn from(memory: Memory) -> Self {
        let url = uri::of_memory(&memory.hash);
        Self { id: memory.hash.to_string(), title: title(&memory.content), url }
    }
}

impl From<Memory> for Page {
    fn from(memory: Memory) -> Self {
        let Found { id, title, url } = memory.clone().into();
        let memory = super::Memory::from(memory);
        let mut metadata = memory.metadata;
        let facts = [
            ("tags", Some(memory.tags.into())),
            ("memory_type", memory.memory_type.map(Value::from)),
            ("created_at", memory.created_at_iso.map(Value::from)),
            ("updated_at", memory.updated_at_iso.map(Value::from)),
            ("store", Some(memory.store.into())),
        ];
        for (name, value) in facts {
            if let Some(value) = value {
                metadata.insert(name.to_owned(), value);
            }
        }
        Self { id, title, text: memory.content, url, metadata }
    }
}

/// The first line of a text, shortened at a word.
fn title(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default().trim();
    let Some((end, _)) = line.char_indices().nth(TITLE_CHARS) else { return line.to_owned() };
    let cut = &line[..end];
    let word = cut.rfind(char::is_whitespace).filter(|end| *end > 0).unwrap_or(end);
    format!("{}...", cut[..word].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_the_first_line_cut_at_a_word() {
        assert_eq!(title("  port 5433\nis staging"), "port 5433");
        let long = format!("{} words", "ab ".repeat(26));
        assert_eq!(title(&long), format!("{}...", "ab ".repeat(26).trim_end()));
        assert_eq!(title(&"é".repeat(81)), format!("{}...", "é".repeat(80)));
        assert_eq!(title(&"é".repeat(80)), "é".repeat(80));
    }
}

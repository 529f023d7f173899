//! Completions: what the variable part of an address or the argument of a prompt may be.

use engine::Reader;
use model::{Filter, PartitionScope};

use crate::answer::ToolError;
use crate::{prompts, resources};

/// The most values of one answer (MCP, `CompleteResult`).
const MAX_VALUES: u32 = 100;
/// Times that are offered, in the order of how often they are meant.
const TIMES: [&str; 17] = [
    "today",
    "yesterday",
    "this week",
    "last week",
    "this month",
    "last month",
    "this year",
    "last year",
    "last 3 days",
    "last 7 days",
    "last 30 days",
    "past 24 hours",
    "this quarter",
    "last quarter",
    "last weekend",
    "2 weeks ago",
    "recently",
];
/// Numbers of memories that are offered.
const COUNTS: [&str; 5] = ["10", "20", "50", "5", "100"];

/// What completes a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Completes {
    /// Nothing: it is free text.
    Nothing,
    /// Tags of memories.
    Tags,
    /// Tags of memories, several with commas between them.
    TagList,
    /// Names of entities.
    Entities,
    /// Times in words.
    Times,
    /// Numbers of memories.
    Counts,
    /// One of these words.
    Words(&'static [&'static str]),
}

/// What a completion is for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Subject<'a> {
    /// The prompt with this name.
    Prompt(&'a str),
    /// The resource with this address or template.
    Resource(&'a str),
}

/// Values that begin as what was written so far.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Values {
    /// The likeliest first, at most 100.
    pub(crate) values: Vec<String>,
    /// How many there are.
    pub(crate) total: u64,
}

/// Completes an argument of a subject. An argument that takes free text has no values.
///
/// # Errors
/// [`ToolError`] when there is no such subject or argument, and what reading the tags fails with.
pub(crate) async fn complete(
    reader: &Reader,
    subject: Subject<'_>,
    argument: &str,
    written: &str,
) -> Result<Values, ToolError> {
    let completes = match subject {
        Subject::Prompt(name) => {
            let prompt = prompts::find(name)?;
            prompt.arguments.iter().find(|own| own.name == argument).map(|own| own.completes)
        }
        Subject::Resource(address) => resources::find(address)
            .and_then(|resource| resource.argument)
            .filter(|own| own.name == argument)
            .map(|own| own.completes),
    };
    let Some(completes) = completes else {
        let shown: String = argument.chars().take(60).collect();
        return Err(ToolError::invalid(format!("there is no argument {shown:?} to complete")));
    };
    match completes {
        Completes::Nothing => Ok(Values::default()),
        Completes::Tags => tags(reader, "", written).await,
        Completes::TagList => {
            let (before, last) =
                written.rsplit_once(',').map_or(("", written), |(before, last)| (before, last));
            let before = if before.is_empty() { String::new() } else { format!("{before}, ") };
            tags(reader, &before, last).await
        }
        Completes::Entities => entities(reader, written).await,
        Completes::Times => Ok(words(&TIMES, written)),
        Completes::Counts => Ok(words(&COUNTS, written)),
        Completes::Words(known) => Ok(words(known, written)),
    }
}

async fn tags(reader: &Reader, before: &str, written: &str) -> Result<Values, ToolError> {
    let filter = Filter { partitions: PartitionScope::All, ..Filter::default() };
    let counts = reader.tags(&filter, written.trim(), MAX_VALUES).await?;
    let values = counts.tags.into_iter().map(|count| format!("{before}{}", count.tag)).collect();
    Ok(Values { values, total: counts.total })
}

async fn entities(reader: &Reader, written: &str) -> Result<Values, ToolError> {
    let filter = Filter { partitions: PartitionScope::All, ..Filter::default() };
    let counts = reader.entities(&filter, written.trim(), MAX_VALUES).await?;
    let values = counts.entities.into_iter().map(|entity| entity.name).collect();
    Ok(Values { values, total: counts.total })
}

fn words(known: &[&str], written: &str) -> Values {
    let written = written.trim_start().to_lowercase();
    let values: Vec<String> =
        known.iter().filter(|word| word.starts_with(&written)).map(|word| (*word).to_owned()).collect();
    let total = values.len() as u64;
    Values { values, total }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::Tools;
    use serde_json::json;

    async fn values(tools: &Tools, subject: Subject<'_>, argument: &str, written: &str) -> Vec<String> {
        complete(&tools.bench.reader(), subject, argument, written).await.unwrap().values
    }

    #[tokio::test]
    async fn tags_are_completed_the_most_frequent_first() {
        let tools = Tools::default();
        tools.store(json!({"content": "a", "tags": ["proj:x", "proj:y"]})).await;
        tools.store(json!({"content": "b", "tags": ["proj:y", "other"], "store": "docs"})).await;
        let tag = Subject::Resource("memory://tag/{tag}");
        assert_eq!(values(&tools, tag, "tag", "PROJ").await, ["proj:y", "proj:x"]);
        let analysis = Subject::Prompt("memory_analysis");
        assert_eq!(values(&tools, analysis, "tags", "proj:x, o").await, ["proj:x, other"]);
    }

    #[tokio::test]
    async fn entities_are_completed_those_with_most_memories_first() {
        let tools = Tools::default();
        for (text, names) in [("a", &["Alice", "Albert"][..]), ("b", &["alice", "Bob"])] {
            let hash = tools.store(json!({"content": text})).await;
            for name in names {
                tools.bench.store.link_entity(&model::ContentHash::stored(hash.as_str()), name);
            }
        }
        let entity = Subject::Resource("memory://entity/{name}");
        assert_eq!(values(&tools, entity, "name", "AL").await, ["Alice", "Albert"]);
        assert_eq!(values(&tools, entity, "name", "").await, ["Alice", "Albert", "Bob"]);
        assert!(values(&tools, entity, "name", "x").await.is_empty());
    }

    #[tokio::test]
    async fn times_words_and_numbers_are_completed() {
        let tools = Tools::default();
        let review = Subject::Prompt("memory_review");
        assert_eq!(values(&tools, review, "time_period", "last w").await, ["last week", "last weekend"]);
        let export = Subject::Prompt("knowledge_export");
        assert_eq!(values(&tools, export, "format", "").await, ["markdown", "json", "text"]);
        let recent = Subject::Resource("memory://recent/{n}");
        assert_eq!(values(&tools, recent, "n", "1").await, ["10", "100"]);
        assert!(values(&tools, review, "focus_area", "x").await.is_empty());
    }

    #[tokio::test]
    async fn what_is_not_there_cannot_be_completed() {
        let reader = Tools::default().bench.reader();
        for (subject, argument) in [
            (Subject::Prompt("nothing"), "x"),
            (Subject::Prompt("memory_review"), "x"),
            (Subject::Resource("memory://nothing/{x}"), "x"),
            (Subject::Resource("memory://stats"), "x"),
        ] {
            assert!(complete(&reader, subject, argument, "").await.is_err(), "{subject:?}");
        }
    }

    #[test]
    fn every_offered_time_is_understood() {
        let reader = Tools::default().bench.reader();
        for time in TIMES {
            assert!(reader.parse_time_expression(time).is_ok(), "{time}");
        }
    }
}

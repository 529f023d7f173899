//! `memory stats` and `memory tags`: what the memories are like.

use clap::Args;
use mcp::wire::{Stats as Counts, TagCount};
use serde_json::{Map, Value, json};

use super::Session;
use super::filter::not_blank;
use crate::exit::{Failure, Verdict};
use crate::render::table::{Headings, Width, fields, table};
use crate::render::text::{FAINT, count, one_line, styled, thousands};

/// Counts memories by type, tag, named store, age and week.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory stats
  memory stats --store work
  memory stats --json | jq .by_week")]
pub struct Stats {
    /// Only this named store [default: all]
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub store: Option<String>,
}

/// Lists tags with the number of their memories, most frequent first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory tags
  memory tags proj: --limit 100")]
pub struct Tags {
    /// Only tags that begin so
    #[arg(value_name = "PREFIX", value_parser = not_blank)]
    pub prefix: Option<String>,
    /// How many tags at most
    #[arg(short, long, value_name = "NUMBER", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
    /// Only this named store [default: all]
    #[arg(long, value_name = "NAME", value_parser = not_blank)]
    pub store: Option<String>,
}

impl Stats {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let arguments = with_store(Map::new(), self.store);
        let answer = session.call::<Counts>("counting", "memory_stats", arguments).await?;
        session.print(&answer, for_people)
    }
}

impl Tags {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let mut arguments = with_store(Map::new(), self.store);
        arguments.insert("tag_limit".to_owned(), json!(self.limit));
        if let Some(prefix) = self.prefix {
            arguments.insert("tag_prefix".to_owned(), json!(prefix));
        }
        let mut answer = session.call::<Counts>("counting", "memory_stats", arguments).await?;
        // The other counts are of all memories, not of these tags.
        answer.value = json!({ "tags": answer.typed.tags, "total_tags": answer.typed.total_tags });
        session.print(&answer, |counts| tags(counts, Width::of_stdout(), Headings::of_stdout()))
    }
}

fn with_store(mut arguments: Map<String, Value>, store: Option<String>) -> Map<String, Value> {
    if let Some(store) = store {
        arguments.insert("store".to_owned(), json!(store));
    }
    arguments
}

fn for_people(counts: &Counts) -> String {
    let total = counts.total_memories;
    let mut list = vec![("Memories", thousands(total))];
    if counts.superseded > 0 {
        list.push(("Replaced by newer ones", thousands(counts.superseded)));
    }
    let kinds = counts.by_type.iter().map(|kind| {
        let name = kind.memory_type.as_deref().unwrap_or("without a type");
        format!("{} {}", one_line(name), thousands(kind.memories))
    });
    list.push(("Types", kinds.collect::<Vec<_>>().join(", ")));
    let stores = counts.by_store.iter();
    let stores = stores.map(|store| format!("{} {}", one_line(&store.store), thousands(store.memories)));
    list.push(("Stores", stores.collect::<Vec<_>>().join(", ")));
    let most =
        counts.tags.iter().take(10).map(|tag| format!("{} {}", one_line(&tag.tag), thousands(tag.memories)));
    if counts.total_tags > 0 {
        let most = most.collect::<Vec<_>>().join(", ");
        list.push(("Tags", format!("{}: {most}", thousands(counts.total_tags))));
    }
    list.push(("Age", age(counts)));
    list.push(("Words", thousands(counts.words)));
    list.push(("Longest", count(counts.longest_characters, "character", "characters")));
    list.retain(|(_, text)| !text.is_empty());
    fields(&list)
}

fn age(counts: &Counts) -> String {
    let ages = &counts.by_age;
    let classes = [
        (ages.day, "of the last day"),
        (ages.week, "of the last week"),
        (ages.month, "of the last month"),
        (ages.quarter, "of the last quarter"),
        (ages.year, "of the last year"),
        (ages.older, "older"),
        (ages.unknown, "without a time"),
    ];
    let told = classes.iter().filter(|(number, _)| *number > 0);
    told.map(|(number, text)| format!("{} {text}", thousands(*number))).collect::<Vec<_>>().join(", ")
}

fn tags(counts: &Counts, width: Width, headings: Headings) -> String {
    if counts.tags.is_empty() {
        return "no tags".to_owned();
    }
    let row = |tag: &TagCount| vec![one_line(&tag.tag), thousands(tag.memories)];
    let rows: Vec<Vec<String>> = counts.tags.iter().map(row).collect();
    let shown = counts.tags.len() as u64;
    let mut text = table(&["Tag", "Memories"], &rows, width, headings);
    if counts.total_tags > shown {
        let more = format!("{} more: see --limit", thousands(counts.total_tags - shown));
        text.push_str(&format!("\n\n{}", styled(FAINT, &more)));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts() -> Counts {
        serde_json::from_value(json!({
            "total_memories": 1234, "superseded": 2,
            "by_type": [{ "memory_type": "note", "memories": 1230 }, { "memories": 4 }],
            "by_store": [{ "store": "default", "memories": 1234 }],
            "tags": [{ "tag": "in\u{1b}fra", "memories": 1000 }, { "tag": "db", "memories": 1 }],
            "total_tags": 7,
            "by_age": { "day": 1, "week": 0, "month": 3, "quarter": 0, "year": 1230, "older": 0, "unknown": 0 },
            "by_week": [], "words": 5000, "characters": 30000, "longest_characters": 4000
        }))
        .unwrap()
    }

    #[test]
    fn counts_are_told_without_what_is_zero() {
        insta::assert_snapshot!(anstream::adapter::strip_str(&for_people(&counts())).to_string());
    }

    #[test]
    fn tags_are_a_table_that_says_how_many_are_not_in_it() {
        let text = tags(&counts(), Width::Unlimited, Headings::Plain);
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(text.contains("in\\u{1b}fra  1,000") && text.ends_with("5 more: see --limit"), "{text}");
        assert_eq!(
            tags(&Counts { tags: Vec::new(), ..counts() }, Width::Unlimited, Headings::Plain),
            "no tags"
        );
    }
}

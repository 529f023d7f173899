//! `memory list`: browses memories.

use clap::Args;
use mcp::wire::List as Page;
use serde_json::{Map, Value, json};

use super::{Session, filter};
use crate::exit::{Failure, Verdict};
use crate::render::memory;
use crate::render::table::{Headings, Width};

/// Browses memories, newest first.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory list
  memory list --page 2 --page-size 50
  memory list --when yesterday
  memory list --stale-days 90             what nobody found for three months
  memory list --tags infra --type decision --before 2026-01-01")]
pub struct List {
    /// Page, from 1
    #[arg(short, long, value_name = "NUMBER", default_value_t = 1)]
    pub page: u32,
    /// Memories on a page, 1 to 100
    #[arg(short = 'n', long, visible_alias = "limit", value_name = "NUMBER", default_value_t = 20)]
    pub page_size: u32,
    /// Only memories that were not used for so many days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    pub stale_days: Option<u32>,
    /// Also memories that a newer version replaced
    #[arg(long)]
    pub superseded: bool,
    /// Which memories.
    #[command(flatten)]
    pub filter: filter::Filter,
}

impl List {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let answer = session.call::<Page>("reading", "memory_list", self.arguments()).await?;
        let now = session.now();
        session.print(&answer, |page| memory::list(page, &now, Width::of_stdout(), Headings::of_stdout()))
    }

    fn arguments(&self) -> Map<String, Value> {
        let mut arguments = Map::new();
        arguments.insert("page".to_owned(), json!(self.page));
        arguments.insert("page_size".to_owned(), json!(self.page_size));
        if let Some(days) = self.stale_days {
            arguments.insert("stale_days".to_owned(), json!(days));
        }
        if self.superseded {
            arguments.insert("include_superseded".to_owned(), json!(true));
        }
        self.filter.write_to(&mut arguments);
        arguments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_becomes_an_argument_of_the_tool_and_every_argument_has_a_flag() {
        let list = List {
            page: 2,
            page_size: 5,
            stale_days: Some(90),
            superseded: true,
            filter: filter::Filter::every("x"),
        };
        let arguments = list.arguments();
        let tool = mcp::tools::find("memory_list").unwrap();
        let given: Vec<&str> = arguments.keys().map(String::as_str).collect();
        // The setting MCP_MAX_RESPONSE_CHARS gives that one.
        let wanted = tool.parameters.iter().map(|parameter| parameter.name);
        for name in wanted.filter(|name| *name != "max_response_chars") {
            assert!(given.contains(&name), "{name}");
        }
        assert_eq!(given.len() + 1, tool.parameters.len());
    }
}

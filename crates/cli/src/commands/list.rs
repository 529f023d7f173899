//! `memory list`: browses memories.

use clap::Args;
use mcp::wire::List as Page;
use serde_json::{Map, json};

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
  memory list --tags infra --type decision --before 2026-01-01")]
pub struct List {
    /// Page, from 1
    #[arg(short, long, value_name = "NUMBER", default_value_t = 1)]
    pub page: u32,
    /// Memories on a page, 1 to 100
    #[arg(short = 'n', long, visible_alias = "limit", value_name = "NUMBER", default_value_t = 20)]
    pub page_size: u32,
    /// Which memories.
    #[command(flatten)]
    pub filter: filter::Filter,
}

impl List {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let mut arguments = Map::new();
        arguments.insert("page".to_owned(), json!(self.page));
        arguments.insert("page_size".to_owned(), json!(self.page_size));
        self.filter.write_to(&mut arguments);
        let answer = session.call::<Page>("reading", "memory_list", arguments).await?;
        let now = session.now();
        session.print(&answer, |page| memory::list(page, &now, Width::of_stdout(), Headings::of_stdout()))
    }
}

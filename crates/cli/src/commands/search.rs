//! `memory search`: finds memories.

use clap::{Args, ValueEnum};
use mcp::wire::Search as Found;
use serde_json::{Map, Value, json};

use super::{Session, filter};
use crate::exit::{Failure, Verdict};
use crate::render::memory::{self, Extent};
use crate::render::text::warning;

/// Finds memories by meaning and by words.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory search \"which port does staging use\"
  memory search \"why sqlite\" --type decision --limit 3 --full
  memory recall release notes --tags git --after 2026-01-01
  memory search \"budget\" --when \"last month\" --mode exact
  memory search \"port\" --mode ranked --weights semantic=0.5,time_decay=0.5 --explain
  memory search --tags staging            without a query: the newest that meet the filters
  memory search \"port\" --json | jq -r '.memories[].content'")]
pub struct Search {
    /// Question or words
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// How many memories at most, 1 to 100
    #[arg(short, long, value_name = "NUMBER", default_value_t = 10)]
    pub limit: u32,
    /// By what to look: hybrid (meaning and words in context), semantic (meaning alone), exact (the query is in the
    /// text), ranked (meaning, age, use and quality), weighted-average, rrf (plain fusions)
    #[arg(long, value_name = "MODE", default_value = "hybrid", hide_possible_values = true)]
    pub mode: Mode,
    /// Print every text whole
    #[arg(long)]
    pub full: bool,
    /// Say how each score came about
    #[arg(long)]
    pub explain: bool,
    /// When little is found, also look for the whole query and for its words as tags
    #[arg(long)]
    pub fallback: bool,
    /// Also memories that a newer version replaced
    #[arg(long)]
    pub superseded: bool,
    /// How much quality counts for the score, 0 to 1 [default: 0]
    #[arg(long, value_name = "SHARE")]
    pub quality_boost: Option<f64>,
    /// What counts how much in the mode ranked: semantic, time_decay, access_frequency, quality
    #[arg(long, value_name = "NAME=WEIGHT", value_delimiter = ',', value_parser = weight)]
    pub weights: Vec<(String, f64)>,
    /// Only the best memory of each conversation
    #[arg(long)]
    pub by_conversation: bool,
    /// Leave out what nearly repeats a better one
    #[arg(long)]
    pub unique: bool,
    /// Leave out what is less likely an answer, 0 to 1
    #[arg(long, value_name = "SHARE")]
    pub min_confidence: Option<f64>,
    /// Show so many memories before and after each in its conversation too
    #[arg(long, value_name = "NUMBER")]
    pub neighbours: Option<u32>,
    /// At most about so many tokens of text; what is over is left out whole
    #[arg(long, value_name = "NUMBER")]
    pub max_tokens: Option<u32>,
    /// Which memories.
    #[command(flatten)]
    pub filter: filter::Filter,
}

/// By what to look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// By meaning and by words.
    #[default]
    Hybrid,
    /// By meaning alone.
    Semantic,
    /// By the query as a part of the text.
    Exact,
    /// By meaning, age, use and quality.
    Ranked,
    /// By the weighted mean of both scores.
    WeightedAverage,
    /// By reciprocal ranks.
    Rrf,
}

impl Search {
    pub(crate) async fn run(self, session: &Session) -> Result<Verdict, Failure> {
        let has_query = self.query.iter().any(|words| !words.trim().is_empty());
        if !has_query && self.filter.is_empty() {
            return Err(Failure::invalid(
                "nothing says what to look for",
                "give a question, some words, or a filter: --tags, --type, --when, --after, --before",
            ));
        }
        let extent = if self.full { Extent::Whole } else { Extent::Beginning };
        if has_query {
            session.warm();
        }
        let answer = session.call::<Found>("searching", "memory_search", self.arguments()).await?;
        for notice in &answer.typed.notices {
            session.terminal.say(&warning(notice));
        }
        let now = session.now();
        session.print(&answer, |found| memory::search(found, extent, &now))
    }

    fn arguments(&self) -> Map<String, Value> {
        let mut arguments = Map::new();
        arguments.insert("query".to_owned(), json!(self.query.join(" ")));
        arguments.insert("limit".to_owned(), json!(self.limit));
        let mode = match self.mode {
            Mode::Hybrid => "hybrid",
            Mode::Semantic => "semantic",
            Mode::Exact => "exact",
            Mode::Ranked => "ranked",
            Mode::WeightedAverage => "weighted_average",
            Mode::Rrf => "rrf",
        };
        arguments.insert("mode".to_owned(), json!(mode));
        let flags = [
            ("include_debug", self.explain),
            ("fallback", self.fallback),
            ("include_superseded", self.superseded),
        ];
        for (name, _) in flags.iter().filter(|(_, is_set)| *is_set) {
            arguments.insert((*name).to_owned(), json!(true));
        }
        if let Some(share) = self.quality_boost {
            arguments.insert("quality_boost".to_owned(), json!(share));
        }
        if !self.weights.is_empty() {
            let weights: Map<String, Value> =
                self.weights.iter().map(|(name, weight)| (name.clone(), json!(weight))).collect();
            arguments.insert("ranking_weights".to_owned(), Value::Object(weights));
        }
        if self.by_conversation {
            arguments.insert("group_by".to_owned(), json!("conversation"));
        }
        if self.unique {
            arguments.insert("unique".to_owned(), json!(true));
        }
        for (name, number) in [("neighbours", self.neighbours), ("max_tokens", self.max_tokens)] {
            if let Some(number) = number {
                arguments.insert(name.to_owned(), json!(number));
            }
        }
        if let Some(share) = self.min_confidence {
            arguments.insert("min_confidence".to_owned(), json!(share));
        }
        self.filter.write_to(&mut arguments);
        arguments
    }
}

/// `name=weight`. Which names there are, and how great a weight may be, the tool says.
fn weight(text: &str) -> Result<(String, f64), String> {
    let parts = text.split_once('=').map(|(name, weight)| (name.trim(), weight.trim().parse::<f64>()));
    match parts {
        Some((name, Ok(weight))) if !name.is_empty() => Ok((name.to_owned(), weight)),
        _ => Err("write NAME=WEIGHT, as in semantic=0.5".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_becomes_an_argument_of_the_tool_and_every_argument_has_a_flag() {
        let search = Search {
            query: vec!["port".to_owned()],
            limit: 3,
            mode: Mode::Ranked,
            full: true,
            explain: true,
            fallback: true,
            superseded: true,
            quality_boost: Some(0.5),
            weights: vec![weight("semantic = 0.25").unwrap()],
            by_conversation: true,
            unique: true,
            min_confidence: Some(0.5),
            neighbours: Some(1),
            max_tokens: Some(100),
            filter: filter::Filter::every("x"),
        };
        let arguments = search.arguments();
        assert_eq!(arguments["ranking_weights"], json!({"semantic": 0.25}));
        let tool = mcp::tools::find("memory_search").unwrap();
        let given: Vec<&str> = arguments.keys().map(String::as_str).collect();
        // The setting MCP_MAX_RESPONSE_CHARS gives that one.
        let wanted = tool.parameters.iter().map(|parameter| parameter.name);
        for name in wanted.filter(|name| *name != "max_response_chars") {
            assert!(given.contains(&name), "{name}");
        }
        assert_eq!(given.len() + 1, tool.parameters.len());
    }

    #[test]
    fn a_weight_is_a_name_and_a_number() {
        for wrong in ["semantic", "=1", "semantic=much", ""] {
            assert!(weight(wrong).is_err(), "{wrong}");
        }
    }
}

//! `knowledge_export`: memories as one text.

use engine::{Access, ListRequest, MAX_PAGE_SIZE, MAX_RESULTS, Reader, SearchRequest};
use model::{Filter, Memory, Tags};

use super::{Argument, Given, Prompt, filter, quoted};
use crate::answer::ToolError;
use crate::completion::Completes;
use crate::wire;

/// How long the memories are together at most, in characters.
const BUDGET_CHARS: usize = 40_000;
const FORMATS: &[&str] = &["markdown", "json", "text"];

pub(super) static PROMPT: Prompt = Prompt {
    name: "knowledge_export",
    title: "Export Knowledge",
    description: "The newest memories, or those of some tags or a query, as one text",
    arguments: &[
        Argument {
            name: "format",
            description: "markdown, json or text",
            required: true,
            completes: Completes::Words(FORMATS),
        },
        Argument {
            name: "filter",
            description: "a tag, tags with commas between them, or a query",
            required: false,
            completes: Completes::TagList,
        },
    ],
    make: |reader, given| Box::pin(make(reader, given)),
};

async fn make(reader: &Reader, mut given: Given) -> Result<String, ToolError> {
    let format = given.take_required("format").to_lowercase();
    if !FORMATS.contains(&format.as_str()) {
        return Err(ToolError::invalid(format!(
            "`format` is {format:?}, it must be one of {}",
            FORMATS.join(", ")
        )));
    }
    let (memories, total) = chosen(reader, given.take("filter")).await?;
    let (body, written) = match format.as_str() {
        "json" => json(memories)?,
        "markdown" => written(&memories, markdown),
        _ => written(&memories, plain),
    };
    let rest = if written as u64 == total {
        String::new()
    } else {
        format!(
            "\n\n{} more are left out to keep this short: narrow the filter, or run `memory export` for all of them.",
            total - written as u64
        )
    };
    Ok(format!("Exported {written} memories in {format} format. {}\n\n{body}{rest}", quoted::PREAMBLE))
}

/// The memories that the filter means: those with its tags when they are tags, else those that fit it as a query.
async fn chosen(reader: &Reader, given: Option<String>) -> Result<(Vec<Memory>, u64), ToolError> {
    let all = filter(reader, None, None)?;
    let Some(given) = given else { return listed(reader, all).await };
    let tags = Tags::parse(&given).map_err(|error| ToolError::invalid(format!("`filter`: {error}")))?;
    let tagged = listed(reader, Filter { tags, ..all.clone() }).await?;
    if tagged.1 > 0 || given.contains(',') {
        return Ok(tagged);
    }
    let request = SearchRequest {
        query: Some(given),
        filter: all,
        limit: MAX_RESULTS,
        access: Access::Skip,
        ..SearchRequest::default()
    };
    let found = reader.search(request).await?;
    let total = found.hits.len() as u64;
    Ok((found.hits.into_iter().map(|hit| hit.memory).collect(), total))
}

async fn listed(reader: &Reader, filter: Filter) -> Result<(Vec<Memory>, u64), ToolError> {
    let answer = reader.list(ListRequest { filter, page: 1, page_size: MAX_PAGE_SIZE }).await?;
    Ok((answer.memories, answer.total))
}

/// Memories one after the other while they fit, and how many did.
fn written(memories: &[Memory], one: fn(&Memory) -> String) -> (String, usize) {
    let (mut body, mut chars) = (String::new(), 0);
    for (index, memory) in memories.iter().enumerate() {
        let text = one(memory);
        chars += text.chars().count();
        if index > 0 && chars > BUDGET_CHARS {
            return (body, index);
        }
        body.push_str(&text);
    }
    body.truncate(body.trim_end().len());
    (body, memories.len())
}

fn json(memories: Vec<Memory>) -> Result<(String, usize), ToolError> {
    let mut memories: Vec<wire::Memory> = memories.into_iter().map(wire::Memory::from).collect();
    crate::text::Cut::to(&mut memories, BUDGET_CHARS as u64);
    let body = serde_json::to_string_pretty(&memories).map_err(|_| ToolError::internal())?;
    Ok((body, memories.len()))
}

fn markdown(memory: &Memory) -> String {
    let mut text = format!("## Memory {}\n\n", memory.hash);
    text.push_str(&facts(memory, "- "));
    text.push('\n');
    text.push_str(&lines(memory));
    text
}

fn plain(memory: &Memory) -> String {
    format!("{}{}", facts(memory, ""), lines(memory))
}

fn facts(memory: &Memory, bullet: &str) -> String {
    let time = memory.time().map(|time| time.to_string());
    let facts = [
        ("Hash", Some(memory.hash.to_string())),
        ("Time", time),
        ("Type", memory.memory_type.clone()),
        ("Tags", (!memory.tags.is_empty()).then(|| memory.tags.join(", "))),
    ];
    facts.into_iter().filter_map(|(name, fact)| Some(format!("{bullet}{name}: {}\n", fact?))).collect()
}

fn lines(memory: &Memory) -> String {
    let lines: String = memory.content.lines().map(|line| format!("> {line}\n")).collect();
    format!("{lines}\n")
}

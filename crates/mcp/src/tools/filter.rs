//! The parameters that say which memories are meant, the same for every tool that has them.

use engine::Reader;
use model::{Filter, MemoryType, PartitionScope, TagMatch, Timestamp};

use crate::answer::ToolError;
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};

pub(super) const TAGS: Parameter =
    Parameter::of("tags", Kind::Tags, "Only memories with these tags").also(&["tag"]);
pub(super) const TAG_MATCH: Parameter = Parameter::of(
    "tag_match",
    Kind::Choice { values: &["any", "all"], default: "any" },
    "Whether one of the tags is enough",
)
.also(&["match", "operation"]);
pub(super) const MEMORY_TYPE: Parameter =
    Parameter::text("memory_type", "Only this type, compared exactly").also(&["type"]);
pub(super) const AFTER: Parameter = Parameter::text(
    "after",
    "Only memories created at or after it: YYYY-MM-DD (that day included, local time) or RFC 3339",
)
.also(&["since"]);
pub(super) const BEFORE: Parameter = Parameter::text(
    "before",
    "Only memories created before it: YYYY-MM-DD (that day excluded, local time) or RFC 3339",
);
pub(super) const TIME_EXPR: Parameter = Parameter::text(
    "time_expr",
    "Only memories of this time, in words: yesterday, last week, 3 days ago, march 2026, between A and B",
)
.also(&["time_expression", "time_range"]);
pub(super) const STORE: Parameter = Parameter::of(
    "store",
    Kind::Text { default: Some("default") },
    "Named store to look in; `all` for every one",
)
.also(&["partition"]);

/// Reads those of the parameters that the tool has.
pub(super) fn read(arguments: &mut Arguments, reader: &Reader) -> Result<Filter, ToolError> {
    let mut filter = Filter { tags: arguments.tags(TAGS.name)?, ..Filter::default() };
    filter.tag_match = match arguments.choice(TAG_MATCH.name)? {
        "all" => TagMatch::All,
        _ => TagMatch::Any,
    };
    filter.memory_type = match arguments.text(MEMORY_TYPE.name)? {
        Some(text) => MemoryType::parse(&text).map_err(|error| invalid(MEMORY_TYPE.name, &error))?,
        None => None,
    };
    filter.created_from = date(arguments, AFTER.name, reader)?;
    filter.created_before = date(arguments, BEFORE.name, reader)?;
    if let Some(text) = arguments.text(TIME_EXPR.name)?.filter(|text| !text.trim().is_empty()) {
        let range = reader.parse_time_expression(&text).map_err(|error| invalid(TIME_EXPR.name, &error))?;
        filter = filter.created_within(range);
    }
    if let Some(store) = arguments.text(STORE.name)? {
        filter.partitions = PartitionScope::parse(&store).map_err(|error| invalid(STORE.name, &error))?;
    }
    Ok(filter)
}

pub(super) fn date(
    arguments: &mut Arguments,
    name: &str,
    reader: &Reader,
) -> Result<Option<Timestamp>, ToolError> {
    let Some(text) = arguments.text(name)?.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    reader.parse_date(&text).map(Some).map_err(|error| invalid(name, &error))
}

/// A value that its type refuses.
pub(super) fn invalid(name: &str, error: &dyn std::error::Error) -> ToolError {
    ToolError::invalid(format!("`{name}`: {error}"))
}

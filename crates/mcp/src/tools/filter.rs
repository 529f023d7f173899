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
pub(super) const AFTER: Parameter =
    Parameter::text("after", "Only from then on: YYYY-MM-DD (local time) or RFC 3339").also(&["since"]);
pub(super) const BEFORE: Parameter =
    Parameter::text("before", "Only from before then: YYYY-MM-DD (that day excluded) or RFC 3339");
pub(super) const TIME_EXPR: Parameter = Parameter::text(
    "time_expr",
    "Only of this time: yesterday, last week, 3 days ago, march 2026, between A and B",
)
.also(&["time_expression", "time_range"]);
pub(super) const STORE: Parameter = Parameter::of(
    "store",
    Kind::Text { default: Some("default") },
    "Named store to look in; `all` for every one",
)
.also(&["partition"]);

pub(super) const ENTITY: Parameter = Parameter::text("entity", "Only linked to this entity");
pub(super) const AGENT_ID: Parameter = Parameter::text("agent_id", "Only this author's").also(&["agent"]);
pub(super) const CONVERSATION_ID: Parameter =
    Parameter::text("conversation_id", "Only this conversation's").also(&["conversation"]);
pub(super) const STALE_DAYS: Parameter = Parameter::of(
    "stale_days",
    Kind::Integer { default: None, lowest: 1, highest: 36_500 },
    "Only memories not used for so many days",
);

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
    let named =
        |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    filter.entity = named(arguments.text(ENTITY.name)?);
    filter.agent = named(arguments.text(AGENT_ID.name)?);
    filter.conversation = named(arguments.text(CONVERSATION_ID.name)?);
    if arguments.is_given(STALE_DAYS.name) {
        let days = arguments.integer(STALE_DAYS.name)?.and_then(|days| u32::try_from(days).ok());
        filter.unused_since = days.map(|days| reader.now().plus_seconds(-86_400.0 * f64::from(days)));
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

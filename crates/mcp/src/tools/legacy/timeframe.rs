//! The days of the older tools: a start, and an end that belongs to the frame; without an end, the start's day alone.

use engine::Reader;
use model::Timestamp;

use super::Call;
use crate::answer::ToolError;
use crate::parameter::Parameter;
use crate::tools::filter::invalid;

pub(super) const START_DATE: Parameter =
    Parameter::text("start_date", "First day, YYYY-MM-DD, local time").required();
pub(super) const END_DATE: Parameter =
    Parameter::text("end_date", "Last day, that day included; the start's day when it is not given");

/// Puts the frame into `after` and `before`.
pub(super) fn into_bounds(mut call: Call, reader: &Reader) -> Result<Call, ToolError> {
    let start = call.take_text(START_DATE.name)?.unwrap_or_default();
    let end = call.take_text(END_DATE.name)?.unwrap_or_else(|| start.clone());
    let (from, _) = day(&start, START_DATE.name, reader)?;
    let (_, before) = day(&end, END_DATE.name, reader)?;
    Ok(call.with("after", from.to_string()).with("before", before.to_string()))
}

/// When a date begins and when it is over; a date and time is over when the next second begins.
fn day(text: &str, name: &str, reader: &Reader) -> Result<(Timestamp, Timestamp), ToolError> {
    let start = reader.parse_date(text).map_err(|error| invalid(name, &error))?;
    let range = reader.parse_time_expression(text.trim()).map_err(|error| invalid(name, &error))?;
    match (range.from, range.before) {
        (Some(from), Some(before)) if text.trim().len() == "YYYY-MM-DD".len() => Ok((from, before)),
        _ => Ok((start, start.plus_seconds(1.0))),
    }
}

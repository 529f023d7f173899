//! The older names of deleting.

use engine::Capability;

use super::timeframe::{self, END_DATE, START_DATE};
use super::{Call, with_tags};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::Parameter;
use crate::tools::filter::TAGS;
use crate::tools::get::CONTENT_HASH;
use crate::tools::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, delete};
use crate::{schema, wire};

const DELETES: Annotations = Annotations { effect: Effect::Destructive, repeat: Repeat::Idempotent };
const ONE_TAG: Parameter = Parameter::text("tag", "Only memories with this tag");

pub(super) static DELETE_MEMORY: Tool = Tool {
    name: "delete_memory",
    title: "Delete Memory",
    description: "Older form of memory_delete: one memory.",
    parameters: &[CONTENT_HASH.required()],
    example: r#"{"content_hash": "b94d27b9934d3e08"}"#,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move { Call::of(&delete::TOOL, &DELETE_MEMORY, arguments)?.run(caller).await })
    },
    ..TEMPLATE
};

pub(super) static DELETE_BY_TAG: Tool = Tool {
    name: "delete_by_tag",
    title: "Delete By Tag",
    description: "Older form of memory_delete: memories with one of the tags.",
    parameters: &[TAGS.required()],
    example: r#"{"tags": ["scratch"]}"#,
    run: |caller, arguments| -> Running<'_> { Box::pin(by_tags(caller, &DELETE_BY_TAG, "any", arguments)) },
    ..TEMPLATE
};

pub(super) static DELETE_BY_TAGS: Tool = Tool {
    name: "delete_by_tags",
    title: "Delete By Tags",
    description: "Older form of memory_delete: memories with one of the tags.",
    parameters: &[TAGS.required()],
    example: r#"{"tags": ["scratch", "old"]}"#,
    run: |caller, arguments| -> Running<'_> { Box::pin(by_tags(caller, &DELETE_BY_TAGS, "any", arguments)) },
    ..TEMPLATE
};

pub(super) static DELETE_BY_ALL_TAGS: Tool = Tool {
    name: "delete_by_all_tags",
    title: "Delete By All Tags",
    description: "Older form of memory_delete: memories with all of the tags.",
    parameters: &[TAGS.required()],
    example: r#"{"tags": ["scratch", "old"]}"#,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(by_tags(caller, &DELETE_BY_ALL_TAGS, "all", arguments))
    },
    ..TEMPLATE
};

pub(super) static DELETE_BY_TIMEFRAME: Tool = Tool {
    name: "delete_by_timeframe",
    title: "Delete By Timeframe",
    description: "Older form of memory_delete: memories of some days; of one day without an end.",
    parameters: &[START_DATE, END_DATE, ONE_TAG],
    example: r#"{"start_date": "2020-03-01", "end_date": "2020-03-31"}"#,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move {
            let call = Call::of(&delete::TOOL, &DELETE_BY_TIMEFRAME, arguments)?;
            let call = timeframe::into_bounds(call, caller.reader())?;
            call.renamed(ONE_TAG.name, TAGS.name, None).run(caller).await
        })
    },
    ..TEMPLATE
};

pub(super) static DELETE_BEFORE_DATE: Tool = Tool {
    name: "delete_before_date",
    title: "Delete Before Date",
    description: "Older form of memory_delete: memories from before a day.",
    parameters: &[
        Parameter::text("before_date", "First day that is kept, YYYY-MM-DD, local time").required(),
        ONE_TAG,
    ],
    example: r#"{"before_date": "2020-03-01"}"#,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move {
            let call = Call::of(&delete::TOOL, &DELETE_BEFORE_DATE, arguments)?;
            let call = call.renamed("before_date", "before", None);
            call.renamed(ONE_TAG.name, TAGS.name, None).run(caller).await
        })
    },
    ..TEMPLATE
};

/// What these tools have in common.
const TEMPLATE: Tool = Tool {
    name: "",
    title: "",
    description: "",
    annotations: DELETES,
    capability: Capability::Write,
    profile: Profile::Legacy,
    parameters: &[],
    unsupported: &[],
    example: "",
    output: schema::of_answer::<wire::DeleteReceipt>,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move { (delete::TOOL.run)(caller, arguments).await })
    },
};

async fn by_tags(
    caller: &Caller,
    older: &'static Tool,
    tag_match: &'static str,
    arguments: Arguments,
) -> Result<Answer, ToolError> {
    let call = with_tags(Call::of(&delete::TOOL, older, arguments)?, TAGS.name)?;
    call.with("tag_match", tag_match).run(caller).await
}

//! The older names of searching and browsing.

use engine::{Capability, MAX_PAGE_SIZE};
use serde_json::Value;

use super::timeframe::{self, END_DATE, START_DATE};
use super::{Call, N_RESULTS};
use crate::answer::{Answer, ToolError};
use crate::arguments::Arguments;
use crate::parameter::{Kind, Parameter};
use crate::tools::filter::TAGS;
use crate::tools::search::MAX_RESPONSE_CHARS;
use crate::tools::{Annotations, Caller, Effect, Profile, Repeat, Running, Tool, list, search};
use crate::{schema, wire};

const QUERY: Parameter = Parameter::text("query", "Question or words").required();
const READS: Annotations = Annotations { effect: Effect::ReadOnly, repeat: Repeat::Idempotent };

pub(super) static RETRIEVE_MEMORY: Tool = Tool {
    name: "retrieve_memory",
    title: "Retrieve Memory",
    description: "Older name of memory_search by meaning.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &[QUERY, N_RESULTS, MAX_RESPONSE_CHARS],
    unsupported: &[],
    example: r#"{"query": "which port does staging use"}"#,
    output: schema::of_answer::<wire::Search>,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move {
            let call = Call::of(&search::TOOL, &RETRIEVE_MEMORY, arguments)?;
            limited(call).with("mode", "semantic").run(caller).await
        })
    },
};

pub(super) static RECALL_MEMORY: Tool = Tool {
    name: "recall_memory",
    title: "Recall Memory",
    description: "Older form of memory_search: the query's time phrases (`what did I decide last week`) narrow it.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &[QUERY, N_RESULTS, MAX_RESPONSE_CHARS],
    unsupported: &[],
    example: r#"{"query": "what did I decide about staging last week"}"#,
    output: schema::of_answer::<wire::Search>,
    run: |caller, arguments| -> Running<'_> { Box::pin(recall(caller, arguments)) },
};

pub(super) static RECALL_BY_TIMEFRAME: Tool = Tool {
    name: "recall_by_timeframe",
    title: "Recall By Timeframe",
    description: "Older form of memory_search: the newest memories of some days.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &[START_DATE, END_DATE, N_RESULTS, MAX_RESPONSE_CHARS],
    unsupported: &[],
    example: r#"{"start_date": "2026-03-01", "end_date": "2026-03-31"}"#,
    output: schema::of_answer::<wire::Search>,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move {
            let call = Call::of(&search::TOOL, &RECALL_BY_TIMEFRAME, arguments)?;
            limited(timeframe::into_bounds(call, caller.reader())?).run(caller).await
        })
    },
};

pub(super) static SEARCH_BY_TAG: Tool = Tool {
    name: "search_by_tag",
    title: "Search By Tag",
    description: "Older form of memory_list: the newest memories with some tags.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &[
        TAGS.required(),
        Parameter::of("match_all", Kind::Flag { default: false }, "Whether a memory needs all of them"),
        Parameter::of(
            "operation",
            Kind::Choice { values: &["OR", "AND"], default: "OR" },
            "The same in another form: AND needs all of them",
        ),
        MAX_RESPONSE_CHARS,
    ],
    unsupported: &[],
    example: r#"{"tags": ["infra"]}"#,
    output: schema::of_answer::<wire::List>,
    run: |caller, arguments| -> Running<'_> { Box::pin(by_tag(caller, arguments)) },
};

pub(super) static LIST_MEMORIES: Tool = Tool {
    name: "list_memories",
    title: "List Memories",
    description: "Older form of memory_list, with ten memories on a page.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &list::parameters(10, true),
    unsupported: list::TOOL.unsupported,
    example: r#"{"page": 1, "tags": ["infra"]}"#,
    output: schema::of_answer::<wire::List>,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move {
            let call = Call::of(&list::TOOL, &LIST_MEMORIES, arguments)?;
            let call = call.renamed("page_size", "page_size", Some(10.into()));
            call.renamed("include_superseded", "include_superseded", Some(true.into())).run(caller).await
        })
    },
};

pub(super) static RETRIEVE_WITH_QUALITY_BOOST: Tool = Tool {
    name: "retrieve_with_quality_boost",
    title: "Retrieve With Quality Boost",
    description: "Older form of memory_search with quality_boost.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &[
        QUERY,
        N_RESULTS,
        Parameter::of(
            "quality_weight",
            Kind::Number { default: 0.3, lowest: 0.0, highest: 1.0 },
            "How much quality counts",
        ),
        MAX_RESPONSE_CHARS,
    ],
    unsupported: &[],
    example: r#"{"query": "which port does staging use", "quality_weight": 0.5}"#,
    output: schema::of_answer::<wire::Search>,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move {
            let call = Call::of(&search::TOOL, &RETRIEVE_WITH_QUALITY_BOOST, arguments)?;
            let call = call.renamed(N_RESULTS.name, "limit", Some(10.into()));
            call.renamed("quality_weight", "quality_boost", Some(0.3.into())).run(caller).await
        })
    },
};

pub(super) static EXACT_MATCH_RETRIEVE: Tool = Tool {
    name: "exact_match_retrieve",
    title: "Exact Match Retrieve",
    description: "Older form of memory_search: memories with this text in them.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &[Parameter::text("content", "Text to look for").required(), MAX_RESPONSE_CHARS],
    unsupported: &[],
    example: r#"{"content": "port 5433"}"#,
    output: schema::of_answer::<wire::Search>,
    run: |caller, arguments| -> Running<'_> {
        Box::pin(async move {
            let call = Call::of(&search::TOOL, &EXACT_MATCH_RETRIEVE, arguments)?;
            call.renamed("content", "query", None).with("mode", "exact").run(caller).await
        })
    },
};

pub(super) static DEBUG_RETRIEVE: Tool = Tool {
    name: "debug_retrieve",
    title: "Debug Retrieve",
    description: "Older form of memory_search by meaning, with every score explained.",
    annotations: READS,
    capability: Capability::Read,
    profile: Profile::Legacy,
    parameters: &[
        QUERY,
        N_RESULTS,
        Parameter::of(
            "similarity_threshold",
            Kind::Number { default: 0.0, lowest: -1.0, highest: 1.0 },
            "Leave out memories that are less similar",
        ),
        MAX_RESPONSE_CHARS,
    ],
    unsupported: &[],
    example: r#"{"query": "which port does staging use", "similarity_threshold": 0.2}"#,
    output: schema::of_answer::<wire::Search>,
    run: |caller, arguments| -> Running<'_> { Box::pin(debug(caller, arguments)) },
};

/// The number of memories under its name of today.
fn limited(call: Call) -> Call {
    call.renamed(N_RESULTS.name, "limit", Some(5.into()))
}

async fn recall(caller: &Caller, arguments: Arguments) -> Result<Answer, ToolError> {
    let mut call = limited(Call::of(&search::TOOL, &RECALL_MEMORY, arguments)?);
    let query = call.take_text(QUERY.name)?.unwrap_or_default();
    let extracted = caller.reader().extract_time_expression(&query);
    if let Some(range) = extracted.range {
        for (name, time) in [("after", range.from), ("before", range.before)] {
            if let Some(time) = time {
                call = call.with(name, time.to_string());
            }
        }
    }
    // What is left of a query that was a time alone says nothing about the memories meant.
    let has_words = extracted.cleaned.chars().any(char::is_alphanumeric);
    if has_words || extracted.range.is_none() {
        call = call.with("query", extracted.cleaned).with("mode", "semantic");
    }
    call.run(caller).await
}

async fn debug(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let threshold = arguments.number("similarity_threshold")?;
    let call = limited(Call::of(&search::TOOL, &DEBUG_RETRIEVE, arguments)?);
    search::above(caller, call.with("mode", "semantic").with("include_debug", true).arguments, threshold)
        .await
}

async fn by_tag(caller: &Caller, mut arguments: Arguments) -> Result<Answer, ToolError> {
    let needs_all = arguments.flag("match_all")? || arguments.choice("operation")? == "AND";
    let call = Call::of(&list::TOOL, &SEARCH_BY_TAG, arguments)?;
    let call = super::with_tags(call, TAGS.name)?;
    let call = call.with("tag_match", if needs_all { "all" } else { "any" });
    let call = call.with("include_superseded", true);
    call.with("page_size", Value::from(MAX_PAGE_SIZE)).run(caller).await
}

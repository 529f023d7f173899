//! The memories as resources: JSON documents that a client can read by their address.
//!
//! | address | what |
//! |---|---|
//! | `memory://stats` | statistics |
//! | `memory://tags` | tags with their counts |
//! | `memory://recent/{n}` | the newest memories |
//! | `memory://tag/{tag}` | the newest memories with a tag |
//! | `memory://memory/{hash}` | one memory |
//! | `memory://search/{query}` | what a search finds |
//! | `memory://entity/{name}` | an entity |
//! | `memory://onboarding/{client}` | how an assistant uses this memory (Markdown) |
//!
//! To add one: a file here with its [`Resource`], and a line in [`RESOURCES`].

mod entity;
mod memories;
mod onboarding;
mod stats;
mod tags;

use std::pin::Pin;

use engine::{EngineError, ErrorCode, Reader};
use serde::Serialize;
use serde_json::Value;

use crate::answer::ToolError;
use crate::completion::Completes;
use crate::tools::Caller;
use crate::uri::{self, SCHEME};

/// What a resource is whose document is an object.
pub(crate) const JSON: &str = "application/json";
/// What a resource is whose document is a text.
pub(crate) const MARKDOWN: &str = "text/markdown";
/// How many tags are listed as resources of their own.
const LISTED_TAGS: u32 = 5;
/// How many memories the resource of the newest has that is listed.
const LISTED_RECENT: u32 = 10;
/// The client whose guide is listed.
const LISTED_GUIDE: &str = "generic";

/// Every kind of resource, in the order in which they are listed.
pub(crate) static RESOURCES: [&Resource; 8] = [
    &stats::STATS,
    &tags::TAGS,
    &memories::RECENT,
    &memories::TAG,
    &memories::MEMORY,
    &memories::SEARCH,
    &entity::ENTITY,
    &onboarding::ONBOARDING,
];

type Reading<'caller> = Pin<Box<dyn Future<Output = Result<Value, ToolError>> + Send + 'caller>>;

/// One kind of resource.
pub(crate) struct Resource {
    /// The first segment of its address.
    pub(crate) kind: &'static str,
    /// The name of what its address ends with; none when there is one such resource only.
    pub(crate) argument: Option<Argument>,
    /// Its name for people.
    pub(crate) title: &'static str,
    /// What it holds.
    pub(crate) description: &'static str,
    /// The form of its documents: [`JSON`] or [`MARKDOWN`].
    pub(crate) mime_type: &'static str,
    read: for<'caller> fn(&'caller Caller, String) -> Reading<'caller>,
}

/// The variable part of an address.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Argument {
    /// Its name.
    pub(crate) name: &'static str,
    /// What completes it.
    pub(crate) completes: Completes,
}

/// A resource that is listed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Its address.
    pub(crate) uri: String,
    /// Its name.
    pub(crate) title: String,
    /// What it holds.
    pub(crate) description: &'static str,
    /// Its form.
    pub(crate) mime_type: &'static str,
}

impl Resource {
    /// Its address, or the template of its addresses (RFC 6570).
    pub(crate) fn address(&self) -> String {
        match self.argument {
            None => format!("{SCHEME}{}", self.kind),
            Some(argument) => format!("{SCHEME}{}/{{{}}}", self.kind, argument.name),
        }
    }

    fn at(&self, argument: &str) -> String {
        format!("{SCHEME}{}/{}", self.kind, uri::encoded(argument))
    }

    fn listed(&self, uri: String) -> Listed {
        let Self { description, mime_type, .. } = *self;
        Listed { uri, title: self.title.to_owned(), description, mime_type }
    }
}

/// The resources that there are without being asked for one: the fixed ones, and the most frequent tags. A store that
/// cannot be read leaves only those that need none.
pub(crate) async fn list(reader: &Reader) -> Vec<Listed> {
    let fixed = RESOURCES.iter().filter(|resource| resource.argument.is_none());
    let mut listed: Vec<Listed> = fixed.map(|resource| resource.listed(resource.address())).collect();
    listed.push(memories::RECENT.listed(memories::RECENT.at(&LISTED_RECENT.to_string())));
    listed.push(onboarding::ONBOARDING.listed(onboarding::ONBOARDING.at(LISTED_GUIDE)));
    match listed_tags(reader).await {
        Ok(tags) => listed.extend(tags.into_iter().map(|tag| Listed {
            title: format!("Memories tagged '{tag}'"),
            ..memories::TAG.listed(memories::TAG.at(&tag))
        })),
        Err(error) => tracing::warn!(error = %error, "tags could not be listed as resources"),
    }
    listed
}

/// The tags that are listed: all of the list that ever changes.
///
/// # Errors
/// [`EngineError`] when the store cannot be read.
pub(crate) async fn listed_tags(reader: &Reader) -> Result<Vec<String>, EngineError> {
    let counts = reader.tags(&model::Filter::default(), "", LISTED_TAGS).await?;
    Ok(counts.tags.into_iter().map(|count| count.tag).collect())
}

/// The document at an address, and its form.
///
/// # Errors
/// [`ErrorCode::NotFound`] when there is none, and what reading it fails with.
pub(crate) async fn read(caller: &Caller, address: &str) -> Result<(Value, &'static str), ToolError> {
    let path = address.strip_prefix(SCHEME).unwrap_or_default();
    let (kind, argument) = path.split_once('/').map_or((path, None), |(kind, rest)| (kind, Some(rest)));
    let resource = RESOURCES.iter().find(|resource| {
        resource.kind == kind && resource.argument.is_some() == argument.is_some_and(|rest| !rest.is_empty())
    });
    match (resource, uri::decoded(argument.unwrap_or_default())) {
        (Some(resource), Some(argument)) => {
            Ok(((resource.read)(caller, argument).await?, resource.mime_type))
        }
        _ => Err(unknown(address)),
    }
}

fn unknown(address: &str) -> ToolError {
    let shown: String = address.chars().take(100).collect();
    let known: Vec<String> = RESOURCES.iter().map(|resource| resource.address()).collect();
    let message = format!("Resource not found: {shown:?}. There are {}", known.join(", "));
    ToolError::new(ErrorCode::NotFound, message)
}

/// The resource with this address or template.
pub(crate) fn find(address: &str) -> Option<&'static Resource> {
    RESOURCES.iter().find(|resource| resource.address() == address).copied()
}

fn document(document: &impl Serialize) -> Result<Value, ToolError> {
    serde_json::to_value(document).map_err(|error| {
        tracing::error!(error = %error, "a resource could not be written as JSON");
        ToolError::internal()
    })
}

#[cfg(test)]
mod tests;

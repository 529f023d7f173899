//! Resources, prompts and completions as `rmcp` has them.

use engine::{ErrorCode as Code, Reader};
use rmcp::model::{
    CompleteRequestParams, CompleteResult, CompletionInfo, ErrorCode, ErrorData, GetPromptResult,
    ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, Prompt, PromptArgument,
    PromptMessage, ReadResourceResult, Reference, Resource, ResourceContents, ResourceTemplate, Role,
};
use serde_json::{Map, Value, json};

use super::door::Told;
use crate::answer::ToolError;
use crate::completion::{self, Subject};
use crate::tools::Caller;
use crate::{prompts, resources};

/// The resources that are listed.
pub(super) async fn list_resources(reader: &Reader) -> ListResourcesResult {
    let listed = resources::list(reader).await.into_iter().map(|listed| {
        Resource::new(listed.uri, listed.title.clone())
            .with_title(listed.title)
            .with_description(listed.description)
            .with_mime_type(listed.mime_type)
    });
    ListResourcesResult::with_all_items(listed.collect())
}

/// The templates of addresses.
pub(super) fn list_templates() -> ListResourceTemplatesResult {
    let templates = resources::RESOURCES.iter().filter(|resource| resource.argument.is_some());
    let listed = templates.map(|resource| {
        ResourceTemplate::new(resource.address(), resource.title)
            .with_title(resource.title)
            .with_description(resource.description)
            .with_mime_type(resource.mime_type)
    });
    ListResourceTemplatesResult::with_all_items(listed.collect())
}

/// The document at an address.
pub(super) async fn read_resource(
    caller: &Caller,
    address: &str,
    not_found: ErrorCode,
    told: Told,
) -> Result<ReadResourceResult, ErrorData> {
    let read = resources::read(caller, address).await.map_err(told);
    let (document, mime_type) = read.map_err(|error| {
        let mut failure = failed(&error, not_found);
        failure.data = (error.code == Code::NotFound).then(|| json!({"uri": address}));
        failure
    })?;
    let text = match document {
        Value::String(text) => text,
        document => format!("{document:#}"),
    };
    let contents = ResourceContents::text(text, address).with_mime_type(mime_type);
    Ok(ReadResourceResult::new(vec![contents]))
}

/// The prompts.
pub(super) fn list_prompts() -> ListPromptsResult {
    let listed = prompts::PROMPTS.iter().map(|prompt| {
        let arguments = prompt.arguments.iter().map(|argument| {
            PromptArgument::new(argument.name)
                .with_description(argument.description)
                .with_required(argument.required)
        });
        Prompt::new(prompt.name, Some(prompt.description), Some(arguments.collect())).with_title(prompt.title)
    });
    ListPromptsResult::with_all_items(listed.collect())
}

/// One prompt.
pub(super) async fn get_prompt(
    reader: &Reader,
    name: &str,
    arguments: Option<Map<String, Value>>,
    told: Told,
) -> Result<GetPromptResult, ErrorData> {
    let text = prompts::make(reader, name, arguments).await.map_err(told);
    let text = text.map_err(|error| failed(&error, ErrorCode::INVALID_PARAMS))?;
    let description = prompts::find(name).map(|prompt| prompt.description).unwrap_or_default();
    let message = PromptMessage::new_text(Role::User, text);
    Ok(GetPromptResult::new(vec![message]).with_description(description))
}

/// The values that complete an argument.
pub(super) async fn complete(
    reader: &Reader,
    request: &CompleteRequestParams,
    told: Told,
) -> Result<CompleteResult, ErrorData> {
    let subject = match &request.r#ref {
        Reference::Prompt(prompt) => Subject::Prompt(&prompt.name),
        Reference::Resource(resource) => Subject::Resource(&resource.uri),
        _ => return Err(ErrorData::invalid_params("unknown kind of reference", None)),
    };
    let (argument, written) = (&request.argument.name, &request.argument.value);
    let found = completion::complete(reader, subject, argument, written).await.map_err(told);
    let found = found.map_err(|error| failed(&error, ErrorCode::INVALID_PARAMS))?;
    let has_more = found.total > found.values.len() as u64;
    let total = u32::try_from(found.total).ok();
    let info = CompletionInfo::with_pagination(found.values, total, has_more)
        .map_err(|error| ErrorData::internal_error(error, None))?;
    Ok(CompleteResult::new(info))
}

/// A failure as an error of the protocol: these methods have no other place for one.
fn failed(error: &ToolError, not_found: ErrorCode) -> ErrorData {
    let code = match error.code {
        Code::NotFound => not_found,
        Code::InvalidInput | Code::AmbiguousHash => ErrorCode::INVALID_PARAMS,
        _ => ErrorCode::INTERNAL_ERROR,
    };
    ErrorData::new(code, error.message.clone(), None)
}

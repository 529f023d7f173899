//! An MCP server that answers from `answers.json`: what the scenarios of the conformance suite want to find.

#![expect(
    deprecated,
    reason = "the suite asks what the newest revision does not want any more, too: log messages"
)]

use std::sync::Arc;
use std::time::Duration;

use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CacheScope, CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, ErrorData,
    GetPromptRequestParams, GetPromptResponse, ListPromptsResult, ListResourceTemplatesResult,
    ListResourcesResult, ListToolsResult, LoggingLevel, LoggingMessageNotificationParam,
    PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams,
    ReadResourceResponse, ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscribeRequestParams,
    SubscriptionFilter, Tool, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, RoleServer, SubscriptionContext};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::sync::broadcast;

use crate::rounds::{self, Given};

/// Between two of the messages that a call sends before its answer.
const PAUSE: Duration = Duration::from_millis(50);

/// The server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Fixture {
    answers: Arc<Value>,
    /// Which list is said to have changed.
    changes: broadcast::Sender<String>,
}

type Context = RequestContext<RoleServer>;

impl Fixture {
    /// What `answers.json` says, its names replaced by what they stand for.
    pub(crate) fn new() -> Result<Self, serde_json::Error> {
        let mut text = include_str!("answers.json").to_owned();
        let plain: Value = serde_json::from_str(&text)?;
        text = text.replace("$image", plain["image"].as_str().unwrap_or_default());
        for (name, request) in plain["requests"].as_object().into_iter().flatten() {
            text = text.replace(&format!(": \"{name}\""), &format!(": {request}"));
        }
        Ok(Self { answers: Arc::new(serde_json::from_str(&text)?), changes: broadcast::Sender::new(16) })
    }

    fn rows(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.answers[kind].as_array().into_iter().flatten()
    }

    fn row(&self, kind: &str, name: &str) -> Result<&Value, ErrorData> {
        self.rows(kind)
            .find(|row| row["name"] == name)
            .ok_or_else(|| ErrorData::invalid_params(format!("there is no {name:?} among the {kind}"), None))
    }

    /// A result that lists or reads, with what the newest revision says of keeping it.
    fn kept<T: DeserializeOwned>(mut result: Value, context: &Context) -> Result<T, ErrorData> {
        if context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28) {
            result["ttlMs"] = 0.into();
            result["cacheScope"] = json!(CacheScope::Private);
        }
        of(result)
    }
}

/// A value of the protocol.
fn of<T: DeserializeOwned>(mut value: Value) -> Result<T, ErrorData> {
    if value.get("resultType").is_none() {
        value["resultType"] = "complete".into();
    }
    serde_json::from_value(value).map_err(defect)
}

/// An answer of the fixture that is none of the protocol.
pub(crate) fn defect(error: serde_json::Error) -> ErrorData {
    ErrorData::internal_error(format!("answers.json: {error}"), None)
}

/// The answer of a row, with what the client said.
fn answer(
    row: &Value,
    responses: &Value,
    arguments: Option<&Map<String, Value>>,
) -> Result<Value, ErrorData> {
    let quoted = |text: &str| json!(text).to_string().trim_matches('"').to_owned();
    let mut text = row["result"].to_string().replace("$responses", &quoted(&responses.to_string()));
    for (name, value) in arguments.into_iter().flatten() {
        text = text.replace(&format!("${name}"), &quoted(value.as_str().unwrap_or_default()));
    }
    serde_json::from_str(&text).map_err(defect)
}

fn tool(row: &Value) -> Result<Tool, ErrorData> {
    let name = &row["name"];
    let schema = row.get("inputSchema").cloned().unwrap_or(json!({"type": "object", "properties": {}}));
    serde_json::from_value(json!({"name": name, "description": name, "inputSchema": schema})).map_err(defect)
}

/// Messages before the answer, to a client that asked for them.
async fn say(row: &Value, context: &Context) {
    match row["says"].as_str() {
        Some("progress") => {
            for progress in [0.0, 50.0, 100.0] {
                if let Some(token) = context.meta.get_progress_token() {
                    let told = ProgressNotificationParam::new(token, progress).with_total(100.0);
                    drop(context.peer.notify_progress(told).await);
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        Some("log") => {
            let is_stateless =
                context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28);
            for text in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
                if !is_stateless || context.meta.log_level().is_some() {
                    let told = LoggingMessageNotificationParam::new(LoggingLevel::Info, text.into());
                    drop(context.peer.notify_logging_message(told).await);
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
        _ => {}
    }
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let offered = ServerCapabilities::builder()
            .enable_tools()
            .enable_tool_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_completions()
            .enable_logging()
            .build();
        ServerConfig::new(offered)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.row("tools", name).and_then(tool).ok()
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListToolsResult, ErrorData> {
        let tools = self.rows("tools").map(tool).collect::<Result<Vec<Tool>, _>>()?;
        Self::kept(json!({"tools": tools}), &context)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: Context,
    ) -> Result<CallToolResponse, ErrorData> {
        let row = self.row("tools", &request.name)?;
        let capabilities = context.client_capabilities();
        if let Some(needed) = row.get("needs") {
            let declared = json!(capabilities);
            let has = |name: &String| declared.get(name).is_some_and(|declared| !declared.is_null());
            if !needed.as_object().is_some_and(|needed| needed.keys().all(has)) {
                let needed = serde_json::from_value(needed.clone()).map_err(defect)?;
                return Err(ErrorData::missing_required_client_capability(needed));
            }
        }
        let responses = json!(request.input_responses);
        let given =
            Given { responses: responses.clone(), state: request.request_state.as_deref(), capabilities };
        if let Some(asked) = rounds::next(row, &given)? {
            return Ok(CallToolResponse::InputRequired(of(asked)?));
        }
        say(row, &context).await;
        if let Some(list) = row["changes"].as_str() {
            // Nobody need listen.
            drop(self.changes.send(list.to_owned()));
        }
        Ok(CallToolResponse::Complete(of(answer(row, &responses, request.arguments.as_ref())?)?))
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        let resource =
            |row: &Value| json!({"uri": row["uri"], "name": row["uri"], "mimeType": row["mimeType"]});
        Self::kept(json!({"resources": self.rows("resources").map(resource).collect::<Vec<_>>()}), &context)
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Self::kept(json!({"resourceTemplates": self.answers["templates"]}), &context)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let found = self.rows("resources").find(|row| row["uri"] == *request.uri);
        let Some(found) = found else {
            return Err(ErrorData::invalid_params("Resource not found", Some(json!({"uri": request.uri}))));
        };
        Ok(ReadResourceResponse::Complete(Self::kept(json!({"contents": [found]}), &context)?))
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        let prompt = |row: &Value| {
            let arguments = row.get("arguments").cloned().unwrap_or(json!([]));
            json!({"name": row["name"], "description": row["name"], "arguments": arguments})
        };
        Self::kept(json!({"prompts": self.rows("prompts").map(prompt).collect::<Vec<_>>()}), &context)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        let row = self.row("prompts", &request.name)?;
        let responses = json!(request.input_responses);
        let capabilities = context.client_capabilities();
        let given =
            Given { responses: responses.clone(), state: request.request_state.as_deref(), capabilities };
        if let Some(asked) = rounds::next(row, &given)? {
            return Ok(GetPromptResponse::InputRequired(of(asked)?));
        }
        Ok(GetPromptResponse::Complete(of(answer(row, &responses, request.arguments.as_ref())?)?))
    }

    fn accepted_subscription_filter(&self, _: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(SubscriptionFilter::builder().tools_list_changed().prompts_list_changed().build())
    }

    async fn listen(&self, subscription: SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.changes.subscribe();
        loop {
            let list = tokio::select! {
                () = subscription.cancelled() => return Ok(()),
                list = changes.recv() => list.unwrap_or_default(),
            };
            let sink = subscription.sink();
            // Who listens to nothing of that kind is told nothing.
            let _told = match list.as_str() {
                "tools" => sink.notify_tool_list_changed().await,
                _ => sink.notify_prompt_list_changed().await,
            };
        }
    }

    async fn complete(&self, _: CompleteRequestParams, _: Context) -> Result<CompleteResult, ErrorData> {
        of(json!({"completion": self.answers["completion"]}))
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn subscribe(&self, _: SubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn unsubscribe(&self, _: UnsubscribeRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }
}

//! `GET /mcp/tools`, `GET /mcp/health`: what clients of the original read beside MCP itself.

use axum::Json;
use mcp::tools::{self, TOOLS};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::access::Read;

/// The tools.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tools {
    /// Those that the caller may call.
    tools: Vec<ToolInfo>,
    /// Always `mcp`.
    protocol: &'static str,
    /// The version of this list's form.
    version: &'static str,
}

/// A tool.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToolInfo {
    /// Its name.
    name: &'static str,
    /// What it does.
    description: &'static str,
    /// The JSON schema of its arguments.
    #[schema(value_type = Object)]
    input_schema: Map<String, Value>,
}

/// That MCP is served here.
#[derive(Serialize, ToSchema)]
pub(crate) struct McpAlive {
    /// Always `healthy`.
    status: &'static str,
    /// Always `mcp`.
    protocol: &'static str,
}

/// The tools of MCP
#[utoipa::path(
    get,
    path = "/mcp/tools",
    tag = "mcp",
    security(("key" = ["read"])),
    responses((status = OK, body = Tools))
)]
pub(crate) async fn list(read: Read) -> Json<Tools> {
    let granted = read.0.grant.capability();
    let callable = TOOLS.iter().filter(|tool| tool.capability <= granted);
    let info = |tool: &&'static tools::Tool| ToolInfo {
        name: tool.name,
        description: tool.description,
        input_schema: tool.input_schema(),
    };
    Json(Tools { tools: callable.map(info).collect(), protocol: "mcp", version: "1.0" })
}

/// Whether MCP is served here
#[utoipa::path(get, path = "/mcp/health", tag = "mcp", responses((status = OK, body = McpAlive)))]
pub(crate) async fn health() -> Json<McpAlive> {
    Json(McpAlive { status: "healthy", protocol: "mcp" })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::fixture::Door;

    #[tokio::test]
    async fn callers_see_the_tools_that_they_may_call() {
        let door = Door::open().await;
        let names = async |client: crate::fixture::Client| {
            let listed = client.get("/mcp/tools").await.of(200);
            assert_eq!((&listed["protocol"], &listed["version"]), (&json!("mcp"), &json!("1.0")));
            let tools = listed["tools"].as_array().unwrap().clone();
            assert!(
                tools
                    .iter()
                    .all(|tool| tool["description"].is_string() && tool["inputSchema"]["type"] == "object")
            );
            tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let (readers, writers) = (names(door.reader()).await, names(door.writer()).await);
        assert!(
            readers.contains(&"memory_search".to_owned()) && !readers.contains(&"memory_store".to_owned())
        );
        assert!(writers.contains(&"memory_store".to_owned()));
        door.stranger().get("/mcp/tools").await.of(401);
    }

    #[tokio::test]
    async fn anybody_learns_that_mcp_is_served_and_no_more() {
        let told = Door::open().await.stranger().get("/mcp/health").await.of(200);
        assert_eq!(told, json!({"status": "healthy", "protocol": "mcp"}));
    }
}

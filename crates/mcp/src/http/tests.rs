//! MCP over HTTP, in process.

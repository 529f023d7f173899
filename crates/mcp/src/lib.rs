//! The tools of the memory service, and the MCP server that offers them.
//!
//! | module | what |
//! |---|---|
//! | [`tools`] | the registry: every tool declared once, and [`tools::call`], which every door uses |
//! | [`parameter`] | how a parameter is declared |
//! | [`wire`] | what tools answer |
//! | [`answer`] | an answer, and a failure that a model can repair |
//!
//! Nothing but [`server`] knows `rmcp`: the command line and REST call the same tools without it.

pub mod answer;
mod arguments;
pub mod parameter;
mod schema;
mod text;
pub mod tools;
pub mod wire;

pub use answer::{Answer, ToolError};

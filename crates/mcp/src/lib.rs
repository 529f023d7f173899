//! The tools of the memory service, and the MCP server that offers them.
//!
//! | module | what |
//! |---|---|
//! | [`tools`] | the registry: every tool declared once, and [`tools::call`], which every door uses |
//! | [`parameter`] | how a parameter is declared |
//! | [`wire`] | what tools answer |
//! | [`answer`] | an answer, and a failure that a model can repair |
//! | `resources`, `prompts`, `completion` | what MCP has around the tools |
//! | [`server`] | the MCP server, over a stream |
//! | [`http`] | the same over HTTP |
//!
//! Which tools, prompts and templates there are never changes while the program runs, and clients are not told that it might.
//! The list of resources has the most frequent tags in it, so it does, and they are.
//!
//! Nothing but [`server`] and [`http`] knows `rmcp`: the command line and REST call the same tools without it.

pub mod answer;
mod arguments;
mod completion;
#[cfg(test)]
mod fixture;
pub mod http;
pub mod parameter;
mod prompts;
mod resources;
mod schema;
pub mod server;
mod text;
pub mod tools;
mod uri;
pub mod wire;

pub use answer::{Answer, ToolError};
pub use server::{Options, ServeError, serve, serve_with};
pub use tools::{Defaults, Profile};

//! The requests of the programs that the original ships, and of assistants that connect by OAuth, as those programs send them, and what
//! they read of the answers. They are not ours to change: what breaks here breaks in somebody's assistant.

mod agents;
mod assistants;
mod bridge;
mod claude_hooks;
mod codex_hooks;
mod mcp_hooks;
mod opencode;

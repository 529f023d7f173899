//! Clients of OAuth in Rust that are not ours, from the first refusal to the end of what they were allowed.

mod oauth2_crate;
mod rmcp_client;

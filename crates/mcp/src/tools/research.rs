//! `search` and `fetch`: memories in the form that ChatGPT asks of a server for its research mode. Other clients are better
//! served by `memory_search` and `memory_get`.

pub(super) mod fetch;
pub(super) mod search;

#[cfg(test)]
mod tests;

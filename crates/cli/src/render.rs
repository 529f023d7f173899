//! Results as tables and text for people, as JSON for programs.
//!
//! | part | what |
//! |---|---|
//! | [`Terminal`] | where output goes: results to standard output, everything else to standard error |
//! | `hidden` | a terminal that does not show what is typed |
//! | [`text`] | text that cannot drive the terminal; styles |
//! | [`table`] | tables and key-value lists |
//! | [`json`] | JSON, exact and safe on a terminal |
//! | [`memory`] | memories, hits, pages |
//! | [`time`], [`size`] | `3 days ago`, `1.2 MB` |
//! | [`progress`] | spinners and bars for what takes longer than a second |

mod hidden;
pub mod json;
pub mod memory;
pub mod progress;
pub mod size;
pub mod table;
mod terminal;
pub mod text;
pub mod time;

pub use terminal::{Format, Terminal, Voice};

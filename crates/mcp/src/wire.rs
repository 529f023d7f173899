//! What tools answer, as it is on the wire. The field names are the original's where it has them.
//!
//! Doc comments of fields become the descriptions of the output schemas, so they are short and for the reader of a schema.
//! A field without a value is left out, never null.

mod cleanup;
mod delete;
mod detail;
mod health;
mod history;
mod list;
mod memory;
mod receipt;
mod research;
mod search;
mod session;
mod stats;
mod update;
mod window;

pub(crate) use health::Audience;

pub use cleanup::{Cleanup, Pair};
pub use delete::{DeleteReceipt, NotRestored};
pub use detail::{Detail, EntityMemory, RelatedEntity, ScoreComponents};
pub use health::{Backup, Check, Health, Model, Statistics, StoreCount, Validation};
pub use history::{History, Version};
pub use list::List;
pub use memory::{Memory, Origin};
pub use receipt::{NearDuplicate, PartReceipt, Receipt, Stored};
pub use research::{Found, Page, Pages};
pub use search::{Explanation, Hit, Search, Term};
pub use session::Session;
pub use stats::{AgeCounts, BackendInfo, Stats, TagCount, TypeCount, WeekCount};
pub use update::Updated;
pub use window::Window;

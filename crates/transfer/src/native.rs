//! Our own format: lossless JSON lines that show when they were changed or cut off.
//!
//! ```text
//! {"record":"header","format":"memory-export","version":"1.1",...,"check":"..."}
//! {"record":"memory","hash":"...","content":"...",...,"check":"..."}
//! {"record":"edge","source":"...","target":"...",...,"check":"..."}
//! {"record":"trailer","memories":1,"deleted":0,"edges":1,"sha256":"...","check":"..."}
//! ```
//!
//! Every line is one JSON object on its own, in UTF-8, ended by a line feed. `check` is its last field: the first 16
//! hexadecimal digits of the SHA-256 of all bytes of the file before it. So a line that was changed, lost or moved is
//! found where it happened, before its record is handed out. `sha256` in the trailer is the SHA-256 of all lines
//! before it. The checks find accidents; they are no signature.
//!
//! Memories, deleted ones among them, come before edges. Fields without a value are left out; keys have one order;
//! so the same records always give the same bytes.
//!
//! | version | what it added |
//! |---|---|
//! | 1.0 | everything else |
//! | 1.1 | `deletion` and `usage` of a memory, `deleted` of an edge |
//!
//! A newer minor version may add kinds of records and fields: this reader then skips them and counts what it skipped.
//! In a file of its own version or an older one, a record of an unknown kind or with an unknown field is refused.

mod check;
mod header;
mod line;
mod parse;
mod reader;
mod writer;

pub use header::{Header, Part};
pub(crate) use line::OriginLine;
pub(crate) use parse::origin;
pub(crate) use reader::NativeReader;
pub use writer::NativeWriter;

/// The name in the header.
pub const FORMAT: &str = "memory-export";
/// The version that is written.
pub const VERSION: &str = "1.1";
/// The minor part of [`VERSION`].
const MINOR: u32 = 1;
/// How a file of this format starts.
pub(crate) const START: &str = r#"{"record":"header","format":"memory-export""#;

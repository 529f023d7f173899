//! Functions of ours in SQL. Only questions use them: nothing in the schema may, because the original opens the file
//! without them.
//!
//! | function | what |
//! |---|---|
//! | `service_fold(text)` | the text as it is compared without regard to case |
//! | `service_contains(text, folded)` | whether a folded text is in it, without regard to case |

use ports::fold_case;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, Result};

/// Makes them known to a connection.
pub(crate) fn register(connection: &Connection) -> Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function(c"service_fold", 1, flags, |context| Ok(fold_case(&text(context, 0))))?;
    connection.create_scalar_function(c"service_contains", 2, flags, |context| {
        Ok(contains(&text(context, 0), &text(context, 1)))
    })
}

fn text<'a>(context: &'a Context<'_>, argument: usize) -> std::borrow::Cow<'a, str> {
    let bytes = context.get_raw(argument).as_bytes_or_null().ok().flatten().unwrap_or_default();
    String::from_utf8_lossy(bytes)
}

fn contains(text: &str, folded: &str) -> bool {
    if text.is_ascii() {
        // Most texts are, and need no copy.
        let (text, folded) = (text.as_bytes(), folded.as_bytes());
        return folded.is_empty()
            || text.windows(folded.len()).any(|window| window.eq_ignore_ascii_case(folded));
    }
    fold_case(text).contains(folded)
}

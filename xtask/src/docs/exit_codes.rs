//! The page of exit codes.

use super::markdown::{Page, code};

pub(super) fn page() -> String {
    let mut page = Page::new(
        "Exit codes",
        "What the program `memory` ends with. The errors are those of [errors.md](errors.md).",
    );
    let rows = cli::exit::rows().into_iter().map(|row| {
        let errors: Vec<String> = row.errors.iter().map(|error| code(error)).collect();
        [code(&row.code.to_string()), row.meaning.to_owned(), errors.join(", ")]
    });
    page.table(["Code", "When", "Errors"], rows);
    page.finish()
}

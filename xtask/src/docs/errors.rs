//! The page of errors.

use engine::ErrorCode;

use super::markdown::{Page, code};

pub(super) fn page() -> String {
    let mut page = Page::new(
        "Errors",
        "Every failure is one of these, on every door. The message beside the code says what was wrong, which value, and \
         what to do.",
    );
    let rows = ErrorCode::ALL.iter().map(|error| error.row()).map(|row| {
        [
            code(row.id),
            code(&row.http_status.to_string()),
            code(&row.exit_code.to_string()),
            row.hint.to_owned(),
        ]
    });
    page.table(["Code", "HTTP status", "Exit code", "What to do"], rows);
    page.finish()
}

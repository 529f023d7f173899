//! Pages of Markdown.

use std::fmt::Write as _;

/// A page that grows.
pub(super) struct Page {
    text: String,
}

impl Page {
    /// A page with its title, and a sentence about it.
    pub(super) fn new(title: &str, about: &str) -> Self {
        let mut page = Self { text: format!("# {title}\n") };
        page.paragraph("<!-- Made by `cargo xtask docs` from the code: change that, not this page. -->");
        page.paragraph(about);
        page
    }

    /// A heading; 2 is the highest level below the title.
    pub(super) fn heading(&mut self, level: usize, text: &str) {
        self.paragraph(&format!("{} {text}", "#".repeat(level)));
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        // Writing to a text cannot fail.
        let _infallible = write!(self.text, "\n{}\n", text.trim_end());
    }

    /// A block of code.
    pub(super) fn code(&mut self, language: &str, text: &str) {
        self.paragraph(&format!("```{language}\n{}\n```", text.trim_end()));
    }

    /// A table; without rows, nothing.
    pub(super) fn table<const COLUMNS: usize>(
        &mut self,
        head: [&str; COLUMNS],
        rows: impl IntoIterator<Item = [String; COLUMNS]>,
    ) {
        let rows: Vec<String> = rows.into_iter().map(|row| line(&row)).collect();
        if !rows.is_empty() {
            let rule = format!("|{}", "---|".repeat(COLUMNS));
            self.paragraph(&format!("{}\n{rule}\n{}", line(&head), rows.join("\n")));
        }
    }

    /// The text of the page.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

fn line(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell.as_ref())).collect();
    format!("| {} |", cells.join(" | "))
}

/// A text of one line that a table can hold.
fn escaped(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

/// A name or a value, set as code; nothing stays nothing.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_one_line_and_ends_no_column() {
        let mut page = Page::new("Title", "About.");
        page.table(["a", "b"], [["x|y".to_owned(), "two\nlines".to_owned()]]);
        let text = page.finish();
        assert!(text.ends_with("\n| a | b |\n|---|---|\n| x\\|y | two lines |\n"), "{text}");
    }

    #[test]
    fn a_table_without_rows_is_left_out() {
        let mut page = Page::new("Title", "About.");
        page.table(["a"], []);
        assert!(page.finish().ends_with("\nAbout.\n"));
    }
}

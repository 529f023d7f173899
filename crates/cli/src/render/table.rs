//! Tables and key-value lists.

use comfy_table::{Attribute, Cell, ContentArrangement, Table, presets};

use super::text::{FAINT, plain, styled};

/// The width of a terminal that does not know its own.
const DEFAULT_COLUMNS: u16 = 80;
/// The width below which a table is not squeezed: then its lines wrap.
const LEAST_COLUMNS: u16 = 40;

/// How wide a table may become.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// As wide as the terminal: what does not fit is cut.
    Columns(u16),
    /// As wide as it wants: for files and pipes, where nothing may be cut.
    Unlimited,
}

/// Whether headings may be set in bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headings {
    /// They may.
    Bold,
    /// They may not.
    Plain,
}

impl Width {
    /// The width of standard output.
    #[must_use]
    pub fn of_stdout() -> Self {
        Table::new().width().map_or(Self::Unlimited, Self::of_terminal)
    }

    /// The width of a terminal that says it has so many columns. Some say 0, and in a very narrow one a table is no use.
    fn of_terminal(columns: u16) -> Self {
        match columns {
            0 => Self::Columns(DEFAULT_COLUMNS),
            columns => Self::Columns(columns.max(LEAST_COLUMNS)),
        }
    }
}

impl Headings {
    /// What standard output allows.
    #[must_use]
    pub fn of_stdout() -> Self {
        match anstream::AutoStream::choice(&std::io::stdout()) {
            anstream::ColorChoice::Never => Self::Plain,
            _ => Self::Bold,
        }
    }
}

/// A table without lines. Cells are made harmless; a row is one line high.
#[must_use]
pub fn table(headings: &[&str], rows: &[Vec<String>], width: Width, style: Headings) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    match width {
        Width::Columns(columns) => {
            table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
        }
        Width::Unlimited => {
            table.set_content_arrangement(ContentArrangement::Disabled);
        }
    }
    match style {
        Headings::Bold => table.enforce_styling(),
        Headings::Plain => table.force_no_tty(),
    };
    table.set_header(headings.iter().map(|heading| Cell::new(heading).add_attribute(Attribute::Bold)));
    for row in rows {
        let mut line = comfy_table::Row::from(row.iter().map(|cell| plain(cell)).collect::<Vec<_>>());
        line.max_height(1);
        table.add_row(line);
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A list of names and values, one a line.
#[must_use]
pub fn fields(fields: &[(&str, String)]) -> String {
    let longest = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let lines: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{}  {}", styled(FAINT, &format!("{name:longest$}")), plain(value)))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        vec![
            vec![
                "b94d27b9934d".into(),
                "infra, db".into(),
                "The staging database listens on port 5433".into(),
            ],
            vec!["5f3a".into(), String::new(), "short\u{1b}[2J".into()],
        ]
    }

    #[test]
    fn a_table_is_as_wide_as_the_terminal_and_cuts_what_does_not_fit() {
        let text = table(&["Hash", "Tags", "Text"], &rows(), Width::Columns(40), Headings::Plain);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert_eq!(text.lines().count(), 3, "{text}");
        assert!(!text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn a_terminal_without_a_width_is_taken_for_a_usual_one() {
        assert_eq!(Width::of_terminal(0), Width::Columns(80));
        assert_eq!(Width::of_terminal(12), Width::Columns(40));
        assert_eq!(Width::of_terminal(132), Width::Columns(132));
    }

    #[test]
    fn nothing_is_cut_in_a_pipe() {
        let text = table(&["Hash", "Tags", "Text"], &rows(), Width::Unlimited, Headings::Plain);
        insta::assert_snapshot!(text);
    }

    #[test]
    fn fields_stand_below_each_other() {
        let text = fields(&[("Hash", "b94d".into()), ("Memory type", "note\u{7}".into())]);
        let plain = anstream::adapter::strip_str(&text).to_string();
        assert_eq!(plain, "Hash         b94d\nMemory type  note\\u{7}");
    }
}

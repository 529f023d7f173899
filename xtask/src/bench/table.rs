//! Figures beside their floors, as Markdown.

use std::fmt::Write;

use super::statistics::Samples;

/// What a figure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Time. Less is better.
    Milliseconds,
    /// Space, in units of 10^6 bytes. Less is better.
    Megabytes,
}

/// One figure: a median alone, or with its 95th percentile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figure {
    p50: f64,
    p95: Option<f64>,
    unit: Unit,
}

impl Figure {
    /// Times.
    pub(crate) fn times(samples: &Samples) -> Self {
        Self { p50: samples.p50(), p95: Some(samples.p95()), unit: Unit::Milliseconds }
    }

    /// A number of bytes.
    pub(crate) fn bytes(bytes: u64) -> Self {
        Self { p50: bytes as f64 / 1e6, p95: None, unit: Unit::Megabytes }
    }
}

/// One figure of ours and what it is held against.
#[derive(Debug)]
pub(crate) struct Row {
    /// What was measured.
    pub(crate) what: String,
    /// Ours.
    pub(crate) ours: Figure,
    /// What the floor is.
    pub(crate) floor_name: String,
    /// The floor.
    pub(crate) floor: Figure,
    /// What ours must stay under, in its unit, if the project has an aim for it.
    pub(crate) aim: Option<f64>,
}

/// A subject's figures.
#[derive(Debug)]
pub(crate) struct Table {
    title: &'static str,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Table {
    /// A table without rows.
    pub(crate) fn new(title: &'static str) -> Self {
        Self { title, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a figure.
    pub(crate) fn row(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds a sentence that stands under the table.
    pub(crate) fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    /// The table as Markdown.
    pub(crate) fn markdown(&self) -> String {
        let mut text = format!("## {}\n", self.title);
        if !self.rows.is_empty() {
            text.push_str("\n| figure | p50 | p95 | floor | floor p50 | ratio | aim | |\n");
            text.push_str("|---|---:|---:|---|---:|---:|---:|---|\n");
        }
        for row in &self.rows {
            let p95 = row.ours.p95.map_or(String::new(), |p95| number(p95, row.ours.unit));
            let (aim, verdict) = row.aim.map_or((String::new(), ""), |aim| {
                let verdict = if row.ours.p50 < aim { "met" } else { "**missed**" };
                (format!("< {} {}", (aim * 1e3).round() / 1e3, symbol(row.ours.unit)), verdict)
            });
            // Writing to a String does not fail.
            let _ = writeln!(
                text,
                "| {} | {} | {p95} | {} | {} | {} | {aim} | {verdict} |",
                row.what,
                number(row.ours.p50, row.ours.unit),
                row.floor_name,
                number(row.floor.p50, row.floor.unit),
                ratio(row.ours.p50 / row.floor.p50),
            );
        }
        for note in &self.notes {
            let _ = write!(text, "\n{note}\n");
        }
        text
    }
}

fn symbol(unit: Unit) -> &'static str {
    match unit {
        Unit::Milliseconds => "ms",
        Unit::Megabytes => "MB",
    }
}

fn number(value: f64, unit: Unit) -> String {
    let digits = match unit {
        Unit::Megabytes => 1,
        Unit::Milliseconds if value < 1.0 => 3,
        Unit::Milliseconds if value < 100.0 => 2,
        Unit::Milliseconds => 0,
    };
    format!("{value:.digits$} {}", symbol(unit))
}

fn ratio(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { format!("{value:.0}") }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Row, Table};
    use crate::bench::statistics::Samples;

    fn row(aim: Option<f64>) -> Row {
        let ours = Figure::times(&Samples::from_iter([4.0, 4.0, 8.0]));
        let floor = Figure::times(&Samples::from_iter([0.5]));
        Row { what: "search".to_owned(), ours, floor_name: "ping".to_owned(), floor, aim }
    }

    #[test]
    fn a_figure_stands_beside_its_floor_the_ratio_and_the_aim() {
        let mut table = Table::new("Search");
        table.row(row(Some(5.0)));
        let text = table.markdown();
        assert!(
            text.contains("| search | 4.00 ms | 8.00 ms | ping | 0.500 ms | 8.00 | < 5 ms | met |"),
            "{text}"
        );
    }

    #[test]
    fn an_aim_that_is_reached_but_not_undercut_is_missed() {
        let mut table = Table::new("Search");
        table.row(row(Some(4.0)));
        assert!(table.markdown().contains("**missed**"));
    }
}

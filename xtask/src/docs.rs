//! `cargo xtask docs`: the reference pages, from the code. A page that is made cannot be wrong; one that is checked cannot
//! be old.

mod commands;
mod errors;
mod exit_codes;
mod markdown;
mod settings;
mod tools;

use std::path::Path;

/// Where the pages are.
const FOLDER: &str = "docs/reference";

/// Makes the text of a page.
type Make = fn() -> String;

/// Each page and what makes it.
const PAGES: &[(&str, Make)] = &[
    ("tools.md", tools::page),
    ("settings.md", settings::page),
    ("errors.md", errors::page),
    ("commands.md", commands::page),
    ("exit-codes.md", exit_codes::page),
];

/// What to do with the pages.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail when a page is not as the code has it.
    #[arg(long)]
    check: bool,
}

/// Writes the pages, or checks them.
pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    if arguments.check { check() } else { write() }
}

/// Fails when a page is not as the code has it.
pub(crate) fn check() -> Result<(), String> {
    let is_old = |name: &str, page: Make| {
        std::fs::read_to_string(Path::new(FOLDER).join(name)).map_or(true, |found| found != page())
    };
    let old: Vec<&str> =
        PAGES.iter().filter(|(name, page)| is_old(name, *page)).map(|(name, _)| *name).collect();
    if old.is_empty() {
        return Ok(());
    }
    Err(format!("{} in {FOLDER} are not as the code has them: run `cargo xtask docs`", old.join(", ")))
}

fn write() -> Result<(), String> {
    std::fs::create_dir_all(FOLDER).map_err(|error| format!("{FOLDER}: {error}"))?;
    for (name, page) in PAGES {
        let path = Path::new(FOLDER).join(name);
        std::fs::write(&path, page()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_has_a_title_and_one_line_end_at_its_end() {
        for (name, page) in PAGES {
            let page = page();
            assert!(page.starts_with("# "), "{name}");
            assert!(page.ends_with('\n') && !page.ends_with("\n\n"), "{name}");
            assert!(!page.contains('\u{1b}'), "{name}");
        }
    }

    #[test]
    fn rows_of_a_table_have_as_many_cells_as_its_head() {
        for (name, page) in PAGES {
            let page = page();
            let mut columns = None;
            for line in page.lines() {
                let cells = line.replace("\\|", "").matches('|').count();
                match columns {
                    Some(expected) if line.starts_with('|') => assert_eq!(cells, expected, "{name}: {line}"),
                    _ => columns = line.starts_with('|').then_some(cells),
                }
            }
        }
    }
}

//! What differs between two outcomes of one call, as a Markdown table.

use std::collections::BTreeSet;

use super::calls::Outcome;
use super::inspection::Rows;
use super::server::Answer;

/// How much of an answer a cell shows, in characters.
const CELL_CHARS: usize = 110;

/// One call and what differs.
pub(crate) struct Row {
    name: String,
    original: String,
    ours: String,
    differences: Vec<String>,
}

impl Row {
    /// Compares.
    pub(crate) fn new(name: &str, original: &Outcome, ours: &Outcome) -> Self {
        let mut differences = Vec::new();
        let (theirs, own) = (&original.answer, &ours.answer);
        if theirs.failed() != own.failed() {
            differences.push("outcome".to_owned());
        }
        if theirs.is_error != own.is_error {
            differences.push("isError".to_owned());
        }
        if theirs.hashes() != own.hashes() {
            let same: BTreeSet<String> = theirs.hashes().into_iter().collect();
            let is_order = same == own.hashes().into_iter().collect();
            differences.push(if is_order { "order".to_owned() } else { "memories named".to_owned() });
        }
        differences.extend(effects(&original.effect, &ours.effect));
        if words(&theirs.text) != words(&own.text) {
            differences.push("words".to_owned());
        }
        let (original, ours) = (cell(theirs), cell(own));
        Self { name: name.to_owned(), original, ours, differences }
    }
}

/// The table of the calls that differ, and how many do not.
pub(crate) fn render(rows: &[Row]) -> String {
    let mut text = String::from("| call | the original | ours | differs in |\n|---|---|---|---|\n");
    for row in rows.iter().filter(|row| !row.differences.is_empty()) {
        let differences = row.differences.join(", ");
        text.push_str(&format!("| {} | {} | {} | {differences} |\n", row.name, row.original, row.ours));
    }
    let same: Vec<&str> =
        rows.iter().filter(|row| row.differences.is_empty()).map(|row| row.name.as_str()).collect();
    text.push_str(&format!(
        "\nThe same in every respect, {} of {} calls: {}.\n",
        same.len(),
        rows.len(),
        same.join("; ")
    ));
    text
}

/// How an answer begins, for a cell.
fn cell(answer: &Answer) -> String {
    let flat = answer.text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let shown: String = flat.chars().take(CELL_CHARS).collect();
    let error = if answer.is_error { "isError: " } else { "" };
    let cut = if shown.len() < flat.len() { " ..." } else { "" };
    format!("{error}{shown}{cut}")
}

/// The words of an answer without what differs by nature: keys of memories, times, numbers with a fraction.
fn words(text: &str) -> Vec<&str> {
    let by_nature = |word: &&str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        word.len() < 64 && digits < 8 && !(digits > 0 && word.contains('.'))
    };
    text.split_whitespace().filter(by_nature).collect()
}

/// The columns in which the effects differ, over the memories that either changed.
fn effects(original: &Rows, ours: &Rows) -> Vec<String> {
    let hashes: BTreeSet<&String> = original.keys().chain(ours.keys()).collect();
    let mut differences = BTreeSet::new();
    for hash in hashes {
        match (original.get(hash), ours.get(hash)) {
            (Some(theirs), Some(own)) => {
                let columns = theirs.iter().filter(|(column, _)| column.as_str() != "created_at");
                let unlike = columns
                    .filter(|(column, value)| own.get(column.as_str()).is_some_and(|own| own != *value));
                differences
                    .extend(unlike.map(|(column, value)| format!("{column}: {value} / {}", own[column])));
            }
            (Some(_), None) => drop(differences.insert("only the original changes a memory".to_owned())),
            (None, _) => drop(differences.insert("only ours changes a memory".to_owned())),
        }
    }
    differences.into_iter().map(|difference| difference.replace('|', "\\|")).collect()
}

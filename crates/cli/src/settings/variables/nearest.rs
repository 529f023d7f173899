//! The name that was meant.

use super::names;

/// How many characters in a name may be wrong, for each that it has.
const WRONG_IN: usize = 6;
/// How many may be wrong at most: further away, another name is meant.
const MOST_WRONG: usize = 3;

/// The known name that differs least from one that is not known; none when none is near.
#[must_use]
pub fn nearest(name: &str) -> Option<&'static str> {
    closest(&name.to_ascii_uppercase(), names().filter(|known| !known.contains('*')))
}

/// The name among several that differs least from one; none when none is near.
pub(super) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (name.len() / WRONG_IN).min(MOST_WRONG);
    // Names whose lengths differ by more are further away; comparing costs the product of both.
    let near = known.filter(|known| known.len().abs_diff(name.len()) <= limit);
    let distances = near.map(|known| (distance(name, known), known));
    let (distance, known) = distances.min_by_key(|(distance, _)| *distance)?;
    (distance <= limit).then_some(known)
}

/// How many characters must be put in, taken out, replaced or swapped with their neighbour to make one name of the other
/// (the optimal string alignment distance).
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, left) in a.iter().enumerate() {
        let mut line = vec![row + 1; b.len() + 1];
        for (column, right) in b.iter().enumerate() {
            let replaced = last[column] + usize::from(left != right);
            line[column + 1] = replaced.min(last[column + 1] + 1).min(line[column] + 1);
            let is_swapped = row > 0 && column > 0 && *left == b[column - 1] && a[row - 1] == *right;
            if is_swapped {
                line[column + 1] = line[column + 1].min(before[column - 1] + 1);
            }
        }
        before = std::mem::replace(&mut last, line);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_that_was_meant_is_found() {
        for (written, meant) in [
            ("MCP_MEMORY_SQLITE_PTAH", Some("MCP_MEMORY_SQLITE_PATH")),
            ("MCP_MEMORY_BASEDIR", Some("MCP_MEMORY_BASE_DIR")),
            ("mcp_agent_id", Some("MCP_AGENT_ID")),
            ("MCP_MEMORY_STORAGE_BACKENDS", Some("MCP_MEMORY_STORAGE_BACKEND")),
            ("MCP_TIMEOUT", None),
            ("MCP_MEMORY_COLOUR_OF_THE_SKY", None),
        ] {
            assert_eq!(nearest(written), meant, "{written}");
        }
        assert_eq!(nearest(&"X".repeat(1_000_000)), None);
    }

    #[test]
    fn a_swap_is_one_step_and_so_is_every_other_mistake() {
        for (a, b, steps) in [
            ("", "", 0),
            ("AB", "BA", 1),
            ("AB", "A", 1),
            ("A", "AB", 1),
            ("AB", "AC", 1),
            ("", "ABC", 3),
            ("ABC", "CA", 3),
        ] {
            assert_eq!(distance(a, b), steps, "{a} {b}");
        }
    }
}

//! A page that names a test as evidence names one that exists.

use super::files;

/// Pages that name tests.
const PAGES: [&str; 1] = ["docs/security.md"];
/// The fewest words of a name that can only be a test's.
const MIN_WORDS: usize = 5;

/// Every test that a page names and nobody wrote.
pub(crate) fn breaches() -> Result<Vec<String>, String> {
    let mut functions = String::new();
    for path in files::sources()? {
        functions += &std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))?;
    }
    let mut breaches = Vec::new();
    for page in PAGES {
        let text = std::fs::read_to_string(page).map_err(|error| format!("{page}: {error}"))?;
        let missing = named(&text).into_iter().filter(|name| {
            !functions.contains(&format!("fn {name}(")) && !functions.contains(&format!(" {name}\n"))
        });
        breaches.extend(missing.map(|name| format!("{page}: there is no test '{name}'")));
    }
    Ok(breaches)
}

/// The names of tests in a text: many words in backticks.
fn named(text: &str) -> Vec<&str> {
    let is_name = |part: &&str| {
        part.split('_').count() >= MIN_WORDS
            && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    text.split('`').skip(1).step_by(2).filter(is_name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tests_are_found_and_others_are_not() {
        let text =
            "`a_test_of_a_limit`, `MCP_A_B_C_D_E`, `access.db` (`two_words`) and `w14_one_more_of_these`";
        assert_eq!(named(text), ["a_test_of_a_limit", "w14_one_more_of_these"]);
    }
}

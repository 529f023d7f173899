use super::*;

#[test]
fn every_name_stands_in_the_table_once() {
    let mut names: Vec<&str> =
        sections().flat_map(|section| section.variables).map(|variable| variable.name).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn every_row_says_what_it_means_and_stands_in_for_a_row() {
    for variable in sections().flat_map(|section| section.variables) {
        assert!(!variable.meaning.is_empty(), "{}", variable.name);
        if let Some(other) = variable.instead_of {
            assert!(find(other).is_some_and(|(section, _)| section.effect == Effect::Now), "{other}");
        }
    }
}

#[test]
fn a_name_that_is_not_in_the_table_is_treated_as_a_secret() {
    assert!(is_secret("MCP_API_KEYS"));
    assert!(is_secret("MCP_API_KEY"));
    assert!(is_secret(EXTERNAL_EMBEDDING_URL));
    assert!(!is_secret(BASE_DIR));
}

#[test]
fn whatever_is_called_a_key_a_token_or_a_password_is_a_secret() {
    for variable in sections().flat_map(|section| section.variables) {
        let is_path_or_public = variable.name.contains("PUBLIC") || variable.name.ends_with("_PATH");
        let sounds_secret =
            ["API_KEY", "_TOKEN", "BASIC_PASS", "_PRIVATE_KEY", "_SECRET_KEY", "REGISTRATION_KEY"]
                .iter()
                .any(|end| variable.name.ends_with(end));
        if sounds_secret && !is_path_or_public {
            assert_eq!(variable.exposure, Exposure::Secret, "{}", variable.name);
        }
    }
}

#[test]
fn a_family_has_members_and_a_row_of_its_own_goes_first() {
    for (name, row) in [
        ("MCP_RATE_LIMIT_MEMORY_STORE", "MCP_RATE_LIMIT_*"),
        ("MCP_RATE_LIMIT_PER_MINUTE", "MCP_RATE_LIMIT_PER_MINUTE"),
        ("HARVEST_LLM_GROQ_API_KEY", "HARVEST_LLM_*_API_KEY"),
        ("MCP_NLI_ENABLED", "MCP_NLI_*"),
    ] {
        assert_eq!(find(name).map(|(_, variable)| variable.name), Some(row), "{name}");
    }
    assert_eq!(find("MCP_RATE_LIMITS"), None);
}

#[test]
fn names_of_other_programs_are_unknown_but_not_misspelt() {
    assert!(is_unknown("MCP_TIMEOUT") && !is_misspelt("MCP_TIMEOUT"));
    assert!(is_misspelt("MCP_AGENTID"));
    assert!(is_misspelt("MCP_MEMORY_COLOUR_OF_THE_SKY"));
    assert!(!is_unknown("PATH") && !is_unknown("MCP_API_KEY"));
}

/// `original.txt` has the names of the original's interface description, of 10.59 and of 12.4.
#[test]
fn every_variable_of_the_original_has_a_row() {
    let names: Vec<&str> = include_str!("original.txt").lines().collect();
    assert!(names.len() > 290);
    for name in names {
        assert!(find(name).is_some(), "{name}");
    }
}

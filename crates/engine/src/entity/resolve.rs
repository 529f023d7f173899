//! Which entity is meant.

use ports::{EntityCount, EntityCounts, fold_case};

use crate::EngineError;

/// How many other entities a message names.
const NAMED: usize = 5;
/// How much of an unknown id a message shows, in characters.
const SHOWN_CHARS: usize = 100;

/// The entity that is meant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Resolved<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// Others that are known by the same id.
    others: Vec<&'a str>,
}

/// The entity with this name, in any case; else the one with most memories of those with this id.
///
/// # Errors
/// [`EngineError::UnknownEntity`].
pub(super) fn resolve<'a>(given: &str, known: &'a EntityCounts) -> Result<Resolved<'a>, EngineError> {
    let (given, entities) = (given.trim(), &known.entities);
    let folded = fold_case(given);
    if let Some(named) = entities.iter().find(|entity| fold_case(&entity.name) == folded) {
        return Ok(Resolved { name: &named.name, others: Vec::new() });
    }
    let id = graph::entity_id(given);
    let mut with_id = entities.iter().filter(|entity| graph::entity_id(&entity.name) == id);
    let Some(first) = with_id.next() else { return Err(unknown(given, entities)) };
    Ok(Resolved { name: &first.name, others: with_id.map(|entity| entity.name.as_str()).collect() })
}

impl Resolved<'_> {
    /// What the caller should know when others could be meant too.
    pub(super) fn notice(&self) -> Option<String> {
        if self.others.is_empty() {
            return None;
        }
        let others: Vec<String> = self.others.iter().take(NAMED).map(|name| format!("{name:?}")).collect();
        Some(format!("this id is also that of {}: give the name to choose one", others.join(", ")))
    }
}

fn unknown(given: &str, entities: &[EntityCount]) -> EngineError {
    let known = entities.iter().take(NAMED).map(|entity| graph::entity_id(&entity.name)).collect();
    EngineError::UnknownEntity { entity: given.chars().take(SHOWN_CHARS).collect(), known }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(names: &[&str]) -> EntityCounts {
        let count = |name: &&str| EntityCount { name: (*name).to_owned(), memories: 1 };
        EntityCounts { entities: names.iter().map(count).collect(), total: names.len() as u64 }
    }

    #[test]
    fn a_name_goes_before_an_id() {
        let known = counts(&["C++", "C", "Zoë Müller"]);
        let name = |given: &str| resolve(given, &known).unwrap();
        assert_eq!((name("c").name, name("c").notice()), ("C", None));
        assert_eq!((name(" c++ ").name, name("ZOË MÜLLER").name), ("C++", "Zoë Müller"));
        assert_eq!((name("zoe-muller").name, name("@Zoe Muller").name), ("Zoë Müller", "Zoë Müller"));
    }

    #[test]
    fn an_id_that_several_have_is_the_firsts_and_says_so() {
        let known = counts(&["C++", "C#"]);
        let resolved = resolve("c", &known).unwrap();
        assert_eq!(resolved.name, "C++");
        assert_eq!(resolved.notice().unwrap(), "this id is also that of \"C#\": give the name to choose one");
    }

    #[test]
    fn an_unknown_entity_is_an_error_that_names_some() {
        let error = resolve("nobody", &counts(&["Alice", "Bob B."])).unwrap_err().to_string();
        assert_eq!(error, "Unknown entity_id: nobody. There are alice, bob-b");
        let error = resolve(&"x".repeat(1000), &counts(&[])).unwrap_err().to_string();
        assert!(error.len() < 250 && error.ends_with("no entities are linked to memories here"), "{error}");
    }
}

//! Which languages the memories are in.

use lexical::Language;
use ports::LanguageCount;
use rusqlite::{Connection, Result};

use super::term;

/// How many memories are in each language, the most first.
pub(crate) fn counts(connection: &Connection) -> Result<Vec<LanguageCount>> {
    let mut statement = connection.prepare_cached("SELECT doc FROM temp.service_terms WHERE term = ?")?;
    let mut counts = Vec::new();
    for language in Language::ALL {
        let mut found = statement.query([term::language(language)])?;
        if let Some(row) = found.next()? {
            let (code, name) = (language.code(), language.name());
            counts.push(LanguageCount { code, name, memories: row.get(0)? });
        }
    }
    counts.sort_by_key(|count| (std::cmp::Reverse(count.memories), count.code));
    Ok(counts)
}

/// The languages, of those that the words of a query may be in, whose stemmers words of memories went through.
pub(super) fn stemmers(connection: &Connection, query: &str) -> Result<Vec<Language>> {
    let sql = "SELECT 1 FROM service_words WHERE service_words MATCH ? LIMIT 1";
    let mut statement = connection.prepare_cached(sql)?;
    let mut found = Vec::new();
    for language in Language::of_scripts(query) {
        if statement.exists([term::stemmer(language)])? {
            found.push(language);
        }
    }
    Ok(found)
}

//! Terms as the index has them.
//!
//! FTS5's tokenizer `ascii` splits at every ASCII sign that is no letter or digit and leaves all else alone. So ASCII signs
//! inside a term are written as private characters; nothing that somebody wrote is ever syntax. The weight of a term in a
//! memory is part of it, as its last character: so the memories of each weight are a list of their own, and the heaviest
//! can be read first.

use lexical::{Language, Level};

/// ASCII signs are written as the private character this far behind them.
const SIGNS: u32 = 0xE100;
/// The first of the characters for weights.
const LEVELS: u32 = 0xE000;
/// What terms begin with that stand for something other than a word of a text.
const TAG: char = '\u{E060}';
const CONVERSATION: char = '\u{E061}';
const LANGUAGE: char = '\u{E062}';
const STEMMER: char = '\u{E063}';
const AGENT: char = '\u{E064}';
/// The longest tag or name of a conversation or agent that has a term, in bytes.
const MAX_NAME_BYTES: usize = 200;

/// A term without weight.
pub(crate) fn encode(term: &str) -> String {
    let sign = |character: char| {
        let is_plain = !character.is_ascii() || character.is_ascii_alphanumeric();
        if is_plain { None } else { char::from_u32(SIGNS + u32::from(character)) }
    };
    term.chars().map(|character| sign(character).unwrap_or(character)).collect()
}

/// A term of a memory, with its weight there.
pub(crate) fn weighted(term: &str, level: Level) -> String {
    let mut encoded = encode(term);
    encoded.extend(char::from_u32(LEVELS + u32::from(level.number())));
    encoded
}

/// The weight that an indexed term has.
pub(crate) fn level(indexed: &str) -> Option<Level> {
    let last = u32::from(indexed.chars().next_back()?);
    last.checked_sub(LEVELS).and_then(|number| u8::try_from(number).ok()).and_then(Level::new)
}

/// The first and the last that an indexed term can be that stands for a term with any weight.
pub(crate) fn range(term: &str) -> (String, String) {
    let encoded = encode(term);
    let bound =
        |number: u8| format!("{encoded}{}", char::from_u32(LEVELS + u32::from(number)).unwrap_or_default());
    (bound(0), bound(Level::COUNT - 1))
}

/// The first that an indexed term can be that begins so, and what is behind the last.
pub(crate) fn prefix_range(prefix: &str) -> (String, String) {
    let encoded = encode(prefix);
    let end = format!("{encoded}{}", char::MAX);
    (encoded, end)
}

/// Stands for a tag, without regard to ASCII case. None for one that is too long.
pub(crate) fn tag(name: &str) -> Option<String> {
    name_term(TAG, &name.to_ascii_lowercase())
}

/// Stands for a conversation. None for a name that is too long.
pub(crate) fn conversation(name: &str) -> Option<String> {
    name_term(CONVERSATION, name)
}

/// Stands for an agent. None for a name that is too long.
pub(crate) fn agent(name: &str) -> Option<String> {
    name_term(AGENT, name)
}

/// Stands for the language that most of a memory is in.
pub(crate) fn language(language: Language) -> String {
    format!("{LANGUAGE}{}", language.code())
}

/// Stands for the stemmer that words of a memory went through.
pub(crate) fn stemmer(language: Language) -> String {
    format!("{STEMMER}{}", language.code())
}

fn name_term(kind: char, name: &str) -> Option<String> {
    // The tokenizer takes capitals for small letters, and conversations differ by them.
    let capital = |character: char| {
        let is_capital = character.is_ascii_uppercase();
        if is_capital { char::from_u32(SIGNS + u32::from(character)) } else { None }
    };
    let name: String = name.chars().map(|character| capital(character).unwrap_or(character)).collect();
    (name.len() <= MAX_NAME_BYTES && !name.is_empty()).then(|| format!("{kind}{}", encode(&name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_has_no_sign_that_the_tokenizer_knows() {
        for term in ["foo_bar.rs", "a\"b", "c:\\x y", "日本"] {
            let encoded = encode(term);
            assert!(encoded.chars().all(|c| !c.is_ascii() || c.is_ascii_alphanumeric()), "{encoded}");
        }
        assert_ne!(encode("a-b"), encode("a_b"));
    }

    #[test]
    fn weights_lie_between_the_bounds_of_their_term() {
        for number in 0..Level::COUNT {
            let level_of = Level::new(number).unwrap();
            let indexed = weighted("x.y", level_of);
            let (first, last) = range("x.y");
            assert!(first <= indexed && indexed <= last);
            assert_eq!(level(&indexed), Some(level_of));
        }
        assert_eq!(level("plain"), None);
        assert_eq!(level(""), None);
    }

    #[test]
    fn names_are_told_apart_and_have_a_limit() {
        assert_eq!(tag("Home"), tag("home"));
        assert_ne!(conversation("Home"), conversation("home"));
        assert_ne!(tag("home"), conversation("home"));
        assert!(tag(&"x".repeat(MAX_NAME_BYTES)).is_some());
        assert_eq!(tag(&"x".repeat(MAX_NAME_BYTES + 1)), None);
    }
}

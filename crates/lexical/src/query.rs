//! A question as an index is asked it.

use crate::detection::Detected;
use crate::document::{Document, pairs, stems_of, without_marks};
use crate::language::{Language, Languages};
use crate::script::Script;
use crate::tokens::{self, Tokens, Word};
use crate::{date, stop_words};

/// The most words of one question that are looked for.
const MAX_GROUPS: usize = 64;

/// A question as an index is asked it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Its words. Days come last.
    pub groups: Vec<Group>,
}

/// One word of a question. A text that has any of its variants has the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it is.
    pub kind: GroupKind,
    /// Whether it is a stop word of some language: texts in that language do not have it as a term.
    pub is_common: bool,
    /// The terms that it may have become in a text.
    pub variants: Vec<Variant>,
}

/// What a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupKind {
    /// A word, an identifier, a pair of letters.
    Word,
    /// A part of a day that the question names: a text of that day has it, and one that has not lacks nothing.
    Date,
}

/// A term that a word may have become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variant {
    /// This one.
    Term(String),
    /// Every term that begins so: a single letter of a script without spaces.
    Prefix(String),
}

impl Query {
    /// Takes a question apart. The languages are those whose stemmers the texts of the index went through.
    #[must_use]
    pub fn of(text: &str, languages: &[Language]) -> Self {
        let tokens = Tokens::of(text);
        let detected = Detected::of(&tokens.words, &tokens.runs);
        let mut query = Self::default();
        let kept = kept(&tokens.words, &detected, languages);
        for word in kept {
            let stems = variants(word, languages).into_iter().map(Variant::Term);
            let is_common = stop_words::languages(&word.text) != Languages::default();
            query.add_word(is_common, stems);
        }
        for whole in &tokens.identifiers {
            query.add_word(false, [Variant::Term(whole.clone())]);
        }
        for run in &tokens.runs {
            let clusters = tokens::clusters(run);
            if let [only] = clusters.as_slice() {
                query.add_word(false, [Variant::Prefix(tokens::bounded(only))]);
            } else {
                let pairs = pairs(run);
                for pair in &pairs[..pairs.len() - 1] {
                    query.add_word(false, [Variant::Term(pair.clone())]);
                }
            }
        }
        for term in date::terms_of(&tokens) {
            query.add(GroupKind::Date, false, [Variant::Term(term)]);
        }
        query
    }

    fn add_word(&mut self, is_common: bool, variants: impl IntoIterator<Item = Variant>) {
        self.add(GroupKind::Word, is_common, variants);
    }

    fn add(&mut self, kind: GroupKind, is_common: bool, variants: impl IntoIterator<Item = Variant>) {
        let variants: Vec<Variant> = variants.into_iter().collect();
        let is_known = self.groups.iter().any(|group| group.variants == variants);
        if !variants.is_empty() && !is_known && self.groups.len() < MAX_GROUPS {
            self.groups.push(Group { kind, is_common, variants });
        }
    }

    /// What each group counts in a document: the weight of its heaviest variant there, 0 for none.
    #[must_use]
    pub fn impacts(&self, document: &Document) -> Vec<f64> {
        self.groups.iter().map(|group| group.impact(document)).collect()
    }
}

impl Group {
    fn impact(&self, document: &Document) -> f64 {
        let of_variant = |variant: &Variant| match variant {
            Variant::Term(term) => {
                let found = document.terms.binary_search_by(|(known, _)| known.as_str().cmp(term));
                found.map_or(0.0, |at| document.terms[at].1.impact())
            }
            Variant::Prefix(prefix) => {
                let first = document.terms.partition_point(|(known, _)| known.as_str() < prefix.as_str());
                let beginning =
                    document.terms[first..].iter().take_while(|(term, _)| term.starts_with(prefix));
                beginning.map(|(_, level)| level.impact()).fold(0.0, f64::max)
            }
        };
        self.variants.iter().map(of_variant).fold(0.0, f64::max)
    }
}

/// The words without the stop words of the question's language, unless nothing else is there.
fn kept<'w>(words: &'w [Word], detected: &Detected, languages: &[Language]) -> Vec<&'w Word> {
    let known: Languages = languages.iter().copied().collect();
    let likely: Languages = detected.all().filter(|language| known.has(*language)).collect();
    let is_common = |word: &&Word, in_any: Languages| {
        let common = stop_words::languages(&word.text);
        !word.is_acronym
            && Language::ALL.into_iter().any(|language| common.has(language) && in_any.has(language))
    };
    let all: Languages = likely.and(if likely == Languages::default() { known } else { likely });
    let kept: Vec<&Word> = words.iter().filter(|word| !is_common(word, all)).collect();
    if kept.is_empty() { words.iter().collect() } else { kept }
}

/// A word as the texts may have it: as each stemmer of its script leaves it, and without marks.
fn variants(word: &Word, languages: &[Language]) -> Vec<String> {
    if word.script == Script::Other {
        return vec![word.text.clone()];
    }
    let of_script: Vec<Language> =
        languages.iter().copied().filter(|language| language.script() == word.script).collect();
    let mut stems = stems_of(&Word { is_acronym: true, ..word.clone() }, &of_script);
    if !stems.is_empty() {
        stems.extend(without_marks(word));
    }
    stems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Fields;

    fn words(text: &str, languages: &[Language]) -> Vec<Vec<String>> {
        let terms = |group: Group| -> Vec<String> {
            let text = |variant: Variant| match variant {
                Variant::Term(term) => term.replace(|c: char| ('\u{E030}'..='\u{E04F}').contains(&c), ""),
                Variant::Prefix(prefix) => format!("{prefix}*"),
            };
            group.variants.into_iter().map(text).collect()
        };
        Query::of(text, languages).groups.into_iter().map(terms).collect()
    }

    #[test]
    fn common_words_are_dropped_unless_nothing_remains() {
        let english = [Language::English];
        assert_eq!(words("Where is the printer?", &english), [["printer"; 2]]);
        assert_eq!(words("to be or not to be", &english), [["to"; 2], ["be"; 2], ["or"; 2], ["not"; 2]]);
        assert_eq!(words("IT", &english), [["it"; 2]]);
    }

    #[test]
    fn a_word_is_looked_for_as_every_stemmer_of_the_index_leaves_it() {
        let both = [Language::English, Language::German];
        assert_eq!(words("Häuser", &both), [["hauser", "haus", "hauser"]]);
        assert_eq!(words("4471", &both), [["4471"]]);
        assert_eq!(words("printer", &[Language::Russian]), [[""; 0]; 0]);
    }

    #[test]
    fn one_letter_of_a_script_without_spaces_is_a_beginning() {
        assert_eq!(words("猫", &[]), [["猫*"]]);
        assert_eq!(words("黒猫が", &[]), [["黒猫"], ["猫が"]]);
    }

    #[test]
    fn the_number_of_words_is_limited_and_each_counts_once() {
        let many: Vec<String> = (0..500).map(|n| format!("w{n}w")).collect();
        assert_eq!(Query::of(&many.join(" "), &Language::ALL).groups.len(), MAX_GROUPS);
        assert_eq!(words("red ferry red", &[Language::English]), [["red", "red"], ["ferri", "ferry"]]);
    }

    #[test]
    fn a_group_counts_as_much_as_its_heaviest_variant() {
        let document = Document::of(&Fields { content: "The ferry and the 黒猫", ..Fields::default() });
        let impacts = |text: &str| Query::of(text, &[Language::English]).impacts(&document);
        assert!(impacts("ferries")[0] > 0.5);
        assert!(impacts("黒")[0] > 0.5);
        assert_eq!(impacts("zebra"), [0.0]);
    }
}

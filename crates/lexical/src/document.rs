//! A text as an index holds it.

use std::collections::HashMap;

use crate::detection::Detected;
use crate::language::{Language, Languages};
use crate::level::{self, Level};
use crate::script::Script;
use crate::tokens::{self, Tokens, Word};
use crate::{Date, folding, stems, stop_words};

/// What a word in a tag counts, beside one in a text of average length.
const TAG_WEIGHT: f64 = 0.5;
/// What a day counts.
const DATE_WEIGHT: f64 = 1.0;
/// How many pairs of letters of a script without spaces are as long as a word.
const PAIRS_PER_WORD: f64 = 2.0;

/// What of a memory is indexed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fields<'t> {
    /// The text.
    pub content: &'t str,
    /// The tags.
    pub tags: &'t [&'t str],
    /// The day on which it happened.
    pub date: Option<Date>,
}

/// A text as an index holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its terms, each once, in order, and how much each counts in it.
    pub terms: Vec<(String, Level)>,
    /// The language that most of it is in.
    pub language: Language,
    /// The languages whose stemmers its words went through.
    pub stemmed_as: Vec<Language>,
}

impl Document {
    /// Takes a text apart.
    #[must_use]
    pub fn of(fields: &Fields<'_>) -> Self {
        let tokens = Tokens::of(fields.content);
        let detected = Detected::of(&tokens.words, &tokens.runs);
        let mut counts: HashMap<String, f64> = HashMap::new();
        let mut length = 0.0;
        for word in &tokens.words {
            let stems = stems_of(word, detected.of_script(word.script));
            if !stems.is_empty() {
                length += 1.0;
                let bare = without_marks(word).filter(|bare| *bare != word.text);
                bare.into_iter().for_each(|bare| *counts.entry(bare).or_default() += 1.0);
            }
            stems.into_iter().for_each(|stem| *counts.entry(stem).or_default() += 1.0);
        }
        for whole in tokens.identifiers {
            *counts.entry(whole).or_default() += 1.0;
        }
        for run in &tokens.runs {
            let terms = pairs(run);
            length += terms.len() as f64 / PAIRS_PER_WORD;
            terms.into_iter().for_each(|term| *counts.entry(term).or_default() += 1.0);
        }
        let mut weights = counts;
        weights.values_mut().for_each(|count| *count = level::weight(*count, length));
        let mut stemmed_as: Vec<Language> = detected.all().collect();
        add_tags(&mut weights, fields.tags, &detected, &mut stemmed_as);
        for term in fields.date.into_iter().flat_map(Date::terms) {
            weights.insert(term, DATE_WEIGHT);
        }
        let mut terms: Vec<(String, Level)> =
            weights.into_iter().map(|(term, weight)| (term, Level::nearest(weight))).collect();
        terms.sort_unstable();
        stemmed_as.sort_unstable();
        stemmed_as.dedup();
        Self { terms, language: detected.main(), stemmed_as }
    }
}

/// Words of tags are as the text's words: a tag alone tells no language.
fn add_tags(
    weights: &mut HashMap<String, f64>,
    tags: &[&str],
    detected: &Detected,
    stemmed_as: &mut Vec<Language>,
) {
    let mut found = std::collections::HashSet::new();
    for tag in tags {
        let tokens = Tokens::of(tag);
        let own = Detected::of(&tokens.words, &tokens.runs);
        for word in &tokens.words {
            let known = detected.of_script(word.script);
            let languages =
                if known == [Language::Undetermined] { own.of_script(word.script) } else { known };
            if word.script != Script::Other {
                stemmed_as.extend(languages);
            }
            found.extend(stems_of(word, languages));
        }
        found.extend(tokens.identifiers);
        found.extend(tokens.runs.iter().flat_map(|run| pairs(run)));
    }
    for term in found {
        *weights.entry(term).or_default() += TAG_WEIGHT;
    }
}

/// A word as each of these languages has it, without those in which it is a stop word. The stem says which language it is
/// of: "print" as English is another term than what a German stemmer leaves of "Printer".
pub(crate) fn stems_of(word: &Word, languages: &[Language]) -> Vec<String> {
    let common = if word.is_acronym { Languages::default() } else { stop_words::languages(&word.text) };
    let kept = languages.iter().filter(|language| !common.has(**language));
    let stems = kept.map(|language| (stems::stem(&word.text, *language), tag(*language)));
    stems.filter(|(stem, _)| !stem.is_empty()).map(|(stem, tag)| format!("{stem}{tag}")).collect()
}

/// A word as it is, but for its marks: stemmers go by them, and whoever searches may leave them out. Nothing of a word that is
/// marks alone.
pub(crate) fn without_marks(word: &Word) -> Option<String> {
    let has_marks = matches!(word.script, Script::Latin | Script::Greek | Script::Cyrillic);
    has_marks.then(|| folding::without_marks(&word.text, word.script)).filter(|letters| !letters.is_empty())
}

/// The private character that says of which language a stem is; none for numbers and the like.
fn tag(language: Language) -> &'static str {
    const TAGS: &str = "\u{E030}\u{E031}\u{E032}\u{E033}\u{E034}\u{E035}\u{E036}\u{E037}\u{E038}\u{E039}\u{E03A}\
        \u{E03B}\u{E03C}\u{E03D}\u{E03E}\u{E03F}\u{E040}\u{E041}\u{E042}\u{E043}\u{E044}\u{E045}\u{E046}\u{E047}\
        \u{E048}\u{E049}\u{E04A}\u{E04B}\u{E04C}\u{E04D}\u{E04E}\u{E04F}";
    let width = '\u{E030}'.len_utf8();
    TAGS.get(language as usize * width..(language as usize + 1) * width).unwrap_or_default()
}

/// Every two letters in a row, and the last one: a letter alone is found by the pairs that begin with it.
pub(crate) fn pairs(run: &str) -> Vec<String> {
    let clusters = tokens::clusters(run);
    let pairs = clusters.windows(2).map(|pair| tokens::bounded(&pair.concat()));
    pairs.chain(clusters.last().map(|last| tokens::bounded(last))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(fields: &Fields<'_>) -> Vec<String> {
        let mut terms: Vec<String> =
            Document::of(fields).terms.into_iter().map(|(term, _)| plain(&term)).collect();
        terms.sort_unstable();
        terms
    }

    /// Without the language.
    fn plain(term: &str) -> String {
        term.replace(|c: char| ('\u{E030}'..='\u{E04F}').contains(&c), "")
    }

    fn of_text(content: &str) -> Vec<String> {
        terms(&Fields { content, ..Fields::default() })
    }

    #[test]
    fn words_are_stemmed_and_stop_words_left_out() {
        assert_eq!(of_text("The ferries are running to the islands"), ["ferri", "island", "run"]);
        assert_eq!(of_text("Die Häuser der Tanten sind alt"), ["alt", "haus", "hauser", "tant"]);
        assert_eq!(of_text("The IT department is in the cellar"), ["cellar", "depart", "it"]);
    }

    #[test]
    fn marks_without_a_letter_are_no_term() {
        assert_eq!(of_text("\u{483}\u{93E} ferry \u{301}"), ["ferri"]);
    }

    #[test]
    fn runs_without_spaces_are_pairs() {
        assert_eq!(of_text("黒猫です"), ["す", "です", "猫で", "黒猫"]);
    }

    #[test]
    fn tags_count_less_and_add_to_the_text() {
        let level = |fields: &Fields<'_>, wanted: &str| {
            let terms = Document::of(fields).terms;
            terms.into_iter().find(|(term, _)| plain(term) == wanted).map(|(_, level)| level.impact())
        };
        let untagged = Fields { content: "the red ferry", ..Fields::default() };
        let tagged = Fields { tags: &["boat", "ferries"], ..untagged };
        assert!(level(&tagged, "boat").unwrap() < level(&tagged, "red").unwrap());
        assert!(level(&tagged, "ferri") > level(&untagged, "ferri"));
        assert_eq!(level(&untagged, "boat"), None);
    }

    #[test]
    fn a_day_is_among_the_terms() {
        let date = Some(Date { year: 2023, month: 5, day: 8 });
        let fields = Fields { content: "ferry", date, ..Fields::default() };
        assert_eq!(terms(&fields).len(), 5);
    }

    #[test]
    fn a_stem_of_one_language_is_no_term_of_another() {
        let of = |text: &str| Document::of(&Fields { content: text, ..Fields::default() }).terms;
        let (german, english) = (of("Der Printer ist für uns alle da"), of("We print all of it for them"));
        assert_eq!((plain(&german[0].0), plain(&english[0].0)), ("print".to_owned(), "print".to_owned()));
        assert_ne!(german[0].0, english[0].0);
    }

    #[test]
    fn every_language_has_its_own_mark() {
        let tags: std::collections::HashSet<&str> = Language::ALL.into_iter().map(tag).collect();
        assert_eq!(tags.len(), Language::ALL.len());
        assert_eq!(tag(Language::Undetermined), "");
    }

    #[test]
    fn nothing_is_a_document_without_terms() {
        let nothing = Document::of(&Fields::default());
        assert_eq!((nothing.terms.len(), nothing.language), (0, Language::Undetermined));
    }
}

//! Languages.

use snowball_stemmers_rs::Algorithm;

use crate::folding;
use crate::script::Script;

/// A language that texts are told apart by, or the script when that is all there is to tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "names of languages")]
pub enum Language {
    English,
    German,
    French,
    Spanish,
    Italian,
    Portuguese,
    Dutch,
    Swedish,
    Danish,
    Norwegian,
    Finnish,
    Polish,
    Czech,
    Hungarian,
    Romanian,
    Turkish,
    Vietnamese,
    Russian,
    Ukrainian,
    Greek,
    Arabic,
    Persian,
    Hebrew,
    Hindi,
    Tamil,
    Chinese,
    Japanese,
    Korean,
    Thai,
    Lao,
    Burmese,
    Khmer,
    /// None of these, or no words at all.
    Undetermined,
}

use Language as L;

impl Language {
    /// Every language, in the order of declaration.
    pub const ALL: [Self; 33] = [
        L::English,
        L::German,
        L::French,
        L::Spanish,
        L::Italian,
        L::Portuguese,
        L::Dutch,
        L::Swedish,
        L::Danish,
        L::Norwegian,
        L::Finnish,
        L::Polish,
        L::Czech,
        L::Hungarian,
        L::Romanian,
        L::Turkish,
        L::Vietnamese,
        L::Russian,
        L::Ukrainian,
        L::Greek,
        L::Arabic,
        L::Persian,
        L::Hebrew,
        L::Hindi,
        L::Tamil,
        L::Chinese,
        L::Japanese,
        L::Korean,
        L::Thai,
        L::Lao,
        L::Burmese,
        L::Khmer,
        L::Undetermined,
    ];

    /// Its code in ISO 639-3.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// Its English name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The language of a code.
    #[must_use]
    pub fn with_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The languages of the scripts that a text uses.
    #[must_use]
    pub fn of_scripts(text: &str) -> Vec<Self> {
        let mut scripts: Vec<Script> = Vec::new();
        for character in folding::compatible(text).chars().filter(|character| character.is_alphabetic()) {
            let script = Script::of(character);
            if !scripts.contains(&script) {
                scripts.push(script);
            }
        }
        Self::ALL.into_iter().filter(|language| scripts.contains(&language.script())).collect()
    }

    /// The script that its words are written in.
    pub(crate) fn script(self) -> Script {
        self.row().2
    }

    /// The stemmer of its words.
    pub(crate) fn algorithm(self) -> Option<Algorithm> {
        self.row().3
    }

    fn row(self) -> (&'static str, &'static str, Script, Option<Algorithm>) {
        match self {
            L::English => ("eng", "English", Script::Latin, Some(Algorithm::English)),
            L::German => ("deu", "German", Script::Latin, Some(Algorithm::German)),
            L::French => ("fra", "French", Script::Latin, Some(Algorithm::French)),
            L::Spanish => ("spa", "Spanish", Script::Latin, Some(Algorithm::Spanish)),
            L::Italian => ("ita", "Italian", Script::Latin, Some(Algorithm::Italian)),
            L::Portuguese => ("por", "Portuguese", Script::Latin, Some(Algorithm::Portuguese)),
            L::Dutch => ("nld", "Dutch", Script::Latin, Some(Algorithm::Dutch)),
            L::Swedish => ("swe", "Swedish", Script::Latin, Some(Algorithm::Swedish)),
            L::Danish => ("dan", "Danish", Script::Latin, Some(Algorithm::Danish)),
            L::Norwegian => ("nor", "Norwegian", Script::Latin, Some(Algorithm::Norwegian)),
            L::Finnish => ("fin", "Finnish", Script::Latin, Some(Algorithm::Finnish)),
            L::Polish => ("pol", "Polish", Script::Latin, Some(Algorithm::Polish)),
            L::Czech => ("ces", "Czech", Script::Latin, Some(Algorithm::Czech)),
            L::Hungarian => ("hun", "Hungarian", Script::Latin, Some(Algorithm::Hungarian)),
            L::Romanian => ("ron", "Romanian", Script::Latin, Some(Algorithm::Romanian)),
            L::Turkish => ("tur", "Turkish", Script::Latin, Some(Algorithm::Turkish)),
            L::Vietnamese => ("vie", "Vietnamese", Script::Latin, None),
            L::Russian => ("rus", "Russian", Script::Cyrillic, Some(Algorithm::Russian)),
            L::Ukrainian => ("ukr", "Ukrainian", Script::Cyrillic, Some(Algorithm::Ukrainian)),
            L::Greek => ("ell", "Greek", Script::Greek, Some(Algorithm::Greek)),
            L::Arabic => ("ara", "Arabic", Script::Arabic, Some(Algorithm::Arabic)),
            L::Persian => ("fas", "Persian", Script::Arabic, Some(Algorithm::Persian)),
            L::Hebrew => ("heb", "Hebrew", Script::Hebrew, None),
            L::Hindi => ("hin", "Hindi", Script::Devanagari, Some(Algorithm::Hindi)),
            L::Tamil => ("tam", "Tamil", Script::Tamil, Some(Algorithm::Tamil)),
            L::Chinese => ("zho", "Chinese", Script::Han, None),
            L::Japanese => ("jpn", "Japanese", Script::Kana, None),
            L::Korean => ("kor", "Korean", Script::Hangul, None),
            L::Thai => ("tha", "Thai", Script::Thai, None),
            L::Lao => ("lao", "Lao", Script::Lao, None),
            L::Burmese => ("mya", "Burmese", Script::Burmese, None),
            L::Khmer => ("khm", "Khmer", Script::Khmer, None),
            L::Undetermined => ("und", "undetermined", Script::Other, None),
        }
    }
}

/// A set of languages.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Languages(u64);

impl Languages {
    pub(crate) fn with(self, language: Language) -> Self {
        Self(self.0 | (1 << language as u64))
    }

    pub(crate) fn has(self, language: Language) -> bool {
        self.0 & (1 << language as u64) != 0
    }

    pub(crate) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<Language> for Languages {
    fn from_iter<I: IntoIterator<Item = Language>>(languages: I) -> Self {
        languages.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_name_their_language() {
        for language in Language::ALL {
            assert_eq!(Language::with_code(language.code()), Some(language));
            assert_eq!(language.code().len(), 3);
        }
        assert_eq!(Language::with_code("xyz"), None);
    }

    #[test]
    fn a_text_may_be_in_the_languages_of_its_scripts() {
        assert_eq!(Language::of_scripts("книга 5"), [L::Russian, L::Ukrainian]);
        assert_eq!(Language::of_scripts("βιβλίο 本"), [L::Greek, L::Chinese]);
        assert_eq!(Language::of_scripts("12 + 30"), []);
        assert!(Language::of_scripts("ｘ").contains(&L::Vietnamese));
    }

    #[test]
    fn a_set_has_what_was_put_into_it() {
        let set: Languages = [L::English, L::Undetermined].into_iter().collect();
        assert!(set.has(L::English) && set.has(L::Undetermined) && !set.has(L::German));
    }
}

//! Words that nearly every text of a language has. They are not indexed, and they tell languages apart.

mod lists;

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::language::Languages;

static STOP_WORDS: LazyLock<HashMap<String, Languages>> = LazyLock::new(|| {
    let mut words: HashMap<String, Languages> = HashMap::new();
    for (language, list) in lists::LISTS {
        for word in list.split_whitespace() {
            let languages = words.entry(word.nfkc().collect()).or_default();
            *languages = languages.with(language);
        }
    }
    words
});

/// The languages that a word, in small letters, is a stop word of.
pub(crate) fn languages(word: &str) -> Languages {
    STOP_WORDS.get(word).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn a_word_may_be_common_in_one_language_and_not_in_another() {
        assert!(languages("die").has(Language::German));
        assert!(!languages("die").has(Language::English));
        assert!(languages("in").has(Language::German) && languages("in").has(Language::English));
        assert_eq!(languages("ferry"), Languages::default());
    }

    #[test]
    fn the_lists_are_in_small_letters_and_of_the_script_of_their_language() {
        for (language, list) in lists::LISTS {
            for word in list.split_whitespace() {
                assert_eq!(word.to_lowercase(), word);
                assert_eq!(crate::script::Script::of_word(word), language.script(), "{word}");
            }
        }
    }
}

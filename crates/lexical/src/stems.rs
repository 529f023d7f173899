//! Words without their endings.

use std::borrow::Cow;

use snowball_stemmers_rs::Stemmer;

use crate::folding;
use crate::language::Language;
use crate::script::Script;

/// The longest word that has endings, in characters. Stemmers may take time that grows with the square of the length.
const MAX_CHARS: usize = 40;

/// A word as the index has it: without ending, by the rules of a language, and without marks. The word is in small
/// letters.
pub(crate) fn stem(word: &str, language: Language) -> String {
    let script = language.script();
    let stemmed: Cow<'_, str> = match language.algorithm() {
        Some(algorithm) if word.chars().nth(MAX_CHARS).is_none() => Stemmer::create(algorithm).stem(word),
        _ => Cow::Borrowed(word),
    };
    let kept = if stemmed.is_empty() { word } else { &stemmed };
    if script == Script::Other { kept.to_owned() } else { folding::without_marks(kept, script) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (language, forms) in [
            (Language::English, ["running", "runs"]),
            (Language::German, ["häuser", "haus"]),
            (Language::French, ["chansons", "chanson"]),
            (Language::Spanish, ["hablando", "hablar"]),
            (Language::Italian, ["gatti", "gatto"]),
            (Language::Portuguese, ["cidades", "cidade"]),
            (Language::Dutch, ["katten", "kat"]),
            (Language::Swedish, ["bilarna", "bilar"]),
            (Language::Danish, ["bilerne", "biler"]),
            (Language::Norwegian, ["bilene", "biler"]),
            (Language::Finnish, ["talossa", "talosta"]),
            (Language::Hungarian, ["házban", "házak"]),
            (Language::Romanian, ["cărților", "cărți"]),
            (Language::Turkish, ["kitaplar", "kitap"]),
            (Language::Russian, ["книгами", "книга"]),
            (Language::Greek, ["σκυλιά", "σκυλιών"]),
            (Language::Arabic, ["المكتبة", "مكتبة"]),
            (Language::Hindi, ["किताबों", "किताब"]),
        ] {
            let stems = forms.map(|form| stem(form, language));
            assert_eq!(stems[0], stems[1], "{forms:?}");
        }
    }

    #[test]
    fn words_too_long_for_endings_stay_whole() {
        let word = format!("{}ings", "x".repeat(MAX_CHARS));
        assert_eq!(stem(&word, Language::English), word);
        assert_eq!(stem("x", Language::Chinese), "x");
    }
}

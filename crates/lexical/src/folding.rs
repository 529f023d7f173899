//! One form for texts that mean the same: compatibility forms, case, invisible signs, marks.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

use crate::script::Script;

/// A text in composed compatibility form (full-width letters are letters, ligatures are two), without signs that are not
/// seen inside words.
pub(crate) fn compatible(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    let text: Cow<'_, str> = if is_nfkc_quick(text.chars()) == IsNormalized::Yes {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfkc().collect())
    };
    if text.contains(is_invisible) { Cow::Owned(text.replace(is_invisible, "")) } else { text }
}

/// Joiners, soft hyphens, marks of direction; the Arabic letter that only stretches a word.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{AD}' | '\u{61C}' | '\u{640}' | '\u{200C}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// A word without the marks that whoever searches may leave out: accents, umlauts, vowel points.
pub(crate) fn without_marks(word: &str, script: Script) -> String {
    if word.is_ascii() || !script.has_optional_marks() {
        return word.to_owned();
    }
    let mut folded = String::with_capacity(word.len());
    for character in word.nfd().filter(|character| !is_combining_mark(*character)) {
        match character {
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'þ' => folded.push_str("th"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            'أ' | 'إ' | 'آ' | 'ٱ' => folded.push('ا'),
            'ى' | 'ی' => folded.push('ي'),
            'ک' => folded.push('ك'),
            other => folded.push(other),
        }
    }
    folded
}

/// Whether a character belongs to a word.
pub(crate) fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || (!character.is_ascii() && is_combining_mark(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compatibility_forms_are_one() {
        assert_eq!(compatible("ＡＢＣ１２３"), "ABC123");
        assert_eq!(compatible("ﬁle ｶﾞ"), "file ガ");
        assert_eq!(compatible("Zu\u{308}rich"), "Zürich");
        assert_eq!(compatible("co\u{AD}operate \u{FEFF}می\u{200C}خواهم"), "cooperate میخواهم");
    }

    #[test]
    fn optional_marks_are_taken_away_and_letters_stay() {
        assert_eq!(without_marks("ærøskøbing", Script::Latin), "aeroskobing");
        assert_eq!(without_marks("straße", Script::Latin), "strasse");
        assert_eq!(without_marks("ёлка", Script::Cyrillic), "елка");
        assert_eq!(without_marks("كِتَاب", Script::Arabic), "كتاب");
        assert_eq!(without_marks("हिन्दी", Script::Devanagari), "हिन्दी");
    }
}

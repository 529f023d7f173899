//! BERT's normalisation of text, as a stream: control characters dropped, ideographs set apart, accents stripped, lower
//! case; then words, and punctuation alone.

use unicode_categories::UnicodeCategories;
use unicode_normalization::UnicodeNormalization;

/// What the stream consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// A character of a word.
    Letter(char),
    /// A character that is a word by itself.
    Alone(char),
    /// The end of a word.
    Break,
}

/// The stream of a text.
pub(super) fn units(text: &str) -> impl Iterator<Item = Unit> {
    text.chars()
        .filter_map(clean)
        .flat_map(set_apart)
        .nfd()
        .filter(|c| c.is_ascii() || !c.is_mark_nonspacing())
        .flat_map(char::to_lowercase)
        .map(unit)
}

/// Nothing for control characters, a space for white space.
fn clean(c: char) -> Option<char> {
    match c {
        '\t' | '\n' | '\r' | ' ' => Some(' '),
        '!'..='~' => Some(c),
        '\0' | '\u{fffd}' => None,
        _ if c.is_other() => None,
        _ if c.is_whitespace() => Some(' '),
        _ => Some(c),
    }
}

/// Spaces around an ideograph.
fn set_apart(c: char) -> impl Iterator<Item = char> {
    let space = is_ideograph(c).then_some(' ');
    space.into_iter().chain([c]).chain(space)
}

/// The blocks of ideographs that BERT knew of.
fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c),
        0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x2_A6DF | 0x2_A700..=0x2_B81F
        | 0x2_B920..=0x2_CEAF | 0x2_F800..=0x2_FA1F)
}

fn unit(c: char) -> Unit {
    if c.is_whitespace() {
        Unit::Break
    } else if c.is_ascii_punctuation() || (!c.is_ascii() && c.is_punctuation()) {
        Unit::Alone(c)
    } else {
        Unit::Letter(c)
    }
}

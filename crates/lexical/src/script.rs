//! Scripts, as far as words are handled differently in them.

/// The script of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Script {
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    Devanagari,
    Tamil,
    Han,
    Kana,
    Hangul,
    Thai,
    Lao,
    Burmese,
    Khmer,
    Other,
}

impl Script {
    /// The script of a letter; `Other` for what is no letter of these.
    pub(crate) fn of(letter: char) -> Self {
        match u32::from(letter) {
            0x41..=0x5A
            | 0x61..=0x7A
            | 0xAA
            | 0xBA
            | 0xC0..=0x24F
            | 0x250..=0x2AF
            | 0x1D00..=0x1DBF
            | 0x1E00..=0x1EFF
            | 0x2C60..=0x2C7F
            | 0xA720..=0xA7FF
            | 0xFB00..=0xFB06 => Self::Latin,
            0x370..=0x3FF | 0x1F00..=0x1FFF => Self::Greek,
            0x400..=0x52F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F => Self::Cyrillic,
            0x590..=0x5FF | 0xFB1D..=0xFB4F => Self::Hebrew,
            0x600..=0x6FF | 0x750..=0x77F | 0x8A0..=0x8FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFE => Self::Arabic,
            0x900..=0x97F | 0xA8E0..=0xA8FF => Self::Devanagari,
            0xB80..=0xBFF => Self::Tamil,
            0xE00..=0xE7F => Self::Thai,
            0xE80..=0xEFF => Self::Lao,
            0x1000..=0x109F | 0xA9E0..=0xA9FF | 0xAA60..=0xAA7F => Self::Burmese,
            0x1100..=0x11FF | 0x3130..=0x318F | 0xA960..=0xA97F | 0xAC00..=0xD7FF => Self::Hangul,
            0x1780..=0x17FF => Self::Khmer,
            0x3005..=0x3007 | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF => {
                Self::Han
            }
            0x3041..=0x309F | 0x30A1..=0x30FA | 0x30FC..=0x30FF | 0x31F0..=0x31FF => Self::Kana,
            _ => Self::Other,
        }
    }

    /// Whether it puts no spaces between words, or none that can be relied on.
    pub(crate) fn is_unspaced(self) -> bool {
        matches!(
            self,
            Self::Han | Self::Kana | Self::Hangul | Self::Thai | Self::Lao | Self::Burmese | Self::Khmer
        )
    }

    /// Whether marks above and below its letters may be left out by whoever searches.
    pub(crate) fn has_optional_marks(self) -> bool {
        matches!(self, Self::Latin | Self::Greek | Self::Cyrillic | Self::Hebrew | Self::Arabic)
    }

    /// The script of a word: that of its first letter that has one.
    pub(crate) fn of_word(word: &str) -> Self {
        word.chars().map(Self::of).find(|script| *script != Self::Other).unwrap_or(Self::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_have_their_script() {
        for (letter, script) in [
            ('a', Script::Latin),
            ('ß', Script::Latin),
            ('ộ', Script::Latin),
            ('σ', Script::Greek),
            ('ж', Script::Cyrillic),
            ('ש', Script::Hebrew),
            ('ع', Script::Arabic),
            ('ह', Script::Devanagari),
            ('த', Script::Tamil),
            ('漢', Script::Han),
            ('ひ', Script::Kana),
            ('カ', Script::Kana),
            ('ー', Script::Kana),
            ('한', Script::Hangul),
            ('ไ', Script::Thai),
            ('ລ', Script::Lao),
            ('မ', Script::Burmese),
            ('ខ', Script::Khmer),
            ('1', Script::Other),
        ] {
            assert_eq!(Script::of(letter), script, "{letter}");
        }
        assert_eq!(Script::of_word("4x"), Script::Latin);
    }
}

//! What a text is made of: words, identifiers, and runs of scripts that put no spaces between words.
//!
//! An identifier (`foo_bar`, `getUserName`, `v1.2.3`, a path, an address, a URL) is kept whole, and its parts are words
//! too. Every token has a limit, whatever the text is.

use unicode_segmentation::UnicodeSegmentation;

use crate::folding;
use crate::script::Script;

/// The longest token that is kept as it is, in bytes. Of a longer one its beginning is, and a hash of all of it.
const MAX_BYTES: usize = 96;
/// The most characters of one letter with its marks.
const MAX_CLUSTER: usize = 8;
/// Signs that hold an identifier together.
const JOINERS: &[char] = &['_', '-', '.', '/', '\\', ':', '@', '#', '+', '&', '=', '~', '%', '?', '\'', '’'];
/// What stands before an apostrophe in French and Italian, and behind it in English.
const ELIDED: [&str; 24] = [
    "l", "d", "j", "m", "t", "s", "n", "c", "qu", "lorsqu", "jusqu", "puisqu", "dell", "all", "nell", "dall",
    "sull", "un", "re", "ve", "ll", "em", "o", "quest",
];

/// A word, in small letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) script: Script,
    /// Whether it is written in capitals, which a text with small letters does on purpose: `IT`, `US`.
    pub(crate) is_acronym: bool,
    /// How it was written: the first letter is a capital.
    pub(crate) is_capitalised: bool,
}

/// The tokens of a text.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) words: Vec<Word>,
    /// Identifiers as a whole, in small letters.
    pub(crate) identifiers: Vec<String>,
    /// Runs of scripts without spaces.
    pub(crate) runs: Vec<String>,
}

impl Tokens {
    pub(crate) fn of(text: &str) -> Self {
        let text = folding::compatible(text);
        let has_small_letters = text.chars().any(char::is_lowercase);
        let mut tokens = Self::default();
        for chunk in text.split(is_gap).filter(|chunk| !chunk.is_empty()) {
            tokens.add_chunk(chunk, has_small_letters);
        }
        tokens
    }

    /// A chunk between spaces and signs that separate: runs without spaces apart from the rest.
    fn add_chunk(&mut self, chunk: &str, has_small_letters: bool) {
        if chunk.is_ascii() {
            return self.add_spaced(chunk, has_small_letters);
        }
        let mut start = 0;
        let mut is_run = false;
        for (at, character) in chunk.char_indices() {
            if !character.is_alphanumeric() && folding::is_of_word(character) {
                // A mark belongs to what it stands on.
                continue;
            }
            let is_unspaced = Script::of(character).is_unspaced();
            if is_unspaced != is_run {
                self.add_part(&chunk[start..at], is_run, has_small_letters);
                (start, is_run) = (at, is_unspaced);
            }
        }
        self.add_part(&chunk[start..], is_run, has_small_letters);
    }

    fn add_part(&mut self, part: &str, is_run: bool, has_small_letters: bool) {
        if part.is_empty() {
            return;
        }
        if is_run { self.runs.push(part.to_owned()) } else { self.add_spaced(part, has_small_letters) }
    }

    fn add_spaced(&mut self, chunk: &str, has_small_letters: bool) {
        let chunk = chunk.trim_matches(|c: char| !folding::is_of_word(c));
        let parts: Vec<&str> =
            chunk.split(|c: char| !folding::is_of_word(c)).filter(|part| !part.is_empty()).collect();
        let [first, rest @ ..] = parts.as_slice() else { return };
        if rest.is_empty() {
            return self.add_word(first, has_small_letters);
        }
        let is_apostrophe = |c: char| c == '\'' || c == '’';
        let is_only_elided = chunk.chars().all(|c| folding::is_of_word(c) || is_apostrophe(c));
        if !is_only_elided {
            self.identifiers.push(bounded(&chunk.to_lowercase()));
        }
        let has_apostrophe = chunk.contains(is_apostrophe);
        for part in &parts {
            let is_elided = has_apostrophe && ELIDED.contains(&part.to_lowercase().as_str());
            if !is_elided {
                self.add_word(part, has_small_letters);
            }
        }
    }

    /// A word; of `getUserName` and `gpt4` the parts as well.
    fn add_word(&mut self, word: &str, has_small_letters: bool) {
        if !word.contains(char::is_alphanumeric) {
            // Marks that stand on nothing.
            return;
        }
        self.push(word, has_small_letters);
        if word.len() > MAX_BYTES {
            return;
        }
        let pieces = pieces(word);
        // Letters and digits in turn many times are a key or a hash, whose pieces say nothing.
        if (2..=4).contains(&pieces.len()) {
            for piece in pieces.into_iter().filter(|piece| piece.chars().nth(1).is_some()) {
                self.push(piece, false);
            }
        }
    }

    fn push(&mut self, word: &str, has_small_letters: bool) {
        let is_capitalised = word.chars().next().is_some_and(char::is_uppercase);
        let is_acronym =
            has_small_letters && is_capitalised && word.len() > 1 && !word.chars().any(char::is_lowercase);
        let text = bounded(&word.to_lowercase());
        let script = Script::of_word(&text);
        self.words.push(Word { text, script, is_acronym, is_capitalised });
    }
}

/// What separates chunks: spaces, controls, and signs that hold nothing together.
fn is_gap(character: char) -> bool {
    !folding::is_of_word(character) && !JOINERS.contains(&character)
}

/// The parts of a word by case (`getUserName`, `HTTPServer`) and by digits (`gpt4`).
fn pieces(word: &str) -> Vec<&str> {
    let characters: Vec<(usize, char)> = word.char_indices().collect();
    let mut pieces = Vec::new();
    let mut start = 0;
    for n in 1..characters.len() {
        let (before, (at, here)) = (characters[n - 1].1, characters[n]);
        let after = characters.get(n + 1).map(|(_, character)| *character);
        let rises = before.is_lowercase() && here.is_uppercase();
        let ends_acronym =
            before.is_uppercase() && here.is_uppercase() && after.is_some_and(char::is_lowercase);
        let turns = before.is_numeric() != here.is_numeric() && (before.is_ascii() && here.is_ascii());
        if rises || ends_acronym || turns {
            pieces.push(&word[start..at]);
            start = at;
        }
    }
    pieces.push(&word[start..]);
    pieces
}

/// A token of limited length: the beginning of a longer one with a hash of all of it, so that only the same meet.
pub(crate) fn bounded(token: &str) -> String {
    if token.len() <= MAX_BYTES {
        return token.to_owned();
    }
    let hash = token.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    let end = (0..=MAX_BYTES / 2).rev().find(|at| token.is_char_boundary(*at)).unwrap_or(0);
    format!("{}{hash:016x}", &token[..end])
}

/// The letters of a run with the marks on them.
pub(crate) fn clusters(run: &str) -> Vec<&str> {
    run.graphemes(true)
        .map(|cluster| match cluster.char_indices().nth(MAX_CLUSTER) {
            Some((end, _)) => &cluster[..end],
            None => cluster,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Tokens::of(text).words.into_iter().map(|word| word.text).collect()
    }

    fn identifiers(text: &str) -> Vec<String> {
        Tokens::of(text).identifiers
    }

    #[test]
    fn words_are_between_spaces_and_signs() {
        assert_eq!(
            words("Hello, world! (Zürich) 'quoted' — end"),
            ["hello", "world", "zürich", "quoted", "end"]
        );
        assert_eq!(words("हिन्दी में"), ["हिन्दी", "में"]);
        assert_eq!(words("ＡＢＣ"), ["abc"]);
        assert_eq!(words("... - _ ' \u{200b} 🦓 ?!"), [""; 0]);
    }

    #[test]
    fn elided_words_are_left_out() {
        assert_eq!(words("O'Dwyer's l'avion d’été can't we'll"), ["dwyer", "avion", "été", "can", "we"]);
        assert_eq!(identifiers("l'avion"), [""; 0]);
    }

    #[test]
    fn identifiers_are_kept_whole_and_in_parts() {
        for (text, whole, parts) in [
            ("`foo_bar.rs`", "foo_bar.rs", vec!["foo", "bar", "rs"]),
            ("kebab-case-name,", "kebab-case-name", vec!["kebab", "case", "name"]),
            ("v1.2.30", "v1.2.30", vec!["v1", "2", "30"]),
            ("/usr/lib/x.so", "usr/lib/x.so", vec!["usr", "lib", "x", "so"]),
            ("C:\\Temp\\a.txt", "c:\\temp\\a.txt", vec!["c", "temp", "a", "txt"]),
            (
                "https://a.example/p?q=1#f",
                "https://a.example/p?q=1#f",
                vec!["https", "a", "example", "p", "q", "1", "f"],
            ),
            ("<ann.lee@mail.example>", "ann.lee@mail.example", vec!["ann", "lee", "mail", "example"]),
        ] {
            assert_eq!(identifiers(text), [whole], "{text}");
            assert_eq!(words(text), parts, "{text}");
        }
    }

    #[test]
    fn words_of_several_are_kept_whole_and_in_parts() {
        assert_eq!(words("getUserName"), ["getusername", "get", "user", "name"]);
        assert_eq!(words("HTTPServer"), ["httpserver", "http", "server"]);
        assert_eq!(words("gpt4 route66"), ["gpt4", "gpt", "route66", "route", "66"]);
        assert_eq!(words("a3f9c2e1d07b"), ["a3f9c2e1d07b"]);
    }

    #[test]
    fn scripts_without_spaces_are_runs() {
        let tokens = Tokens::of("Rust言語のメモ123と แมว");
        assert_eq!(tokens.runs, ["言語のメモ", "と", "แมว"]);
        assert_eq!(words("Rust言語のメモ123と"), ["rust", "123"]);
        assert_eq!(clusters("ที่นี่"), ["ที่", "นี่"]);
    }

    #[test]
    fn capitals_among_small_letters_are_acronyms() {
        let acronyms = |text: &str| -> Vec<String> {
            let words = Tokens::of(text).words.into_iter();
            words.filter(|word| word.is_acronym).map(|word| word.text).collect()
        };
        assert_eq!(acronyms("The IT department of A"), ["it"]);
        assert_eq!(acronyms("WHERE IS IT"), [""; 0]);
    }

    #[test]
    fn no_token_is_long() {
        let long = "x".repeat(1_000_000);
        let tokens = Tokens::of(&format!("{long} {long}y a{}", "\u{301}".repeat(1_000_000)));
        assert!(tokens.words.iter().all(|word| word.text.len() <= MAX_BYTES), "{}", tokens.words.len());
        assert_ne!(tokens.words[0].text, tokens.words[1].text);
        let path = Tokens::of(&"a/".repeat(500_000));
        assert!(path.identifiers.iter().all(|whole| whole.len() <= MAX_BYTES));
        let thai = format!("ก{}", "\u{E48}".repeat(1_000_000));
        assert!(
            clusters(&Tokens::of(&thai).runs[0]).iter().all(|cluster| cluster.chars().count() <= MAX_CLUSTER)
        );
    }
}

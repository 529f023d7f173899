//! Text to tokens, as the model was trained: BERT's normalisation, then the longest known pieces of each word.
//!
//! Reading stops when enough tokens are there, so that a long text costs hardly more than a short one:
//! the rest is only looked through for a bracket.

mod text;

use crate::layout::{self, NO_WORD, SLOTS};
use crate::shape::{FIRST, LAST, TOKENS, UNKNOWN};
use text::Unit;

/// Characters of a word beyond which it is unknown.
const WORD_CHARS: usize = 100;
/// Names of tokens that mean the token where they stand in a text, with its number.
const NAMED: [(&str, u16); 5] =
    [("[PAD]", 0), ("[UNK]", 100), ("[CLS]", 101), ("[SEP]", 102), ("[MASK]", 103)];

/// The words and pieces of words that the model knows; a piece that continues a word begins with `##`.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    /// All of them, one after another.
    pub text: &'a [u8],
    /// Where each of them ends in `text`.
    pub ends: &'a [u32],
    /// Their numbers by hash: [`layout::word_table`].
    pub table: &'a [u16],
}

impl Words<'_> {
    /// The tokens of a text, the first and the last included; at most [`TOKENS`].
    #[must_use]
    pub fn tokens(&self, text: &str) -> Vec<u16> {
        let mut out = Tokens { words: *self, tokens: vec![FIRST], word: String::new(), chars: 0 };
        let mut rest = text;
        while !out.is_full() {
            let Some((at, name, number)) = next_named(rest) else {
                out.read(rest);
                break;
            };
            out.read(&rest[..at]);
            out.push(number);
            rest = &rest[at + name.len()..];
        }
        out.tokens.push(LAST);
        out.tokens
    }
}

/// The first named token of a text: where, its name, its number. Looks to the end of the text: most have none.
fn next_named(text: &str) -> Option<(usize, &'static str, u16)> {
    text.match_indices('[').find_map(|(at, _)| {
        let (name, number) = NAMED.iter().find(|(name, _)| text[at..].starts_with(name))?;
        Some((at, *name, *number))
    })
}

/// Tokens so far, and the word that is being read.
struct Tokens<'a> {
    words: Words<'a>,
    tokens: Vec<u16>,
    word: String,
    chars: usize,
}

impl Tokens<'_> {
    /// Whether only the last token still fits.
    fn is_full(&self) -> bool {
        self.tokens.len() + 1 >= TOKENS
    }

    fn push(&mut self, token: u16) {
        if !self.is_full() {
            self.tokens.push(token);
        }
    }

    /// Reads a stretch of text without named tokens.
    fn read(&mut self, text: &str) {
        for unit in text::units(text) {
            match unit {
                Unit::Letter(letter) => {
                    // What follows the limit only needs to be known to be there.
                    if self.chars <= WORD_CHARS {
                        self.word.push(letter);
                        self.chars += 1;
                    }
                }
                Unit::Break => self.finish(),
                Unit::Alone(mark) => {
                    self.finish();
                    self.word.push(mark);
                    self.chars = 1;
                    self.finish();
                }
            }
            if self.is_full() {
                break;
            }
        }
        self.finish();
    }

    /// Splits the word into pieces.
    fn finish(&mut self) {
        let word = std::mem::take(&mut self.word);
        let chars = std::mem::replace(&mut self.chars, 0);
        if word.is_empty() {
            return;
        }
        let before = self.tokens.len();
        let mut start = 0;
        while chars <= WORD_CHARS && start < word.len() {
            let Some((end, token)) = self.words.longest(&word, start) else { break };
            self.tokens.push(token);
            start = end;
        }
        if start < word.len() {
            self.tokens.truncate(before);
            self.tokens.push(UNKNOWN);
        }
        self.tokens.truncate(TOKENS - 1);
        self.word = word;
        self.word.clear();
    }
}

impl Words<'_> {
    /// The longest known piece of a word from a byte on: its end and its number.
    fn longest(&self, word: &str, start: usize) -> Option<(usize, u16)> {
        let prefix: &[u8] = if start == 0 { b"" } else { b"##" };
        let mut hash = prefix.iter().copied().fold(layout::HASH_START, layout::hash_byte);
        let mut found = None;
        for (at, byte) in word.bytes().enumerate().skip(start) {
            hash = layout::hash_byte(hash, byte);
            let end = at + 1;
            if word.is_char_boundary(end)
                && let Some(number) = self.find(hash, prefix, &word.as_bytes()[start..end])
            {
                found = Some((end, number));
            }
        }
        found
    }

    fn find(&self, hash: u32, prefix: &[u8], piece: &[u8]) -> Option<u16> {
        let mut at = layout::slot(hash);
        loop {
            let number = *self.table.get(at)?;
            if number == NO_WORD {
                return None;
            }
            if self.word(number).and_then(|word| word.strip_prefix(prefix)) == Some(piece) {
                return Some(number);
            }
            at = (at + 1) % SLOTS;
        }
    }

    fn word(&self, number: u16) -> Option<&[u8]> {
        let number = usize::from(number);
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.text.get(start as usize..*self.ends.get(number)? as usize)
    }
}

//! Texts that are longer than a model looks at, in chunks that each get a vector of their own.
//!
//! A model sees the first two hundred words or so of a text, and its vector is a mean: what a long text says in passing is
//! lost in it. Chunks are whole sentences where they can be, overlap, and have some 200 tokens at most.

use crate::splitting::{Cuts, Splitting};

/// The longest text that is not cut, in bytes of UTF-8. English has about four and a half bytes a token, so that these are
/// some 200 tokens; where a character takes two or three bytes, it is nearer to a token of its own.
pub const MAX_CHUNK_BYTES: usize = 880;
/// One in so many characters of a chunk is from the one before.
const OVERLAP_SHARE: usize = 7;

/// The chunks of a text, in order; none when it is short enough to be looked at whole.
#[must_use]
pub fn chunks(text: &str) -> Vec<&str> {
    if text.len() <= MAX_CHUNK_BYTES {
        return Vec::new();
    }
    // As many characters as that many bytes of this text have.
    let max_chars = (text.chars().count() * MAX_CHUNK_BYTES / text.len()).max(1);
    match Splitting::new(max_chars, max_chars / OVERLAP_SHARE, Cuts::AtBoundaries) {
        Ok(splitting) => splitting.split(text).into_iter().map(|piece| piece.text).collect(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_from_one_byte_more_on() {
        let longest = "word ".repeat(MAX_CHUNK_BYTES / 5);
        assert_eq!(longest.len(), MAX_CHUNK_BYTES);
        assert!(chunks(&longest).is_empty() && chunks("").is_empty());
        assert_eq!(chunks(&format!("{longest}x")).len(), 2);
        assert_eq!(chunks(&"x".repeat(MAX_CHUNK_BYTES + 1)).len(), 2);
    }

    #[test]
    fn chunks_are_sentences_that_overlap_and_leave_nothing_out() {
        let sentence = |n: usize| format!("Sentence number {n} tells what happened on that day.");
        let text = (0..100).map(sentence).collect::<Vec<_>>().join(" ");
        let chunks = chunks(&text);
        assert!(chunks.len() > 5, "{}", chunks.len());
        assert!(chunks.iter().all(|chunk| chunk.len() <= MAX_CHUNK_BYTES));
        assert!(chunks.iter().all(|chunk| chunk.trim_end().ends_with('.')), "{chunks:?}");
        for n in 0..100 {
            assert!(chunks.iter().any(|chunk| chunk.contains(&sentence(n))), "{n}");
        }
        let repeated: usize = chunks.iter().map(|chunk| chunk.len()).sum();
        assert!(repeated > text.len(), "they overlap");
    }

    #[test]
    fn letters_of_several_bytes_make_shorter_chunks() {
        for text in ["мы были там ".repeat(200), "記憶は長く残る。".repeat(200)] {
            let chunks = chunks(&text);
            let most = chunks.iter().map(|chunk| chunk.chars().count()).max().unwrap();
            assert!(most < MAX_CHUNK_BYTES * 2 / 3, "{most}");
            assert!(chunks.iter().all(|chunk| chunk.len() <= MAX_CHUNK_BYTES * 11 / 10));
        }
    }
}

//! Long texts in pieces that a store with a limit can take.

use thiserror::Error;

/// The longest overlap of two pieces, in characters.
pub const MAX_SPLIT_OVERLAP_CHARS: usize = 500;

/// How texts are split. Lengths are in characters (Unicode scalar values), not in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Splitting {
    max_chars: usize,
    overlap_chars: usize,
    cuts: Cuts,
}

/// Where a text may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cuts {
    /// After a blank line, a line, a sentence or a word.
    AtBoundaries,
    /// Anywhere: windows of the same length.
    Anywhere,
}

/// One piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'t> {
    /// Where it begins in the text, in bytes.
    pub start: usize,
    /// What it says: a part of the text as it stands there.
    pub text: &'t str,
}

/// Why texts cannot be split this way.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidSplitting {
    /// A piece must hold something.
    #[error("the longest piece has 0 characters: allow at least 1")]
    NoLength,
    /// Pieces that overlap wholly never end.
    #[error(
        "the overlap of {overlap} characters is not shorter than the longest piece of {max}: make it shorter"
    )]
    OverlapTooLong {
        /// The overlap, in characters.
        overlap: usize,
        /// The longest piece, in characters.
        max: usize,
    },
    /// Longer than [`MAX_SPLIT_OVERLAP_CHARS`].
    #[error(
        "the overlap of {overlap} characters is longer than the limit of {MAX_SPLIT_OVERLAP_CHARS}: make it shorter"
    )]
    OverlapOverLimit {
        /// The overlap, in characters.
        overlap: usize,
    },
}

impl Splitting {
    /// Pieces of at most `max_chars`, each beginning with up to `overlap_chars` of the one before.
    ///
    /// # Errors
    /// [`InvalidSplitting`] when the lengths do not go together.
    pub fn new(max_chars: usize, overlap_chars: usize, cuts: Cuts) -> Result<Self, InvalidSplitting> {
        if max_chars == 0 {
            return Err(InvalidSplitting::NoLength);
        }
        if overlap_chars >= max_chars {
            return Err(InvalidSplitting::OverlapTooLong { overlap: overlap_chars, max: max_chars });
        }
        if overlap_chars > MAX_SPLIT_OVERLAP_CHARS {
            return Err(InvalidSplitting::OverlapOverLimit { overlap: overlap_chars });
        }
        Ok(Self { max_chars, overlap_chars, cuts })
    }

    /// Splits a text. One that is short enough is one piece, exactly as it is. No piece of a longer one is blank.
    ///
    /// At boundaries a piece ends at the last blank line of its window, else at the last line end, else at the last
    /// sentence end, else at the last space. A boundary in the first quarter of the window counts only when there is no
    /// later one of any kind: otherwise a title line would become a piece of its own. Without any boundary the window is
    /// cut at its end. White space at a cut is dropped, and nothing else.
    ///
    /// The overlap begins with a whole word, except where the cut itself lies inside one; and each piece begins at least
    /// a quarter of the longest length behind the one before, unless that one was shorter, so that even a long overlap
    /// makes few pieces.
    #[must_use]
    pub fn split<'t>(&self, text: &'t str) -> Vec<Piece<'t>> {
        if byte_of_char(text, self.max_chars).is_none() {
            return vec![Piece { start: 0, text }];
        }
        let mut pieces = Vec::new();
        let mut start = 0;
        loop {
            if self.cuts == Cuts::AtBoundaries {
                start = text.len() - text[start..].trim_start().len();
            }
            let rest = &text[start..];
            let window_end = byte_of_char(rest, self.max_chars);
            let cut = match (window_end, self.cuts) {
                (None, _) => Cut { end: rest.len(), splits_word: false },
                (Some(end), Cuts::Anywhere) => Cut { end, splits_word: true },
                (Some(end), Cuts::AtBoundaries) => self.boundary(rest, end),
            };
            let piece = &rest[..cut.end];
            let is_trimmed = window_end.is_some() && self.cuts == Cuts::AtBoundaries;
            if !piece.trim().is_empty() {
                pieces.push(Piece { start, text: if is_trimmed { piece.trim_end() } else { piece } });
            }
            if window_end.is_none() {
                return pieces;
            }
            start += self.next_start(rest, cut);
        }
    }

    /// Where the next piece begins: behind the cut, or so much earlier as the overlap is long.
    fn next_start(&self, rest: &str, cut: Cut) -> usize {
        let chars = rest[..cut.end].chars().count();
        let step = chars.saturating_sub(self.overlap_chars).max(self.max_chars.div_ceil(4));
        if self.overlap_chars == 0 || chars <= self.overlap_chars || step >= chars {
            return cut.end;
        }
        let zone_start = byte_of_char(rest, step).unwrap_or(cut.end);
        if self.cuts == Cuts::Anywhere {
            return zone_start;
        }
        let zone = &rest[zone_start..cut.end];
        match zone.char_indices().find(|(_, c)| c.is_whitespace()) {
            Some((at, space)) => zone_start + at + space.len_utf8(),
            None if cut.splits_word => zone_start,
            None => cut.end,
        }
    }

    /// The best place to end a piece that must end before `window_end`.
    fn boundary(&self, rest: &str, window_end: usize) -> Cut {
        let least_chars = self.max_chars.div_ceil(4);
        let mut latest: [Option<usize>; 4] = [None; 4];
        let mut early = None;
        let mut line_is_blank = false;
        for (index, (at, c)) in rest.char_indices().take_while(|(at, _)| *at < window_end).enumerate() {
            let end = at + c.len_utf8();
            // What follows counts, also when it is no longer in the window: `3.14` is no sentence end.
            let next = rest[end..].chars().next();
            let kind = match c {
                '\n' if line_is_blank => Some(0),
                '\n' => Some(1),
                '.' | '!' | '?' if next.is_none_or(char::is_whitespace) => Some(2),
                '\u{3002}' | '\u{ff01}' | '\u{ff1f}' => Some(2),
                c if c.is_whitespace() => Some(3),
                _ => None,
            };
            line_is_blank = c == '\n' || line_is_blank && c.is_whitespace();
            let Some(kind) = kind else { continue };
            if index + 1 >= least_chars {
                latest[kind] = Some(end);
            } else {
                early = Some(end);
            }
        }
        match latest.into_iter().flatten().next().or(early) {
            Some(end) => Cut { end, splits_word: false },
            None => Cut { end: window_end, splits_word: true },
        }
    }
}

/// The end of a piece, in bytes from its start.
#[derive(Debug, Clone, Copy)]
struct Cut {
    end: usize,
    splits_word: bool,
}

/// The byte at which the character with this number begins; none when the text is not longer.
fn byte_of_char(text: &str, number: usize) -> Option<usize> {
    if text.len() <= number {
        return None;
    }
    text.char_indices().nth(number).map(|(at, _)| at)
}

#[cfg(test)]
mod tests;

//! The whole query as a piece of a text, also cut inside words. The original's index of pieces finds it.

use ports::fold_case;
use rusqlite::{Connection, Result};

/// The longest text that is looked for as a whole, in characters.
const MAX_CHARS: usize = 256;
/// How long a text must be to be found in the index of pieces, in characters.
const PIECE_CHARS: usize = 3;
/// How many pieces of a whole text are looked for before all of them are.
const SAMPLE: usize = 6;
/// The most memories that having the whole query tells apart from the others.
const MOST: usize = 5_000;

/// A text as the index of pieces is asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whole {
    /// Some of its pieces, all of which a memory must have. Each piece costs, and most queries are in no memory.
    sample: Option<String>,
    /// All of them in a row.
    phrase: String,
    /// The text without regard to case.
    folded: String,
}

impl Whole {
    /// Of a query that is long enough for the index and not too long to be meant so.
    pub(super) fn of(text: &str) -> Option<Self> {
        let text = text.replace('\0', " ");
        let text = text.trim();
        let characters: Vec<char> = text.chars().take(MAX_CHARS + 1).collect();
        if !(PIECE_CHARS..=MAX_CHARS).contains(&characters.len()) {
            return None;
        }
        let pieces: Vec<&[char]> = characters.windows(PIECE_CHARS).collect();
        let sampled = (0..SAMPLE).map(|n| pieces[n * (pieces.len() - 1) / (SAMPLE - 1)]);
        let sample =
            || sampled.map(|piece| quoted(&String::from_iter(piece))).collect::<Vec<_>>().join(" AND ");
        let sample = (pieces.len() > 2 * SAMPLE).then(sample);
        Some(Self { sample, phrase: quoted(text), folded: fold_case(text) })
    }

    /// Whether a text has it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        fold_case(text).contains(&self.folded)
    }

    /// The memories that have it, the newest first, when it tells them apart.
    pub(super) fn having(&self, connection: &Connection) -> Result<Having> {
        const SQL: &str = "SELECT rowid FROM memory_content_fts WHERE memory_content_fts MATCH ?
            ORDER BY rowid DESC LIMIT ?";
        let mut statement = connection.prepare_cached(SQL)?;
        if let Some(sample) = &self.sample
            && !statement.exists((sample, 1))?
        {
            return Ok(Having::These(Vec::new()));
        }
        let found = statement.query_map((&self.phrase, MOST + 1), |row| row.get(0))?;
        let found = found.collect::<Result<Vec<_>>>()?;
        Ok(if found.len() > MOST { Having::TooMany(found) } else { Having::These(found) })
    }
}

/// Which memories have a whole query in their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Having {
    /// These and no others.
    These(Vec<i64>),
    /// So many that it tells nothing; the newest.
    TooMany(Vec<i64>),
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_text_has_3_to_256_characters() {
        for (count, is_looked_for) in [(2, false), (3, true), (256, true), (257, false)] {
            assert_eq!(Whole::of(&"é".repeat(count)).is_some(), is_looked_for, "{count}");
        }
    }

    #[test]
    fn nothing_that_somebody_writes_is_syntax() {
        let phrase_of = |text: &str| Whole::of(text).map(|whole| whole.phrase);
        assert_eq!(phrase_of("say \"hi\" *").as_deref(), Some(r#""say ""hi"" *""#));
        assert_eq!(phrase_of("a\0bc").as_deref(), Some(r#""a bc""#));
        assert_eq!(phrase_of("日本語のメモ").as_deref(), Some("\"日本語のメモ\""));
    }

    #[test]
    fn a_long_whole_text_has_a_sample_from_its_first_to_its_last_piece() {
        assert_eq!(Whole::of("abcdefghijklmn").unwrap().sample, None);
        assert_eq!(
            Whole::of("abcdefgh\"jklmno").unwrap().sample.as_deref(),
            Some(r#""abc" AND "cde" AND "efg" AND "h""j" AND "jkl" AND "mno""#)
        );
    }

    #[test]
    fn case_does_not_matter() {
        assert!(Whole::of("ÜBER das").unwrap().is_in("er ging über DAS Feld"));
        assert!(!Whole::of("über dem").unwrap().is_in("über das"));
    }
}

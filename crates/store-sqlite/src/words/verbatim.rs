//! The whole query as a piece of a text, also cut inside words. The original's index of pieces finds it where it is written
//! alike; with other blanks and signs between its words it is looked for in the texts that have all of them.

use ports::fold_case;
use rusqlite::{Connection, Result};

use crate::filter::json_list;
use crate::rows;

/// The longest text that is looked for as a whole, in characters.
const MAX_CHARS: usize = 256;
/// How long a text must be to be found in the index of pieces, in characters.
const PIECE_CHARS: usize = 3;
/// How many pieces of a whole text are looked for before all of them are.
const SAMPLE: usize = 4;
/// Up to how many memories that have these pieces are looked at themselves: to look for all pieces in a row takes longer.
const READ: usize = 32;
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
    /// Its letters and digits alone, as [`bare`] leaves them.
    bare: String,
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
        let sample = (pieces.len() > 2 * SAMPLE).then(|| sample(&pieces));
        Some(Self { sample, phrase: quoted(text), folded: fold_case(text), bare: bare(text) })
    }

    /// Whether a text has it.
    pub(super) fn is_in(&self, text: &str) -> bool {
        fold_case(text).contains(&self.folded)
    }

    /// Whether it has no two words, between which there could be other blanks and signs.
    pub(super) fn is_one_word(&self) -> bool {
        let words = self.folded.split(|c: char| !c.is_alphanumeric());
        words.filter(|word| !word.is_empty()).count() < 2
    }

    /// Whether a text has it with whatever blanks and signs between its words.
    pub(super) fn is_spread_in(&self, text: &str) -> bool {
        !self.bare.is_empty() && bare(text).contains(&self.bare)
    }

    /// The memories that have it, the newest first, when it tells them apart.
    pub(super) fn having(&self, connection: &Connection) -> Result<Having> {
        if let Some(sample) = &self.sample {
            let near = with(connection, sample, Order::Oldest, READ + 1)?;
            if near.is_empty() {
                return Ok(Having::These(near));
            }
            // The index folds some letters otherwise than texts are folded here, none of them ASCII.
            if near.len() <= READ && self.folded.is_ascii() {
                return self.read(connection, &near).map(Having::These);
            }
        }
        // To read a list from its end costs the index a multiple of what reading it from its beginning does.
        let mut found = with(connection, &self.phrase, Order::Oldest, MOST + 1)?;
        if found.len() > MOST {
            return with(connection, &self.phrase, Order::Newest, MOST + 1).map(Having::TooMany);
        }
        found.reverse();
        Ok(Having::These(found))
    }

    /// Those of these memories that have it, the newest first.
    fn read(&self, connection: &Connection, ids: &[i64]) -> Result<Vec<i64>> {
        let sql =
            "SELECT m.id, m.content FROM json_each(?) AS near CROSS JOIN memories AS m ON m.id = near.value";
        let mut statement = connection.prepare_cached(sql)?;
        let mut found = statement.query([json_list(ids)])?;
        let mut having = Vec::new();
        while let Some(row) = found.next()? {
            if rows::text(row, 1)?.is_some_and(|text| self.is_in(&text)) {
                having.push(row.get(0)?);
            }
        }
        having.reverse();
        Ok(having)
    }
}

/// From where a list of memories is read.
#[derive(Debug, Clone, Copy)]
enum Order {
    Oldest,
    Newest,
}

/// The memories that the index of pieces gives for an expression.
fn with(connection: &Connection, pieces: &str, order: Order, limit: usize) -> Result<Vec<i64>> {
    let sql = match order {
        Order::Oldest => {
            "SELECT rowid FROM memory_content_fts WHERE memory_content_fts MATCH ? ORDER BY rowid LIMIT ?"
        }
        Order::Newest => {
            "SELECT rowid FROM memory_content_fts WHERE memory_content_fts MATCH ? ORDER BY rowid DESC LIMIT ?"
        }
    };
    connection.prepare_cached(sql)?.query_map((pieces, limit), |row| row.get(0))?.collect()
}

/// Some pieces of a text from all over it, as an expression that is met by what has all of them. Pieces inside words are in
/// fewer texts than those with a blank.
fn sample(pieces: &[&[char]]) -> String {
    let inside: Vec<&[char]> =
        pieces.iter().copied().filter(|piece| piece.iter().all(|c| c.is_alphanumeric())).collect();
    let from = if inside.len() < SAMPLE { pieces } else { &inside };
    let chosen = (0..SAMPLE).map(|n| from[n * (from.len() - 1) / (SAMPLE - 1)]);
    chosen.map(|piece| quoted(&String::from_iter(piece))).collect::<Vec<_>>().join(" AND ")
}

/// Which memories have a whole query in their text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Having {
    /// These and no others.
    These(Vec<i64>),
    /// So many that it tells nothing; the newest.
    TooMany(Vec<i64>),
}

/// The letters and digits of a text, without regard to case.
fn bare(text: &str) -> String {
    fold_case(text).chars().filter(|c| c.is_alphanumeric()).collect()
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
        let sample = |text| Whole::of(text).unwrap().sample;
        assert_eq!(sample("abcdefghij"), None);
        assert_eq!(
            sample("abcdefgh\"jklm").as_deref(),
            Some(r#""abc" AND "cde" AND "efg" AND "klm""#),
            "no piece has the sign"
        );
        assert_eq!(
            sample("a b c d e f g h i").as_deref(),
            Some(r#""a b" AND "c d" AND " f " AND "h i""#),
            "there are no others"
        );
    }

    #[test]
    fn case_does_not_matter() {
        assert!(Whole::of("ÜBER das").unwrap().is_in("er ging über DAS Feld"));
        assert!(!Whole::of("über dem").unwrap().is_in("über das"));
    }

    #[test]
    fn blanks_and_signs_between_the_words_do_not_matter_where_it_is_spread() {
        let whole = Whole::of("ferry to Ærø, 4471").unwrap();
        assert!(whole.is_spread_in("the FERRY to\nærø: 4471!"));
        assert!(!whole.is_spread_in("the ferry from Ærø, 4471"), "another word");
        assert!(!whole.is_spread_in("4471, ferry to Ærø"), "another order");
        assert!(!Whole::of("***").unwrap().is_spread_in("anything"), "no letter is no word");
    }

    #[test]
    fn signs_around_one_word_are_not_between_words() {
        for (text, is_one) in
            [("ferry", true), ("C++", true), ("(日本語)", true), ("C++ or", false), ("a-b", false)]
        {
            assert_eq!(Whole::of(text).unwrap().is_one_word(), is_one, "{text}");
        }
    }
}

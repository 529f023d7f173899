//! The words in what somebody wrote.

/// The most terms of one query.
const MAX_TERMS: usize = 64;
/// The longest text that is looked for as a whole, in characters.
const MAX_WHOLE_CHARS: usize = 256;
/// How long a text must be to be found in the index of pieces, in characters.
const PIECE_CHARS: usize = 3;
/// How many pieces of a whole text are looked for before all of them are.
const SAMPLE: usize = 6;

/// English words that nearly every text has.
const STOP_WORDS: [&str; 72] = [
    "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did",
    "do", "does", "for", "from", "had", "has", "have", "he", "her", "his", "how", "i", "if", "in", "into",
    "is", "it", "its", "me", "my", "no", "not", "of", "on", "or", "our", "she", "should", "so", "some",
    "that", "the", "their", "them", "then", "there", "these", "they", "this", "to", "us", "was", "we",
    "were", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your", "than",
    "also",
];

/// What to look for. Terms are in the query language of FTS5, each of them quoted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Terms {
    /// The whole text.
    pub(crate) whole: Option<Whole>,
    /// Whole words, one of which is enough.
    pub(crate) words: Vec<String>,
    /// Pieces of scripts that put no spaces between words, one of which is enough.
    pub(crate) pieces: Vec<String>,
    /// Texts of such scripts that are too short for the index of pieces.
    pub(crate) short: Vec<String>,
}

/// A text as the index of pieces is asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Whole {
    /// Some of its pieces, all of which a memory must have. Each piece costs, and most queries are in no memory.
    pub(crate) sample: Option<String>,
    /// All of them in a row.
    pub(crate) phrase: String,
}

impl Whole {
    fn of(text: &str) -> Option<Self> {
        let characters: Vec<char> = text.chars().collect();
        if !(PIECE_CHARS..=MAX_WHOLE_CHARS).contains(&characters.len()) {
            return None;
        }
        let pieces: Vec<&[char]> = characters.windows(PIECE_CHARS).collect();
        let sampled = (0..SAMPLE).map(|n| pieces[n * (pieces.len() - 1) / (SAMPLE - 1)]);
        let sample =
            || sampled.map(|piece| quoted(&String::from_iter(piece))).collect::<Vec<_>>().join(" AND ");
        Some(Self { sample: (pieces.len() > 2 * SAMPLE).then(sample), phrase: quoted(text) })
    }
}

impl Terms {
    /// Takes a query apart.
    pub(crate) fn of(text: &str) -> Self {
        let text = text.replace('\0', " ");
        let text = text.trim();
        let runs = unspaced_runs(text);
        Self {
            whole: Whole::of(text),
            words: terms(words(text)),
            pieces: terms(pieces(&runs)),
            short: short(&runs),
        }
    }
}

/// The words, without the most common ones unless nothing else is there; names like `foo_bar` as phrases too.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut phrases: Vec<String> = Vec::new();
    for chunk in text.split_whitespace() {
        let chunk = chunk.trim_matches(|c: char| !c.is_alphanumeric());
        let parts = chunk.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        let before = words.len();
        words.extend(parts.map(str::to_lowercase));
        if words.len() > before + 1 {
            phrases.push(chunk.to_lowercase());
        }
        if words.len() >= MAX_TERMS * 4 {
            break;
        }
    }
    let is_common = |word: &String| STOP_WORDS.contains(&word.as_str());
    if !words.iter().all(is_common) {
        words.retain(|word| !is_common(word));
    }
    words.extend(phrases);
    words
}

/// Every three characters in a row of the unspaced runs.
fn pieces(runs: &[String]) -> Vec<String> {
    let characters = runs.iter().map(|run| run.chars().collect::<Vec<char>>());
    let pieces_of = |run: Vec<char>| run.windows(PIECE_CHARS).map(String::from_iter).collect::<Vec<_>>();
    characters.flat_map(pieces_of).collect()
}

fn short(runs: &[String]) -> Vec<String> {
    let is_short = |run: &&String| run.chars().count() < PIECE_CHARS;
    runs.iter().filter(is_short).take(MAX_TERMS / 8).cloned().collect()
}

/// Runs of scripts that put no spaces between words, so that the index of words has whole sentences of them as words.
fn unspaced_runs(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !is_unspaced(c)).filter(|run| !run.is_empty());
    runs.take(MAX_TERMS).map(str::to_owned).collect()
}

/// Chinese, Japanese, Korean, Thai, Lao, Khmer and Burmese characters.
fn is_unspaced(character: char) -> bool {
    matches!(u32::from(character),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x31F0..=0x31FF
        | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7AF | 0xF900..=0xFAFF | 0x2_0000..=0x3_FFFF)
}

/// Each text once, quoted, no more than are looked for.
fn terms(texts: Vec<String>) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    for text in texts {
        let term = quoted(&text);
        if terms.len() < MAX_TERMS && !terms.contains(&term) {
            terms.push(term);
        }
    }
    terms
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> Vec<String> {
        Terms::of(text).words
    }

    fn phrase_of(text: &str) -> Option<String> {
        Terms::of(text).whole.map(|whole| whole.phrase)
    }

    #[test]
    fn common_words_are_dropped_unless_nothing_remains() {
        assert_eq!(words_of("Where is the printer?"), [r#""printer""#]);
        assert_eq!(words_of("to be or not to be"), [r#""to""#, r#""be""#, r#""or""#, r#""not""#]);
    }

    #[test]
    fn nothing_that_somebody_writes_is_syntax() {
        assert_eq!(
            words_of("NEAR(a b) content:x"),
            [r#""near""#, r#""b""#, r#""content""#, r#""x""#, r#""near(a""#, r#""content:x""#]
        );
        assert_eq!(phrase_of("say \"hi\" *").as_deref(), Some(r#""say ""hi"" *""#));
        assert_eq!(words_of("\"\"* ( ) - ^ '' ;"), [""; 0]);
        assert_eq!(phrase_of("a\0bc").as_deref(), Some(r#""a bc""#));
    }

    #[test]
    fn names_with_punctuation_are_looked_for_as_phrases_too() {
        assert_eq!(words_of("foo_bar.rs"), [r#""foo""#, r#""bar""#, r#""rs""#, r#""foo_bar.rs""#]);
    }

    #[test]
    fn texts_without_spaces_are_cut_into_pieces() {
        let terms = Terms::of("日本語のメモ");
        assert_eq!(phrase_of("日本語のメモ").as_deref(), Some("\"日本語のメモ\""));
        assert_eq!(terms.pieces, ["\"日本語\"", "\"本語の\"", "\"語のメ\"", "\"のメモ\""]);
        assert_eq!(Terms::of("找猫").short, ["找猫"]);
    }

    #[test]
    fn the_number_of_terms_is_limited() {
        let text: Vec<String> = (0..500).map(|n| format!("w{n}")).collect();
        assert_eq!(words_of(&text.join(" ")).len(), MAX_TERMS);
    }

    #[test]
    fn a_whole_text_has_3_to_256_characters() {
        for (count, is_looked_for) in [(2, false), (3, true), (256, true), (257, false)] {
            assert_eq!(phrase_of(&"é".repeat(count)).is_some(), is_looked_for, "{count}");
        }
    }

    #[test]
    fn a_long_whole_text_has_a_sample_from_its_first_to_its_last_piece() {
        assert_eq!(Whole::of("abcdefghijklmn").unwrap().sample, None);
        assert_eq!(
            Whole::of("abcdefgh\"jklmno").unwrap().sample.as_deref(),
            Some(r#""abc" AND "cde" AND "efg" AND "h""j" AND "jkl" AND "mno""#)
        );
    }
}

//! Texts that say the same in nearly the same words.

use std::collections::HashSet;

/// Of so many words one after the other a text is made up.
const SHINGLE_WORDS: usize = 3;
/// From which share of common shingles (Jaccard) on two texts repeat each other (Broder, "On the resemblance and
/// containment of documents", 1997).
const SAME: f64 = 0.8;

/// For each text, the number of an earlier one that it repeats, if there is one that repeats none itself. Upper and lower
/// case, marks and white space do not matter.
#[must_use]
pub fn repeated(texts: &[&str]) -> Vec<Option<usize>> {
    let shingles: Vec<HashSet<Vec<String>>> = texts.iter().map(|text| shingles(text)).collect();
    let mut kept: Vec<usize> = Vec::new();
    let of = |number: usize| {
        let earlier =
            kept.iter().copied().find(|other| resemblance(&shingles[*other], &shingles[number]) >= SAME);
        if earlier.is_none() {
            kept.push(number);
        }
        earlier
    };
    (0..texts.len()).map(of).collect()
}

fn shingles(text: &str) -> HashSet<Vec<String>> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<String> = words.map(str::to_lowercase).collect();
    match words.len() {
        0..=SHINGLE_WORDS => HashSet::from([if words.is_empty() { vec![text.to_owned()] } else { words }]),
        _ => words.windows(SHINGLE_WORDS).map(<[String]>::to_vec).collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn resemblance(a: &HashSet<Vec<String>>, b: &HashSet<Vec<String>>) -> f64 {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    // Most texts differ in length already.
    if (few.len() as f64) < SAME * many.len() as f64 {
        return 0.0;
    }
    let common = few.iter().filter(|shingle| many.contains(*shingle)).count();
    common as f64 / (a.len() + b.len() - common) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_case_and_white_space_make_no_other_text() {
        let texts = ["The port is 8080.", "the PORT is\n8080", "The port is 9090."];
        assert_eq!(repeated(&texts), [None, Some(0), None]);
    }

    #[test]
    fn one_word_more_in_a_long_text_is_a_repetition_and_half_of_it_is_none() {
        let long =
            "we moved the nightly backup of the staging database to three in the morning because of the load";
        let more = format!("{long} again");
        let half = &long[..45];
        assert_eq!(repeated(&[long, &more, half]), [None, Some(0), None]);
    }

    #[test]
    fn what_repeats_a_repetition_repeats_the_first() {
        assert_eq!(repeated(&["a b", "A b", "a, b"]), [None, Some(0), Some(0)]);
        assert_eq!(repeated(&["?", "!", "?"]), [None, None, Some(0)]);
    }
}

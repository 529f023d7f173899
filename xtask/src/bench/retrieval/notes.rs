//! The project's corpus: a thousand notes, asked for in other words and by fragments.

use super::question::{Case, Kept, Question};

/// How many notes are kept.
const NOTES: usize = 1_000;

/// The notes, with their paraphrases and one fragment of each.
pub(crate) fn paraphrases() -> Case {
    let sentences = &testkit::corpus::sentences()[..NOTES];
    let of = |sentence: &str| sentences.iter().position(|known| *known == sentence);
    let paraphrases = testkit::corpus::paraphrases().into_iter().filter_map(|(sentence, text)| {
        let evidence = vec![vec![of(sentence)?]];
        Some(Question { text: text.to_owned(), evidence, category: "paraphrase" })
    });
    let fragments = sentences.iter().enumerate().map(|(number, sentence)| Question {
        text: fragment(sentence, number),
        evidence: vec![vec![number]],
        category: "fragment",
    });
    Case {
        memories: sentences.iter().map(|text| Kept { text: (*text).to_owned(), said: None }).collect(),
        questions: paraphrases.chain(fragments).collect(),
    }
}

/// Some words out of the middle of a sentence; every third is cut inside the first and the last of them.
fn fragment(sentence: &str, number: usize) -> String {
    let words: Vec<&str> = sentence.split_whitespace().collect();
    let count = (words.len() / 3).max(4).min(words.len());
    let begin = (words.len() - count) / 2;
    let run = words[begin..begin + count].join(" ");
    if !number.is_multiple_of(3) {
        return run;
    }
    let characters: Vec<char> = run.chars().collect();
    characters[1..characters.len() - 1].iter().collect::<String>().trim().to_owned()
}

//! The project's own corpus: see `corpus/README.md`.

/// 2,000 different sentences, one fact each.
#[must_use]
pub fn sentences() -> Vec<&'static str> {
    include_str!("../corpus/sentences.txt").lines().collect()
}

/// Pairs of a sentence of the first 1,000 and a query that means it with other words.
#[must_use]
pub fn paraphrases() -> Vec<(&'static str, &'static str)> {
    include_str!("../corpus/paraphrases.tsv").lines().filter_map(|line| line.split_once('\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn there_are_2000_different_sentences() {
        let sentences = sentences();
        assert_eq!(sentences.len(), 2000);
        assert!(sentences.iter().all(|sentence| !sentence.trim().is_empty()));
        let different: HashSet<String> = sentences.iter().map(|sentence| sentence.to_lowercase()).collect();
        assert_eq!(different.len(), 2000);
    }

    #[test]
    fn every_paraphrase_means_one_of_the_first_1000_sentences() {
        let pairs = paraphrases();
        assert!(pairs.len() >= 120, "{}", pairs.len());
        assert_eq!(pairs.len(), include_str!("../corpus/paraphrases.tsv").lines().count());
        let first: HashSet<&str> = sentences().into_iter().take(1000).collect();
        for (sentence, _) in &pairs {
            assert!(first.contains(sentence), "{sentence}");
        }
        let meant: HashSet<&str> = pairs.iter().map(|(sentence, _)| *sentence).collect();
        assert_eq!(meant.len(), pairs.len());
    }

    #[test]
    fn no_query_is_a_sentence() {
        let sentences: HashSet<String> = sentences().iter().map(|sentence| sentence.to_lowercase()).collect();
        for (_, query) in paraphrases() {
            assert!(!query.trim().is_empty() && !sentences.contains(&query.to_lowercase()), "{query}");
        }
    }
}

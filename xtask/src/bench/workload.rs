//! What is stored and asked: made from the project's corpus, the same in every run.
//!
//! Memory `i` of a corpus of `n` sentences: the first `n` are the sentences themselves. After that each memory is two
//! sentences, the `i mod n`-th and another at a distance that changes with every round, so that all are different and so
//! are their vectors. Queries are, in turn, a paraphrase of a stored sentence, and a fragment of a stored memory (four
//! consecutive words of it); the memories that fragments come from are spread over everything stored.

use serde_json::Value;

/// Makes memories and queries.
pub(crate) struct Workload {
    sentences: Vec<&'static str>,
    paraphrases: Vec<(&'static str, &'static str)>,
}

/// A question, and a text that its answer should have among its hits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    pub(crate) text: String,
    pub(crate) expected: String,
}

impl Query {
    /// Whether the text that it asks for is among the hits of this `memory_search` result.
    ///
    /// # Errors
    /// When the result says that something was left out, as that meaning was not searched: its time is not comparable.
    pub(crate) fn is_answered_by(&self, result: &Value) -> Result<bool, String> {
        let found = &result["structuredContent"];
        if found["notices"].as_array().is_none_or(|notices| !notices.is_empty()) {
            return Err(format!("a search of {:?} was not whole: {}", self.text, found["notices"]));
        }
        let mut contents = found["memories"].as_array().into_iter().flatten().map(|hit| &hit["content"]);
        Ok(contents.any(|content| content.as_str().is_some_and(|content| content.contains(&self.expected))))
    }
}

/// How many words a fragment has.
const FRAGMENT_WORDS: usize = 4;
/// The distance between the two sentences of a memory grows by so much each round; a prime.
const STRIDE: usize = 37;

impl Workload {
    /// The workload over the project's corpus.
    pub(crate) fn new() -> Self {
        Self { sentences: testkit::corpus::sentences(), paraphrases: testkit::corpus::paraphrases() }
    }

    /// The memory of this number.
    pub(crate) fn memory(&self, number: usize) -> String {
        let count = self.sentences.len();
        let (round, first) = (number / count, number % count);
        if round == 0 {
            return self.sentences[first].to_owned();
        }
        format!("{} {}", self.sentences[first], self.sentences[(first + round * STRIDE) % count])
    }

    /// So many different queries for a store of `stored` memories, at least 1,000.
    pub(crate) fn queries(&self, stored: usize, count: usize) -> Vec<Query> {
        let mut paraphrases = self.paraphrases.iter();
        let mut queries = Vec::with_capacity(count);
        while queries.len() < count {
            if queries.len() % 2 == 0
                && let Some((sentence, paraphrase)) = paraphrases.next()
            {
                queries.push(Query { text: (*paraphrase).to_owned(), expected: (*sentence).to_owned() });
                continue;
            }
            // A step that shares no factor with the number of memories reaches each of them before any again.
            queries.push(self.fragment(queries.len() * 389 % stored));
        }
        queries
    }

    /// Four words out of the middle of a memory.
    pub(crate) fn fragment(&self, number: usize) -> Query {
        let memory = self.memory(number);
        let words: Vec<&str> = memory.split_whitespace().collect();
        let start = words.len().saturating_sub(FRAGMENT_WORDS) / 2;
        let end = words.len().min(start + FRAGMENT_WORDS);
        Query { text: words[start..end].join(" "), expected: memory }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::{Query, Workload};

    #[test]
    fn ten_thousand_memories_are_all_different() {
        let workload = Workload::new();
        let memories: HashSet<String> = (0..12_000).map(|number| workload.memory(number)).collect();
        assert_eq!(memories.len(), 12_000);
    }

    #[test]
    fn queries_are_different_and_ask_for_stored_memories() {
        let workload = Workload::new();
        let stored: HashSet<String> = (0..1_000).map(|number| workload.memory(number)).collect();
        let queries = workload.queries(1_000, 400);
        let texts: HashSet<&str> = queries.iter().map(|query| query.text.as_str()).collect();
        assert_eq!(texts.len(), 400);
        assert!(queries.iter().all(|query| stored.contains(&query.expected)));
    }

    #[test]
    fn a_search_by_words_alone_is_no_whole_search() {
        let query = Query { text: "a".to_owned(), expected: "a b".to_owned() };
        let answer =
            |notices| json!({"structuredContent": {"memories": [{"content": "a b c"}], "notices": notices}});
        assert_eq!(query.is_answered_by(&answer(json!([]))), Ok(true));
        assert!(query.is_answered_by(&answer(json!(["only words were searched"]))).is_err());
    }
}

//! Questions, and the memories that answer them.

/// A memory to store.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(crate) text: String,
    /// The conversation it belongs to, and when it was said, in seconds.
    pub(crate) said: Option<(String, f64)>,
}

/// A question.
#[derive(Debug, Clone)]
pub(crate) struct Question {
    pub(crate) text: String,
    /// What must be found: for each piece of evidence, the numbers of the memories that have it.
    pub(crate) evidence: Vec<Vec<usize>>,
    /// Its kind.
    pub(crate) category: &'static str,
}

/// One store with its questions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    pub(crate) memories: Vec<Kept>,
    pub(crate) questions: Vec<Question>,
}

impl Case {
    /// All texts that are encoded.
    pub(crate) fn texts(&self) -> impl Iterator<Item = String> {
        let memories = self.memories.iter().map(|memory| memory.text.clone());
        memories.chain(self.questions.iter().map(|question| question.text.clone()))
    }
}

//! Asking all questions of one mode.

use std::collections::HashMap;
use std::sync::LazyLock;

use engine::{Access, Grouping, Mode, SearchRequest, Settings};

use super::question::{Case, Question};
use super::shelf::Shelf;

/// How many hits are looked at.
pub(crate) const HITS: u32 = 10;

/// What a question brought.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Which store it was put to.
    pub(crate) case: usize,
    pub(crate) category: &'static str,
    /// The numbers of the hits in their case, best first.
    pub(crate) hits: Vec<usize>,
    /// For each piece of evidence, the memories that have it: as conversations when the setting groups by them.
    pub(crate) evidence: Vec<Vec<usize>>,
    /// For each hit, what it stands for: its conversation when the setting groups by them, else itself.
    pub(crate) stands_for: Vec<usize>,
}

/// Runs a future to its end.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> Result<T, String> {
    static RUNTIME: LazyLock<std::io::Result<tokio::runtime::Runtime>> =
        LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_time().build());
    RUNTIME.as_ref().map(|runtime| runtime.block_on(future)).map_err(ToString::to_string)
}

/// The request of a question, which counts as no use.
pub(crate) fn request(question: &Question, mode: Mode) -> SearchRequest {
    SearchRequest {
        query: Some(question.text.clone()),
        mode,
        limit: HITS,
        access: Access::Skip,
        ..SearchRequest::default()
    }
}

/// Puts each question to the store of its own case, through the whole product.
pub(crate) fn ask(shelves: &[(Shelf, Case)], mode: Mode, grouping: Grouping) -> Result<Vec<Asked>, String> {
    let mut asked = Vec::new();
    for (number, (shelf, case)) in shelves.iter().enumerate() {
        let grant = shelf.grant(Settings::default());
        let (conversations, numbers) = (conversations(case), shelf.numbers());
        for question in &case.questions {
            let request = SearchRequest { grouping, ..request(question, mode) };
            let answer = wait(grant.reader().search(request))?.map_err(|error| error.to_string())?;
            if !answer.notices.is_empty() {
                return Err(format!("a search was not whole: {:?}", answer.notices));
            }
            let hits = answer.hits.iter().filter_map(|hit| numbers.get(&hit.memory.id).copied()).collect();
            asked.push(Asked::new(number, question, hits, &conversations, grouping));
        }
    }
    Ok(asked)
}

impl Asked {
    /// What a question brought, with its hits by their numbers in the case.
    pub(crate) fn new(
        case: usize,
        question: &Question,
        hits: Vec<usize>,
        conversations: &[usize],
        grouping: Grouping,
    ) -> Self {
        let stands_for = |memory: usize| match grouping {
            Grouping::Conversation => conversations[memory],
            Grouping::None => memory,
        };
        let evidence = question.evidence.iter().map(|piece| {
            let mut numbers: Vec<usize> = piece.iter().map(|memory| stands_for(*memory)).collect();
            numbers.dedup();
            numbers
        });
        let mut evidence: Vec<Vec<usize>> = evidence.collect();
        if grouping == Grouping::Conversation {
            // Several turns of one session are one thing to find.
            evidence.sort();
            evidence.dedup();
        }
        let stands_for = hits.iter().map(|hit| stands_for(*hit)).collect();
        Self { case, category: question.category, hits, evidence, stands_for }
    }
}

/// A number for the conversation of each memory.
pub(crate) fn conversations(case: &Case) -> Vec<usize> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut all = Vec::with_capacity(case.memories.len());
    for kept in &case.memories {
        let name = kept.said.as_ref().map_or("", |(name, _)| name.as_str());
        let next = numbers.len();
        all.push(*numbers.entry(name).or_insert(next));
    }
    all
}

//! Asking all questions of one setting.

use std::collections::HashMap;
use std::sync::LazyLock;

use engine::{Access, Grouping, Lever, Mode, SearchRequest, Settings};
use ranking::Evidence;

use super::question::{Case, Question};
use super::shelf::Shelf;

/// How many hits are looked at.
pub(crate) const HITS: u32 = 10;

/// How memories are searched.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub(crate) mode: Mode,
    pub(crate) grouping: Grouping,
    pub(crate) without: Vec<Lever>,
    /// How much words count against meaning, 0 to 1.
    pub(crate) word_weight: f64,
}

impl Default for Setting {
    fn default() -> Self {
        let word_weight = Settings::default().word_weight;
        Self { mode: Mode::default(), grouping: Grouping::default(), without: Vec::new(), word_weight }
    }
}

/// What a question brought.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Which store it was put to.
    pub(crate) case: usize,
    pub(crate) category: &'static str,
    /// The numbers of the hits in their case, best first.
    pub(crate) hits: Vec<usize>,
    /// What is known of each hit.
    pub(crate) known: Vec<Evidence>,
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

/// Puts each question to the store of its own case.
pub(crate) fn ask(shelves: &[(Shelf, Case)], setting: &Setting) -> Result<Vec<Asked>, String> {
    let mut asked = Vec::new();
    for (number, (shelf, case)) in shelves.iter().enumerate() {
        asked.extend(ask_of(shelf, case, &case.questions, number, setting)?);
    }
    Ok(asked)
}

/// Puts questions to a store, whether it can answer them or not.
pub(crate) fn ask_of(
    shelf: &Shelf,
    case: &Case,
    questions: &[Question],
    number: usize,
    setting: &Setting,
) -> Result<Vec<Asked>, String> {
    let settings = Settings {
        without: setting.without.clone(),
        word_weight: setting.word_weight,
        meaning_weight: 1.0 - setting.word_weight,
        ..Settings::default()
    };
    let grant = shelf.grant(settings);
    let conversations = conversations(case);
    let stands_for = |memory: usize| match setting.grouping {
        Grouping::Conversation => conversations[memory],
        Grouping::None => memory,
    };
    let mut asked = Vec::with_capacity(questions.len());
    for question in questions {
        let request = SearchRequest {
            query: Some(question.text.clone()),
            mode: setting.mode,
            grouping: setting.grouping,
            limit: HITS,
            access: Access::Skip,
            ..SearchRequest::default()
        };
        let answer = wait(grant.reader().search(request))?.map_err(|error| error.to_string())?;
        if !answer.notices.is_empty() {
            return Err(format!("a search was not whole: {:?}", answer.notices));
        }
        let best = answer.hits.first().and_then(|hit| hit.score).unwrap_or(0.0);
        let known = |hit: &engine::Hit| {
            let score = hit.score.unwrap_or(0.0);
            Evidence { score, behind: best - score, cosine: hit.similarity.unwrap_or(0.0) }
        };
        let hits: Vec<usize> = answer.hits.iter().filter_map(|hit| shelf.number(&hit.memory.hash)).collect();
        let evidence = question.evidence.iter().map(|piece| {
            let mut numbers: Vec<usize> = piece.iter().map(|memory| stands_for(*memory)).collect();
            numbers.dedup();
            numbers
        });
        let mut evidence: Vec<Vec<usize>> = evidence.collect();
        if setting.grouping == Grouping::Conversation {
            // Several turns of one session are one thing to find.
            evidence.sort();
            evidence.dedup();
        }
        asked.push(Asked {
            case: number,
            category: question.category,
            known: answer.hits.iter().map(known).collect(),
            stands_for: hits.iter().map(|hit| stands_for(*hit)).collect(),
            hits,
            evidence,
        });
    }
    Ok(asked)
}

/// A number for the conversation of each memory.
fn conversations(case: &Case) -> Vec<usize> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let mut all = Vec::with_capacity(case.memories.len());
    for kept in &case.memories {
        let name = kept.said.as_ref().map_or("", |(name, _)| name.as_str());
        let next = numbers.len();
        all.push(*numbers.entry(name).or_insert(next));
    }
    all
}

//! What the default search finds for each question, kept, so that it can be put in order again with other weights.
//!
//! Only the putting in order is done again, by the product's own [`ranking::rank`]: some tenths of a millisecond for each
//! question, where a search takes as many milliseconds.

use std::collections::HashMap;
use std::sync::Arc;
use std::thread;

use engine::{Grouping, Mode, Settings};
use model::MemoryId;
use ranking::{Evidence, Found, Ranked, Weights, by_conversation, rank};

use super::question::{Case, Question};
use super::run::{self, Asked, HITS, wait};
use super::shelf::Shelf;

/// What was found for one question.
pub(crate) struct Record {
    question: Question,
    found: Found<MemoryId>,
}

/// What was found for the questions that were put to one store.
pub(crate) struct Records {
    numbers: Arc<HashMap<MemoryId, usize>>,
    conversations: Vec<usize>,
    /// Which store it is.
    case: usize,
    all: Vec<Record>,
}

impl Records {
    /// Asks each question once, with so many candidates of each leg at least.
    pub(crate) fn of(
        (shelf, case): &(Shelf, Case),
        number: usize,
        questions: &[Question],
        depth: u32,
    ) -> Result<Self, String> {
        let grant = shelf.grant(Settings::default());
        let mut all = Vec::with_capacity(questions.len());
        for question in questions {
            let request = engine::SearchRequest { limit: depth, ..run::request(question, Mode::Hybrid) };
            let found = wait(grant.reader().gather(&request))?.map_err(|error| error.to_string())?;
            all.push(Record { question: question.clone(), found });
        }
        Ok(Self { numbers: shelf.numbers(), conversations: run::conversations(case), case: number, all })
    }

    /// What the questions bring with these weights.
    pub(crate) fn replay(&self, weights: &Weights, grouping: Grouping) -> Vec<Asked> {
        let half = self.all.len().div_ceil(2).max(1);
        thread::scope(|scope| {
            let parts: Vec<_> = self
                .all
                .chunks(half)
                .map(|part| {
                    scope.spawn(move || {
                        part.iter().map(|one| self.asked(one, weights, grouping)).collect::<Vec<_>>()
                    })
                })
                .collect();
            parts.into_iter().filter_map(|part| part.join().ok()).flatten().collect()
        })
    }

    fn asked(&self, record: &Record, weights: &Weights, grouping: Grouping) -> Asked {
        let Ranked { list, .. } = rank(&record.found, weights);
        let best: Vec<MemoryId> = match grouping {
            Grouping::None => list.iter().take(HITS as usize).map(|one| one.key).collect(),
            Grouping::Conversation => {
                let scores: Vec<(MemoryId, f64)> = list.iter().map(|one| (one.key, one.score)).collect();
                let of = |id: &MemoryId| record.found.priors.get(id)?.conversation;
                let groups = by_conversation(&scores, of, weights).into_iter();
                groups.take(HITS as usize).map(|group| group.best).collect()
            }
        };
        let hits = best.into_iter().filter_map(|id| self.numbers.get(&id).copied()).collect();
        Asked::new(self.case, &record.question, hits, &self.conversations, grouping)
    }

    /// For each question what is known of its first hits with the weights in use, and whether they answer it.
    pub(crate) fn evidence(&self, hits: usize) -> Vec<Vec<(Evidence, bool)>> {
        let of = |record: &Record| {
            let ranked = rank(&record.found, &Weights::default());
            let is_answer = |id: &MemoryId| {
                let number = self.numbers.get(id);
                number
                    .is_some_and(|number| record.question.evidence.iter().any(|piece| piece.contains(number)))
            };
            let evidence = ranked.evidence(&record.found).into_iter().zip(&ranked.list);
            evidence.take(hits).map(|(evidence, one)| (evidence, is_answer(&one.key))).collect()
        };
        self.all.iter().map(of).collect()
    }

    /// The kind of each question.
    pub(crate) fn categories(&self) -> impl Iterator<Item = &'static str> {
        self.all.iter().map(|record| record.question.category)
    }
}

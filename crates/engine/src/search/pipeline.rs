//! The default mode: both legs in their context, fused, with what else speaks for a memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{Extracted, MemoryId, TimeRange, extract_time_expression};
use ports::{Context, ContextQuery, MemoryStore};
use ranking::{Around, Covered, DISTANCE, Found, Naming, Parts, Prior, Weights};

use super::SearchRequest;
use super::explain::{Term, TermName};
use super::legs::Legs;
use crate::open_space::OpenSpace;

/// Where the candidates stand, and what the query says of the world.
#[derive(Default)]
struct Surroundings {
    contexts: HashMap<MemoryId, Context>,
    /// A number for each conversation.
    conversations: HashMap<MemoryId, usize>,
    time: Option<TimeRange>,
    /// The words of the query, between blanks.
    words: String,
}

/// What the legs found, with what is around it and what else speaks for it.
pub(super) async fn gather(
    space: &OpenSpace,
    store: &dyn MemoryStore,
    legs: &Legs,
    query: &str,
    request: &SearchRequest,
    notices: &mut Vec<String>,
) -> Found<MemoryId> {
    let surroundings = Surroundings::of(space, store, legs, query, request, notices).await;
    let around = surroundings.around();
    let mut cosines = legs.cosines();
    if !around.is_empty() {
        add_cosines(store, legs, &around, &mut cosines).await;
    }
    let priors = surroundings.contexts.keys().map(|id| (*id, surroundings.prior(*id))).collect();
    Found {
        words: covered(legs),
        verbatim: legs.words.iter().filter(|word| word.is_verbatim).map(|word| word.id).collect(),
        meaning: legs.by_meaning().candidates,
        // Those of several models cannot be compared.
        cosines: if legs.spaces.len() == 1 { cosines.into_iter().collect() } else { Vec::new() },
        around,
        priors,
    }
}

fn covered(legs: &Legs) -> Vec<Covered<MemoryId>> {
    let found = legs.words.iter();
    found.map(|word| Covered { key: word.id, coverage: word.coverage, terms: word.terms.clone() }).collect()
}

/// Adds the cosines of what words found, and of what is around the candidates.
async fn add_cosines(
    store: &dyn MemoryStore,
    legs: &Legs,
    around: &Around<MemoryId>,
    cosines: &mut BTreeMap<MemoryId, f64>,
) {
    let [nearest] = legs.spaces.as_slice() else { return };
    let near = around.iter().flat_map(|(id, near)| near.iter().map(|(id, _)| *id).chain([*id]));
    let more: BTreeSet<MemoryId> = near.filter(|id| !cosines.contains_key(id)).collect();
    let more: Vec<MemoryId> = more.into_iter().collect();
    match store.cosines(&nearest.model, &nearest.query, &more).await {
        Ok(found) => cosines.extend(found.into_iter().map(|candidate| (candidate.id, candidate.score))),
        Err(error) => tracing::warn!(error = %error, "reading cosines of neighbours failed"),
    }
}

impl Surroundings {
    async fn of(
        space: &OpenSpace,
        store: &dyn MemoryStore,
        legs: &Legs,
        query: &str,
        request: &SearchRequest,
        notices: &mut Vec<String>,
    ) -> Self {
        let ids: Vec<MemoryId> = legs.ids().into_iter().collect();
        let asked = ContextQuery { ids, filter: request.filter.clone(), distance: DISTANCE };
        let contexts = match store.context(&asked).await {
            Ok(contexts) => contexts,
            Err(error) => {
                tracing::warn!(error = %error, "reading where memories stand failed");
                notices.push(format!("conversations were not looked at: {error}"));
                return Self::default();
            }
        };
        let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
        let mut conversations = HashMap::new();
        for context in &contexts {
            if let Some(key) = &context.conversation {
                let next = numbers.len();
                conversations.insert(context.id, *numbers.entry(key).or_insert(next));
            }
        }
        let clock = &space.parts.clock;
        let Extracted { range: time, .. } = extract_time_expression(query, clock.now(), &clock.zone());
        let words = spaced(query);
        let contexts = contexts.into_iter().map(|context| (context.id, context)).collect();
        Self { contexts, conversations, time, words }
    }

    fn around(&self) -> Around<MemoryId> {
        let near = |context: &Context| {
            let near = context.neighbours.iter();
            near.map(|near| (near.id, near.offset.unsigned_abs() as usize)).collect::<Vec<_>>()
        };
        let all = self.contexts.iter().map(|(id, context)| (*id, near(context)));
        all.filter(|(_, near)| !near.is_empty()).collect()
    }

    fn prior(&self, id: MemoryId) -> Prior {
        Prior {
            naming: self.naming(id),
            is_timely: self.is_timely(id),
            conversation: self.conversations.get(&id).copied(),
        }
    }

    /// Whether the query names who says it, or an entity it is linked to.
    fn naming(&self, id: MemoryId) -> Naming {
        let names = self.contexts.get(&id).map_or(&[][..], |context| &context.names);
        let names: Vec<String> =
            names.iter().map(|name| spaced(name)).filter(|name| name.len() > 2).collect();
        if names.iter().any(|name| self.words.contains(name)) {
            return Naming::Named;
        }
        if names.is_empty() { Naming::Nobody } else { Naming::Other }
    }

    fn is_timely(&self, id: MemoryId) -> bool {
        let time = self.contexts.get(&id).and_then(|context| context.time);
        self.time.zip(time).is_some_and(|(range, time)| range.contains(time))
    }
}

/// The words of a text in small letters, with a blank before and after each.
fn spaced(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.fold(" ".to_owned(), |all, word| all + &word.to_lowercase() + " ")
}

/// The parts of a score, as terms that add up to it.
pub(super) fn added(parts: &Parts, weights: &Weights) -> Vec<Term> {
    let whole = 1.0 + weights.conversation;
    let term = |name, value, weight: f64| Term { name, raw: None, value, weight: weight / whole };
    let mut terms = vec![term(TermName::Fit, parts.fit, 1.0)];
    let small = [(TermName::Names, parts.named), (TermName::Time, parts.timely)];
    let counted = small.into_iter().filter(|(_, part)| *part > 0.0);
    terms.extend(counted.map(|(name, part)| term(name, 1.0, part)));
    terms.push(term(TermName::Conversation, parts.conversation, weights.conversation));
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_named_as_whole_words() {
        let query = spaced("When did Caroline's sister visit New York?");
        for (name, is_named) in
            [("Caroline", true), ("new york", true), ("Carol", false), ("York Minster", false), ("--", false)]
        {
            let name = spaced(name);
            assert_eq!(name.len() > 2 && query.contains(&name), is_named, "{name}");
        }
    }
}

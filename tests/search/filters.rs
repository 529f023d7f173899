//! A filter leaves out and never adds, in every mode, and there are as many hits as there can be.

use std::collections::BTreeSet;

use engine::{Mode, SearchRequest, StoreRequest};
use model::{ContentHash, Filter, MemoryType, Origin, OriginKind, PartitionScope, TagMatch, Tags, Timestamp};
use ports::{Clock, Page};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::place::{Place, cases, everywhere, text, texts};

const WORDS: [&str; 8] = ["ferry", "harbour", "lantern", "copper", "winter", "garden", "violin", "engine"];
const TAGS: [&str; 4] = ["red", "green", "two words", "agent:ann"];
const KINDS: [&str; 3] = ["note", "task", "decision"];
const AGENTS: [&str; 2] = ["ann", "bo"];
/// The most that a search gives.
const ALL: u32 = 100;
const MEMORIES: usize = 70;

/// What a memory is, besides its text.
#[derive(Debug, Clone)]
struct Facts {
    words: Vec<usize>,
    tags: BTreeSet<usize>,
    kind: Option<usize>,
    day: u32,
    agent: Option<usize>,
    conversation: Option<u8>,
    is_in_attic: bool,
}

fn facts() -> impl Strategy<Value = Facts> {
    let tags = proptest::collection::btree_set(0..TAGS.len(), 0..3);
    let who = (of(0..AGENTS.len()), of(0..3_u8), proptest::bool::weighted(0.1));
    (vec(0..WORDS.len(), 1..6), tags, of(0..KINDS.len()), 0..50_u32, who).prop_map(
        |(words, tags, kind, day, (agent, conversation, is_in_attic))| Facts {
            words,
            tags,
            kind,
            day,
            agent,
            conversation,
            is_in_attic,
        },
    )
}

/// Which conditions a filter has.
#[derive(Debug, Clone)]
struct Wanted {
    tags: Vec<usize>,
    all_tags: bool,
    kind: Option<usize>,
    from: Option<u32>,
    before: Option<u32>,
    agent: Option<usize>,
    conversation: Option<u8>,
    in_attic: Option<bool>,
    keys: Option<Vec<usize>>,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let some = |share: f64, days: std::ops::Range<u32>| proptest::option::weighted(share, days);
    let who = (
        proptest::option::weighted(0.2, 0..AGENTS.len()),
        proptest::option::weighted(0.2, 0..3_u8),
        proptest::option::weighted(0.6, any::<bool>()),
        proptest::option::weighted(0.1, vec(0..MEMORIES, 0..5)),
    );
    let kind = proptest::option::weighted(0.3, 0..KINDS.len());
    (vec(0..TAGS.len(), 0..3), any::<bool>(), kind, some(0.2, 0..25), some(0.2, 25..50), who).prop_map(
        |(tags, all_tags, kind, from, before, (agent, conversation, in_attic, keys))| Wanted {
            tags,
            all_tags,
            kind,
            from,
            before,
            agent,
            conversation,
            in_attic,
            keys,
        },
    )
}

fn at(place: &Place, day: u32) -> Timestamp {
    place.clock.now().plus_seconds(f64::from(day) * 86_400.0 - 1e7)
}

fn content(number: usize, facts: &Facts) -> String {
    let words: Vec<&str> = facts.words.iter().map(|word| WORDS[*word]).collect();
    format!("{} memo{number}", words.join(" "))
}

fn request(place: &Place, number: usize, facts: &Facts) -> StoreRequest {
    let tags: Vec<&str> = facts.tags.iter().map(|tag| TAGS[*tag]).collect();
    let origin = Origin {
        agent: facts.agent.map(|agent| AGENTS[agent].to_owned()),
        conversation: facts.conversation.map(|conversation| format!("talk {conversation}")),
        ..Origin::of(OriginKind::Agent)
    };
    StoreRequest {
        tags: Tags::parse(&tags.join(",")).unwrap(),
        memory_type: facts.kind.and_then(|kind| MemoryType::parse(KINDS[kind]).unwrap()),
        occurred_at: Some(at(place, facts.day)),
        origin: Some(origin),
        partition: model::Partition::parse(if facts.is_in_attic { "attic" } else { "default" }).unwrap(),
        ..text(&content(number, facts))
    }
}

fn filter(place: &Place, wanted: &Wanted, memories: &[Facts]) -> Filter {
    let tags: Vec<&str> = wanted.tags.iter().map(|tag| TAGS[*tag]).collect();
    let key = |number: &usize| {
        let facts = memories.get(*number)?;
        Some(ContentHash::of(&model::Content::parse(content(*number, facts)).unwrap()))
    };
    Filter {
        hashes: wanted.keys.as_ref().map(|keys| keys.iter().filter_map(key).collect()),
        tags: Tags::parse(&tags.join(",")).unwrap(),
        tag_match: if wanted.all_tags { TagMatch::All } else { TagMatch::Any },
        memory_type: wanted.kind.and_then(|kind| MemoryType::parse(KINDS[kind]).unwrap()),
        created_from: wanted.from.map(|day| at(place, day)),
        created_before: wanted.before.map(|day| at(place, day)),
        agent: wanted.agent.map(|agent| AGENTS[agent].to_owned()),
        conversation: wanted.conversation.map(|conversation| format!("talk {conversation}")),
        partitions: match wanted.in_attic {
            Some(true) => PartitionScope::parse("attic").unwrap(),
            Some(false) => PartitionScope::default(),
            None => PartitionScope::All,
        },
        ..Filter::default()
    }
}

impl Wanted {
    /// Whether a memory meets the filter, by what was stored.
    fn is_met(&self, number: usize, facts: &Facts) -> bool {
        let has = |tag: &usize| facts.tags.contains(tag);
        let tags = match self.all_tags {
            _ if self.tags.is_empty() => true,
            true => self.tags.iter().all(has),
            false => self.tags.iter().any(has),
        };
        let is_of =
            |agent: usize| facts.agent == Some(agent) || (AGENTS[agent] == "ann" && facts.tags.contains(&3));
        tags && self.kind.is_none_or(|kind| facts.kind == Some(kind))
            && self.from.is_none_or(|from| facts.day >= from)
            && self.before.is_none_or(|before| facts.day < before)
            && self.agent.is_none_or(is_of)
            && self.conversation.is_none_or(|own| facts.conversation == Some(own))
            && self.in_attic.is_none_or(|attic| facts.is_in_attic == attic)
            && self.keys.as_ref().is_none_or(|keys| keys.contains(&number))
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn a_filter_never_widens_a_result(
        memories in vec(facts(), 10..MEMORIES),
        filters in vec(wanted(), 8),
        words in vec(0..WORDS.len(), 1..4),
    ) {
        let place = Place::new();
        for (number, facts) in memories.iter().enumerate() {
            place.remember(request(&place, number, facts));
        }
        let query = words.iter().map(|word| WORDS[*word]).collect::<Vec<_>>().join(" ");
        for mode in Mode::ALL {
            let ask = |filter: Filter, limit: u32| {
                let query = Some(query.clone());
                texts(&place.search(SearchRequest { query, mode, filter, limit, ..SearchRequest::default() }))
            };
            let all: BTreeSet<String> = ask(everywhere(), ALL).into_iter().collect();
            for wanted in &filters {
                let filter = filter(&place, wanted, &memories);
                let meant = memories.iter().enumerate().filter(|(number, facts)| wanted.is_met(*number, facts));
                let meant: BTreeSet<String> = meant.map(|(number, facts)| content(number, facts)).collect();
                let found: Vec<String> = ask(filter.clone(), ALL);
                let expected: BTreeSet<String> = meant.intersection(&all).cloned().collect();
                let different: BTreeSet<String> = found.iter().cloned().collect();
                prop_assert_eq!(different.len(), found.len());
                prop_assert_eq!(different, expected.clone(), "{:?} {:?}", mode, filter);
                // As many as are asked for, when there are so many.
                prop_assert_eq!(ask(filter, 3).len(), expected.len().min(3));
            }
        }
    }

    #[test]
    fn what_a_filter_lists_is_what_it_finds(
        memories in vec(facts(), 10..MEMORIES),
        filters in vec(wanted(), 8),
    ) {
        let place = Place::new();
        for (number, facts) in memories.iter().enumerate() {
            place.remember(request(&place, number, facts));
        }
        for wanted in &filters {
            let filter = filter(&place, wanted, &memories);
            let page = Page { offset: 0, limit: ALL };
            let listed = place.runtime.block_on(place.store.list(&filter, page)).unwrap();
            let meant = memories.iter().enumerate().filter(|(number, facts)| wanted.is_met(*number, facts));
            prop_assert_eq!(listed.total, meant.count() as u64, "{:?}", filter);
        }
    }
}

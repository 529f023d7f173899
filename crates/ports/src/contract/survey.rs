//! `tag_counts`, `type_counts` and `survey`.

use model::{Filter, NewMemory, PartitionScope};

use super::StoreUnderTest;
use super::sample::{at, create, kind, memory, partition, tags};
use crate::{Ages, MemoryStore, Survey, TagCounts};

fn pairs(counts: TagCounts) -> Vec<(String, u64)> {
    counts.tags.into_iter().map(|count| (count.tag, count.memories)).collect()
}

fn expected(pairs: &[(&str, u64)]) -> Vec<(String, u64)> {
    pairs.iter().map(|(tag, count)| ((*tag).to_owned(), *count)).collect()
}

async fn tagged(store: &dyn MemoryStore, lists: &[&str]) {
    for (n, list) in lists.iter().enumerate() {
        create(store, NewMemory { tags: tags(list), ..memory(&format!("memory {n}")) }).await;
    }
}

async fn types(store: &dyn MemoryStore, filter: &Filter) -> Vec<(Option<String>, u64)> {
    let counts = store.type_counts(filter).await.unwrap();
    counts.into_iter().map(|count| (count.memory_type, count.memories)).collect()
}

pub async fn the_most_frequent_tags_come_first<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    tagged(store, &["b,two words", "b,a", "a,b", "d", ""]).await;
    let counts = store.tag_counts(&Filter::default(), "", 10).await.unwrap();
    assert_eq!(counts.total, 5);
    assert_eq!(pairs(counts), expected(&[("b", 3), ("a", 2), ("d", 1), ("two words", 1), ("untagged", 1)]));
    for (limit, given) in [(0, 0), (2, 2), (5, 5), (usize::MAX, 5)] {
        let counts = store.tag_counts(&Filter::default(), "", limit).await.unwrap();
        assert_eq!((counts.tags.len(), counts.total), (given, 5), "limit {limit}");
    }
}

pub async fn tags_are_counted_without_regard_to_case_and_once_a_memory<S: StoreUnderTest>() {
    let bed = S::empty().await;
    tagged(bed.store(), &["Red", "rED,red", "ärger"]).await;
    let counts = bed.store().tag_counts(&Filter::default(), "", 10).await.unwrap();
    assert_eq!(pairs(counts), expected(&[("red", 2), ("ärger", 1)]));
}

pub async fn tags_can_be_asked_for_by_how_they_begin<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    tagged(store, &["proj:a,project", "proj:a,proj:b", "other,a_b", "axb,100%"]).await;
    for (prefix, given) in [
        ("proj:", &[("proj:a", 2), ("proj:b", 1)][..]),
        ("PROJ", &[("proj:a", 2), ("proj:b", 1), ("project", 1)]),
        ("a_", &[("a_b", 1)]),
        ("%", &[]),
        ("absent", &[]),
    ] {
        let counts = store.tag_counts(&Filter::default(), prefix, 10).await.unwrap();
        assert_eq!(counts.total, given.len() as u64, "{prefix}");
        assert_eq!(pairs(counts), expected(given), "{prefix}");
    }
}

pub async fn kinds_are_counted_as_they_were_stored<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    for (n, name) in ["note", "Note", "note", "", "error", "note"].into_iter().enumerate() {
        create(store, NewMemory { memory_type: kind(name), ..memory(&format!("memory {n}")) }).await;
    }
    let named = |name: &str, count| (Some(name.to_owned()), count);
    assert_eq!(
        types(store, &Filter::default()).await,
        [named("note", 3), (None, 1), named("Note", 1), named("error", 1)]
    );
}

pub async fn counts_are_of_the_memories_that_meet_the_filter<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let red = |text, name| NewMemory { tags: tags("red"), partition: partition(name), ..memory(text) };
    create(store, red("one", "")).await;
    create(store, NewMemory { tags: tags("red,blue"), memory_type: kind("note"), ..memory("two") }).await;
    create(store, red("three", "work")).await;
    create(store, red("gone", "")).await;
    store.delete(&Filter::one(memory("gone").hash), at(1.0)).await.unwrap();
    let notes = Filter { memory_type: kind("note"), ..Filter::default() };
    let counts = store.tag_counts(&notes, "", 10).await.unwrap();
    assert_eq!(pairs(counts), expected(&[("blue", 1), ("red", 1)]));
    let everywhere = Filter { partitions: PartitionScope::All, ..Filter::default() };
    let counts = store.tag_counts(&everywhere, "r", 10).await.unwrap();
    assert_eq!(pairs(counts), expected(&[("red", 3)]));
    assert_eq!(types(store, &everywhere).await, [(None, 2), (Some("note".to_owned()), 1)]);
    assert_eq!(types(store, &notes).await, [(Some("note".to_owned()), 1)]);
    assert_eq!(store.survey(&notes, at(0.0)).await.unwrap().memories, 1);
}

pub async fn an_empty_store_has_an_empty_survey<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let survey = bed.store().survey(&Filter::default(), at(0.0)).await.unwrap();
    assert_eq!(survey.weeks.len(), 12);
    assert!(survey.weeks.iter().all(|week| week.memories == 0));
    assert_eq!(survey, Survey { weeks: survey.weeks.clone(), ..Survey::default() });
    assert_eq!(types(bed.store(), &Filter::default()).await, []);
    let counts = bed.store().tag_counts(&Filter::default(), "", 10).await.unwrap();
    assert_eq!(counts, TagCounts::default());
}

pub async fn everything_is_counted<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let note = |text| NewMemory { memory_type: kind("note"), tags: tags("red"), ..memory(text) };
    create(store, note("fünf Wörter sind in diesem")).await;
    create(store, NewMemory { partition: partition("work"), ..note("日本語 🧠") }).await;
    create(store, memory("old")).await;
    bed.supersede(&memory("old").hash, &memory("fünf Wörter sind in diesem").hash).await;
    let all = Filter { partitions: PartitionScope::All, include_superseded: true, ..Filter::default() };
    let survey = store.survey(&all, at(0.0)).await.unwrap();
    assert_eq!((survey.memories, survey.superseded), (3, 1));
    assert_eq!((survey.words, survey.characters, survey.longest_characters), (8, 34, 26));
    assert_eq!(survey.partitions, [(partition("default"), 2), (partition("work"), 1)]);
    assert_eq!(pairs(survey.tags), expected(&[("red", 2), ("untagged", 1)]));
    assert_eq!(survey.types.len(), 2);
    assert_eq!((survey.types[0].memory_type.as_deref(), survey.types[0].memories), (Some("note"), 2));
    assert_eq!(survey.ages, Ages { day: 3, ..Ages::default() });
}

pub async fn ages_and_weeks_are_told_at_their_edges<S: StoreUnderTest>() {
    let bed = S::empty().await;
    let store = bed.store();
    let days = [-1.0, 0.5, 1.0, 6.9, 7.0, 29.0, 30.0, 89.0, 90.0, 364.0, 365.0, 4000.0];
    for age in days {
        let created_at = at(-86_400.0 * age);
        create(store, NewMemory { created_at, ..memory(&format!("{age} days old")) }).await;
    }
    let survey = store.survey(&Filter::default(), at(0.0)).await.unwrap();
    assert_eq!(survey.ages, Ages { day: 2, week: 2, month: 2, quarter: 2, year: 2, older: 2, unknown: 0 });
    let weeks: Vec<u64> = survey.weeks.iter().map(|week| week.memories).collect();
    assert_eq!(weeks, [0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 5], "the newest week is the last");
    assert_eq!(survey.weeks[11].from, at(-7.0 * 86_400.0));
}

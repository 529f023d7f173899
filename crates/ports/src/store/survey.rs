//! What the memories are like: counts by tag, kind, partition, age.

use std::collections::BTreeMap;

use model::{Partition, Timestamp};

/// How many memories have a tag. Tags are told apart without regard to ASCII case, as filters do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The tag, ASCII letters small.
    pub tag: String,
    /// How many memories have it.
    pub memories: u64,
}

/// The most frequent tags, and how many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagCounts {
    /// The most frequent first, then in the order of the alphabet.
    pub tags: Vec<TagCount>,
    /// How many different tags there are.
    pub total: u64,
}

/// How many memories are of a kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeCount {
    /// The kind, as it was stored; none for memories without one.
    pub memory_type: Option<String>,
    /// How many memories are of it.
    pub memories: u64,
}

/// How many tags a [`Survey`] names.
pub const SURVEY_TAGS: usize = 20;
/// How many weeks a [`Survey`] looks back.
pub const SURVEY_WEEKS: usize = 12;

/// What the memories that meet a filter are like.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// How many there are.
    pub memories: u64,
    /// How many of them another memory took the place of.
    pub superseded: u64,
    /// By kind, the most frequent first.
    pub types: Vec<TypeCount>,
    /// By partition, in the order of the names.
    pub partitions: Vec<(Partition, u64)>,
    /// The [`SURVEY_TAGS`] most frequent tags.
    pub tags: TagCounts,
    /// By age.
    pub ages: Ages,
    /// How many were stored in each of the last [`SURVEY_WEEKS`] weeks (of 7 days, counted back from now), oldest first.
    pub weeks: Vec<WeekCount>,
    /// Words, counted by the white space between them.
    pub words: u64,
    /// Unicode characters.
    pub characters: u64,
    /// Characters of the longest memory.
    pub longest_characters: u64,
}

/// How many memories were stored how long ago. Each is counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ages {
    /// Less than a day (or in the future).
    pub day: u64,
    /// Less than 7 days.
    pub week: u64,
    /// Less than 30 days.
    pub month: u64,
    /// Less than 90 days.
    pub quarter: u64,
    /// Less than 365 days.
    pub year: u64,
    /// Longer ago.
    pub older: u64,
    /// Memories without a readable time.
    pub unknown: u64,
}

/// How many memories were stored in a week.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WeekCount {
    /// When the week began.
    pub from: Timestamp,
    /// How many were stored.
    pub memories: u64,
}

/// What a [`Survey`] looks at in a memory.
#[derive(Debug, Clone, Copy)]
pub struct Surveyed<'a> {
    /// Its text.
    pub content: &'a str,
    /// Its tags.
    pub tags: &'a [String],
    /// Its kind.
    pub memory_type: Option<&'a str>,
    /// Its partition.
    pub partition: &'a str,
    /// When it was stored.
    pub created_at: Option<Timestamp>,
    /// Whether another one took its place.
    pub is_superseded: bool,
}

/// Counts tags.
#[derive(Debug, Clone, Default)]
pub struct TagTally(BTreeMap<String, u64>);

impl TagTally {
    /// Counts the tags of a memory.
    pub fn add(&mut self, tags: &[String]) {
        let mut own: Vec<String> = tags.iter().map(|tag| tag.to_ascii_lowercase()).collect();
        own.sort_unstable();
        own.dedup();
        for tag in own {
            *self.0.entry(tag).or_default() += 1;
        }
    }

    /// The most frequent of those that begin with a prefix (without regard to ASCII case).
    #[must_use]
    pub fn counts(self, prefix: &str, limit: usize) -> TagCounts {
        let prefix = prefix.to_ascii_lowercase();
        let begins = |(tag, _): &(String, u64)| tag.starts_with(&prefix);
        let mut tags: Vec<TagCount> =
            self.0.into_iter().filter(begins).map(|(tag, memories)| TagCount { tag, memories }).collect();
        let total = tags.len() as u64;
        tags.sort_by(|a, b| b.memories.cmp(&a.memories).then_with(|| a.tag.cmp(&b.tag)));
        tags.truncate(limit);
        TagCounts { tags, total }
    }
}

/// Counts kinds.
#[derive(Debug, Clone, Default)]
pub struct TypeTally(BTreeMap<Option<String>, u64>);

impl TypeTally {
    /// Counts so many memories of a kind.
    pub fn add(&mut self, memory_type: Option<&str>, memories: u64) {
        *self.0.entry(memory_type.map(str::to_owned)).or_default() += memories;
    }

    /// The most frequent first, then in the order of the alphabet, memories without a kind first.
    #[must_use]
    pub fn counts(self) -> Vec<TypeCount> {
        let mut types: Vec<TypeCount> =
            self.0.into_iter().map(|(memory_type, memories)| TypeCount { memory_type, memories }).collect();
        types.sort_by_key(|kind| std::cmp::Reverse(kind.memories));
        types
    }
}

/// Makes a [`Survey`] of memories, one after the other.
#[derive(Debug)]
pub struct Surveyor {
    now: Timestamp,
    survey: Survey,
    tags: TagTally,
    types: TypeTally,
    partitions: BTreeMap<String, u64>,
}

const DAY_SECONDS: f64 = 86_400.0;

impl Surveyor {
    /// Begins; ages are counted from `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "a dozen weeks")]
        let from = |back: usize| now.plus_seconds(-7.0 * DAY_SECONDS * back as f64);
        let weeks =
            (1..=SURVEY_WEEKS).rev().map(|back| WeekCount { from: from(back), memories: 0 }).collect();
        Self {
            now,
            survey: Survey { weeks, ..Survey::default() },
            tags: TagTally::default(),
            types: TypeTally::default(),
            partitions: BTreeMap::new(),
        }
    }

    /// Counts a memory.
    pub fn add(&mut self, memory: Surveyed<'_>) {
        let characters = memory.content.chars().count() as u64;
        self.survey.memories += 1;
        self.survey.superseded += u64::from(memory.is_superseded);
        self.survey.words += memory.content.split_whitespace().count() as u64;
        self.survey.characters += characters;
        self.survey.longest_characters = self.survey.longest_characters.max(characters);
        self.tags.add(memory.tags);
        self.types.add(memory.memory_type, 1);
        *self.partitions.entry(memory.partition.to_owned()).or_default() += 1;
        *self.age_class(memory.created_at) += 1;
        if let Some(created_at) = memory.created_at
            && let Some(week) = self.survey.weeks.iter_mut().rev().find(|week| week.from <= created_at)
        {
            week.memories += 1;
        }
    }

    fn age_class(&mut self, created_at: Option<Timestamp>) -> &mut u64 {
        let ages = &mut self.survey.ages;
        let Some(created_at) = created_at else { return &mut ages.unknown };
        let days = (self.now.as_seconds() - created_at.as_seconds()) / DAY_SECONDS;
        match () {
            () if days < 1.0 => &mut ages.day,
            () if days < 7.0 => &mut ages.week,
            () if days < 30.0 => &mut ages.month,
            () if days < 90.0 => &mut ages.quarter,
            () if days < 365.0 => &mut ages.year,
            () => &mut ages.older,
        }
    }

    /// What was found.
    #[must_use]
    pub fn finish(self) -> Survey {
        let partitions = self.partitions.into_iter().map(|(name, count)| (Partition::stored(name), count));
        Survey {
            types: self.types.counts(),
            tags: self.tags.counts("", SURVEY_TAGS),
            partitions: partitions.collect(),
            ..self.survey
        }
    }
}

//! Why a memory was found, and why at its place.

/// How a score came about: each part, as it was and as it was counted.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// What was counted. Where there is a [`TermName::Fit`], words and meaning make it up, and it and the terms after it
    /// make up the score.
    pub terms: Vec<Term>,
    /// Whether the memory has the whole query in its text, and so leads.
    pub is_verbatim: bool,
    /// The score of the terms together, 0 to 1.
    pub base_score: f64,
    /// What its quality made of that score, if it was to count.
    pub boost: Option<Boost>,
}

/// One part of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// What it is.
    pub name: TermName,
    /// The value as it was found, on its own scale; none when the memory was not found by it.
    pub raw: Option<f64>,
    /// The value as it was counted, 0 to 1 (words may be beyond).
    pub value: f64,
    /// How much it counted, 0 to 1.
    pub weight: f64,
}

/// What a [`Term`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermName {
    /// How much of the query its words cover.
    Words,
    /// The cosine between it and the query, by this model.
    Meaning {
        /// The model's name.
        model: String,
    },
    /// The cosine, as ranking counts it.
    Semantic,
    /// How recent it is.
    TimeDecay,
    /// How often it was used.
    AccessFrequency,
    /// How good it is.
    Quality,
    /// That the query is in its text.
    Text,
    /// How well its text fits: words and meaning together.
    Fit,
    /// That the query names who says it, or an entity it is linked to.
    Names,
    /// That it is of the time that the query speaks of.
    Time,
    /// How well the best memory of its conversation fits; its own fit when it has none.
    Conversation,
}

/// How a quality boost changed a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Boost {
    /// How much quality counts, 0 to 1.
    pub weight: f64,
    /// The memory's quality, 0 to 1.
    pub quality: f64,
}

impl TermName {
    /// Its name on every wire: `words`, `meaning`, `semantic`, `time_decay`, `access_frequency`, `quality`, `text`,
    /// `fit`, `names`, `time`, `conversation`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Meaning { .. } => "meaning",
            Self::Semantic => "semantic",
            Self::TimeDecay => "time_decay",
            Self::AccessFrequency => "access_frequency",
            Self::Quality => "quality",
            Self::Text => "text",
            Self::Fit => "fit",
            Self::Names => "names",
            Self::Time => "time",
            Self::Conversation => "conversation",
        }
    }
}

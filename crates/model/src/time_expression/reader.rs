//! The position in the tokens, and the choice between rules.

use super::period::{Calendar, Period};
use super::tokens::{Kind, Token};
use super::vocabulary::{self, LEADS};

/// What the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// A time expression: every reading of its words is welcome.
    Expression,
    /// Prose: words that usually mean something else need a sign that they mean a time.
    Prose,
}

/// Reads rules of the grammar from a position on. A rule that does not fit gives none and leaves the position as it was.
#[derive(Debug, Clone)]
pub(super) struct Reader<'a> {
    tokens: &'a [Token],
    pub(super) at: usize,
    pub(super) calendar: Calendar<'a>,
    pub(super) manner: Manner,
    /// The word before the phrase that shows it to be a time: `in`, `since`.
    pub(super) lead: Option<&'a str>,
}

type Rule<'a> = fn(&mut Reader<'a>) -> Option<Period>;

impl<'a> Reader<'a> {
    pub(super) fn new(tokens: &'a [Token], at: usize, calendar: Calendar<'a>, manner: Manner) -> Self {
        Self { tokens, at, calendar, manner, lead: None }
    }

    /// One period: the longest that a rule finds here, or a part of it.
    pub(super) fn period(&mut self) -> Option<Period> {
        let part = self.attempt(Self::part_of_a_day).or_else(|| self.attempt(Self::third));
        if let Some(part) = part.or_else(|| self.attempt(Self::week_of)) {
            return Some(part);
        }
        let period = self.bare_period()?;
        Some(self.narrowed(period))
    }

    /// A period without the words that take a part of it.
    pub(super) fn bare_period(&mut self) -> Option<Period> {
        let rules: [Rule<'a>; 9] = [
            Reader::day_word,
            Reader::weekday,
            Reader::ago,
            Reader::last_units,
            Reader::unit_word,
            Reader::recently,
            Reader::written_date,
            Reader::yearly,
            Reader::year_alone,
        ];
        let (period, at) = self.longest(&rules)?;
        self.at = at;
        Some(period)
    }

    fn longest(&self, rules: &[Rule<'a>]) -> Option<(Period, usize)> {
        let mut longest: Option<(Period, usize)> = None;
        for rule in rules {
            let mut reader = self.clone();
            if let Some(period) = rule(&mut reader)
                && longest.is_none_or(|(_, at)| reader.at > at)
            {
                longest = Some((period, reader.at));
            }
        }
        longest
    }

    /// Runs a rule; when it does not fit, the position stays.
    pub(super) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.clone();
        let found = rule(self);
        if found.is_none() {
            *self = before;
        }
        found
    }

    pub(super) fn is_prose(&self) -> bool {
        self.manner == Manner::Prose
    }

    /// Whether the phrase is shown to be a time by one of these words before it, or need not be.
    pub(super) fn is_led_by(&self, leads: &[&str]) -> bool {
        !self.is_prose() || self.lead.is_some_and(|lead| leads.contains(&lead))
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn token(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// The next word, when it is a word.
    pub(super) fn word(&self) -> Option<&'a str> {
        match &self.token()?.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether the next word is one of these.
    pub(super) fn sees(&self, words: &[&str]) -> bool {
        self.token().is_some_and(|token| token.is_word(words))
    }

    /// Passes one of these words.
    pub(super) fn take(&mut self, words: &[&str]) -> Option<&'a str> {
        let word = self.word().filter(|word| words.contains(word))?;
        self.at += 1;
        Some(word)
    }

    /// Passes these words, in this order.
    pub(super) fn take_all(&mut self, words: &[&str]) -> Option<()> {
        self.attempt(|reader| words.iter().all(|word| reader.take(&[word]).is_some()).then_some(()))
    }

    pub(super) fn take_mark(&mut self, marks: &[char]) -> Option<char> {
        let Kind::Mark(mark) = self.token()?.kind else { return None };
        marks.contains(&mark).then(|| self.at += 1)?;
        Some(mark)
    }

    /// Passes a word that `meaning` knows.
    pub(super) fn known<T>(&mut self, meaning: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let found = meaning(self.word()?)?;
        self.at += 1;
        Some(found)
    }

    /// A number in figures that is not the end of a fraction or of an amount of money.
    pub(super) fn figures(&mut self) -> Option<u16> {
        let is_fragment = self.token()?.joined
            && ['.', ',', ':', '/', '$', '#', '@', '=', '+', '-'].iter().any(|mark| self.follows_mark(*mark));
        if is_fragment { None } else { self.bare_figures() }
    }

    /// A number in figures, whatever stands before it.
    pub(super) fn bare_figures(&mut self) -> Option<u16> {
        let Kind::Number(number) = self.token()?.kind else { return None };
        self.at += 1;
        Some(number)
    }

    /// Whether a hyphen stands between the last token and the next.
    pub(super) fn is_hyphenated(&self) -> bool {
        let is_after_word = self.at > 0 && !self.tokens[self.at - 1].is_mark();
        is_after_word && self.token().is_some_and(|token| token.joined && !token.is_mark())
    }

    pub(super) fn follows_mark(&self, mark: char) -> bool {
        self.at > 0 && self.tokens[self.at - 1].kind == Kind::Mark(mark)
    }

    /// Whether the token at a place stands behind this word.
    pub(super) fn follows_word(&self, at: usize, word: &str) -> bool {
        at > 0 && self.tokens[at - 1].is_word(&[word])
    }

    /// `3`, `three`, `a couple of`.
    pub(super) fn amount(&mut self) -> Option<u16> {
        if let Some(number) = self.figures() {
            return Some(number);
        }
        if let Some(number) = self.known(vocabulary::number) {
            return Some(number);
        }
        self.attempt(|reader| {
            reader.take(&["a"]);
            reader.take(&["couple"])?;
            reader.take(&["of"]);
            Some(2)
        })
    }

    /// `first`, `1st`.
    pub(super) fn ordinal(&mut self) -> Option<u16> {
        if let Some(Token { kind: Kind::Ordinal(number), .. }) = self.token() {
            self.at += 1;
            return Some(*number);
        }
        self.known(vocabulary::ordinal)
    }

    /// Passes words such as `in the` or `earlier in the`, and keeps the first as the lead.
    pub(super) fn skip_lead(&mut self) {
        for _ in 0..2 {
            if let Some(lead) = self.take(LEADS) {
                self.lead = self.lead.or(Some(lead));
            }
        }
        self.attempt(|reader| {
            reader.take(&["the"])?;
            // "The recently added feature" keeps its article.
            (reader.lead.is_some() || !reader.sees(&["recently", "recent"])).then_some(())
        });
    }
}

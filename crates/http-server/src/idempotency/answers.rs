//! Answers that were given under a key: so many at most, for so long, in memory.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode};
use model::Timestamp;

/// How long an answer is kept.
pub(super) const LIFETIME_S: f64 = 24.0 * 3600.0;
/// The most keys that are known.
pub(super) const MAX_KEYS: usize = 10_000;
/// The most bytes that kept answers have together.
pub(super) const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The part of all keys, and of all bytes, that one caller may have: one in so many.
const SHARE: usize = 4;

/// Who used which key.
pub(super) type Entry = (String, String);

/// Answers that were given under a key.
#[derive(Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    entries: HashMap<Entry, State>,
    /// Those with an answer, in the order in which they were answered: the first goes first.
    answered: BTreeMap<u64, Entry>,
    count: u64,
    bytes: usize,
    /// What each caller has of it.
    shares: HashMap<String, Share>,
}

/// What one caller has.
#[derive(Default)]
struct Share {
    keys: usize,
    bytes: usize,
    /// Those with an answer, by the numbers that they have among all.
    answered: BTreeSet<u64>,
}

struct State {
    fingerprint: [u8; 32],
    /// What was answered when; none while the request is being worked on.
    answered: Option<(Answer, Timestamp)>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) content_type: Option<HeaderValue>,
    pub(super) body: Bytes,
}

/// What a request with a key is to do.
pub(super) enum Begun {
    /// It is the first: it is carried out.
    First(Turn),
    /// It was carried out; this was the answer.
    Kept(Answer),
    /// It is being carried out.
    Running,
    /// The key was used for another request.
    Another,
    /// Too many requests with keys are being worked on.
    Full,
}

/// The right to carry out the request of a key. Dropped without an answer, the key is as if it had never been used.
pub(super) struct Turn {
    answers: Answers,
    entry: Option<Entry>,
}

impl Answers {
    /// Looks a key up and, when it is new, claims it.
    pub(super) fn begin(&self, entry: Entry, fingerprint: [u8; 32], now: Timestamp) -> Begun {
        let mut known = self.known();
        known.forget_old(now);
        if let Some(state) = known.entries.get(&entry) {
            return match &state.answered {
                _ if state.fingerprint != fingerprint => Begun::Another,
                Some((answer, _)) => Begun::Kept(answer.clone()),
                None => Begun::Running,
            };
        }
        if known.share(&entry.0).0 >= MAX_KEYS / SHARE && !known.forget_first_of(&entry.0) {
            return Begun::Full;
        }
        if known.entries.len() >= MAX_KEYS && !known.forget_first() {
            return Begun::Full;
        }
        known.shares.entry(entry.0.clone()).or_default().keys += 1;
        known.entries.insert(entry.clone(), State { fingerprint, answered: None });
        Begun::First(Turn { answers: self.clone(), entry: Some(entry) })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn forget_old(&mut self, now: Timestamp) {
        let limit = now.plus_seconds(-LIFETIME_S);
        while self.first().is_some_and(|since| since <= limit) && self.forget_first() {}
    }

    /// When the first of those with an answer was answered.
    fn first(&self) -> Option<Timestamp> {
        let (_, entry) = self.answered.first_key_value()?;
        Some(self.entries.get(entry)?.answered.as_ref()?.1)
    }

    /// Forgets the key that was answered first, if there is one.
    fn forget_first(&mut self) -> bool {
        let Some(number) = self.answered.keys().next().copied() else { return false };
        self.forget(number);
        true
    }

    /// Forgets the key of this caller that was answered first, if there is one.
    fn forget_first_of(&mut self, caller: &str) -> bool {
        let number = self.shares.get(caller).and_then(|share| share.answered.first().copied());
        number.inspect(|number| self.forget(*number)).is_some()
    }

    /// Forgets the key that was answered with this number.
    fn forget(&mut self, number: u64) {
        let Some(entry) = self.answered.remove(&number) else { return };
        let bytes = self.remove(&entry);
        self.bytes -= bytes;
        if let Some(share) = self.shares.get_mut(&entry.0) {
            share.bytes -= bytes;
            share.answered.remove(&number);
        }
    }

    /// Takes a key away; returns how many bytes were kept for it.
    fn remove(&mut self, entry: &Entry) -> usize {
        let Some(state) = self.entries.remove(entry) else { return 0 };
        if let Some(share) = self.shares.get_mut(&entry.0) {
            share.keys -= 1;
            if share.keys == 0 {
                self.shares.remove(&entry.0);
            }
        }
        state.answered.map_or(0, |(answer, _)| answer.body.len())
    }

    /// How many keys and bytes a caller has.
    fn share(&self, caller: &str) -> (usize, usize) {
        self.shares.get(caller).map_or((0, 0), |share| (share.keys, share.bytes))
    }
}

impl Turn {
    /// Keeps the answer.
    pub(super) fn keep(mut self, answer: Answer, now: Timestamp) {
        let Some(entry) = self.entry.take() else { return };
        let mut known = self.answers.known();
        let bytes = answer.body.len();
        if bytes > MAX_BYTES / SHARE {
            known.remove(&entry);
            return;
        }
        while known.share(&entry.0).1 + bytes > MAX_BYTES / SHARE && known.forget_first_of(&entry.0) {}
        while known.bytes + bytes > MAX_BYTES && known.forget_first() {}
        if let Some(state) = known.entries.get_mut(&entry) {
            state.answered = Some((answer, now));
            known.bytes += bytes;
            known.count += 1;
            let count = known.count;
            let share = known.shares.entry(entry.0.clone()).or_default();
            share.bytes += bytes;
            share.answered.insert(count);
            known.answered.insert(count, entry);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.answers.known().remove(&entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_microseconds(1_773_243_000_000_000)
    }

    fn entry(key: usize) -> Entry {
        // Everybody has as many as one may have.
        (format!("caller {}", key / (MAX_KEYS / SHARE)), key.to_string())
    }

    fn answer(bytes: usize) -> Answer {
        Answer { status: StatusCode::OK, content_type: None, body: vec![b'x'; bytes].into() }
    }

    fn put(answers: &Answers, key: usize, bytes: usize) {
        let Begun::First(turn) = answers.begin(entry(key), [0; 32], now()) else { panic!("{key} is known") };
        turn.keep(answer(bytes), now());
    }

    fn is_kept(answers: &Answers, key: usize) -> bool {
        matches!(answers.begin(entry(key), [0; 32], now()), Begun::Kept(_))
    }

    #[test]
    fn an_answer_is_kept_for_a_day() {
        let answers = Answers::default();
        put(&answers, 1, 10);
        let at = |seconds: f64| answers.begin(entry(1), [0; 32], now().plus_seconds(seconds));
        assert!(matches!(at(LIFETIME_S - 1.0), Begun::Kept(kept) if kept == answer(10)));
        assert!(matches!(at(LIFETIME_S), Begun::First(_)));
        assert_eq!(answers.known().bytes, 0);
    }

    #[test]
    fn a_key_that_is_being_worked_on_is_taken_until_it_is_given_up() {
        let answers = Answers::default();
        let Begun::First(turn) = answers.begin(entry(1), [0; 32], now()) else { panic!() };
        let later = now().plus_seconds(LIFETIME_S * 2.0);
        assert!(matches!(answers.begin(entry(1), [0; 32], later), Begun::Running));
        assert!(matches!(answers.begin(entry(1), [1; 32], now()), Begun::Another));
        drop(turn);
        assert!(matches!(answers.begin(entry(1), [1; 32], now()), Begun::First(_)));
    }

    #[test]
    fn the_key_that_was_answered_first_goes_first_when_there_are_too_many() {
        let answers = Answers::default();
        (0..MAX_KEYS).for_each(|key| put(&answers, key, 1));
        assert!(is_kept(&answers, 0));
        put(&answers, MAX_KEYS, 1);
        {
            let known = answers.known();
            assert_eq!((known.entries.len(), known.bytes), (MAX_KEYS, MAX_KEYS));
        }
        assert!(is_kept(&answers, 1) && is_kept(&answers, MAX_KEYS) && !is_kept(&answers, 0));
    }

    #[test]
    fn requests_that_are_being_worked_on_are_never_forgotten() {
        let answers = Answers::default();
        let turns: Vec<Begun> = (0..MAX_KEYS).map(|key| answers.begin(entry(key), [0; 32], now())).collect();
        assert!(matches!(answers.begin(entry(MAX_KEYS), [0; 32], now()), Begun::Full));
        assert!(matches!(answers.begin(entry(0), [0; 32], now()), Begun::Running));
        drop(turns);
        assert!(matches!(answers.begin(entry(MAX_KEYS), [0; 32], now()), Begun::First(_)));
    }

    #[test]
    fn answers_have_no_more_bytes_than_the_limit() {
        let answers = Answers::default();
        let keys: Vec<usize> = (0..=SHARE).map(|caller| caller * (MAX_KEYS / SHARE)).collect();
        keys[..SHARE].iter().for_each(|key| put(&answers, *key, MAX_BYTES / SHARE));
        assert!(keys[..SHARE].iter().all(|key| is_kept(&answers, *key)));
        put(&answers, keys[SHARE], 1);
        assert!(!is_kept(&answers, keys[0]) && is_kept(&answers, keys[1]) && is_kept(&answers, keys[SHARE]));
        assert_eq!(answers.known().bytes, MAX_BYTES / SHARE * (SHARE - 1) + 1);
    }

    #[test]
    fn a_caller_has_a_share_of_the_keys_and_pushes_nobody_else_out() {
        let answers = Answers::default();
        let (own, other) = (MAX_KEYS / SHARE, MAX_KEYS);
        put(&answers, other, 1);
        (0..own).for_each(|key| put(&answers, key, 1));
        assert!(is_kept(&answers, 0));
        let one_more = ("caller 0".to_owned(), "one more".to_owned());
        let Begun::First(turn) = answers.begin(one_more, [0; 32], now()) else { panic!("it is known") };
        turn.keep(answer(1), now());
        assert_eq!(answers.known().share("caller 0"), (own, own));
        assert!(is_kept(&answers, other) && is_kept(&answers, 1) && !is_kept(&answers, 0));
    }

    #[test]
    fn a_caller_has_a_share_of_the_bytes() {
        let answers = Answers::default();
        put(&answers, MAX_KEYS, 1);
        put(&answers, 1, MAX_BYTES / SHARE);
        assert!(is_kept(&answers, 1));
        put(&answers, 2, 1);
        assert!(is_kept(&answers, 2) && is_kept(&answers, MAX_KEYS));
        assert_eq!(answers.known().share("caller 0"), (1, 1));
        put(&answers, 3, MAX_BYTES / SHARE + 1);
        assert!(!is_kept(&answers, 1) && !is_kept(&answers, 3) && is_kept(&answers, 2));
        assert_eq!(answers.known().bytes, 2);
    }
}

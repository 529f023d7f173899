//! Answers that were given under a key: so many at most, for so long, in memory.

use std::collections::HashMap;
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

/// Who used which key.
pub(super) type Entry = (String, String);

/// Answers that were given under a key.
#[derive(Clone, Default)]
pub(crate) struct Answers(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    entries: HashMap<Entry, (State, u64)>,
    /// Counts the keys as they come: the one that came first goes first.
    count: u64,
    bytes: usize,
}

struct State {
    fingerprint: [u8; 32],
    /// None while the request is being worked on.
    answer: Option<Answer>,
    since: Timestamp,
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
        if let Some((state, _)) = known.entries.get(&entry) {
            return match &state.answer {
                _ if state.fingerprint != fingerprint => Begun::Another,
                Some(answer) => Begun::Kept(answer.clone()),
                None => Begun::Running,
            };
        }
        if known.entries.len() >= MAX_KEYS && !known.forget_first() {
            return Begun::Full;
        }
        known.count += 1;
        let count = known.count;
        known.entries.insert(entry.clone(), (State { fingerprint, answer: None, since: now }, count));
        Begun::First(Turn { answers: self.clone(), entry: Some(entry) })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn forget_old(&mut self, now: Timestamp) {
        let limit = now.plus_seconds(-LIFETIME_S);
        let bytes = &mut self.bytes;
        self.entries.retain(|_, (state, _)| match &state.answer {
            Some(answer) if state.since <= limit => {
                *bytes -= answer.body.len();
                false
            }
            _ => true,
        });
    }

    /// Forgets the answer of the key that came first, if there is one.
    fn forget_first(&mut self) -> bool {
        let answered = self.entries.iter().filter(|(_, (state, _))| state.answer.is_some());
        let first = answered.min_by_key(|(_, (_, count))| *count).map(|(entry, _)| entry.clone());
        let Some((State { answer: Some(answer), .. }, _)) =
            first.and_then(|entry| self.entries.remove(&entry))
        else {
            return false;
        };
        self.bytes -= answer.body.len();
        true
    }
}

impl Turn {
    /// Keeps the answer.
    pub(super) fn keep(mut self, answer: Answer, now: Timestamp) {
        let Some(entry) = self.entry.take() else { return };
        let mut known = self.answers.known();
        let bytes = answer.body.len();
        while known.bytes + bytes > MAX_BYTES && known.forget_first() {}
        if bytes > MAX_BYTES {
            known.entries.remove(&entry);
        } else if let Some((state, _)) = known.entries.get_mut(&entry) {
            (state.answer, state.since) = (Some(answer), now);
            known.bytes += bytes;
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.answers.known().entries.remove(&entry);
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
        ("somebody".to_owned(), key.to_string())
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
    fn the_key_that_came_first_goes_first_when_there_are_too_many() {
        let answers = Answers::default();
        (0..MAX_KEYS).for_each(|key| put(&answers, key, 1));
        assert!(is_kept(&answers, 0));
        put(&answers, MAX_KEYS, 1);
        assert_eq!((answers.known().entries.len(), answers.known().bytes), (MAX_KEYS, MAX_KEYS));
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
        put(&answers, 1, MAX_BYTES / 2);
        put(&answers, 2, MAX_BYTES / 2);
        assert!(is_kept(&answers, 1) && is_kept(&answers, 2));
        put(&answers, 3, 1);
        assert!(is_kept(&answers, 2) && is_kept(&answers, 3));
        assert_eq!(answers.known().bytes, MAX_BYTES / 2 + 1);
        put(&answers, 4, MAX_BYTES + 1);
        assert!(!is_kept(&answers, 4));
    }
}

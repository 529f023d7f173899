//! Mixed load: clients that store, search, list, change, delete and listen, and then look whether all of it is there.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::connection::Connection;
use super::load::Work;
use super::server::Target;
use crate::bench::workload::Workload;

/// How many errors of a client are told.
const MOST_ERRORS: usize = 3;
/// Numbers of texts that a client has for itself.
const TEXTS_OF_ONE: usize = 10_000;

/// What a client does in one step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    Store,
    Search,
    List,
    Update,
    Delete,
    Listen,
}

/// What clients do, over and over; each begins at another place.
const CYCLE: [Action; 20] = {
    use Action::{Delete, List, Listen, Search, Store, Update};
    [
        Store, Search, Store, List, Update, Search, Store, Delete, Search, Store, List, Store, Search,
        Update, Store, Listen, Search, Store, Delete, List,
    ]
};

impl Action {
    fn of(client: usize, step: usize) -> Self {
        CYCLE[(client * 7 + step) % CYCLE.len()]
    }
}

/// What the load is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Mixed {
    pub(crate) target: Target,
    pub(crate) clients: usize,
    pub(crate) seconds: f64,
    /// The number of the first text.
    pub(crate) first: usize,
}

/// What came of it.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outcome {
    pub(crate) stored: usize,
    pub(crate) searched: usize,
    pub(crate) listed: usize,
    pub(crate) updated: usize,
    pub(crate) deleted: usize,
    pub(crate) listened: usize,
    /// Acknowledged writes that were read back as they were acknowledged.
    pub(crate) read_back: usize,
    /// Acknowledged writes that were not.
    pub(crate) lost: usize,
    /// How many requests failed.
    pub(crate) failed: usize,
    /// Some of the errors.
    pub(crate) errors: Vec<String>,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.stored += other.stored;
        self.searched += other.searched;
        self.listed += other.listed;
        self.updated += other.updated;
        self.deleted += other.deleted;
        self.listened += other.listened;
        self.read_back += other.read_back;
        self.lost += other.lost;
        self.failed += other.failed;
        self.errors.extend(other.errors.into_iter().take(MOST_ERRORS));
    }

    /// How many requests were answered.
    pub(crate) fn requests(&self) -> usize {
        self.stored + self.searched + self.listed + self.updated + self.deleted + self.listened
    }

    /// How many memories there are more than before.
    pub(crate) fn more(&self) -> usize {
        self.stored - self.deleted
    }
}

/// A memory whose storing was acknowledged.
struct Kept {
    hash: String,
    content: String,
    /// The tag of the last change that was acknowledged.
    tag: Option<String>,
}

/// One client and what it was promised.
struct Client<'a> {
    mixed: &'a Mixed,
    workload: &'a Workload,
    number: usize,
    connection: Option<Connection>,
    kept: Vec<Kept>,
    deleted: Vec<String>,
    outcome: Outcome,
}

/// Loads the server and reads everything back.
pub(crate) fn run(mixed: &Mixed) -> Result<Outcome, String> {
    let workload = Workload::new();
    let done = Barrier::new(mixed.clients);
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..mixed.clients)
            .map(|number| {
                let mut client = Client {
                    mixed,
                    workload: &workload,
                    number,
                    connection: None,
                    kept: Vec::new(),
                    deleted: Vec::new(),
                    outcome: Outcome::default(),
                };
                let done = &done;
                scope.spawn(move || {
                    client.work();
                    // What one reads back, no other is still at work beside.
                    done.wait();
                    client.read_back();
                    client.outcome
                })
            })
            .collect();
        let mut outcome = Outcome::default();
        for client in clients {
            outcome.add(client.join().map_err(|_| "a client panicked".to_owned())?);
        }
        Ok(outcome)
    })
}

impl Client<'_> {
    fn work(&mut self) {
        let end = Instant::now() + Duration::from_secs_f64(self.mixed.seconds);
        let mut step = 0;
        while Instant::now() < end {
            let done = self.act(Action::of(self.number, step), step);
            self.note(done);
            step += 1;
        }
    }

    fn key(&self) -> &str {
        &self.mixed.target.keys[self.number % self.mixed.target.keys.len()]
    }

    fn connection(&mut self) -> Result<&mut Connection, String> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.mixed.target.address, self.key())?,
        };
        Ok(self.connection.insert(connection))
    }

    fn note(&mut self, done: Result<(), String>) {
        let Err(error) = done else { return };
        // What is left on it belongs to the request that failed.
        self.connection = None;
        self.outcome.failed += 1;
        if self.outcome.errors.len() < MOST_ERRORS {
            self.outcome.errors.push(error);
        }
    }

    fn act(&mut self, action: Action, step: usize) -> Result<(), String> {
        match action {
            Action::Store => self.store(),
            Action::Search => {
                let text = Work::Search.text(self.workload, self.mixed.first + self.number * 311 + step);
                Work::Search.ask(self.connection()?, &text)?;
                self.outcome.searched += 1;
                Ok(())
            }
            Action::List => {
                let page =
                    self.connection()?.request("GET", "/api/memories?page=1&page_size=10", None)?.value()?;
                if page["memories"].as_array().is_none_or(Vec::is_empty) {
                    return Err(format!("a page has nothing: {page}"));
                }
                self.outcome.listed += 1;
                Ok(())
            }
            Action::Update => self.update(step),
            Action::Delete => self.delete(),
            Action::Listen => {
                let mut stream = Connection::open(self.mixed.target.address, self.key())?;
                stream.listen()?;
                self.outcome.listened += 1;
                Ok(())
            }
        }
    }

    fn store(&mut self) -> Result<(), String> {
        let number =
            self.mixed.first + self.number * TEXTS_OF_ONE + self.outcome.stored + self.outcome.failed;
        let content = self.workload.memory(number);
        let (_, stored) = Work::Store.ask(self.connection()?, &content)?;
        let hash = stored["content_hash"].as_str().ok_or("a stored memory has no key")?.to_owned();
        self.kept.push(Kept { hash, content, tag: None });
        self.outcome.stored += 1;
        Ok(())
    }

    /// Changes the newest of the own memories.
    fn update(&mut self, step: usize) -> Result<(), String> {
        let Some(Kept { hash, .. }) = self.kept.last() else { return Ok(()) };
        let (path, tag) = (format!("/api/memories/{hash}"), format!("step-{step}"));
        self.connection()?.request("PUT", &path, Some(&json!({"tags": [tag]})))?.value()?;
        if let Some(kept) = self.kept.last_mut() {
            kept.tag = Some(tag);
        }
        self.outcome.updated += 1;
        Ok(())
    }

    /// Deletes the oldest of the own memories.
    fn delete(&mut self) -> Result<(), String> {
        let Some(Kept { hash, .. }) = self.kept.first() else { return Ok(()) };
        let path = format!("/api/memories/{hash}");
        self.connection()?.request("DELETE", &path, None)?.value()?;
        self.deleted.push(self.kept.remove(0).hash);
        self.outcome.deleted += 1;
        Ok(())
    }

    fn read_back(&mut self) {
        for kept in std::mem::take(&mut self.kept) {
            let found = self.is_kept(&kept);
            self.count(found, &kept.hash);
        }
        for hash in std::mem::take(&mut self.deleted) {
            let answer = self.get(&hash);
            self.count(answer.map(|(status, _)| status == 404), &hash);
        }
    }

    fn count(&mut self, is_there: Result<bool, String>, hash: &str) {
        match is_there {
            Ok(true) => self.outcome.read_back += 1,
            Ok(false) => {
                self.outcome.lost += 1;
                if self.outcome.errors.len() < MOST_ERRORS {
                    self.outcome.errors.push(format!("{hash} is not as it was acknowledged"));
                }
            }
            Err(error) => self.note(Err(error)),
        }
    }

    fn is_kept(&mut self, kept: &Kept) -> Result<bool, String> {
        let (status, memory) = self.get(&kept.hash)?;
        let has_tag = match &kept.tag {
            Some(tag) => memory["tags"] == json!([tag]),
            None => true,
        };
        Ok(status == 200 && memory["content"] == json!(kept.content) && has_tag)
    }

    fn get(&mut self, hash: &str) -> Result<(u16, serde_json::Value), String> {
        let answer = self.connection()?.request("GET", &format!("/api/memories/{hash}"), None)?;
        let value = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
        match answer.status {
            200 | 404 => Ok((answer.status, value)),
            status => Err(format!("GET of a memory answered {status}: {value}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, CYCLE, Outcome};

    #[test]
    fn every_client_does_everything_and_they_do_not_do_the_same_at_once() {
        for action in
            [Action::Store, Action::Search, Action::List, Action::Update, Action::Delete, Action::Listen]
        {
            assert!((0..CYCLE.len()).any(|step| Action::of(5, step) == action), "{action:?}");
        }
        let first: Vec<Action> = (0..20).map(|client| Action::of(client, 0)).collect();
        assert!(first.windows(2).any(|pair| pair[0] != pair[1]));
        assert_eq!(first.iter().filter(|action| **action == Action::Listen).count(), 1);
    }

    #[test]
    fn more_is_stored_than_deleted() {
        let count = |wanted| CYCLE.iter().filter(|action| **action == wanted).count();
        assert!(count(Action::Store) > count(Action::Delete));
    }

    #[test]
    fn what_clients_did_is_added_up() {
        let one = || Outcome {
            stored: 3,
            deleted: 1,
            searched: 2,
            lost: 1,
            errors: vec!["e".to_owned()],
            ..Outcome::default()
        };
        let mut both = one();
        both.add(one());
        assert_eq!((both.more(), both.requests(), both.lost, both.errors.len()), (4, 12, 2, 2));
    }
}

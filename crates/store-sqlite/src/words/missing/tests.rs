//! An index that is built in many transactions: what is found meanwhile, and after any of them was the last.

use model::{Filter, NewMemory, Tags};
use ports::{Check, MemoryStore, WordQuery};

use super::*;
use crate::samples::{self, model};
use crate::{Options, SqliteStore};

/// How many memories: more than are indexed at once.
const COUNT: usize = FEW + 3 * AT_ONCE;

/// A word that no other memory has.
fn name(number: usize) -> String {
    let letter = |digit: char| char::from(b"bdfgklmprt"[digit.to_digit(10).unwrap() as usize]);
    format!("xu{}xi", number.to_string().chars().map(letter).collect::<String>())
}

fn text(number: usize) -> String {
    format!("the walrus of {} sleeps", name(number))
}

fn options(directory: &tempfile::TempDir) -> Options {
    Options::new(directory.path().join("m.db"), model())
}

/// A store of many memories, the file of which was then given an index of an older form.
async fn of_an_older_form(directory: &tempfile::TempDir) {
    let store = SqliteStore::open(options(directory)).await.unwrap();
    for number in 0..COUNT {
        let tags = if number == 2 { "rare" } else { "common" };
        let tags = Tags::parse(tags).unwrap();
        store.insert(NewMemory { tags, ..samples::memory(&text(number)) }).await.unwrap();
    }
    store.close().await;
    let plain = crate::connection::open_plain(&directory.path().join("m.db")).unwrap();
    plain
        .execute_batch(
            "DROP TABLE service_words;
             CREATE VIRTUAL TABLE service_words USING fts5(older, content='', contentless_delete=1, detail='none',
                tokenize='ascii');",
        )
        .unwrap();
}

/// Upgrades the file as opening it does, and indexes as many times as is said, each time as a process that then ends.
fn upgraded(directory: &tempfile::TempDir, steps: usize) -> Connection {
    let connection = crate::connection::open_plain(&directory.path().join("m.db")).unwrap();
    crate::functions::register(&connection).unwrap();
    connection.execute_batch(crate::schema::catalogue::WORDS_VIEWS).unwrap();
    index::rebuild(&connection).unwrap();
    for _ in 0..steps {
        let transaction = connection.unchecked_transaction().unwrap();
        assert!(index_some(&transaction).unwrap());
        transaction.commit().unwrap();
        // One that does not come to its end.
        let interrupted = connection.unchecked_transaction().unwrap();
        index_some(&interrupted).unwrap();
        interrupted.rollback().unwrap();
    }
    connection
}

async fn found(store: &SqliteStore, query: &str, filter: Filter) -> Vec<String> {
    let candidates = store.search_words(&WordQuery(query.to_owned()), &filter, 5).await.unwrap();
    let ids: Vec<_> = candidates.iter().map(|candidate| candidate.id).collect();
    store.get_many(&ids).await.unwrap().into_iter().map(|memory| memory.content).collect()
}

/// Waits until the writing thread has nothing more to do.
async fn settled(store: &SqliteStore) {
    while store.statistics().await.unwrap().unindexed > 0 {
        store.record_access(&[], samples::memory("x").created_at).await.unwrap();
    }
}

#[tokio::test]
async fn nothing_is_lost_wherever_indexing_ends() {
    for steps in 0..4 {
        let directory = tempfile::tempdir().unwrap();
        of_an_older_form(&directory).await;
        let connection = upgraded(&directory, steps);
        let left = COUNT - steps * AT_ONCE;
        assert_eq!(count(&connection).unwrap(), left as u64, "{steps}");
        // Meanwhile the original changes, adds and deletes memories of both kinds.
        for sql in [
            "UPDATE memories SET content = 'an older narwhal' WHERE id = 3",
            "UPDATE memories SET content = 'a newer narwhal' WHERE id = (SELECT max(id) FROM memories)",
            "INSERT INTO memories (content_hash, content, tags) VALUES ('new', 'the newest narwhal', 'theirs')",
            "UPDATE memories SET deleted_at = 5 WHERE id = 4",
            "DELETE FROM memories WHERE id = 5",
        ] {
            connection.execute(sql, []).unwrap();
        }
        drop(connection);
        let store = SqliteStore::open(options(&directory)).await.unwrap();
        settled(&store).await;
        let mut narwhals = found(&store, "narwhals", Filter::default()).await;
        narwhals.sort();
        assert_eq!(narwhals, ["a newer narwhal", "an older narwhal", "the newest narwhal"], "{steps}");
        for number in [0, 1, 5, 6, FEW, COUNT - 2] {
            assert_eq!(found(&store, &name(number), Filter::default()).await, [text(number)]);
        }
        assert!(found(&store, &name(3), Filter::default()).await.is_empty(), "{steps}");
        assert!(store.check(Check::Deep).await.unwrap().is_sound(), "{steps}");
    }
}

#[tokio::test]
async fn opening_a_file_of_many_memories_does_not_wait_for_their_words() {
    let directory = tempfile::tempdir().unwrap();
    of_an_older_form(&directory).await;
    let users = crate::pool::Users::default();
    let mut session =
        crate::pool::Session::new(Arc::new(options(&directory)), users, crate::connection::Access::Write);
    crate::schema::open::prepare(&mut session, &model()).unwrap();
    assert_eq!(count(session.connection().unwrap().0).unwrap(), COUNT as u64);
    let store = SqliteStore::open(options(&directory)).await.unwrap();
    settled(&store).await;
    assert_eq!(found(&store, &name(0), Filter::default()).await, [text(0)]);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn meanwhile_the_newest_are_found_and_filters_miss_nothing() {
    let directory = tempfile::tempdir().unwrap();
    of_an_older_form(&directory).await;
    let connection = upgraded(&directory, 2);
    let filter = Filter { tags: Tags::parse("rare").unwrap(), ..Filter::default() };
    let best = |query: &str, filter: &Filter| {
        let query = WordQuery(query.to_owned());
        let found = crate::words::search::best(&connection, &query, filter, 5).unwrap();
        found.into_iter().map(|candidate| candidate.id.0).collect::<Vec<_>>()
    };
    let last = i64::try_from(COUNT).unwrap();
    assert_eq!(best(&name(COUNT - 1), &Filter::default()), [last]);
    // Its words are missing, and the whole query in its text is not.
    assert_eq!(best(&format!("{} walrus", name(2)), &filter), [0_i64; 0]);
    assert_eq!(best(&format!("walrus of {}", name(2)), &filter), [3]);
    let around = crate::selection::around(&connection, &filter, 5).unwrap();
    assert_eq!(around, None, "an index that is not whole does not tell who can meet a filter");
    assert!(crate::words::is_sound(&connection, WORDS.0).unwrap(), "what is missing is no damage");
}

#[tokio::test]
async fn a_repair_indexes_all_that_is_missing() {
    let directory = tempfile::tempdir().unwrap();
    of_an_older_form(&directory).await;
    drop(upgraded(&directory, 1));
    let store = SqliteStore::open(options(&directory)).await.unwrap();
    store.repair().await.unwrap();
    assert_eq!(store.statistics().await.unwrap().unindexed, 0);
    assert_eq!(found(&store, &name(0), Filter::default()).await, [text(0)]);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

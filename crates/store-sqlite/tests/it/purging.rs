//! Deleting as the original needs it, taking it back, and proof that a purge leaves nothing.

use model::{Filter, NewMemory, Tags};
use ports::{Check, Inserted, LogState, MemoryStore, NotRestored, Purge, Undelete, WordQuery};
use rusqlite::Connection;

use crate::samples::{DIMENSION, Place, Random, embedded, memory, now, vector};

/// Words that are nowhere else, as the text has them and as the index of words does.
const SECRET: &str = "Quetzalcoatlus zyzzyvas met plenipotentiary xylophonists";
const PIECES: [&str; 4] = ["uetzalcoatlu", "zyzzyva", "lenipotentiar", "ylophonis"];

/// How often a piece of the secret is in the files of a place that nobody has open, in any case.
fn found_in_files(place: &Place) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(place.directory.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap().to_ascii_lowercase();
            for piece in PIECES {
                let count = bytes.windows(piece.len()).filter(|window| *window == piece.as_bytes()).count();
                if count > 0 {
                    found.push((format!("{piece} in {}", path.display()), count));
                }
            }
        }
    }
    found
}

fn secret() -> NewMemory {
    let long = format!("{SECRET}. {}", format!("{SECRET} again. ").repeat(400));
    NewMemory { tags: Tags::parse("zyzzyva-tag").unwrap(), ..embedded(&long, 1) }
}

fn count(connection: &Connection, sql: &str) -> i64 {
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn nothing_of_a_purged_text_is_in_the_files() {
    let place = Place::empty();
    // This setting is not obeyed.
    let pragmas = vec![("secure_delete".to_owned(), "OFF".to_owned())];
    let options = store_sqlite::Options { pragmas, ..place.options() };
    let store = store_sqlite::SqliteStore::open(options).await.unwrap();
    for n in 0..150 {
        store.insert(embedded(&format!("an ordinary text with the number {n}"), 100 + n)).await.unwrap();
        if n == 70 {
            store.insert(secret()).await.unwrap();
        }
    }
    // Written again and again, so that copies of the row lie about.
    let change = |n: i32| ports::Change {
        tags: Some(
            Tags::parse(&format!("zyzzyva-tag,{}", "x".repeat(usize::try_from(n).unwrap() * 7))).unwrap(),
        ),
        ..ports::Change::default()
    };
    for n in 1..10 {
        store.update(&secret().hash, change(n)).await.unwrap().unwrap();
    }
    store.delete(&Filter::one(secret().hash), now()).await.unwrap();
    // The events of release 12.4 hold the text as well.
    let plain = place.plain();
    for op in ["create", "delete"] {
        let payload = if op == "create" { SECRET } else { "{}" };
        plain
            .execute(
                "INSERT INTO sync_events (event_id, op, content_hash, payload, created_at) VALUES (?1, ?1, ?2, ?3, 1.0)",
                [op, secret().hash.as_str(), payload],
            )
            .unwrap();
    }
    drop(plain);
    let purged = store.purge(Purge::DeletedBefore(now().plus_seconds(1.0))).await.unwrap();
    assert_eq!((purged.hashes.as_slice(), purged.log), (&[secret().hash][..], LogState::Emptied));
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
    store.close().await;
    assert_eq!(found_in_files(&place), []);
    assert_eq!(
        count(&place.plain(), "SELECT count(*) FROM sync_events"),
        1,
        "that it was deleted is still told"
    );
}

/// Secrets of many sizes among ordinary texts of many sizes, changed, replaced and deleted in any order.
#[tokio::test]
async fn texts_of_any_size_and_history_leave_nothing() {
    for seed in 0..6 {
        let place = Place::empty();
        let store = place.open().await;
        let mut random = Random::new(seed);
        let mut keys = Vec::new();
        for n in 0..40_u64 {
            let repeated = usize::try_from(random.next() % 90).unwrap();
            let ordinary = format!("number {n}. {}", "some words of no account ".repeat(repeated));
            store.insert(embedded(&ordinary, n)).await.unwrap();
            let repeated = usize::try_from(random.next() % 60).unwrap();
            let new =
                embedded(&format!("{n} {SECRET} {}", format!("{SECRET} {n} ").repeat(repeated)), 100 + n);
            let key = new.hash.clone();
            match keys.last().filter(|_| random.next().is_multiple_of(3)) {
                Some(old) => drop(store.supersede(old, new, Some(SECRET.to_owned())).await.unwrap()),
                None => drop(store.insert(new).await.unwrap()),
            }
            keys.push(key);
            let changed = &keys[usize::try_from(random.next()).unwrap_or(7) % keys.len()];
            let tags = Some(Tags::parse(&format!("zyzzyva-{},x", "y".repeat(repeated))).unwrap());
            store.update(changed, ports::Change { tags, ..ports::Change::default() }).await.unwrap();
            if random.next().is_multiple_of(4) {
                store.delete(&Filter::one(changed.clone()), now()).await.unwrap();
            }
        }
        let all = Filter { hashes: Some(keys.clone()), include_superseded: true, ..Filter::default() };
        store.delete(&all, now()).await.unwrap();
        let purged = store.purge(Purge::Hashes(keys.clone())).await.unwrap();
        assert!(purged.hashes.len() > 30 && purged.live.is_empty(), "{purged:?}");
        assert!(store.check(Check::Deep).await.unwrap().is_sound());
        assert_eq!(store.statistics().await.unwrap().memories, 40);
        store.close().await;
        assert_eq!(found_in_files(&place), [], "seed {seed}");
    }
}

#[tokio::test]
async fn pages_that_the_original_freed_are_overwritten() {
    let place = Place::empty();
    place.open().await.close().await;
    let theirs = place.plain();
    theirs.pragma_update(None, "secure_delete", "OFF").unwrap();
    theirs
        .execute(
            "INSERT INTO memories (content_hash, content, tags, metadata, created_at, deleted_at)
                VALUES ('theirs', ?, '', '{}', 1.0, 2.0)",
            [secret().content.as_str()],
        )
        .unwrap();
    theirs.execute("UPDATE memories SET content = 'short' WHERE content_hash = 'theirs'", []).unwrap();
    theirs.pragma_update(None, "wal_checkpoint", "TRUNCATE").unwrap();
    drop(theirs);
    let sum = |place: &Place| found_in_files(place).iter().map(|(_, count)| count).sum::<usize>();
    assert!(sum(&place) > 1500, "it is in pages that were freed");
    let store = place.open().await;
    let purged = store.purge(Purge::DeletedBefore(now())).await.unwrap();
    assert_eq!(purged.hashes.len(), 1);
    store.close().await;
    // What is left is in the unused part of one page that is in use: not within reach without a vacuum.
    assert!(sum(&place) < 80, "{}", sum(&place));
}

#[tokio::test]
async fn a_deletion_without_a_purge_keeps_the_text_for_undoing() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(secret()).await.unwrap();
    store.delete(&Filter::one(secret().hash), now()).await.unwrap();
    store.close().await;
    assert!(!found_in_files(&place).is_empty(), "the search for it finds what is there");
}

#[tokio::test]
async fn a_log_that_others_read_is_told() {
    let place = Place::empty();
    let options =
        store_sqlite::Options { busy_limit: std::time::Duration::from_millis(20), ..place.options() };
    let store = store_sqlite::SqliteStore::open(options).await.unwrap();
    store.insert(secret()).await.unwrap();
    let reader = place.plain();
    reader.execute_batch("BEGIN; SELECT count(*) FROM memories").unwrap();
    store.delete(&Filter::one(secret().hash), now()).await.unwrap();
    let purged = store.purge(Purge::Hashes(vec![secret().hash])).await.unwrap();
    assert_eq!((purged.hashes.len(), purged.log), (1, LogState::InUse));
    reader.execute_batch("COMMIT").unwrap();
    drop(reader);
    store.close().await;
    assert_eq!(found_in_files(&place), [], "the last one that closes empties it");
}

#[tokio::test]
async fn a_purge_empties_the_log_that_one_before_it_could_not() {
    let place = Place::empty();
    let options =
        store_sqlite::Options { busy_limit: std::time::Duration::from_millis(20), ..place.options() };
    let store = store_sqlite::SqliteStore::open(options).await.unwrap();
    store.insert(secret()).await.unwrap();
    store.delete(&Filter::one(secret().hash), now()).await.unwrap();
    let reader = place.plain();
    reader.execute_batch("BEGIN; SELECT count(*) FROM memories").unwrap();
    let all = || Purge::DeletedBefore(now().plus_seconds(60.0));
    assert_eq!(store.purge(all()).await.unwrap().log, LogState::InUse);
    reader.execute_batch("COMMIT").unwrap();
    // The file is open: it may be looked at, but not read.
    let log = || std::fs::metadata(place.path().with_extension("db-wal")).unwrap().len();
    assert!(log() > 0);
    let purged = store.purge(all()).await.unwrap();
    assert_eq!((purged.hashes.len(), purged.log, log()), (0, LogState::Emptied, 0));
    drop(reader);
    store.close().await;
}

#[tokio::test]
async fn an_undone_deletion_brings_edges_and_vectors_back() {
    let place = Place::empty();
    let store = place.open().await;
    for (text, seed) in [("a", 1), ("b", 2), ("c", 3)] {
        store.insert(embedded(text, seed)).await.unwrap();
    }
    let key = |text: &str| memory(text).hash;
    let plain = place.plain();
    let edge = |from: &str, to: &str| {
        plain
            .execute(
                "INSERT INTO memory_graph VALUES (?, ?, 0.5, '[\"semantic\"]', '{\"n\": 1}', 7.25, 'causes')",
                [from, to],
            )
            .unwrap();
    };
    edge(key("a").as_str(), key("b").as_str());
    edge(key("b").as_str(), key("c").as_str());
    edge(key("c").as_str(), "an entity");
    let edges = || -> Vec<String> {
        let mut statement = plain
            .prepare("SELECT format('%s|%s|%s|%s|%s|%s|%s', source_hash, target_hash, similarity, connection_types,
                metadata, created_at, relationship_type) FROM memory_graph ORDER BY 1")
            .unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let before = edges();
    let first = store.delete(&Filter::one(key("b")), now()).await.unwrap();
    let second = store.delete(&Filter::one(key("c")), now()).await.unwrap();
    assert_eq!(edges(), [""; 0]);
    assert_eq!(count(&plain, "SELECT count(*) FROM memory_embeddings"), 1, "the original does not find it");
    store.undelete(Undelete::Deletion(first.id.unwrap())).await.unwrap();
    assert_eq!(edges().len(), 1, "an edge needs both its ends");
    store.undelete(Undelete::Deletion(second.id.unwrap())).await.unwrap();
    assert_eq!(edges(), before);
    let found = store.search_vectors(&vector(2), &Filter::default(), 1).await.unwrap();
    assert!(found[0].score > 0.999_999, "{found:?}");
    assert_eq!(store.unembedded(None, 10).await.unwrap(), []);
    assert_eq!(count(&plain, "SELECT sum(embedding_pending) FROM memories"), 0);
    for table in ["service_deleted", "service_deleted_edges", "service_deleted_vectors"] {
        assert_eq!(count(&plain, &format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
}

#[tokio::test]
async fn a_tombstone_of_the_original_can_be_brought_back() {
    let place = Place::of("upstream_12.4.db");
    let store = place.open().await;
    store.settle_vector_space(true).await.unwrap();
    let gone = model::ContentHash::stored("e5f2c55ce58d772662a2d832688dd2d0d44c2f6aff2f8773d7929cff65e3ce96");
    let back = store.undelete(Undelete::Hashes(vec![gone.clone()])).await.unwrap();
    assert_eq!(back.restored, std::slice::from_ref(&gone));
    let read = store.get(&gone).await.unwrap().unwrap();
    assert_eq!(read.content, "Temporary scratch line that gets deleted.");
    let waiting = store.unembedded(None, 10).await.unwrap();
    assert!(waiting.iter().any(|memory| memory.hash == gone), "it waits for its vector");
    let words = store.search_words(&WordQuery("scratch".to_owned()), &Filter::default(), 5).await.unwrap();
    assert_eq!(words.len(), 1);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_vector_that_does_not_fit_any_more_is_pending() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(embedded("text", 1)).await.unwrap();
    let deletion = store.delete(&Filter::one(memory("text").hash), now()).await.unwrap();
    place
        .plain()
        .execute("UPDATE service_deleted_vectors SET vector = zeroblob(?)", [DIMENSION * 4])
        .unwrap();
    let back = store.undelete(Undelete::Deletion(deletion.id.unwrap())).await.unwrap();
    assert_eq!(back.restored.len(), 1);
    assert_eq!(store.unembedded(None, 10).await.unwrap().len(), 1);
    assert_eq!(count(&place.plain(), "SELECT embedding_pending FROM memories"), 1);
}

#[tokio::test]
async fn what_the_original_purged_or_stored_anew_is_told() {
    let place = Place::empty();
    let store = place.open().await;
    for text in ["purged", "anew"] {
        store.insert(memory(text)).await.unwrap();
    }
    let both = Filter { hashes: Some(vec![memory("purged").hash, memory("anew").hash]), ..Filter::default() };
    let deletion = store.delete(&both, now()).await.unwrap();
    place.plain().execute_batch("DELETE FROM memories WHERE content = 'purged'").unwrap();
    assert!(matches!(store.insert(memory("anew")).await.unwrap(), Inserted::Created { .. }));
    let back = store.undelete(Undelete::Deletion(deletion.id.unwrap())).await.unwrap();
    assert_eq!(back.restored, []);
    assert_eq!(
        back.not_restored,
        [(memory("purged").hash, NotRestored::Gone), (memory("anew").hash, NotRestored::Live)]
    );
}

#[tokio::test]
async fn what_the_original_recorded_of_a_deletion_outlives_a_purge() {
    let place = Place::of("upstream_12.4.db");
    let store = place.open().await;
    let gone = model::ContentHash::stored("e5f2c55ce58d772662a2d832688dd2d0d44c2f6aff2f8773d7929cff65e3ce96");
    let recorded = model::Timestamp::from_seconds(1_795_335_786.438_716_7);
    assert_eq!(store.recorded_deletion(&gone).await.unwrap(), recorded);
    let purged = store.purge(Purge::Hashes(vec![gone.clone()])).await.unwrap();
    assert_eq!(purged.hashes, std::slice::from_ref(&gone));
    assert_eq!(store.recorded_deletion(&gone).await.unwrap(), recorded);
    let sql = format!("SELECT count(*) FROM sync_events WHERE content_hash = '{gone}'");
    assert_eq!(count(&place.plain(), &sql), 1, "the event that held the text is gone");
    assert_eq!(store.recorded_deletion(&memory("never deleted").hash).await.unwrap(), None);
}

#[tokio::test]
async fn what_waits_for_the_index_of_words_is_out_of_it_before_a_purge_ends() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("an ordinary text")).await.unwrap();
    // More than one transaction indexes beside its own work.
    for n in 0..700 {
        store.insert(memory(&format!("{SECRET} {n}"))).await.unwrap();
    }
    place.plain().execute("UPDATE memories SET deleted_at = 1.0 WHERE content LIKE 'Quetz%'", []).unwrap();
    let purged = store.purge(Purge::DeletedBefore(now())).await.unwrap();
    assert_eq!(purged.hashes.len(), 700);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
    store.close().await;
    assert_eq!(found_in_files(&place), []);
    assert_eq!(count(&place.plain(), "SELECT count(*) FROM service_words_queue"), 0);
}

#[tokio::test]
async fn nothing_stays_of_a_row_that_the_original_replaced() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("an ordinary text")).await.unwrap();
    // The original takes the vector out of its table itself.
    store.insert(NewMemory { vector: None, ..secret() }).await.unwrap();
    let (hash, plain) = (secret().hash, place.plain());
    let before = count(&plain, "SELECT max(id) FROM memories");
    // As its synchronisation takes in what another host changed.
    plain
        .execute(
            "INSERT OR REPLACE INTO memories (content_hash, content, tags, metadata, created_at, updated_at)
                SELECT content_hash, content, tags, metadata, created_at, updated_at FROM memories
                WHERE content_hash = ?",
            [hash.as_str()],
        )
        .unwrap();
    assert_eq!(
        store.search_words(&WordQuery("zyzzyvas".to_owned()), &Filter::default(), 9).await.unwrap().len(),
        1
    );
    for table in ["service_origins", "service_vectors", "service_usage"] {
        assert_eq!(count(&plain, &format!("SELECT count(*) FROM {table} WHERE id = {before}")), 0, "{table}");
    }
    drop(plain);
    store.delete(&Filter::one(hash.clone()), now()).await.unwrap();
    store.purge(Purge::Hashes(vec![hash])).await.unwrap();
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
    store.close().await;
    assert_eq!(found_in_files(&place), []);
}

#[tokio::test]
async fn another_program_may_write_a_memory_twice_in_any_way() {
    let place = Place::empty();
    let store = place.open().await;
    store.insert(memory("an ordinary text")).await.unwrap();
    let plain = place.plain();
    for sql in [
        "UPDATE memories SET tags = 'one'",
        "UPDATE OR FAIL memories SET tags = 'two'",
        "INSERT INTO memories (content_hash, content, tags) SELECT content_hash, content, tags FROM memories WHERE true
            ON CONFLICT (content_hash) DO UPDATE SET tags = 'three'",
        "INSERT OR IGNORE INTO memories (content_hash, content) SELECT content_hash, content FROM memories",
        "UPDATE OR ROLLBACK memories SET tags = 'four'",
    ] {
        plain.execute(sql, []).unwrap();
    }
    let filter = Filter { tags: Tags::parse("four").unwrap(), ..Filter::default() };
    assert_eq!(store.search_words(&WordQuery("ordinary".to_owned()), &filter, 9).await.unwrap().len(), 1);
}

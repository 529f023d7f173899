//! The index of vectors against the exact result, whoever wrote what and in what order.

use std::collections::{BTreeMap, HashSet};

use model::{Filter, MemoryId, ModelIdentity, NewMemory, Tags, Vector};
use ports::{Check, MemoryStore, Unembedded};
use rusqlite::{Connection, params};
use store_sqlite::{Options, SqliteStore};

use crate::samples::{DIMENSION, Place, Random, embedded, memory, model_of, vector};

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}

/// Vectors in clusters, some of them the same, some of other lengths.
fn clustered(random: &mut Random, dimension: usize, count: usize) -> Vec<Vec<f32>> {
    let centres: Vec<Vec<f32>> = (0..5).map(|_| random.numbers(dimension)).collect();
    let mut vectors: Vec<Vec<f32>> = Vec::new();
    for n in 0..count {
        if n % 17 == 16 {
            vectors.push(vectors[n - 9].clone());
            continue;
        }
        let scale = if n % 5 == 0 { 30.0 } else { 1.0 };
        let offset = random.numbers(dimension);
        let own = centres[n % 5].iter().zip(offset).map(|(centre, offset)| scale * (centre + 0.8 * offset));
        vectors.push(own.collect());
    }
    vectors
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let sum = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    sum(a, b) / (sum(a, a) * sum(b, b)).sqrt()
}

/// What is nearest by the vectors themselves.
fn exact(vectors: &BTreeMap<i64, Vec<Vec<f32>>>, query: &[f32]) -> Vec<(i64, f64)> {
    let nearest = |of: &Vec<Vec<f32>>| of.iter().map(|vector| cosine(vector, query)).fold(-2.0, f64::max);
    let mut all: Vec<(i64, f64)> = vectors.iter().map(|(id, of)| (*id, nearest(of))).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    all
}

/// Holds an answer against the exact one: the same memories in the same order, but for such that are equally near.
async fn assert_exact(
    store: &SqliteStore,
    vectors: &BTreeMap<i64, Vec<Vec<f32>>>,
    query: &[f32],
    filter: &Filter,
    limit: usize,
) {
    let expected = exact(vectors, query);
    let query = Vector::new(query.to_vec()).unwrap();
    let found = store.search_vectors(&query, filter, limit).await.unwrap();
    assert_eq!(found.len(), limit.min(expected.len()), "{limit}");
    let mut seen = HashSet::new();
    for (at, candidate) in found.iter().enumerate() {
        let own = expected.iter().find(|(id, _)| *id == candidate.id.0);
        let (_, cosine) = own.unwrap_or_else(|| panic!("{candidate:?} is not there"));
        assert!((candidate.score - cosine).abs() < 5e-5, "{candidate:?} {cosine}");
        assert!((candidate.score - expected[at].1).abs() < 1e-4, "{at}: {candidate:?} {:?}", expected[at]);
        assert!(seen.insert(candidate.id), "twice");
    }
}

/// A store of another dimension.
async fn of_dimension(place: &Place, dimension: usize) -> SqliteStore {
    SqliteStore::open(Options { model: model_of(dimension), ..place.options() }).await.unwrap()
}

#[tokio::test]
async fn the_answer_is_the_exact_one_for_small_sets_of_any_dimension() {
    for (seed, dimension, count) in [(1, 8, 3), (2, 8, 60), (3, 100, 300), (4, 384, 700), (5, 768, 40)] {
        let (place, mut random) = (Place::empty(), Random::new(seed));
        let store = of_dimension(&place, dimension).await;
        let vectors = clustered(&mut random, dimension, count * 2);
        let mut there: BTreeMap<i64, Vec<Vec<f32>>> = BTreeMap::new();
        let mut tagged = BTreeMap::new();
        for n in 0..count {
            let chunks =
                if n % 7 == 3 { vec![vectors[count + n].clone(), vectors[n].clone()] } else { Vec::new() };
            let all: Vec<Vec<f32>> = std::iter::once(vectors[n].clone()).chain(chunks.clone()).collect();
            let id = i64::try_from(n).unwrap() + 1;
            if n % 3 == 0 {
                tagged.insert(id, all.clone());
            }
            there.insert(id, all);
            let new = NewMemory {
                tags: Tags::parse(if n % 3 == 0 { "third" } else { "other" }).unwrap(),
                vector: Some(Vector::new(vectors[n].clone()).unwrap()),
                chunks: chunks.into_iter().map(|numbers| Vector::new(numbers).unwrap()).collect(),
                ..memory(&format!("text {n}"))
            };
            store.insert(new).await.unwrap();
        }
        let third = Filter { tags: Tags::parse("third").unwrap(), ..Filter::default() };
        for round in 0..6 {
            let query =
                if round % 2 == 0 { random.numbers(dimension) } else { vectors[round % count].clone() };
            for limit in [1, 10, count + 5] {
                assert_exact(&store, &there, &query, &Filter::default(), limit).await;
                assert_exact(&store, &tagged, &query, &third, limit).await;
            }
        }
    }
}

#[tokio::test]
async fn neither_the_order_nor_the_writer_changes_the_ranking() {
    let mut random = Random::new(9);
    let vectors = clustered(&mut random, DIMENSION, 90);
    let queries: Vec<Vec<f32>> = (0..5).map(|_| random.numbers(DIMENSION)).collect();
    let mut rankings: Vec<Vec<Vec<String>>> = Vec::new();
    for round in 0..3 {
        let place = Place::empty();
        let (one, other) = (place.open().await, place.open().await);
        let theirs = place.plain();
        let mut order: Vec<usize> = (0..vectors.len()).collect();
        order.sort_by_key(|n| Random::new(round * 1000 + *n as u64).next());
        for (at, n) in order.into_iter().enumerate() {
            let new = NewMemory {
                vector: Some(Vector::new(vectors[n].clone()).unwrap()),
                ..memory(&format!("text {n:02}"))
            };
            match (round, at % 3) {
                (0, _) | (_, 0) => drop(one.insert(new).await.unwrap()),
                (1, _) | (_, 1) => drop(other.insert(new).await.unwrap()),
                _ => drop(store_like_the_original(&theirs, &format!("text {n:02}"), &vectors[n])),
            }
            if at % 40 == 20 {
                one.search_vectors(&vector(1), &Filter::default(), 1).await.unwrap();
            }
        }
        let mut ranking = Vec::new();
        for (query, store) in queries.iter().flat_map(|query| [(query, &one), (query, &other)]) {
            let query = Vector::new(query.clone()).unwrap();
            let found = store.search_vectors(&query, &Filter::default(), 90).await.unwrap();
            let ids: Vec<MemoryId> = found.iter().map(|candidate| candidate.id).collect();
            let memories = store.get_many(&ids).await.unwrap();
            let mut by_score: Vec<(i64, String)> = found
                .iter()
                .zip(memories)
                // Equal vectors come in the order of their numbers, which are the order of storing.
                .map(|(candidate, memory)| {
                    #[expect(clippy::cast_possible_truncation, reason = "a millionth")]
                    ((-candidate.score * 1e7) as i64, memory.content)
                })
                .collect();
            by_score.sort();
            ranking.push(by_score.into_iter().map(|(_, text)| text).collect());
        }
        rankings.push(ranking);
    }
    assert_eq!(rankings[0], rankings[1]);
    assert_eq!(rankings[0], rankings[2]);
}

/// Stores a memory as the original does.
fn store_like_the_original(connection: &Connection, text: &str, numbers: &[f32]) -> i64 {
    connection
        .execute(
            "INSERT INTO memories (content_hash, content, tags, memory_type, metadata, created_at, updated_at,
                created_at_iso, updated_at_iso) VALUES (?1, ?1, 'theirs', 'note', '{}', 1.5, 1.5, 'x', 'x')",
            [text],
        )
        .unwrap();
    let id = connection.last_insert_rowid();
    put(connection, id, numbers);
    id
}

fn put(connection: &Connection, id: i64, numbers: &[f32]) {
    let insert = "INSERT INTO memory_embeddings (rowid, content_embedding, store) VALUES (?, ?, 'default')";
    connection.execute(insert, params![id, bytes(numbers)]).unwrap();
}

/// The vectors of live memories, as another program reads them.
fn stored(connection: &Connection) -> BTreeMap<i64, Vec<Vec<f32>>> {
    let sql =
        "SELECT m.id, v.content_embedding FROM memories AS m JOIN memory_embeddings AS v ON v.rowid = m.id
        WHERE m.deleted_at IS NULL";
    let mut statement = connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| {
        let bytes: Vec<u8> = row.get(1)?;
        let numbers =
            bytes.chunks_exact(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect();
        Ok((row.get(0)?, vec![numbers]))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[tokio::test]
async fn no_reader_sees_a_stale_or_a_phantom_row_whoever_writes() {
    let place = Place::empty();
    let (one, other) = (place.open().await, place.open().await);
    let theirs = place.plain();
    let mut random = Random::new(3);
    for step in 0..150_u64 {
        let there: Vec<i64> = stored(&theirs).into_keys().collect();
        let some = there.get(usize::try_from(random.next()).unwrap_or(0) % there.len().max(1)).copied();
        let numbers = random.numbers(DIMENSION);
        let new = || NewMemory {
            vector: Some(Vector::new(numbers.clone()).unwrap()),
            ..memory(&format!("step {step}"))
        };
        match (random.next() % 9, some) {
            (0 | 1, _) | (_, None) => drop(one.insert(new()).await.unwrap()),
            (2, _) => drop(other.insert(new()).await.unwrap()),
            (3, _) => drop(store_like_the_original(&theirs, &format!("step {step}"), &numbers)),
            (4, Some(id)) => {
                let hash = one.get_many(&[MemoryId(id)]).await.unwrap()[0].hash.clone();
                one.delete(&Filter::one(hash), crate::samples::now()).await.unwrap();
            }
            (5, Some(id)) => {
                // As the original deletes.
                theirs.execute("DELETE FROM memory_embeddings WHERE rowid = ?", [id]).unwrap();
                theirs.execute("UPDATE memories SET deleted_at = 5 WHERE id = ?", [id]).unwrap();
            }
            (6, Some(id)) => {
                // Another vector under the same number.
                theirs.execute("DELETE FROM memory_embeddings WHERE rowid = ?", [id]).unwrap();
                put(&theirs, id, &numbers);
            }
            (7, Some(id)) => {
                theirs.execute("DELETE FROM memory_embeddings WHERE rowid = ?", [id]).unwrap();
            }
            (_, Some(_)) => {
                for waiting in other.unembedded(None, 2).await.unwrap() {
                    let vector = Vector::new(random.numbers(DIMENSION)).unwrap();
                    other.add_vectors(vec![(waiting, vector)]).await.unwrap();
                }
            }
        }
        let there = stored(&theirs);
        for store in [&one, &other] {
            assert_exact(store, &there, &numbers, &Filter::default(), 5).await;
        }
    }
    let report = one.check(Check::Deep).await.unwrap();
    assert!(report.is_sound(), "{report:?}");
}

#[tokio::test]
async fn searches_beside_writers_in_threads_give_rows_that_are_there() {
    let place = Place::empty();
    place.open().await.insert(embedded("first", 1)).await.unwrap();
    std::thread::scope(|scope| {
        for writer in 0..3_u64 {
            let place = &place;
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(async {
                    let store = place.open().await;
                    for n in 0..25 {
                        let seed = 10 + writer * 100 + n;
                        let new = embedded(&format!("writer {writer}, number {n}"), seed);
                        store.insert(new.clone()).await.unwrap();
                        let found = store.search_vectors(&vector(seed), &Filter::default(), 1).await.unwrap();
                        assert!(found[0].score > 0.999, "what was stored is found at once: {found:?}");
                        if n % 3 == 0 {
                            store.delete(&Filter::one(new.hash), crate::samples::now()).await.unwrap();
                            let found =
                                store.search_vectors(&vector(seed), &Filter::default(), 1).await.unwrap();
                            assert!(found[0].score < 0.9, "what was deleted is gone at once: {found:?}");
                        }
                    }
                });
            });
        }
    });
    let store = place.open().await;
    let there = stored(&place.plain());
    assert_eq!(there.len(), 1 + 3 * 16);
    assert_exact(&store, &there, vector(5).as_slice(), &Filter::default(), 100).await;
}

fn count(place: &Place, sql: &str) -> i64 {
    place.plain().query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn codes_that_are_missing_are_made_again_beside_the_searches() {
    let place = Place::empty();
    let store = place.open().await;
    for seed in 1..30 {
        store.insert(embedded(&format!("number {seed}"), seed)).await.unwrap();
    }
    store.close().await;
    place.plain().execute_batch("DELETE FROM service_codes; DELETE FROM service_parts").unwrap();
    let store = place.open().await;
    assert_exact(&store, &stored(&place.plain()), vector(7).as_slice(), &Filter::default(), 10).await;
    // Writes are done in turn: after this one the codes are there.
    store.record_access(&[], crate::samples::now()).await.unwrap();
    assert_eq!(count(&place, "SELECT count(*) FROM service_codes"), 29);
    assert_eq!(count(&place, "SELECT count(*) FROM service_parts"), 29);
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
}

#[tokio::test]
async fn a_wrong_code_is_told_and_made_again() {
    let place = Place::empty();
    let store = place.open().await;
    for seed in 1..4 {
        store.insert(embedded(&format!("number {seed}"), seed)).await.unwrap();
    }
    let swap = "UPDATE service_codes SET code = (SELECT code FROM service_codes WHERE id = 2) WHERE id = 1";
    place.plain().execute(swap, []).unwrap();
    let report = store.check(Check::Deep).await.unwrap();
    let told: Vec<&str> = report.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(told.contains(&"1 codes are not those of their vectors"), "{told:?}");
    assert_eq!(store.repair().await.unwrap().len(), 1);
    assert_exact(&store, &stored(&place.plain()), vector(1).as_slice(), &Filter::default(), 3).await;
    store.record_access(&[], crate::samples::now()).await.unwrap();
    assert!(store.check(Check::Deep).await.unwrap().is_sound());
    assert!(store.repair().await.unwrap().is_empty());
}

#[tokio::test]
async fn nothing_of_a_purged_vector_is_left() {
    let place = Place::empty();
    let store = place.open().await;
    for seed in 1..4 {
        store.insert(embedded(&format!("number {seed}"), seed)).await.unwrap();
    }
    let long = format!("number 9 {}", "and so on ".repeat(100));
    let new = NewMemory { chunks: vec![vector(19), vector(29)], ..embedded(&long, 9) };
    store.insert(new.clone()).await.unwrap();
    let mut traces = Vec::new();
    for sql in
        ["SELECT code FROM service_codes WHERE id = 4", "SELECT vector FROM service_parts WHERE id = 4"]
    {
        let connection = place.plain();
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        traces.extend(rows.map(|bytes| bytes.unwrap()[4..36].to_vec()));
    }
    assert_eq!(traces.len(), 6);
    store.delete(&Filter::one(new.hash.clone()), crate::samples::now()).await.unwrap();
    store.purge(ports::Purge::Hashes(vec![new.hash])).await.unwrap();
    store.close().await;
    for table in ["service_codes", "service_parts"] {
        assert_eq!(count(&place, &format!("SELECT count(*) FROM {table} WHERE id = 4")), 0);
    }
    let bytes = std::fs::read(place.path()).unwrap();
    for trace in traces {
        assert!(!bytes.windows(trace.len()).any(|window| window == trace), "a piece of it is in the file");
    }
}

#[tokio::test]
async fn a_text_that_the_original_changes_loses_the_vectors_of_its_chunks() {
    let place = Place::empty();
    let store = place.open().await;
    let long = format!("number 9 {}", "and so on ".repeat(100));
    store.insert(NewMemory { chunks: vec![vector(19)], ..embedded(&long, 9) }).await.unwrap();
    store.insert(embedded("short", 1)).await.unwrap();
    let near = |found: &[ports::Candidate]| found.iter().filter(|candidate| candidate.score > 0.99).count();
    let found = store.search_vectors(&vector(19), &Filter::default(), 2).await.unwrap();
    assert_eq!(near(&found), 1);
    place.plain().execute("UPDATE memories SET content = content || ' more' WHERE id = 1", []).unwrap();
    let found = store.search_vectors(&vector(19), &Filter::default(), 2).await.unwrap();
    assert_eq!(near(&found), 0);
    let waiting: Vec<Unembedded> = store.unchunked(None, 5).await.unwrap();
    assert_eq!(waiting.len(), 1);
}

#[tokio::test]
async fn chunks_of_two_models_are_kept_apart() {
    let place = Place::empty();
    let long = format!("text {}", "and so on ".repeat(100));
    let store = place.open().await;
    store.insert(NewMemory { chunks: vec![vector(2)], ..embedded(&long, 1) }).await.unwrap();
    let other = ModelIdentity { name: "another-model".to_owned(), ..crate::samples::model() };
    let options = Options { model: other.clone(), ..place.options() };
    let another = SqliteStore::open(options).await.unwrap();
    assert_eq!(another.search_vectors(&vector(2), &Filter::default(), 5).await.unwrap(), []);
    let waiting = another.unembedded(None, 5).await.unwrap();
    another.add_vectors(vec![(waiting[0].clone(), vector(3))]).await.unwrap();
    let waiting = another.unchunked(None, 5).await.unwrap();
    assert_eq!(another.add_chunks(vec![(waiting[0].clone(), vec![vector(4)])]).await.unwrap(), 1);
    for (store, own, foreign) in [(&store, 2, 4), (&another, 4, 2)] {
        let score = |found: Vec<ports::Candidate>| found[0].score;
        let near = store.search_vectors(&vector(own), &Filter::default(), 1).await.unwrap();
        let far = store.search_vectors(&vector(foreign), &Filter::default(), 1).await.unwrap();
        assert!(score(near) > 0.99 && score(far) < 0.5);
    }
    assert_eq!(store.drop_vectors(&other).await.unwrap(), 1);
    let found = store.search_space(&other, &vector(4), &Filter::default(), 5).await.unwrap();
    assert_eq!(found, []);
    assert_eq!(count(&place, "SELECT count(*) FROM service_parts WHERE part > 0"), 1);
}

//! The index in memory against the exact answer.

use std::collections::HashSet;

use model::{Filter, Vector};
use ports::MemoryStore;
use rusqlite::params;

use crate::samples::{DIMENSION, Place, Random};

const VECTORS: usize = 5_000;
const CLUSTERS: usize = 50;
const QUERIES: usize = 40;
const BEST: usize = 10;

/// Vectors around a number of centres, close enough that the ten nearest of one are hard to tell from the next ten.
fn clustered() -> Vec<Vec<f32>> {
    let mut random = Random::new(7);
    let centres: Vec<Vec<f32>> = (0..CLUSTERS).map(|_| random.numbers(DIMENSION)).collect();
    (0..VECTORS)
        .map(|n| {
            let around = random.numbers(DIMENSION);
            centres[n % CLUSTERS].iter().zip(around).map(|(centre, offset)| centre + 0.5 * offset).collect()
        })
        .collect()
}

/// Writes memories with these vectors at once, as the original would.
fn fill(place: &Place, vectors: &[Vec<f32>]) {
    let mut connection = place.plain();
    let transaction = connection.transaction().unwrap();
    for (n, numbers) in vectors.iter().enumerate() {
        let id = i64::try_from(n).unwrap() + 1;
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        transaction
            .execute(
                "INSERT INTO memories (id, content_hash, content, tags, metadata, created_at)
                    VALUES (?1, 'key ' || ?1, 'text ' || ?1, 'untagged', '{}', ?1)",
                [id],
            )
            .unwrap();
        transaction
            .execute(
                "INSERT INTO memory_embeddings (rowid, content_embedding, store) VALUES (?, ?, 'default')",
                params![id, bytes],
            )
            .unwrap();
    }
    transaction.commit().unwrap();
}

fn exact(vectors: &[Vec<f32>], query: &[f32]) -> Vec<(i64, f64)> {
    let dot =
        |a: &[f32], b: &[f32]| -> f64 { a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum() };
    let length = dot(query, query).sqrt();
    let mut all: Vec<(i64, f64)> = (1..)
        .zip(vectors)
        .map(|(id, vector)| (id, dot(vector, query) / dot(vector, vector).sqrt() / length))
        .collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    all.truncate(BEST);
    all
}

#[tokio::test]
async fn the_ten_nearest_of_five_thousand_are_the_exact_ones() {
    let place = Place::empty();
    let store = place.open().await;
    let vectors = clustered();
    fill(&place, &vectors);
    let mut random = Random::new(11);
    let mut hits = 0;
    for query in 0..QUERIES {
        let offset = random.numbers(DIMENSION);
        let near = vectors[query * 97].iter().zip(offset).map(|(number, offset)| number + 0.3 * offset);
        let query = Vector::new(near.collect()).unwrap();
        let expected = exact(&vectors, query.as_slice());
        let found = store.search_vectors(&query, &Filter::default(), BEST).await.unwrap();
        assert_eq!(found.len(), BEST);
        let ids: HashSet<i64> = expected.iter().map(|(id, _)| *id).collect();
        hits += found.iter().filter(|candidate| ids.contains(&candidate.id.0)).count();
        for candidate in found {
            if let Some((_, cosine)) = expected.iter().find(|(id, _)| *id == candidate.id.0) {
                assert!((candidate.score - cosine).abs() < 1e-5, "{} {cosine}", candidate.score);
            }
        }
    }
    assert!(hits * 100 >= QUERIES * BEST * 99, "{hits} of {}", QUERIES * BEST);
}

#[tokio::test]
async fn a_database_of_nobodys_vectors_is_searched_after_it_was_compared() {
    let place = Place::empty();
    place.open().await.close().await;
    place.plain().execute("DELETE FROM service_info WHERE key LIKE 'vectors of %'", []).unwrap();
    let vectors = clustered();
    fill(&place, &vectors[..200]);
    let store = place.open().await;
    let query = Vector::new(vectors[3].clone()).unwrap();
    assert!(store.search_vectors(&query, &Filter::default(), 5).await.unwrap().is_empty());
    store.settle_vector_space(true).await.unwrap();
    let found = store.search_vectors(&query, &Filter::default(), 5).await.unwrap();
    assert_eq!(found[0].id.0, 4);
}

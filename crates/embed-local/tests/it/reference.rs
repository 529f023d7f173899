//! Against vectors that transformers and torch computed of the same files: `tests/reference.py`.

use embed_local::{LocalEmbedder, ModelDirectory};
use ports::Embedder;
use serde_json::Value;
use testkit::tiny_model::SYNONYMS;

use crate::models::MODELS;
use crate::{vector, written};

fn numbers(value: &Value) -> Vec<f32> {
    value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap() as f32).collect()
}

fn furthest(ours: &[f32], reference: &Value) -> f32 {
    let reference = numbers(reference);
    assert_eq!(ours.len(), reference.len());
    ours.iter().zip(&reference).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max)
}

#[tokio::test]
async fn vectors_are_those_of_transformers_for_every_kind_of_encoder_and_pooling() {
    let reference: Value = serde_json::from_str(include_str!("../data/reference.json")).unwrap();
    let texts: Vec<&str> =
        reference["texts"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    for (name, model) in MODELS {
        let (_home, path) = written(*model);
        let embedder = LocalEmbedder::new(ModelDirectory::open(&path).unwrap());
        let of = &reference["models"][name];
        let together = embedder.embed(&texts).await.unwrap();
        for (at, text) in texts.iter().enumerate() {
            let query = embedder.embed_query(text).await.unwrap();
            for (ours, purpose) in [(&together[at], "document"), (&query, "query")] {
                let furthest = furthest(ours.as_slice(), &of[purpose][at]);
                assert!(furthest < 2e-5, "{name}, {purpose} {text:?}: {furthest}");
            }
        }
    }
}

#[tokio::test]
async fn words_that_mean_the_same_give_the_same_vector_and_others_do_not() {
    let (_home, path) = written(MODELS[0].1);
    let embedder = LocalEmbedder::new(ModelDirectory::open(&path).unwrap());
    let [(car, automobile), _] = SYNONYMS;
    assert_eq!(vector(&embedder, car).await, vector(&embedder, automobile).await);
    assert_ne!(vector(&embedder, car).await, vector(&embedder, "kettle").await);
}

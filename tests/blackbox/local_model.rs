//! A model in a directory: the executable embeds with it, keeps its vectors apart from those of others, and says what is wrong
//! with a directory that it cannot use.

use std::time::Instant;

use serde_json::{Value, json};
use testkit::TinyModel;
use testkit::tiny_model::TINY_DIMENSION;

use crate::harness::process::PATIENCE;
use crate::harness::{Home, integrity};

const CAR: &str = "my car is fast";
const TEA: &str = "the kettle boils water";
const CAT: &str = "the cat sleeps on the mat";

/// A home with a tiny model in `models/mine`, and the path of that.
fn home_with_model() -> (Home, String) {
    let home = Home::new();
    let path = home.path().join("models/mine");
    TinyModel::default().write(&path).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (home, path)
}

fn json_of(home: &Home, arguments: &[&str]) -> Value {
    serde_json::from_str(&home.succeed(&[arguments, &["--json"]].concat())).unwrap()
}

/// What is found by meaning alone, each with its cosine, best first.
fn by_meaning(home: &Home, query: &str) -> Vec<(String, f64)> {
    let found = json_of(home, &["search", query, "--mode", "semantic"]);
    let hits = found["memories"].as_array().unwrap().iter();
    hits.map(|hit| (hit["content"].as_str().unwrap().to_owned(), hit["similarity"].as_f64().unwrap()))
        .collect()
}

fn lengths(vectors: impl Iterator<Item = Vec<f32>>) -> Vec<usize> {
    vectors.map(|vector| vector.len()).collect()
}

#[test]
fn memories_are_embedded_and_found_by_a_model_in_a_directory() {
    let (home, path) = home_with_model();
    let home = home.set("MCP_EMBEDDING_MODEL", &path);
    for text in [CAR, TEA, CAT] {
        assert_eq!(json_of(&home, &["store", text])["vector"], "done");
    }
    // "automobile" is nowhere in the text; to this model it is the same as "car".
    let found = by_meaning(&home, "automobile");
    assert_eq!(found[0].0, CAR, "{found:?}");
    let status = json_of(&home, &["status"]);
    assert_eq!(status["status"], "healthy", "{status}");
    assert_eq!(
        (&status["model"]["name"], &status["model"]["dimension"]),
        (&json!("mine"), &json!(TINY_DIMENSION))
    );
    assert!(status["model"]["revision"].as_str().unwrap().starts_with("sha256-"), "{status}");
    assert!(home.succeed(&["config", "MCP_EMBEDDING_MODEL"]).contains(&path));
    let inside = home.look_inside();
    assert_eq!(lengths(inside.vectors().into_values()), [TINY_DIMENSION; 3]);
    assert_eq!(inside.own_vectors().len(), 0);
}

#[test]
fn a_model_that_was_downloaded_is_used_by_its_name() {
    let home = Home::new();
    let repository = home.path().join(".cache/huggingface/hub/models--org--tiny");
    TinyModel::default().write(&repository.join("snapshots/abc")).unwrap();
    std::fs::create_dir_all(repository.join("refs")).unwrap();
    std::fs::write(repository.join("refs/main"), "abc").unwrap();
    let home = home.set("MCP_EMBEDDING_MODEL", "org/tiny");
    assert_eq!(json_of(&home, &["store", CAR])["vector"], "done");
    assert_eq!(json_of(&home, &["status"])["model"]["name"], "org/tiny");
    assert!(home.succeed(&["config", "MCP_EMBEDDING_MODEL"]).contains("models--org--tiny/snapshots/abc"));
}

#[test]
fn after_a_change_both_vector_spaces_are_searched_and_nothing_is_mixed() {
    let (home, path) = home_with_model();
    home.succeed(&["store", CAR]);
    home.succeed(&["store", TEA]);
    let home = home.set("MCP_EMBEDDING_MODEL", &path);
    home.succeed(&["store", CAT]);
    let inside = home.look_inside();
    assert_eq!(lengths(inside.vectors().into_values()), [384, 384]);
    assert_eq!(lengths(inside.own_vectors().into_values()), [TINY_DIMENSION]);
    drop(inside);
    // Each is found by the model that embedded it: the cosine of its own text is 1, and of others it is not.
    for text in [CAR, TEA, CAT] {
        let found = by_meaning(&home, text);
        assert_eq!(found.len(), 3, "{found:?}");
        let own = found.iter().find(|(content, _)| content == text).unwrap();
        assert!(own.1 > 0.999, "{found:?}");
        assert_eq!(found.iter().filter(|(_, cosine)| *cosine > 0.999).count(), 1, "{found:?}");
    }
    let status = json_of(&home, &["status"]);
    assert_eq!((&status["status"], &status["statistics"]["pending"]), (&json!("degraded"), &json!(2)));

    // A server embeds what waits, without being asked.
    let mut server = home.server();
    let begun = Instant::now();
    while server.call("memory_health", json!({})).structured["statistics"]["pending"] != 0 {
        assert!(begun.elapsed() < PATIENCE, "memories are not embedded again");
    }
    let answer = server.call("memory_search", json!({"query": "automobile", "mode": "semantic"}));
    assert_eq!(answer.structured["memories"][0]["content"], CAR);
    assert!(server.close().is_empty());
    let inside = home.look_inside();
    assert_eq!(lengths(inside.own_vectors().into_values()), [TINY_DIMENSION; 3]);
    assert_eq!(
        lengths(inside.vectors().into_values()),
        [384, 384],
        "those of the model before are kept as they are"
    );
    drop(inside);
    integrity::assert_sound(home.database());

    // And back: what the built-in model embedded is there, only what came since waits.
    let home = home.set("MCP_EMBEDDING_MODEL", "all-MiniLM-L6-v2");
    assert_eq!(json_of(&home, &["status"])["statistics"]["pending"], 1);
}

#[test]
fn a_directory_that_cannot_be_used_is_told_and_memories_wait_for_it() {
    let (home, path) = home_with_model();
    let home = home.set("MCP_EMBEDDING_MODEL", &path);
    home.succeed(&["store", CAR]);
    let weights = home.path().join("models/mine/model.safetensors");
    let whole = std::fs::read(&weights).unwrap();
    std::fs::write(&weights, &whole[..whole.len() / 2]).unwrap();
    let receipt = json_of(&home, &["store", TEA]);
    assert_eq!((&receipt["outcome"], &receipt["vector"]), (&json!("created"), &json!("pending")));
    let status = json_of(&home, &["status"]);
    assert_eq!((&status["status"], &status["model"]["readiness"]), (&json!("degraded"), &json!("failed")));
    assert!(status["reasons"][0].as_str().unwrap().contains("model.safetensors"), "{status}");
    let doctor = String::from_utf8(home.run(&["doctor"]).stdout).unwrap();
    assert!(doctor.contains("model.safetensors"), "{doctor}");
    let found = json_of(&home, &["search", "kettle"]);
    assert_eq!(found["memories"][0]["content"], TEA);
    assert!(found["notices"][0].as_str().unwrap().contains("model.safetensors"), "{found}");
    // Nobody stood in for it.
    let inside = home.look_inside();
    assert_eq!(
        (lengths(inside.vectors().into_values()), inside.own_vectors().len()),
        (vec![TINY_DIMENSION], 0)
    );
    drop(inside);
    std::fs::write(&weights, &whole).unwrap();
    home.succeed(&["doctor", "--fix"]);
    let status = json_of(&home, &["status"]);
    assert_eq!((&status["status"], &status["statistics"]["pending"]), (&json!("healthy"), &json!(0)));
    assert_eq!(by_meaning(&home, "water")[0].0, TEA);
}

#[test]
fn a_name_that_is_no_model_is_an_error_that_tells_the_choices() {
    let home = Home::new().set("MCP_EMBEDDING_MODEL", "all-mpnet-base-v2");
    let output = home.run(&["status"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{told}");
    for choice in ["all-mpnet-base-v2", "all-MiniLM-L6-v2", "a directory", "MCP_EXTERNAL_EMBEDDING_URL"] {
        assert!(told.contains(choice), "{told}");
    }
    assert!(!home.data().exists());
}

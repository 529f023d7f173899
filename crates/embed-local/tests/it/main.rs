//! Tests over tiny models that are written for each test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod directories;
mod models;
mod reference;

use std::path::{Path, PathBuf};

use embed_local::{LocalEmbedder, ModelDirectory};
use ports::Embedder;
use testkit::TinyModel;

/// A directory with that model, and what has to be kept while it is used.
fn written(model: TinyModel) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("tiny");
    model.write(&path).unwrap();
    (home, path)
}

/// The vector of a text.
async fn vector(embedder: &LocalEmbedder, text: &str) -> Vec<f32> {
    embedder.embed(&[text]).await.unwrap()[0].as_slice().to_vec()
}

fn revision(path: &Path) -> String {
    ModelDirectory::open(path).unwrap().model().revision.clone()
}

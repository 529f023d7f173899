//! What a directory may be, and what is said of one that cannot be used.

use std::fs;
use std::path::Path;

use embed_local::{DirectoryError, LocalEmbedder, ModelDirectory};
use ports::{EmbedError, Embedder, Readiness};
use testkit::TinyModel;

use crate::{revision, vector, written};

/// What is said of a tiny model after something was done to it.
fn refused(spoil: impl FnOnce(&Path)) -> String {
    let (_home, path) = written(TinyModel::default());
    spoil(&path);
    ModelDirectory::open(&path).unwrap_err().to_string()
}

/// Why a tiny model cannot be loaded after something was done to it that does not show before.
async fn not_loaded(spoil: impl FnOnce(&Path)) -> String {
    let (_home, path) = written(TinyModel::default());
    spoil(&path);
    let embedder = LocalEmbedder::new(ModelDirectory::open(&path).unwrap());
    let error = embedder.embed(&["text"]).await.unwrap_err();
    assert_eq!(embedder.readiness(), Readiness::Failed);
    assert_eq!(embedder.failure().map(|reason| error.to_string().contains(&reason)), Some(true), "{error}");
    error.to_string()
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// Bytes of a safetensors file with that header and so many bytes behind it.
fn with_header(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(vec![0; data]);
    bytes
}

#[test]
fn a_file_that_is_missing_is_named() {
    for (file, told) in [
        ("config.json", "not whole"),
        ("model.safetensors", "as safetensors"),
        ("tokenizer.json", "vocab.txt"),
        ("1_Pooling/config.json", "not whole"),
    ] {
        let error = refused(|path| fs::remove_file(path.join(file)).unwrap());
        assert!(error.contains(file) && error.contains("is missing") && error.contains(told), "{error}");
    }
    let nowhere = ModelDirectory::open(Path::new("/nowhere/model")).unwrap_err().to_string();
    assert!(nowhere.contains("its directory is not there"), "{nowhere}");
}

#[test]
fn weights_that_can_run_programs_are_not_read() {
    let error = refused(|path| {
        fs::rename(path.join("model.safetensors"), path.join("pytorch_model.bin")).unwrap();
    });
    assert!(
        error.contains("pytorch_model.bin is not read") && error.contains("safe_serialization"),
        "{error}"
    );
}

#[test]
fn what_is_not_supported_is_named_with_what_is() {
    let error = refused(|path| replace(&path.join("config.json"), "\"bert\"", "\"llama\""));
    assert!(error.contains("the kind llama") && error.contains("xlm-roberta"), "{error}");
    let error = refused(|path| replace(&path.join("modules.json"), "models.Normalize", "models.LSTM"));
    assert!(error.contains("a module LSTM"), "{error}");
    let error = refused(|path| {
        replace(&path.join("1_Pooling/config.json"), "mean_tokens\": true", "mean_tokens\": false");
    });
    assert!(error.contains("pooling"), "{error}");
    let error = refused(|path| replace(&path.join("config.json"), "\"gelu\"", "\"mish\""));
    assert!(error.contains("the activation mish"), "{error}");
}

#[test]
fn a_file_that_was_not_copied_to_its_end_is_told_from_its_header() {
    let whole = |path: &Path| fs::read(path.join("model.safetensors")).unwrap();
    for keep in [4, 100, 5000] {
        let error = refused(|path| fs::write(path.join("model.safetensors"), &whole(path)[..keep]).unwrap());
        assert!(error.contains("model.safetensors"), "{keep}: {error}");
    }
    let error = refused(|path| {
        let bytes = whole(path);
        fs::write(path.join("model.safetensors"), &bytes[..bytes.len() - 1]).unwrap();
    });
    assert!(error.contains("was not copied or downloaded to its end"), "{error}");
}

#[test]
fn headers_that_lie_are_refused_without_reserving_what_they_tell() {
    let largest = u64::MAX;
    for bytes in [
        largest.to_le_bytes().to_vec(),
        (1_u64 << 40).to_le_bytes().to_vec(),
        with_header(
            r#"{"a": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 0]}}"#,
            0,
        ),
        with_header(
            &format!(r#"{{"a": {{"dtype": "F32", "shape": [1], "data_offsets": [{largest}, 3]}}}}"#),
            4,
        ),
        with_header(
            &format!(r#"{{"a": {{"dtype": "F32", "shape": [1], "data_offsets": [0, {largest}]}}}}"#),
            4,
        ),
        with_header(r#"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}"#, 4),
        with_header(&"[".repeat(100_000), 0),
        with_header("{\"a\"", 0),
    ] {
        let error = refused(|path| fs::write(path.join("model.safetensors"), &bytes).unwrap());
        assert!(error.contains("model.safetensors"), "{error}");
    }
}

#[test]
fn measures_that_cannot_be_are_refused() {
    for (from, to) in [
        ("\"hidden_size\": 16", "\"hidden_size\": 0"),
        ("\"hidden_size\": 16", "\"hidden_size\": 99999999999999999999"),
        ("\"num_attention_heads\": 2", "\"num_attention_heads\": 3"),
        ("\"num_attention_heads\": 2", "\"num_attention_heads\": 0"),
        ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000"),
        ("\"max_position_embeddings\": 42", "\"max_position_embeddings\": 2"),
        ("\"layer_norm_eps\": 1e-05", "\"layer_norm_eps\": -1"),
    ] {
        let error = refused(|path| replace(&path.join("config.json"), from, to));
        assert!(error.contains("config.json is damaged"), "{to}: {error}");
    }
}

#[test]
fn a_file_that_is_larger_than_any_is_not_read() {
    let error = refused(|path| {
        fs::File::create(path.join("config.json")).unwrap().set_len(1 << 40).unwrap();
    });
    assert!(error.contains("more than the 1048576 that are read"), "{error}");
    // Only its end is known to be beyond the limit: nothing of a terabyte is reserved.
    let error = refused(|path| {
        fs::File::create(path.join("tokenizer.json")).unwrap().set_len(1 << 40).unwrap();
    });
    assert!(error.contains("tokenizer.json has"), "{error}");
}

#[cfg(unix)]
#[test]
fn links_that_lead_out_are_not_followed_but_those_of_a_download_are() {
    use std::os::unix::fs::symlink;
    let error = refused(|path| {
        let outside = path.parent().unwrap().join("weights");
        fs::rename(path.join("model.safetensors"), &outside).unwrap();
        symlink(&outside, path.join("model.safetensors")).unwrap();
    });
    assert!(error.contains("model.safetensors is a link that leads out"), "{error}");
    let error = refused(|path| {
        replace(&path.join("modules.json"), "1_Pooling", "../../etc");
    });
    assert!(error.contains("leads out"), "{error}");

    let home = tempfile::tempdir().unwrap();
    let repository = home.path().join("models--org--tiny");
    let snapshot = repository.join("snapshots/abc");
    TinyModel::default().write(&snapshot).unwrap();
    let plain = revision(&snapshot);
    fs::create_dir(repository.join("blobs")).unwrap();
    fs::rename(snapshot.join("model.safetensors"), repository.join("blobs/123")).unwrap();
    symlink("../../blobs/123", snapshot.join("model.safetensors")).unwrap();
    let directory = ModelDirectory::open(&snapshot).unwrap();
    assert_eq!((directory.model().name.as_str(), &directory.model().revision), ("org/tiny", &plain));
}

#[test]
fn whatever_decides_vectors_is_part_of_the_identity_and_the_place_is_not() {
    let (_home, path) = written(TinyModel::default());
    let (_other_home, same) = written(TinyModel::default());
    assert_eq!(ModelDirectory::open(&path).unwrap().model(), ModelDirectory::open(&same).unwrap().model());
    let first = revision(&path);
    let mut seen = vec![first.clone()];
    for (file, from, to) in [
        ("1_Pooling/config.json", "mean_tokens\": true", "mean_tokens\": true "),
        ("tokenizer.json", "\"lowercase\": true", "\"lowercase\": false"),
        ("sentence_bert_config.json", "32", "31"),
    ] {
        replace(&path.join(file), from, to);
        seen.push(revision(&path));
    }
    TinyModel { seed: 1, ..TinyModel::default() }.write(&path).unwrap();
    seen.push(revision(&path));
    TinyModel { prompts: Some(r#"{"query": "query: "}"#), ..TinyModel::default() }.write(&path).unwrap();
    seen.push(revision(&path));
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 6);
    fs::remove_file(path.join("config_sentence_transformers.json")).unwrap();
    assert_eq!(revision(&path), first);
}

#[tokio::test]
async fn tensors_that_do_not_fit_are_named_when_the_model_is_loaded() {
    let error = not_loaded(|path| {
        replace(&path.join("config.json"), "\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3");
    });
    let error = error.await;
    assert!(error.contains("there is no tensor encoder.layer.2"), "{error}");
    let error =
        not_loaded(|path| replace(&path.join("config.json"), "\"vocab_size\": 32", "\"vocab_size\": 33"));
    let error = error.await;
    assert!(error.contains("word_embeddings.weight is [32, 16], the configuration says [33, 16]"), "{error}");
    let error = not_loaded(|path| replace(&path.join("tokenizer.json"), "WordPiece", "Telepathy")).await;
    assert!(error.contains("tokenizer.json is damaged"), "{error}");
}

#[tokio::test]
async fn a_directory_that_changes_before_it_is_loaded_is_not_taken_for_the_same() {
    let (_home, path) = written(TinyModel::default());
    let embedder = LocalEmbedder::new(ModelDirectory::open(&path).unwrap());
    TinyModel { seed: 1, ..TinyModel::default() }.write(&path).unwrap();
    let error = embedder.embed(&["text"]).await.unwrap_err().to_string();
    assert!(error.contains("changed after this program looked at it"), "{error}");
    // As it was, it can be used: loading is tried again.
    TinyModel::default().write(&path).unwrap();
    assert_eq!(embedder.embed(&["text"]).await.unwrap().len(), 1);
    assert_eq!((embedder.readiness(), embedder.failure()), (Readiness::Ready, None));
}

#[tokio::test]
async fn what_stands_for_an_unusable_directory_says_why_and_never_embeds() {
    let path = Path::new("/nowhere/model");
    let embedder = LocalEmbedder::unusable(path, &ModelDirectory::open(path).unwrap_err());
    embedder.warm();
    assert_eq!(embedder.readiness(), Readiness::Failed);
    assert_eq!(embedder.model().to_string(), "model/unusable/384");
    let error = embedder.embed(&["text"]).await.unwrap_err();
    assert!(
        matches!(&error, EmbedError::Unavailable { reason, .. } if reason.contains("is not there")),
        "{error}"
    );
    assert!(matches!(ModelDirectory::open(path), Err(DirectoryError::NoDirectory)));
    let (_home, torn) = written(TinyModel::default());
    fs::remove_file(torn.join("model.safetensors")).unwrap();
    let embedder = LocalEmbedder::unusable(&torn, &ModelDirectory::open(&torn).unwrap_err());
    assert_eq!(embedder.model().to_string(), "tiny/unusable/16");
}

#[tokio::test]
async fn a_list_of_words_gives_the_tokens_that_its_tokenizer_file_gives() {
    let (_home, path) = written(TinyModel::default());
    let text = "The CAT naps, drives Käse unknownword the road.";
    let by_file = vector(&LocalEmbedder::new(ModelDirectory::open(&path).unwrap()), text).await;
    let described: serde_json::Value =
        serde_json::from_slice(&fs::read(path.join("tokenizer.json")).unwrap()).unwrap();
    let mut words: Vec<(&String, u64)> = described["model"]["vocab"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(word, id)| (word, id.as_u64().unwrap()))
        .collect();
    words.sort_by_key(|(_, id)| *id);
    let words: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
    fs::write(path.join("vocab.txt"), words.join("\n")).unwrap();
    fs::remove_file(path.join("tokenizer.json")).unwrap();
    let by_words = vector(&LocalEmbedder::new(ModelDirectory::open(&path).unwrap()), text).await;
    assert_eq!(by_file, by_words);
}

#[tokio::test]
async fn weights_in_shards_and_with_a_prefix_are_the_same_weights() {
    let (_home, path) = written(TinyModel::default());
    let text = "my car is fast";
    let whole = vector(&LocalEmbedder::new(ModelDirectory::open(&path).unwrap()), text).await;
    let bytes = fs::read(path.join("model.safetensors")).unwrap();
    let length = usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let mut shards = [(); 2].map(|()| (serde_json::Map::new(), Vec::<u8>::new()));
    let mut map = serde_json::Map::new();
    let tensors = header.as_object().unwrap().iter().filter(|(name, _)| *name != "__metadata__");
    for (at, (name, entry)) in tensors.enumerate() {
        let offset = |end: usize| usize::try_from(entry["data_offsets"][end].as_u64().unwrap()).unwrap();
        let (shard, data) = &mut shards[at % 2];
        let begin = data.len();
        data.extend(&bytes[8 + length + offset(0)..8 + length + offset(1)]);
        let mut entry = entry.clone();
        entry["data_offsets"] = serde_json::json!([begin, data.len()]);
        shard.insert(format!("bert.{name}"), entry);
        map.insert(format!("bert.{name}"), format!("model-{}.safetensors", at % 2).into());
    }
    fs::remove_file(path.join("model.safetensors")).unwrap();
    for (at, (shard, data)) in shards.into_iter().enumerate() {
        let mut file = with_header(&serde_json::Value::Object(shard).to_string(), 0);
        file.extend(data);
        fs::write(path.join(format!("model-{at}.safetensors")), file).unwrap();
    }
    let index = serde_json::json!({"weight_map": map});
    fs::write(path.join("model.safetensors.index.json"), index.to_string()).unwrap();
    assert_eq!(vector(&LocalEmbedder::new(ModelDirectory::open(&path).unwrap()), text).await, whole);
}

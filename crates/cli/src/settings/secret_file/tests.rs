use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::settings::{Environment, Settings};

const KEY: &str = "MCP_EXTERNAL_EMBEDDING_API_KEY";
const KEY_FILE: &str = "MCP_EXTERNAL_EMBEDDING_API_KEY_FILE";

/// A home directory with a private file in it.
fn home(text: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("key");
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    (home, path)
}

fn with(home: &tempfile::TempDir, variables: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
    Settings::resolve(Vec::new(), Environment::of(variables, Some(home.path()), home.path()))
}

fn error(home: &tempfile::TempDir, variables: &[(&str, &str)]) -> String {
    with(home, variables).unwrap_err().to_string()
}

#[test]
fn a_secret_is_read_from_the_file_that_is_named() {
    let (home, path) = home("hunter2\n");
    let settings = with(&home, &[(KEY_FILE, "~/key")]).unwrap();
    let direct = with(&home, &[(KEY, "hunter2")]).unwrap();
    assert!(settings.embedding_server.key.value.is_some());
    assert_eq!(settings.embedding_server.key.value, direct.embedding_server.key.value);
    let origin = settings.embedding_server.key.origin.to_string();
    assert_eq!(origin, format!("the file {} ({KEY_FILE} in the environment)", path.display()));
    std::fs::write(&path, "http://host:1/v1/embeddings").unwrap();
    let settings = with(&home, &[("MCP_EXTERNAL_EMBEDDING_URL_FILE", "key")]).unwrap();
    assert_eq!(settings.embedding_server.shown_address(), "http://host:1/v1/embeddings");
    assert!(settings.unknown.is_empty());
}

#[test]
fn the_stronger_layer_wins_and_one_layer_has_one_of_them() {
    let (home, path) = home("of the file");
    std::fs::write(home.path().join(".env"), format!("{KEY}=ofthedotenv\n")).unwrap();
    std::fs::write(&path, "ofthefile").unwrap();
    let origin = |variables: &[(&str, &str)]| with(&home, variables).unwrap().embedding_server.key.origin;
    assert!(matches!(origin(&[(KEY_FILE, "key")]), Origin::SecretFile { .. }));
    assert!(matches!(origin(&[]), Origin::DotEnv { .. }));
    let both = error(&home, &[(KEY_FILE, "key"), (KEY, "hunter2")]);
    assert!(both.contains("keep one of them") && !both.contains("hunter2"), "{both}");
}

#[test]
fn a_file_that_others_can_read_or_that_holds_nothing_is_refused() {
    let (home, path) = home("hunter2");
    let named = [(KEY_FILE, "key")];
    for mode in [0o640, 0o604, 0o644] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let told = error(&home, &named);
        assert!(told.contains("others on this machine can read") && told.contains("chmod 600"), "{told}");
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&path, " \n").unwrap();
    assert!(error(&home, &named).contains("the file is empty"));
    std::fs::write(&path, "x".repeat(64 * 1024 + 1)).unwrap();
    assert!(error(&home, &named).contains("at most 64 KiB"));
    assert!(error(&home, &[(KEY_FILE, "nowhere")]).contains("cannot be read"));
    assert!(error(&home, &[(KEY_FILE, ".")]).contains("must be a file"));
}

#[test]
fn the_file_of_the_working_directory_names_no_secrets() {
    let (home, _) = home("hunter2");
    std::fs::write(home.path().join(".env"), format!("{KEY_FILE}=key\n")).unwrap();
    let told = error(&home, &[]);
    assert!(told.contains("must not name files with secrets") && !told.contains("hunter2"), "{told}");
}

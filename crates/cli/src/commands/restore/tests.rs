use std::path::Path;

use serde_json::Map;

use super::*;
use crate::commands::backup::Backup;
use crate::commands::verify::Verify;
use crate::settings::{Environment, Settings};

fn settings(home: &Path) -> Settings {
    let base = home.join("base");
    let variables = [("MCP_MEMORY_BASE_DIR", base.to_str().unwrap())];
    Settings::resolve(Vec::new(), Environment::of(&variables, Some(home), home)).unwrap()
}

/// How many memories there are; each session ends with what it opened, as a command does.
async fn count(settings: &Settings) -> u64 {
    let session = Session::silent(settings.clone());
    let page = session.call::<mcp::wire::List>("reading", "memory_list", Map::new()).await.unwrap();
    session.close().await;
    page.typed.total
}

async fn store(settings: &Settings, text: &str) {
    let session = Session::silent(settings.clone());
    let arguments = json!({ "content": text }).as_object().unwrap().clone();
    session.call::<mcp::wire::Stored>("storing", "memory_store", arguments).await.unwrap();
    session.close().await;
}

#[tokio::test]
async fn a_backup_is_sound_and_brings_the_memories_back_and_keeps_what_was_there() {
    let home = tempfile::tempdir().unwrap();
    let settings = settings(home.path());
    store(&settings, "one").await;
    let backup = home.path().join("copy.db");
    let session = Session::silent(settings.clone());
    let made = Backup { target: Some(backup.clone()), keep: None }.run(&session).await.unwrap();
    assert_eq!(made, Verdict::Success);
    session.close().await;
    assert!(Verify { backup: backup.clone() }.run(&session).await.is_ok_and(|it| it == Verdict::Success));
    store(&settings, "two").await;
    assert_eq!(count(&settings).await, 2);
    let restore = Restore { backup: backup.clone(), yes: true };
    assert_eq!(restore.run(&Session::silent(settings.clone())).await.unwrap(), Verdict::Success);
    assert_eq!(count(&settings).await, 1);
    assert!(backup.exists());
    let kept = std::fs::read_dir(home.path().join("base")).unwrap();
    let names: Vec<String> = kept.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().any(|name| name.contains("pre-restore")), "{names:?}");
}

#[tokio::test]
async fn a_damaged_backup_is_told_with_exit_code_5_and_not_restored() {
    let home = tempfile::tempdir().unwrap();
    let settings = settings(home.path());
    store(&settings, "one").await;
    let backup = home.path().join("copy.db");
    let session = Session::silent(settings.clone());
    Backup { target: Some(backup.clone()), keep: None }.run(&session).await.unwrap();
    session.close().await;
    let mut bytes = std::fs::read(&backup).unwrap();
    let end = bytes.len();
    bytes[end - 100..].fill(0xff);
    std::fs::write(&backup, bytes).unwrap();
    let session = Session::silent(settings.clone());
    let verdict = Verify { backup: backup.clone() }.run(&session).await.unwrap();
    assert_eq!(verdict, Verdict::Damage);
    let failure = Restore { backup, yes: true }.run(&session).await.unwrap_err();
    let Failure::Known { code, hint, .. } = failure else { panic!("no known failure") };
    assert_eq!(code, engine::ErrorCode::StorageDamaged);
    assert!(hint.unwrap().contains("another backup"));
    assert_eq!(count(&settings).await, 1);
}

#[tokio::test]
async fn what_is_not_there_is_neither_copied_nor_made() {
    let home = tempfile::tempdir().unwrap();
    let settings = settings(home.path());
    let session = Session::silent(settings.clone());
    let target = home.path().join("copy.db");
    assert!(Backup { target: Some(target.clone()), keep: None }.run(&session).await.is_err());
    assert!(Restore { backup: target.clone(), yes: true }.run(&session).await.is_err());
    assert!(!target.exists() && !settings.database.value.exists());
}

#[tokio::test]
async fn nothing_is_replaced_without_a_word_when_nobody_can_be_asked() {
    let home = tempfile::tempdir().unwrap();
    let session = Session::silent(settings(home.path()));
    if session.terminal.can_ask() {
        return;
    }
    let failure = Restore { backup: "x.db".into(), yes: false }.run(&session).await.unwrap_err();
    assert!(matches!(failure, Failure::Known { hint: Some(hint), .. } if hint.contains("--yes")));
}

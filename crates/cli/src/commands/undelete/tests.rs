use std::path::Path;

use mcp::wire::{DeleteReceipt, Stored};

use super::*;
use crate::commands::purge::Purge;
use crate::commands::update::Update;
use crate::settings::{Environment, Settings};

fn settings(home: &Path) -> Settings {
    let base = home.join("base");
    let variables = [("MCP_MEMORY_BASE_DIR", base.to_str().unwrap())];
    Settings::resolve(Vec::new(), Environment::of(&variables, Some(home), home)).unwrap()
}

async fn store(session: &Session, text: &str) -> String {
    let arguments = json!({ "content": text, "tags": ["t"] }).as_object().unwrap().clone();
    session.call::<Stored>("storing", "memory_store", arguments).await.unwrap().typed.receipt.content_hash
}

async fn delete(session: &Session, hash: &str) -> DeleteReceipt {
    let arguments = json!({ "content_hash": hash }).as_object().unwrap().clone();
    session.call::<DeleteReceipt>("deleting", "memory_delete", arguments).await.unwrap().typed
}

#[tokio::test]
async fn a_deletion_is_taken_back_by_number_or_hash_until_it_is_purged() {
    let home = tempfile::tempdir().unwrap();
    let session = Session::silent(settings(home.path()));
    let hash = store(&session, "one").await;
    let by_hash = || Undelete { hashes: vec![hash.clone()], deletion: None };
    assert_eq!(by_hash().run(&session).await.unwrap(), Verdict::NotFound);
    let receipt = delete(&session, &hash).await;
    let by_number = Undelete { hashes: Vec::new(), deletion: receipt.undo };
    assert_eq!(by_number.run(&session).await.unwrap(), Verdict::Success);
    delete(&session, &hash).await;
    assert_eq!(by_hash().run(&session).await.unwrap(), Verdict::Success);
    let purge = || Purge { hashes: vec![hash.clone()], older_than: None, yes: true };
    assert_eq!(purge().run(&session).await.unwrap(), Verdict::Incomplete);
    delete(&session, &hash).await;
    assert_eq!(purge().run(&session).await.unwrap(), Verdict::Success);
    assert_eq!(by_hash().run(&session).await.unwrap(), Verdict::NotFound);
    session.close().await;
}

#[tokio::test]
async fn an_update_changes_in_place_and_a_new_text_makes_a_version() {
    let home = tempfile::tempdir().unwrap();
    let session = Session::silent(settings(home.path()));
    let hash = store(&session, "one").await;
    let update = |content: Option<&str>| Update {
        hash: hash.clone(),
        tags: vec!["new".to_owned()],
        memory_type: None,
        metadata: Some("{\"k\": 1}".to_owned()),
        content: content.map(str::to_owned),
        reason: content.map(|_| "moved".to_owned()),
    };
    assert_eq!(update(None).run(&session).await.unwrap(), Verdict::Success);
    assert_eq!(update(Some("two")).run(&session).await.unwrap(), Verdict::Success);
    let arguments = json!({ "content_hash": hash }).as_object().unwrap().clone();
    let history = session.call::<mcp::wire::History>("reading", "memory_history", arguments).await.unwrap();
    let texts: Vec<_> = history.typed.versions.iter().map(|version| version.content.as_deref()).collect();
    assert_eq!(texts, [Some("one"), Some("two")]);
    assert_eq!(history.typed.versions[0].reason.as_deref(), Some("moved"));
    let nothing = Update { tags: Vec::new(), metadata: None, ..update(None) };
    assert!(nothing.run(&session).await.is_err());
    session.close().await;
}

#[test]
fn what_did_not_come_back_is_told_with_its_reason() {
    let undeleted = Undeleted {
        restored: vec![ContentHash::stored("a")],
        not_restored: vec![
            (ContentHash::stored("b"), NotRestored::Live),
            (ContentHash::stored("c"), NotRestored::Gone),
        ],
    };
    let text = anstream::adapter::strip_str(&for_people(&undeleted)).to_string();
    assert!(text.starts_with("brought back 1 memory\n  a\n  b is there"), "{text}");
    assert_eq!(for_programs(&undeleted)["not_restored"][1], json!({ "content_hash": "c", "reason": "gone" }));
}

//! Sequences of changes, versions, deletions and undoings against a model: a map of texts.

use std::collections::{BTreeMap, BTreeSet};

use engine::{EngineError, ListRequest, Outcome, UpdateRequest, VersionRequest};
use model::{Content, Filter};
use ports::{Clock, DeletionId, Purge, Undelete};
use proptest::collection::vec;
use proptest::prelude::*;
use testkit::Bench;

use crate::ask::{forget, key, prefix, tagged, tags};

const TEXTS: [&str; 5] = ["ferry", "harbour", "zebra", "lamp", "copper"];
const TAGS: [&str; 3] = ["red", "green", "blue"];

#[derive(Debug, Clone)]
enum Step {
    Store { text: usize, tag: usize },
    Retag { text: usize, tag: usize },
    Version { old: usize, new: usize },
    Forget { text: usize },
    UndoLast,
    Purge,
}

fn step() -> impl Strategy<Value = Step> {
    let (text, tag) = (|| 0..TEXTS.len(), || 0..TAGS.len());
    prop_oneof![
        4 => (text(), tag()).prop_map(|(text, tag)| Step::Store { text, tag }),
        2 => (text(), tag()).prop_map(|(text, tag)| Step::Retag { text, tag }),
        3 => (text(), text()).prop_map(|(old, new)| Step::Version { old, new }),
        2 => text().prop_map(|text| Step::Forget { text }),
        2 => Just(Step::UndoLast),
        1 => Just(Step::Purge),
    ]
}

/// A memory: its tag, and the text that took its place.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    tag: String,
    by: Option<String>,
}

#[derive(Default)]
struct Expected {
    live: BTreeMap<String, Row>,
    /// What was deleted and not stored anew since, and by which deletion.
    deleted: BTreeMap<String, (DeletionId, Row)>,
    /// Deletions that nobody took back.
    deletions: Vec<(DeletionId, String)>,
}

async fn apply(bench: &Bench, expected: &mut Expected, step: Step) {
    match step {
        Step::Store { text, tag } => {
            let (text, tag) = (TEXTS[text], TAGS[tag]);
            let receipt = bench.writer().store(tagged(text, tag)).await.unwrap();
            let was_there = expected.live.contains_key(text);
            assert_eq!(receipt.outcome != Outcome::Created, was_there, "{text}");
            if !was_there {
                expected.deleted.remove(text);
                expected.live.insert(text.to_owned(), Row { tag: tag.to_owned(), by: None });
            }
        }
        Step::Retag { text, tag } => {
            let request =
                UpdateRequest { tags: Some(tags(TAGS[tag])), ..UpdateRequest::new(prefix(TEXTS[text])) };
            match (bench.writer().update(request).await, expected.live.get_mut(TEXTS[text])) {
                (Ok(receipt), Some(row)) => {
                    assert_eq!(receipt.memory.tags, [TAGS[tag]]);
                    row.tag = TAGS[tag].to_owned();
                }
                (Err(EngineError::NotFound { .. }), None) => {}
                (outcome, row) => panic!("{outcome:?} {row:?}"),
            }
        }
        Step::Version { old, new } => version(bench, expected, TEXTS[old], TEXTS[new]).await,
        Step::Forget { text } => {
            let text = TEXTS[text].to_owned();
            match (bench.writer().delete(forget(&text)).await, expected.live.remove(&text)) {
                (Ok(receipt), Some(row)) => {
                    let deletion = receipt.undo.unwrap();
                    expected.deleted.insert(text.clone(), (deletion, row));
                    expected.deletions.push((deletion, text));
                }
                (Err(EngineError::NotFound { .. }), None) => {}
                (outcome, row) => panic!("{outcome:?} {row:?}"),
            }
        }
        Step::Purge => {
            let purged =
                bench.admin().purge(Purge::DeletedBefore(bench.clock.now().plus_seconds(1.0))).await.unwrap();
            let hashes: BTreeSet<_> = purged.hashes.into_iter().collect();
            assert_eq!(hashes, std::mem::take(&mut expected.deleted).keys().map(|text| key(text)).collect());
            assert_eq!(purged.live, []);
        }
        Step::UndoLast => {
            let Some((deletion, text)) = expected.deletions.pop() else { return };
            let undeleted = bench.writer().undelete(Undelete::Deletion(deletion)).await.unwrap();
            match expected.deleted.remove(&text) {
                Some((by, row)) if by == deletion => {
                    assert_eq!(undeleted.restored, [key(&text)]);
                    expected.live.insert(text, row);
                }
                other => {
                    assert_eq!(undeleted.restored, []);
                    expected.deleted.extend(other.map(|other| (text, other)));
                }
            }
        }
    }
}

async fn version(bench: &Bench, expected: &mut Expected, old: &str, new: &str) {
    let request = VersionRequest::new(prefix(old), Content::parse(new).unwrap());
    let outcome = bench.writer().add_version(request).await;
    match (outcome, expected.live.get(old).cloned()) {
        (Err(EngineError::NotFound { .. }), None) => {}
        (Err(EngineError::SupersededAlready { by, .. }), Some(Row { by: Some(theirs), .. })) => {
            assert_eq!(by, key(&theirs));
        }
        (Err(EngineError::TextExists { .. }), Some(_)) => {
            assert!(expected.live.contains_key(new));
        }
        (Ok(receipt), Some(row)) => {
            assert_eq!((receipt.hash, receipt.parent), (key(new), key(old)));
            assert!(row.by.is_none() && !expected.live.contains_key(new));
            expected.deleted.remove(new);
            expected.live.insert(new.to_owned(), row.clone());
            expected.live.insert(old.to_owned(), Row { by: Some(new.to_owned()), ..row });
        }
        (outcome, row) => panic!("{outcome:?} {row:?}"),
    }
}

async fn check(bench: &Bench, expected: &Expected) {
    for include_superseded in [true, false] {
        let filter = Filter { include_superseded, ..Filter::default() };
        let listed = bench.reader().list(ListRequest { filter, page: 1, page_size: 100 }).await.unwrap();
        let listed: BTreeMap<String, (Vec<String>, Option<_>)> = listed
            .memories
            .into_iter()
            .map(|memory| (memory.content, (memory.tags, memory.superseded_by)))
            .collect();
        let live = expected.live.iter().filter(|(_, row)| include_superseded || row.by.is_none());
        let live =
            live.map(|(text, row)| (text.clone(), (vec![row.tag.clone()], row.by.as_deref().map(key))));
        assert_eq!(listed, live.collect());
    }
}

proptest! {
    #[test]
    fn memories_are_those_of_a_map_of_texts(steps in vec(step(), 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let bench = Bench::default();
            let mut expected = Expected::default();
            for step in steps {
                apply(&bench, &mut expected, step).await;
                check(&bench, &expected).await;
            }
        });
    }
}

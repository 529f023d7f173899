//! `Writer::store_session`.

use engine::{EngineError, PartOutcome, RestoreDeleted, SessionRequest, Settings, Turn};
use model::{EmbeddingState, Filter, Memory};
use ports::{Clock, MemoryStore, Page};
use testkit::{Bench, Fault};

use crate::ask::{key, tags, with_tags};

fn turn(role: &str, content: &str) -> Turn {
    Turn { role: role.to_owned(), content: content.to_owned() }
}

fn session(turns: &[(&str, &str)]) -> SessionRequest {
    let turns = turns.iter().map(|(role, content)| turn(role, content)).collect();
    SessionRequest { turns, session_id: Some("S1".to_owned()), ..SessionRequest::default() }
}

fn chunked(chars: usize) -> Bench {
    Bench::with(Settings { session_chunk_chars: chars, ..Settings::default() })
}

async fn all(bench: &Bench, filter: Filter) -> Vec<Memory> {
    bench.store.list(&filter, Page { offset: 0, limit: 100 }).await.unwrap().memories
}

#[tokio::test]
async fn a_short_session_is_one_memory_of_a_line_for_each_turn() {
    let bench = Bench::default();
    let turns = [("user", " when does it leave? "), ("assistant", "\n"), ("", "at nine")];
    let request = SessionRequest { tags: tags("travel"), ..session(&turns) };
    let receipt = bench.writer().store_session(request).await.unwrap();
    assert_eq!((receipt.session_id.as_str(), receipt.turns, receipt.chunks.len()), ("S1", 2, 1));
    assert_eq!((receipt.embedding, receipt.warnings), (EmbeddingState::Done, vec![]));
    let memory = bench.store.get(&receipt.chunks[0].hash).await.unwrap().unwrap();
    assert_eq!(memory.content, "[user] when does it leave?\n[unknown] at nine");
    assert_eq!(memory.tags, ["session:s1", "travel"]);
    assert_eq!(memory.memory_type.as_deref(), Some("session"));
}

#[tokio::test]
async fn a_long_session_becomes_chunks_of_whole_turns_in_order() {
    let bench = chunked(20);
    let turns = [("a", "one two"), ("b", "three"), ("a", "four five six seven eight")];
    let receipt = bench.writer().store_session(session(&turns)).await.unwrap();
    let texts = ["[a] one two", "[b] three", "[a] four five six seven eight"];
    let hashes: Vec<_> = receipt.chunks.iter().map(|chunk| chunk.hash.clone()).collect();
    assert_eq!(hashes, texts.map(key));
    assert!(receipt.chunks.iter().all(|chunk| chunk.outcome == PartOutcome::Created));
    for (number, text) in texts.iter().enumerate() {
        let memory = bench.store.get(&key(text)).await.unwrap().unwrap();
        assert_eq!(memory.tags, ["session:s1".to_owned(), format!("chunk:{}/3", number + 1)]);
    }
    assert_eq!(all(&bench, with_tags("session:S1")).await.len(), 3);
}

#[tokio::test]
async fn a_session_is_never_split_when_the_settings_say_so() {
    let bench = chunked(0);
    let long = "word ".repeat(2000);
    let receipt = bench.writer().store_session(session(&[("a", &long), ("b", "x")])).await.unwrap();
    assert_eq!(receipt.chunks.len(), 1);
}

#[tokio::test]
async fn a_session_without_a_name_gets_a_random_one_each_time() {
    let bench = Bench::default();
    let mut ids = Vec::new();
    for text in ["one", "two"] {
        let request = SessionRequest { session_id: Some("  ".to_owned()), ..session(&[("a", text)]) };
        ids.push(bench.writer().store_session(request).await.unwrap().session_id);
    }
    assert_ne!(ids[0], ids[1]);
    for id in ids {
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{id}");
        assert!(id[14..].starts_with('4') && "89ab".contains(&id[19..20]), "{id}");
        assert_eq!(all(&bench, with_tags(&format!("session:{id}"))).await.len(), 1);
    }
}

#[tokio::test]
async fn a_session_that_says_nothing_is_refused() {
    let bench = Bench::default();
    let error = bench.writer().store_session(session(&[])).await.unwrap_err();
    assert!(matches!(error, EngineError::NoTurns), "{error:?}");
    let error = bench.writer().store_session(session(&[("user", "  "), ("", "")])).await.unwrap_err();
    assert!(matches!(error, EngineError::BlankTurns), "{error:?}");
}

#[tokio::test]
async fn the_same_session_again_is_said_to_be_there() {
    let bench = chunked(12);
    let request = session(&[("a", "one"), ("b", "two"), ("c", "three")]);
    bench.writer().store_session(request.clone()).await.unwrap();
    let receipt = bench.writer().store_session(request).await.unwrap();
    assert_eq!(receipt.chunks.len(), 3);
    assert!(receipt.chunks.iter().all(|c| matches!(c.outcome, PartOutcome::Duplicate { .. })));
    assert_eq!(bench.store.statistics().await.unwrap().memories, 3);
}

#[tokio::test]
async fn too_many_tags_are_refused_before_anything_is_written() {
    let bench = Bench::default();
    let many: Vec<String> = (0..100).map(|number| format!("t{number}")).collect();
    let request = SessionRequest { tags: tags(&many.join(",")), ..session(&[("a", "one")]) };
    let error = bench.writer().store_session(request).await.unwrap_err();
    assert!(matches!(error, EngineError::Tags(_)), "{error:?}");
    assert_eq!(bench.store.insertions(), 0);
}

#[tokio::test]
async fn a_full_disk_is_an_error_when_nothing_was_stored() {
    let bench = chunked(12);
    bench.store.set_fault(Some(Fault::Full));
    let error = bench.writer().store_session(session(&[("a", "one"), ("b", "two")])).await.unwrap_err();
    assert!(matches!(error, EngineError::Store(_)), "{error:?}");
}

#[tokio::test]
async fn a_session_of_which_a_chunk_was_deleted_is_refused_whole() {
    let bench = chunked(12);
    bench.store.record_deletion(&key("[b] two"), bench.clock.now());
    let request = session(&[("a", "one"), ("b", "two")]);
    let error = bench.writer().store_session(request.clone()).await.unwrap_err();
    assert!(matches!(error, EngineError::DeletedBefore { .. }), "{error:?}");
    assert_eq!(bench.store.insertions(), 0);
    let anyway = SessionRequest { restore_deleted: RestoreDeleted::Yes, ..request };
    assert_eq!(bench.writer().store_session(anyway).await.unwrap().chunks.len(), 2);
}

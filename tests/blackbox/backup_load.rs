//! Backups that are made while servers write: each holds what was acknowledged before it began, in order, and is whole.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Sender};

use crate::harness::{Home, integrity};

const WRITERS: usize = 3;
const BACKUPS: usize = 4;
/// What a writer has stored before the first backup begins.
const HEAD_START: usize = 5;
/// More than any writer comes to while the backups are made.
const MOST: usize = 3_000;

/// How far a writer has come: the stores that it sent, and those that were acknowledged.
#[derive(Default)]
struct Progress {
    sent: AtomicUsize,
    acknowledged: AtomicUsize,
}

fn text(writer: usize, number: usize) -> String {
    format!("Writer {writer} turns page {number} of the ledger.")
}

fn write(home: &Home, writer: usize, progress: &Progress, end: &AtomicBool, warm: &Sender<()>) {
    let mut server = home.server();
    for number in 0..MOST {
        if end.load(Ordering::SeqCst) {
            break;
        }
        progress.sent.store(number + 1, Ordering::SeqCst);
        server.store(&text(writer, number));
        progress.acknowledged.store(number + 1, Ordering::SeqCst);
        if number + 1 == HEAD_START {
            warm.send(()).unwrap();
        }
    }
    server.close();
}

#[test]
fn a_backup_under_load_restores_to_a_prefix_of_what_each_writer_was_told() {
    let home = Home::new();
    let (end, progress) = (
        AtomicBool::new(false),
        [const { Progress { sent: AtomicUsize::new(0), acknowledged: AtomicUsize::new(0) } }; WRITERS],
    );
    let (warm, warmed) = mpsc::channel();
    let mut made = Vec::new();
    std::thread::scope(|scope| {
        for (writer, progress) in progress.iter().enumerate() {
            let (home, end, warm) = (&home, &end, warm.clone());
            scope.spawn(move || write(home, writer, progress, end, &warm));
        }
        drop(warm);
        // Ends the writers also when something fails here.
        let _end = OnDrop(&end);
        for _ in 0..WRITERS {
            warmed.recv().expect("a writer failed");
        }
        for number in 0..BACKUPS {
            let before = progress.each_ref().map(|one| one.acknowledged.load(Ordering::SeqCst));
            let file = home.path().join(format!("backup-{number}.db"));
            let receipt = home.answer(&["backup", file.to_str().unwrap()]);
            let after = progress.each_ref().map(|one| one.sent.load(Ordering::SeqCst));
            made.push((file, receipt, before, after));
        }
    });
    let written: Vec<usize> = progress.iter().map(|one| one.acknowledged.load(Ordering::SeqCst)).collect();
    assert!(written.iter().all(|count| *count > HEAD_START), "nobody wrote meanwhile: {written:?}");
    for (file, receipt, before, after) in made {
        let restored = Home::new();
        let report = restored.answer(&["verify", file.to_str().unwrap()]);
        assert_eq!((&report["is_sound"], &report["has_manifest"]), (&true.into(), &true.into()), "{report}");
        let put_back = restored.answer(&["restore", file.to_str().unwrap(), "--yes"]);
        assert_eq!(put_back["memories"], receipt["memories"]);
        // Rows, words and vectors agree, by the product's own examination and by one that knows nothing of it.
        restored.succeed(&["doctor"]);
        integrity::assert_sound(restored.database());
        let database = restored.look_inside();
        let mut total = 0;
        for writer in 0..WRITERS {
            let like = format!("Writer {writer} turns page %");
            let sql = format!("SELECT content FROM memories WHERE content LIKE '{like}' ORDER BY id");
            let found = database.texts(&sql);
            let expected: Vec<String> = (0..found.len()).map(|number| text(writer, number)).collect();
            assert_eq!(found, expected, "no prefix of writer {writer}");
            assert!(
                (before[writer]..=after[writer]).contains(&found.len()),
                "writer {writer}: {} in the backup, {} acknowledged before it, {} sent when it was done",
                found.len(),
                before[writer],
                after[writer]
            );
            total += found.len();
            // The newest of it is found by its words.
            let newest = found.last().unwrap();
            let hits = restored.answer(&["search", newest, "--limit", "1"]);
            assert_eq!(hits["memories"][0]["content"], newest.as_str());
        }
        assert_eq!(receipt["memories"], total);
    }
    integrity::assert_sound(home.database());
}

/// Sets a flag when it goes.
struct OnDrop<'a>(&'a AtomicBool);

impl Drop for OnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

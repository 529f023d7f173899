//! Backups on a schedule and looking for damage, in paused time: the fake clock goes with it.

use std::time::Duration;

use engine::{BackupInterval, BackupRetention, BackupSchedule, Capability, Health, Settings, Status};
use model::{Space, SpaceId};
use ports::{Finding, MemoryStore, Severity};
use tempfile::TempDir;
use testkit::{Bench, Fault};

use crate::ask::{remember, store};

const HOUR_S: u64 = 3600;

/// A server that makes backups into a directory of its own, every hour, two at most.
fn server(directory: &TempDir) -> Bench {
    Bench::with(Settings {
        embed_in_background: true,
        backups: Some(BackupSchedule {
            directory: directory.path().join("backups"),
            interval: BackupInterval::Hourly,
            retention: BackupRetention { days: Some(7), count: Some(2) },
        }),
        ..Settings::default()
    })
}

/// Lets so much time pass, on both clocks, in steps in which everything that is due is done.
async fn pass(bench: &Bench, seconds: u64) {
    const STEP_S: u64 = 10;
    for _ in 0..seconds / STEP_S {
        bench.clock.advance(STEP_S as f64);
        tokio::time::sleep(Duration::from_secs(STEP_S)).await;
    }
}

async fn count(bench: &Bench, directory: &TempDir) -> usize {
    bench.store.backups(&directory.path().join("backups")).await.unwrap().len()
}

async fn health(bench: &Bench) -> Health {
    bench.reader().health().await
}

#[tokio::test(start_paused = true)]
async fn the_first_backup_is_made_a_minute_after_the_opening_and_then_every_hour() {
    let directory = tempfile::tempdir().unwrap();
    let bench = server(&directory);
    store(&bench, "text").await;
    pass(&bench, 50).await;
    assert_eq!(count(&bench, &directory).await, 0, "a server of a moment pays nothing");
    pass(&bench, 20).await;
    assert_eq!(count(&bench, &directory).await, 1);
    pass(&bench, HOUR_S - 60).await;
    assert_eq!(count(&bench, &directory).await, 1);
    pass(&bench, 400).await;
    assert_eq!(count(&bench, &directory).await, 2);
    pass(&bench, 3 * HOUR_S).await;
    assert_eq!(count(&bench, &directory).await, 2, "no more are kept");
    let backups = health(&bench).await.backups.unwrap();
    assert_eq!((backups.count, backups.failure), (2, None));
    assert!(backups.age_s.unwrap() < 1.2 * HOUR_S as f64, "{:?}", backups.age_s);
}

#[tokio::test(start_paused = true)]
async fn a_recent_backup_of_another_process_is_one() {
    let directory = tempfile::tempdir().unwrap();
    let bench = server(&directory);
    store(&bench, "text").await;
    let path = directory.path().join("backups").join(ports::backup_name(ports::Clock::now(&*bench.clock)));
    bench.store.backup(&path).await.unwrap();
    pass(&bench, HOUR_S / 2).await;
    assert_eq!(count(&bench, &directory).await, 1);
}

#[tokio::test(start_paused = true)]
async fn while_another_process_makes_one_this_one_does_not() {
    let directory = tempfile::tempdir().unwrap();
    let bench = server(&directory);
    store(&bench, "text").await;
    let claim = bench.store.claim_backups(&directory.path().join("backups")).await.unwrap();
    pass(&bench, 600).await;
    assert_eq!(count(&bench, &directory).await, 0);
    drop(claim);
    pass(&bench, 120).await;
    assert_eq!(count(&bench, &directory).await, 1, "the other one ended without making it");
}

#[tokio::test(start_paused = true)]
async fn an_empty_database_is_not_copied() {
    let directory = tempfile::tempdir().unwrap();
    let bench = server(&directory);
    assert_eq!(health(&bench).await.status, Status::Healthy);
    pass(&bench, 2 * HOUR_S).await;
    assert_eq!(count(&bench, &directory).await, 0);
    assert!(!directory.path().join("backups").exists());
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_and_tried_again_ever_more_rarely() {
    let directory = tempfile::tempdir().unwrap();
    let bench = server(&directory);
    store(&bench, "text").await;
    bench.store.set_fault(Some(Fault::Backup));
    pass(&bench, 70).await;
    let told = health(&bench).await;
    assert_eq!(
        (told.status, told.reasons),
        (Status::Degraded, vec!["the last backup could not be made".to_owned()])
    );
    let failure = told.backups.unwrap().failure.unwrap();
    assert!(failure.reason.contains("told to fail"), "{}", failure.reason);
    pass(&bench, 300).await;
    let again = health(&bench).await.backups.unwrap().failure.unwrap();
    assert!(again.at > failure.at, "it was tried again");
    bench.store.set_fault(None);
    pass(&bench, HOUR_S).await;
    let told = health(&bench).await;
    assert_eq!((told.status, told.backups.unwrap().failure), (Status::Healthy, None));
    assert_eq!(count(&bench, &directory).await, 1);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_made_after_the_engine_was_closed_nor_by_a_command() {
    let directory = tempfile::tempdir().unwrap();
    let bench = server(&directory);
    store(&bench, "text").await;
    bench.engine.close().await;
    pass(&bench, HOUR_S).await;
    assert!(!directory.path().join("backups").exists());
    let schedule = BackupSchedule {
        directory: directory.path().join("backups"),
        interval: BackupInterval::Hourly,
        retention: BackupRetention::default(),
    };
    let command = Bench::with(Settings { backups: Some(schedule), ..Settings::default() });
    store(&command, "text").await;
    pass(&command, HOUR_S).await;
    assert_eq!(health(&command).await.backups.map(|backups| backups.count), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_server_looks_for_damage_and_says_what_it_found_until_it_is_gone() {
    let bench = Bench::with(Settings {
        embed_in_background: true,
        check_interval: Some(Duration::from_secs(1800)),
        ..Settings::default()
    });
    assert_eq!(health(&bench).await.checked, None);
    let finding =
        |severity, message: &str| Finding { subject: "pages", severity, message: message.to_owned() };
    let note = finding(Severity::Note, "worth knowing");
    bench.store.set_findings(vec![note.clone()]);
    pass(&bench, 310).await;
    let told = health(&bench).await;
    assert_eq!((told.status, told.checked.unwrap().findings), (Status::Healthy, vec![]));
    for (severity, told) in [
        (Severity::Repairable, "something to repair: run `memory doctor --fix`"),
        (Severity::Damage, "damage: run `memory doctor`"),
    ] {
        bench.store.set_findings(vec![note.clone(), finding(severity, "page 7 is lost")]);
        pass(&bench, 1800).await;
        let health = health(&bench).await;
        assert_eq!(health.status, Status::Degraded);
        assert_eq!(health.reasons, [format!("the last look at the database found {told}")]);
        assert_eq!(health.checked.unwrap().findings, [finding(severity, "page 7 is lost")]);
    }
    bench.store.set_findings(Vec::new());
    pass(&bench, 1800).await;
    assert_eq!(health(&bench).await.status, Status::Healthy);
}

#[tokio::test(start_paused = true)]
async fn without_an_interval_nobody_looks_for_damage() {
    let bench = Bench::with(Settings { embed_in_background: true, ..Settings::default() });
    bench.store.set_findings(vec![Finding {
        subject: "pages",
        severity: Severity::Damage,
        message: "page 7 is lost".to_owned(),
    }]);
    store(&bench, "text").await;
    pass(&bench, 4 * HOUR_S).await;
    let told = health(&bench).await;
    assert_eq!((told.status, told.checked), (Status::Healthy, None));
}

#[tokio::test(start_paused = true)]
async fn backups_of_another_space_lie_apart_and_count_for_themselves() {
    let directory = tempfile::tempdir().unwrap();
    let bench = server(&directory);
    let space = Space::Named(SpaceId::from_bytes([7; 10]));
    let grant = bench.engine.grant(&space, Capability::Write);
    grant.writer().unwrap().store(remember("of the crew")).await.unwrap();
    pass(&bench, 3 * HOUR_S).await;
    assert_eq!(count(&bench, &directory).await, 0, "nothing was stored in the default space");
    let own = BackupSchedule::directory_of(&directory.path().join("backups"), &space);
    assert_eq!(bench.store_of(&space).backups(&own).await.unwrap().len(), 2);
    store(&bench, "text").await;
    pass(&bench, 100).await;
    assert_eq!(count(&bench, &directory).await, 1, "its backup is due, whatever others have");
}

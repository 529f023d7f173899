//! Looking for damage. Nothing is changed.

use std::path::{Path, PathBuf};

use model::ModelIdentity;
use ports::{Check, Finding, IntegrityReport, Severity, StoreError};
use rusqlite::Connection;

use crate::error::{Result, While};
use crate::pool::Session;
use crate::schema::catalogue::{PIECES, WORDS};
use crate::vectors::home::Home;
use crate::vectors::{derived, exact, spaces, stored};
use crate::{backup, files, words};

/// The most problems of pages that are told.
const PROBLEMS: u32 = 20;
/// From which size the write-ahead log is worth a word, in bytes.
const LARGE_LOG_BYTES: u64 = 64 * 1024 * 1024;

/// Looks for damage, as far as reading shows it.
/// Given up when the store is closed meanwhile.
pub(crate) fn check(
    session: &mut Session,
    model: &ModelIdentity,
    path: &Path,
    check: Check,
) -> Result<IntegrityReport> {
    let users = session.users.clone();
    backup::give_up_without(session.connection()?.0, &users).doing("checking")?;
    let found = session.snapshot(|connection| look_at_all(connection, model, path, check));
    backup::give_up_never(session.connection()?.0).doing("checking")?;
    found
}

fn look_at_all(
    connection: &Connection,
    model: &ModelIdentity,
    path: &Path,
    check: Check,
) -> Result<IntegrityReport> {
    let mut report = IntegrityReport::default();
    look(&mut report, "pages", pages(connection, check))?;
    look(&mut report, "words", counts(connection))?;
    look(&mut report, "vectors", vectors(connection, model, check))?;
    look(&mut report, "modes", Ok(modes(path)))?;
    look(&mut report, "sizes", Ok(sizes(path)))?;
    Ok(report)
}

/// Compares every word with the memories. Needs a connection that may write (the word indexes check themselves by a
/// command that is spelled as a write) and writes nothing.
pub(crate) fn check_words(connection: &Connection) -> Result<Vec<Finding>> {
    let mut found = Vec::new();
    for (index, _) in [WORDS, PIECES] {
        if !words::is_sound(connection, index).doing("checking words")? {
            let message = format!("{index} does not hold the words of the memories");
            found.push(Finding { subject: "words", severity: Severity::Repairable, message });
        }
    }
    Ok(found)
}

/// Adds what one look found. Damage that stops it is a finding too.
fn look(
    report: &mut IntegrityReport,
    subject: &'static str,
    found: Result<Vec<(Severity, String)>>,
) -> Result<()> {
    report.checked.push(subject);
    let found = match found {
        Err(StoreError::Corrupt { reason, .. }) => vec![(Severity::Damage, reason)],
        other => other?,
    };
    report.findings.extend(found.into_iter().map(|(severity, message)| Finding {
        subject,
        severity,
        message,
    }));
    Ok(())
}

fn pages(connection: &Connection, check: Check) -> Result<Vec<(Severity, String)>> {
    let pragma = match check {
        Check::Quick => format!("PRAGMA quick_check({PROBLEMS})"),
        Check::Deep => format!("PRAGMA integrity_check({PROBLEMS})"),
    };
    for (index, _) in [WORDS, PIECES] {
        words::refresh(connection, index).doing("checking pages")?;
    }
    let lines: Vec<String> = connection
        .prepare(&pragma)
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .doing("checking pages")?;
    let severity =
        |line: &str| if words::is_about_words(line) { Severity::Repairable } else { Severity::Damage };
    Ok(lines.into_iter().filter(|line| line != "ok").map(|line| (severity(&line), line)).collect())
}

fn counts(connection: &Connection) -> Result<Vec<(Severity, String)>> {
    let mut found = Vec::new();
    let waiting = count(connection, "SELECT count(*) FROM service_words_queue")?;
    for ((index, _), rows) in [
        (WORDS, "SELECT count(*) FROM memories WHERE deleted_at IS NULL"),
        (PIECES, "SELECT count(*) FROM memories"),
    ] {
        let rows = count(connection, rows)?;
        let indexed = count(connection, &format!("SELECT count(*) FROM {index}_docsize"))?;
        // What other programs changed is indexed by the next search.
        let may_differ = if index == WORDS.0 { waiting } else { 0 };
        if (indexed - rows).abs() > may_differ {
            found.push((Severity::Repairable, format!("{index} has {indexed} texts, there are {rows} rows")));
        }
    }
    Ok(found)
}

fn vectors(connection: &Connection, model: &ModelIdentity, check: Check) -> Result<Vec<(Severity, String)>> {
    let home = Home::read(connection, model)?;
    let mut found = Vec::new();
    let pending = count(
        connection,
        &format!(
            "SELECT count(*) FROM memories AS m WHERE m.deleted_at IS NULL AND NOT {}",
            home.has_vector()
        ),
    )?;
    if pending > 0 {
        found.push((Severity::Note, format!("{pending} memories wait for their vector; words find them")));
    }
    if let Home::Side { is_settled, .. } = home {
        found.extend(others(connection, is_settled)?.map(|text| (Severity::Note, text)));
    }
    let orphans = count(connection, &format!("SELECT count(*) FROM ({ORPHANS})"))?;
    if orphans > 0 {
        found.push((Severity::Repairable, format!("{orphans} vectors have no memory")));
    }
    if check == Check::Deep && home == Home::Vec0 {
        let (mut unreadable, mut undirected) = (0, 0);
        stored::each(
            connection,
            &home,
            model.dimension,
            |_| true,
            |_, numbers| {
                if numbers.is_empty() {
                    unreadable += 1;
                } else if !exact::has_direction(numbers) {
                    undirected += 1;
                }
            },
        )?;
        if unreadable > 0 {
            found.push((Severity::Repairable, format!("{unreadable} vectors are not where they should be")));
        }
        if undirected > 0 {
            let zero =
                format!("{undirected} vectors have no direction (zeros, or numbers that are not finite)");
            found.push((Severity::Repairable, zero));
        }
    }
    if check == Check::Deep {
        let wrong = derived::wrong_codes(connection, model)?;
        if wrong > 0 {
            found.push((Severity::Repairable, format!("{wrong} codes are not those of their vectors")));
        }
    }
    Ok(found)
}

/// A sentence about the vectors in the original's table when they are not those of the model in use.
fn others(connection: &Connection, is_settled: bool) -> Result<Option<String>> {
    let kept = count(connection, "SELECT count(*) FROM memory_embeddings_rowids")?;
    if kept == 0 {
        return Ok(None);
    }
    if !is_settled {
        return Ok(Some(format!(
            "{kept} vectors were not compared with the model in use yet: they are searched when they turn out to be its own"
        )));
    }
    Ok(Some(match spaces::owner(connection)? {
        Some(owner) => format!(
            "{kept} vectors are of the model {}: kept, and searched only while that model is in use or named as the one before",
            owner.name
        ),
        None => format!("{kept} vectors are of a model that is not known: kept and not searched"),
    }))
}

/// Vectors in vec0 whose memory is deleted or was never there.
pub(crate) const ORPHANS: &str = "SELECT v.rowid AS id FROM memory_embeddings_rowids AS v
    LEFT JOIN memories AS m ON m.id = v.rowid AND m.deleted_at IS NULL WHERE m.id IS NULL";

fn modes(path: &Path) -> Vec<(Severity, String)> {
    told_modes(files::loose(path))
}

/// What is said of files that others can use.
pub(crate) fn told_modes(loose: Vec<(PathBuf, u32)>) -> Vec<(Severity, String)> {
    let told = |(file, mode): (PathBuf, u32)| {
        format!("{} has mode {mode:03o}: others on this machine can use it", file.display())
    };
    loose.into_iter().map(|found| (Severity::Repairable, told(found))).collect()
}

fn sizes(path: &Path) -> Vec<(Severity, String)> {
    let log = files::log_bytes(path);
    if log < LARGE_LOG_BYTES {
        return Vec::new();
    }
    vec![(
        Severity::Note,
        format!("the write-ahead log has {log} bytes: some process has been reading for long"),
    )]
}

fn count(connection: &Connection, sql: &str) -> Result<i64> {
    connection.query_row(sql, [], |row| row.get(0)).doing("counting")
}

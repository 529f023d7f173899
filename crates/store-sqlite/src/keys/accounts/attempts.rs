//! The statements of counters, and what is of no use any more.

use model::{Attempts, KeyDigest, Timestamp};
use ports::{Counter, Forgiven, MAX_COUNTERS, StaleAccounts};
use rusqlite::{Connection, OptionalExtension, params};

use super::{run, time};
use crate::error::{Result, While};

pub(super) fn attempt(file: &Connection, counters: &[Counter], now: Timestamp) -> Result<Option<Timestamp>> {
    let mut counted = Vec::with_capacity(counters.len());
    let mut wait: Option<Timestamp> = None;
    for counter in counters {
        match counter.backoff.attempt(find(file, &counter.digest)?, now) {
            Ok(attempts) => counted.push((counter.digest, attempts)),
            Err(next_at) => wait = wait.filter(|wait| *wait > next_at).or(Some(next_at)),
        }
    }
    if wait.is_some() {
        return Ok(wait);
    }
    for (digest, attempts) in counted {
        let sql = "INSERT OR REPLACE INTO attempts (digest, count, last_at) VALUES (?, ?, ?)";
        let row = params![digest.as_bytes(), attempts.count, attempts.last_at.as_seconds()];
        run(file, sql, row, "counting an attempt")?;
    }
    let sql = "DELETE FROM attempts WHERE digest IN (SELECT digest FROM attempts ORDER BY last_at LIMIT \
        max(0, (SELECT count(*) FROM attempts) - ?))";
    run(file, sql, [MAX_COUNTERS], "counting an attempt")?;
    Ok(None)
}

fn find(file: &Connection, digest: &KeyDigest) -> Result<Option<Attempts>> {
    let found = file.prepare_cached("SELECT count, last_at FROM attempts WHERE digest = ?").and_then(
        |mut statement| {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, u32>(0)?, row.get::<_, f64>(1)?));
            statement.query_row([digest.as_bytes()], row).optional()
        },
    );
    let found = found.doing("looking for attempts")?;
    found.map(|(count, last_at)| Ok(Attempts { count, last_at: time(last_at)? })).transpose()
}

pub(super) fn forgive(file: &Connection, counter: &KeyDigest, forgiven: Forgiven) -> Result<()> {
    let doing = "forgiving an attempt";
    if forgiven == Forgiven::One {
        run(file, "UPDATE attempts SET count = count - 1 WHERE digest = ?", [counter.as_bytes()], doing)?;
        run(file, "DELETE FROM attempts WHERE digest = ? AND count < 1", [counter.as_bytes()], doing)?;
        return Ok(());
    }
    run(file, "DELETE FROM attempts WHERE digest = ?", [counter.as_bytes()], doing).map(|_| ())
}

pub(super) fn sweep(file: &Connection, stale: &StaleAccounts) -> Result<u64> {
    let (now, idle, counted) = (stale.now.as_seconds(), stale.idle.as_seconds(), stale.counted.as_seconds());
    let doing = "removing what is of no use any more";
    let offers = "UPDATE users SET offer = NULL, offer_expires_at = NULL WHERE offer_expires_at <= ?";
    let removed = [
        run(file, "DELETE FROM sessions WHERE expires_at <= ? OR last_used_at <= ?", [now, idle], doing)?,
        run(file, "DELETE FROM attempts WHERE last_at <= ?", [counted], doing)?,
        run(file, "DELETE FROM used_challenges WHERE expires_at <= ?", [now], doing)?,
        run(file, "DELETE FROM set_up WHERE expires_at <= ?", [now], doing)?,
        run(file, offers, [now], doing)?,
    ];
    Ok(removed.into_iter().sum::<usize>() as u64)
}

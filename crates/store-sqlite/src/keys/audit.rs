//! The audit log: its table and its statements.

use async_trait::async_trait;
use model::{AuditAction, AuditEntry, AuditOutcome, AuditText, Timestamp};
use ports::{AuditFilter, AuditLog, MAX_AUDIT_PAGE};
use rusqlite::{Connection, Row, named_params, params};

use super::session::Missing;
use super::{SqliteKeyStore, damaged};
use crate::error::{Result, While};

/// The table. What actions there are grows, so it does not say.
pub(super) const TABLES: &str = "CREATE TABLE audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    action TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
    actor TEXT,
    subject TEXT,
    machine TEXT,
    detail TEXT
) STRICT;
CREATE INDEX audit_at ON audit (at, number);";

#[async_trait]
impl AuditLog for SqliteKeyStore {
    async fn record(&self, entry: AuditEntry) -> Result<()> {
        self.writing(Missing::Create, move |file| record(file, &entry)).await.map(|_| ())
    }

    async fn entries(&self, filter: &AuditFilter, limit: usize) -> Result<Vec<AuditEntry>> {
        let filter = filter.clone();
        Ok(self.reading(move |file| entries(file, &filter, limit)).await?.unwrap_or_default())
    }

    async fn prune(&self, before: Timestamp, keep: usize) -> Result<u64> {
        Ok(self.writing(Missing::Leave, move |file| prune(file, before, keep)).await?.unwrap_or_default())
    }

    async fn close(&self) {
        self.end().await;
    }
}

/// Adds an entry; also as a part of a larger unit of work.
pub(super) fn record(connection: &Connection, entry: &AuditEntry) -> Result<()> {
    let text = |text: &'_ Option<AuditText>| text.as_ref().map(|text| text.as_str().to_owned());
    let recorded = connection
        .prepare_cached(
            "INSERT INTO audit (at, action, outcome, actor, subject, machine, detail)
                VALUES (:at, :action, :outcome, :actor, :subject, :machine, :detail)",
        )
        .and_then(|mut statement| {
            statement.execute(named_params! {
                ":at": entry.at.as_seconds(),
                ":action": entry.action.name(),
                ":outcome": entry.outcome.name(),
                ":actor": text(&entry.actor),
                ":subject": text(&entry.subject),
                ":machine": text(&entry.machine),
                ":detail": text(&entry.detail),
            })
        });
    recorded.map(|_| ()).doing("recording in the audit log")
}

fn entries(connection: &Connection, filter: &AuditFilter, limit: usize) -> Result<Vec<AuditEntry>> {
    let mut statement = connection
        .prepare_cached(
            "SELECT at, action, outcome, actor, subject, machine, detail FROM audit
                WHERE (:action IS NULL OR action = :action)
                    AND (:outcome IS NULL OR outcome = :outcome)
                    AND (:about IS NULL OR actor = :about OR subject = :about)
                    AND (:since IS NULL OR at >= :since)
                    AND (:until IS NULL OR at < :until)
                ORDER BY at DESC, number DESC LIMIT :limit",
        )
        .doing("reading the audit log")?;
    let rows = statement
        .query_map(
            named_params! {
                ":action": filter.action.map(AuditAction::name),
                ":outcome": filter.outcome.map(AuditOutcome::name),
                ":about": filter.about.as_ref().map(AuditText::as_str),
                ":since": filter.since.map(Timestamp::as_seconds),
                ":until": filter.until.map(Timestamp::as_seconds),
                ":limit": limit.min(MAX_AUDIT_PAGE),
            },
            |row| Ok(entry(row)),
        )
        .doing("reading the audit log")?;
    rows.map(|row| row.doing("reading the audit log")?).collect()
}

fn prune(connection: &Connection, before: Timestamp, keep: usize) -> Result<u64> {
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    let old = connection
        .execute("DELETE FROM audit WHERE at < ?", [before.as_seconds()])
        .doing("pruning the audit log")?;
    let more = connection
        .execute(
            "DELETE FROM audit WHERE number IN
                (SELECT number FROM audit ORDER BY at DESC, number DESC LIMIT -1 OFFSET ?)",
            params![keep],
        )
        .doing("pruning the audit log")?;
    Ok((old + more) as u64)
}

/// A row as an entry. What a newer release did is shown as something unknown.
fn entry(row: &Row<'_>) -> Result<AuditEntry> {
    let columns = || -> rusqlite::Result<_> {
        let text = |column| row.get::<_, Option<String>>(column).map(|text| text.map(AuditText::new));
        let (at, action, outcome) =
            (row.get::<_, f64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?);
        Ok((at, action, outcome, [text(3)?, text(4)?, text(5)?, text(6)?]))
    };
    let (at, action, outcome, [actor, subject, machine, detail]) =
        columns().doing("reading the audit log")?;
    Ok(AuditEntry {
        at: Timestamp::from_seconds(at).ok_or_else(|| damaged("a time"))?,
        action: AuditAction::parse(&action).unwrap_or(AuditAction::Unknown),
        outcome: AuditOutcome::parse(&outcome).ok_or_else(|| damaged("an outcome"))?,
        actor,
        subject,
        machine,
        detail,
    })
}

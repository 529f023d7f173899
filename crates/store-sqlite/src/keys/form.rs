//! Whose file it is, its tables, and how an older one is brought up to date.

use ports::StoreError;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::{Result, While};

/// Says in the header of the file that it is one of ours (`PRAGMA application_id`): `mmsa`, in ASCII.
pub(crate) const APPLICATION_ID: i32 = 0x6d6d_7361;

/// The steps from nothing to the newest form, in order. A file says in `PRAGMA user_version` how many of them it has seen, so a
/// step is never changed: what is new is a step of its own at the end.
const STEPS: &[&str] = &[
    // API keys. A name belongs to one key that is not revoked.
    "CREATE TABLE api_keys (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        scope TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
        created_at REAL NOT NULL,
        expires_at REAL,
        revoked_at REAL,
        last_used_at REAL
    ) STRICT;
    CREATE UNIQUE INDEX api_keys_name ON api_keys (name) WHERE revoked_at IS NULL;",
    super::audit::TABLES,
    super::spaces::TABLES,
    // A key has a space. Which scopes there are is for the program to know: SQLite cannot change the list of a column.
    "CREATE TABLE api_keys_2 (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        scope TEXT NOT NULL,
        space TEXT NOT NULL,
        created_at REAL NOT NULL,
        expires_at REAL,
        revoked_at REAL,
        last_used_at REAL
    ) STRICT;
    INSERT INTO api_keys_2
        SELECT number, id, name, digest, scope, 'default', created_at, expires_at, revoked_at, last_used_at FROM api_keys;
    DROP TABLE api_keys;
    ALTER TABLE api_keys_2 RENAME TO api_keys;
    CREATE UNIQUE INDEX api_keys_name ON api_keys (name) WHERE revoked_at IS NULL;
    CREATE INDEX api_keys_space ON api_keys (space);",
    super::oauth::TABLES,
    super::accounts::TABLES,
    // A name belongs to one key of a space: nobody learns of names in another one by being refused them.
    "DROP INDEX api_keys_name;
    CREATE UNIQUE INDEX api_keys_name ON api_keys (space, name) WHERE revoked_at IS NULL;",
    super::accounts::passkeys::TABLES,
    super::identities::TABLES,
];

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// Nothing yet.
    Empty,
    /// Ours, after so many steps.
    Ours(usize),
}

impl Form {
    /// Looks at a file. Nothing is changed.
    ///
    /// # Errors
    /// [`StoreError::Open`] when it is another program's, [`StoreError::TooNew`] when a newer release of this one wrote it.
    pub(super) fn detect(connection: &Connection) -> Result<Self> {
        // In one statement, which sees one moment: while another process makes the tables, half of it would look like
        // another program's file.
        let look = "SELECT (SELECT application_id FROM pragma_application_id), \
                    (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)";
        let (id, version, objects): (i64, i64, i64) = connection
            .query_row(look, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .doing("looking at the file")?;
        match (id == i64::from(APPLICATION_ID), usize::try_from(version)) {
            (true, Ok(steps)) if steps > STEPS.len() => {
                Err(StoreError::TooNew { found: version, known: known() })
            }
            (true, Ok(steps)) => Ok(Self::Ours(steps)),
            _ if (id, version, objects) == (0, 0, 0) => Ok(Self::Empty),
            _ => Err(StoreError::Open {
                reason: "it is a database, but not one of API keys".to_owned(),
                source: None,
            }),
        }
    }

    /// Whether a step is missing.
    pub(super) fn is_old(self) -> bool {
        self != Self::Ours(STEPS.len())
    }
}

/// Takes the steps that a file has not seen, all of them or none.
pub(super) fn bring_up_to_date(connection: &Connection) -> Result<()> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
        .doing("making the tables of keys")?;
    // Another process may have been faster.
    let seen = match Form::detect(&transaction)? {
        Form::Empty => 0,
        Form::Ours(steps) => steps,
    };
    for step in STEPS.get(seen..).unwrap_or_default() {
        transaction.execute_batch(step).doing("making the tables of keys")?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID).doing("making the tables of keys")?;
    transaction.pragma_update(None, "user_version", known()).doing("making the tables of keys")?;
    transaction.commit().doing("making the tables of keys")
}

/// How many steps this release knows.
fn known() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

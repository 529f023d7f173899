//! What an authorization server keeps no longer.

use ports::StaleBefore;
use rusqlite::Connection;

use crate::error::{Result, While};

/// In this order: members without their authorization go, and so do clients without one that are too old.
const STATEMENTS: [&str; 5] = [
    "DELETE FROM oauth_authorizations WHERE revoked_at <= :ended OR expires_at <= :ended
        OR (kind = 'consent' AND last_used_at IS NULL AND created_at <= :unredeemed)",
    "DELETE FROM oauth_codes WHERE expires_at <= :ended
        OR authorization_id NOT IN (SELECT id FROM oauth_authorizations)",
    "DELETE FROM oauth_access_tokens WHERE expires_at <= :now
        OR authorization_id NOT IN (SELECT id FROM oauth_authorizations)",
    "DELETE FROM oauth_refresh_tokens WHERE expires_at <= :now
        OR authorization_id NOT IN (SELECT id FROM oauth_authorizations)",
    "DELETE FROM oauth_clients
        WHERE CASE WHEN last_used_at IS NULL THEN created_at <= :unused ELSE last_used_at <= :idle END
            AND id NOT IN (SELECT client_id FROM oauth_authorizations)",
];

pub(super) fn sweep(file: &Connection, ages: &StaleBefore) -> Result<()> {
    for sql in STATEMENTS {
        let mut statement = file.prepare_cached(sql).doing("removing what is too old")?;
        for (name, time) in [
            (":now", ages.now),
            (":ended", ages.ended),
            (":unredeemed", ages.unredeemed),
            (":unused", ages.unused_clients),
            (":idle", ages.idle_clients),
        ] {
            let Some(place) = statement.parameter_index(name).doing("removing what is too old")? else {
                continue;
            };
            statement.raw_bind_parameter(place, time.as_seconds()).doing("removing what is too old")?;
        }
        statement.raw_execute().doing("removing what is too old")?;
    }
    Ok(())
}

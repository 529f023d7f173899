//! The statements of second factors and recovery codes.

use model::{KeyDigest, TotpOffer, TotpSecret, UserId};
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{run, time};
use crate::error::{Result, While};

pub(super) fn offer(file: &Connection, id: &UserId, offer: &TotpOffer) -> Result<bool> {
    let sql = "UPDATE users SET offer = ?, offer_expires_at = ? WHERE id = ?";
    let row = params![offer.secret.as_bytes(), offer.expires_at.as_seconds(), id.as_str()];
    Ok(run(file, sql, row, "offering a second factor")? > 0)
}

pub(super) fn offered(file: &Connection, id: &UserId) -> Result<Option<TotpOffer>> {
    let sql = "SELECT offer, offer_expires_at FROM users \
        WHERE id = ? AND offer IS NOT NULL AND offer_expires_at IS NOT NULL";
    let found = file.prepare_cached(sql).and_then(|mut statement| {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, [u8; 20]>(0)?, row.get::<_, f64>(1)?));
        statement.query_row([id.as_str()], row).optional()
    });
    let Some((secret, expires_at)) = found.doing("looking for a second factor")? else { return Ok(None) };
    Ok(Some(TotpOffer { secret: TotpSecret::from_bytes(secret), expires_at: time(expires_at)? }))
}

pub(super) fn confirm(
    file: &Connection,
    id: &UserId,
    offer: &TotpOffer,
    step: u64,
    recovery_codes: &[KeyDigest],
) -> Result<bool> {
    let sql = "UPDATE users SET totp = offer, totp_step = :step, offer = NULL, offer_expires_at = NULL \
        WHERE id = :id AND offer = :secret AND offer_expires_at = :expires_at";
    let row = named_params! {
        ":step": step,
        ":id": id.as_str(),
        ":secret": offer.secret.as_bytes(),
        ":expires_at": offer.expires_at.as_seconds(),
    };
    if run(file, sql, row, "keeping a second factor")? == 0 {
        return Ok(false);
    }
    set_recovery_codes(file, id, recovery_codes)
}

pub(super) fn remove(file: &Connection, id: &UserId) -> Result<bool> {
    let doing = "removing a second factor";
    run(file, "DELETE FROM recovery_codes WHERE user_id = ?", [id.as_str()], doing)?;
    run(file, "UPDATE users SET offer = NULL, offer_expires_at = NULL WHERE id = ?", [id.as_str()], doing)?;
    let sql = "UPDATE users SET totp = NULL, totp_step = NULL WHERE id = ? AND totp IS NOT NULL";
    Ok(run(file, sql, [id.as_str()], doing)? > 0)
}

pub(super) fn use_step(file: &Connection, id: &UserId, step: u64) -> Result<bool> {
    let sql = "UPDATE users SET totp_step = :step WHERE id = :id AND totp_step < :step";
    let row = named_params! { ":step": step, ":id": id.as_str() };
    Ok(run(file, sql, row, "using a code of a second factor")? > 0)
}

pub(super) fn set_recovery_codes(file: &Connection, id: &UserId, codes: &[KeyDigest]) -> Result<bool> {
    let doing = "keeping recovery codes";
    let has_factor = file
        .prepare_cached("SELECT 1 FROM users WHERE id = ? AND totp IS NOT NULL")
        .and_then(|mut statement| statement.exists([id.as_str()]))
        .doing(doing)?;
    if !has_factor {
        return Ok(false);
    }
    run(file, "DELETE FROM recovery_codes WHERE user_id = ?", [id.as_str()], doing)?;
    let sql = "INSERT OR IGNORE INTO recovery_codes (user_id, digest) VALUES (?, ?)";
    for code in codes {
        run(file, sql, params![id.as_str(), code.as_bytes()], doing)?;
    }
    Ok(true)
}

pub(super) fn use_recovery_code(file: &Connection, id: &UserId, code: &KeyDigest) -> Result<bool> {
    let sql = "DELETE FROM recovery_codes WHERE user_id = ? AND digest = ?";
    Ok(run(file, sql, params![id.as_str(), code.as_bytes()], "using a recovery code")? > 0)
}

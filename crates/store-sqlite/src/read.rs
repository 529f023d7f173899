//! Reading memories by key, by number and as lists.

use model::{ContentHash, Filter, HashPrefix, Memory, MemoryId, ModelIdentity};
use ports::{Listing, Page, Tombstones, fold_case};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use crate::aside;
use crate::error::{Result, While};
use crate::filter::{CREATED, Condition, json_list, rows_limit};
use crate::rows;
use crate::vectors::home::Home;

/// The order of lists. The index of the times gives it, unless some of them are elsewhere.
fn newest_first(connection: &Connection) -> Result<String> {
    let doing = "looking for times";
    let time = if aside::any_occurred(connection).doing(doing)? {
        format!("coalesce((SELECT o.occurred_at FROM service_origins AS o WHERE o.id = m.id), {CREATED})")
    } else if any_without_number(connection).doing(doing)? {
        CREATED.to_owned()
    } else {
        "m.created_at".to_owned()
    };
    Ok(format!("{time} DESC, m.content_hash DESC"))
}

/// Whether the time of any row is no number. Texts come after all numbers in the index, nothing comes before them.
fn any_without_number(connection: &Connection) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM memories WHERE created_at >= '')
                OR EXISTS (SELECT 1 FROM memories WHERE created_at IS NULL)",
        )?
        .query_row([], |row| row.get(0))
}

/// Keys by number.
pub(crate) fn keys(
    connection: &Connection,
    after: Option<MemoryId>,
    tombstones: Tombstones,
    limit: usize,
) -> Result<Vec<(MemoryId, ContentHash)>> {
    let condition = match tombstones {
        // The plus keeps SQLite from the index of the deleted: rows come by number.
        Tombstones::LeftOut => "+m.deleted_at IS NULL",
        Tombstones::Included => "TRUE",
    };
    let sql = format!(
        "SELECT m.id, m.content_hash FROM memories AS m WHERE m.id > ? AND {condition} ORDER BY m.id LIMIT ?"
    );
    let after = after.map_or(i64::MIN, |id| id.0);
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            let found = statement.query_map(params![after, rows_limit(limit)], |row| {
                let hash = ContentHash::stored(rows::text(row, 1)?.unwrap_or_default());
                Ok((MemoryId(row.get(0)?), hash))
            })?;
            found.collect()
        })
        .doing("listing keys")
}

/// The live memory with a key.
pub(crate) fn get(
    connection: &Connection,
    model: &ModelIdentity,
    hash: &ContentHash,
) -> Result<Option<Memory>> {
    let columns = rows::columns(&Home::read(connection, model)?);
    let sql =
        format!("SELECT {columns} FROM memories AS m WHERE m.content_hash = ? AND m.deleted_at IS NULL");
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_row([hash.as_str()], rows::memory).optional())
        .doing("reading a memory")
}

/// The live memories with these numbers, in the order of the numbers.
pub(crate) fn get_many(
    connection: &Connection,
    model: &ModelIdentity,
    ids: &[MemoryId],
) -> Result<Vec<Memory>> {
    let columns = rows::columns(&Home::read(connection, model)?);
    let sql = format!(
        "SELECT {columns} FROM json_each(?) AS wanted CROSS JOIN memories AS m ON m.id = wanted.value
            WHERE m.deleted_at IS NULL ORDER BY wanted.key"
    );
    let numbers: Vec<i64> = ids.iter().map(|id| id.0).collect();
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| statement.query_map([json_list(&numbers)], rows::memory)?.collect())
        .doing("reading memories")
}

/// Keys of live memories that begin with a prefix.
pub(crate) fn resolve(
    connection: &Connection,
    prefix: &HashPrefix,
    limit: usize,
) -> Result<Vec<ContentHash>> {
    let prefix = prefix.as_str();
    let whole = "SELECT content_hash FROM memories WHERE content_hash = ? AND deleted_at IS NULL";
    let key = |row: &rusqlite::Row<'_>| row.get::<_, String>(0).map(ContentHash::stored);
    let exact = connection.query_row(whole, [prefix], key).optional().doing("looking for a key")?;
    if let Some(exact) = exact.filter(|_| limit > 0) {
        return Ok(vec![exact]);
    }
    // A prefix is ASCII, so every key that begins with it lies below the prefix followed by the last character.
    let above = format!("{prefix}{}", char::MAX);
    connection
        .prepare_cached(
            "SELECT content_hash FROM memories WHERE content_hash >= ? AND content_hash < ? AND deleted_at IS NULL
                ORDER BY content_hash LIMIT ?",
        )
        .and_then(|mut statement| statement.query_map(params![prefix, above, rows_limit(limit)], key)?.collect())
        .doing("looking for keys")
}

/// A page of the live memories that meet a filter, newest first, and how many there are.
pub(crate) fn list(
    connection: &Connection,
    model: &ModelIdentity,
    filter: &Filter,
    page: Page,
) -> Result<Listing> {
    let columns = rows::columns(&Home::read(connection, model)?);
    let condition = Condition::of(filter);
    let total = format!("SELECT count(*) FROM memories AS m WHERE {}", condition.sql());
    let total = connection
        .prepare_cached(&total)
        .and_then(|mut statement| statement.query_row(params_from_iter(condition.values()), |row| row.get(0)))
        .doing("counting memories")?;
    let sql = format!(
        "SELECT {columns} FROM memories AS m WHERE {}
            ORDER BY {} LIMIT {} OFFSET {}",
        condition.sql(),
        newest_first(connection)?,
        page.limit,
        page.offset.min(i64::MAX.unsigned_abs()),
    );
    let memories = connection
        .prepare(&sql)
        .and_then(|mut statement| {
            statement.query_map(params_from_iter(condition.values()), rows::memory)?.collect()
        })
        .doing("listing memories")?;
    Ok(Listing { memories, total })
}

/// A page of the live memories that meet a filter and have a text in theirs, newest first, and how many there are.
pub(crate) fn search_text(
    connection: &Connection,
    model: &ModelIdentity,
    text: &str,
    filter: &Filter,
    page: Page,
) -> Result<Listing> {
    let mut condition = Condition::of(filter);
    condition.and("service_contains(m.content, ?)", [fold_case(text).into()]);
    let order = newest_first(connection)?;
    let sql = format!("SELECT m.id FROM memories AS m WHERE {} ORDER BY {order}", condition.sql());
    // All numbers in one pass: going through the texts twice would be most of the time.
    let ids: Vec<MemoryId> = connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            statement
                .query_map(params_from_iter(condition.values()), |row| row.get(0).map(MemoryId))?
                .collect()
        })
        .doing("searching texts")?;
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX).min(ids.len());
    let end = offset.saturating_add(page.limit as usize).min(ids.len());
    Ok(Listing { memories: get_many(connection, model, &ids[offset..end])?, total: ids.len() as u64 })
}

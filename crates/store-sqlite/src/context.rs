//! Where memories stand: their conversations, what is next to them there, who speaks.
//!
//! Nothing of it is stored. Conversations that an origin names are read from their index; of a long one, only what is near
//! in order of arrival. What the original stored (a field, a tag `session:<id>`) has no index: there, memories are looked
//! at that arrived just before and after.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{MemoryId, Metadata, Origin, OriginKind, Timestamp};
use ports::store::context::{self, Place};
use ports::{Context, ContextQuery};
use rusqlite::{Connection, Row, params_from_iter};

use crate::error::{Result, While};
use crate::filter::{CREATED, Condition, json_list, rows_limit};
use crate::{rows, update};

/// Up to how many memories a conversation is read whole.
const WHOLE_CONVERSATION: usize = 2_048;
/// How many numbers before and after a memory are looked at in a longer one.
const NEAR_IN_LONG: i64 = 256;
/// How many numbers before and after a memory are looked at when its conversation has no index.
const NEAR_WITHOUT_INDEX: i64 = 8;
/// How much of a text is read to see who speaks, in characters.
const SPEAKER_CHARS: usize = 64;

/// What is read of a memory.
struct Standing {
    place: Place,
    time: Option<Timestamp>,
    /// The key of its conversation.
    key: Option<String>,
    /// Whether its origin names the conversation.
    is_indexed: bool,
    speaker: Option<String>,
}

/// Where memories stand, and those around them.
pub(crate) fn context(connection: &Connection, query: &ContextQuery) -> Result<Vec<Context>> {
    let condition = Condition::of(&query.filter);
    let mut given = standing(connection, &query.ids, &condition)?;
    let ordered = conversations(connection, &given)?;
    let places = places(&ordered);
    let around = |id: &MemoryId| match places.get(id) {
        Some((key, at)) => context::neighbours(&ordered[*key], *at, query.distance),
        None => Vec::new(),
    };
    let near: BTreeSet<MemoryId> =
        given.keys().flat_map(around).map(|near| near.id).filter(|id| !given.contains_key(id)).collect();
    let near: Vec<MemoryId> = near.into_iter().collect();
    given.extend(standing(connection, &near, &condition)?);
    let mut names = entities(connection, given.keys().copied())?;
    let of = |(id, standing): (&MemoryId, &Standing)| {
        let mut neighbours = around(id);
        neighbours.retain(|neighbour| given.contains_key(&neighbour.id));
        let linked = names.remove(id).unwrap_or_default();
        Context {
            id: *id,
            conversation: standing.key.clone(),
            time: standing.time,
            names: standing.speaker.iter().cloned().chain(linked).collect(),
            neighbours,
        }
    };
    Ok(given.iter().map(of).collect())
}

/// The columns that [`read`] reads, of `memories AS m` and `service_origins AS o`.
fn columns() -> String {
    let wanted =
        ["conversation_id", "session_id", "speaker"].map(|key| format!("instr(m.metadata, '\"{key}\"')"));
    format!(
        "m.id, substr(m.content, 1, {SPEAKER_CHARS}), m.tags, CASE WHEN {} > 0 THEN m.metadata END,
            coalesce(o.occurred_at, {CREATED}), o.conversation",
        wanted.join(" + ")
    )
}

fn read(row: &Row<'_>) -> rusqlite::Result<(MemoryId, Standing)> {
    let id = MemoryId(row.get(0)?);
    let tags = rows::tags(&rows::text(row, 2)?.unwrap_or_default());
    let metadata =
        rows::text(row, 3)?.map_or_else(Metadata::default, |text| Metadata::stored(update::fields(&text)));
    let time = row.get::<_, Option<f64>>(4)?.and_then(Timestamp::from_seconds);
    let said = rows::text(row, 5)?.filter(|id| !id.is_empty());
    let is_indexed = said.is_some();
    let origin =
        said.map(|conversation| Origin { conversation: Some(conversation), ..Origin::of(OriginKind::User) });
    let seconds = time.map_or(f64::NEG_INFINITY, Timestamp::as_seconds);
    let standing = Standing {
        place: Place { seconds, piece: context::piece(&tags), id },
        time,
        key: context::conversation(origin.as_ref(), &metadata, &tags),
        is_indexed,
        speaker: context::speaker(&metadata, &rows::text(row, 1)?.unwrap_or_default()),
    };
    Ok((id, standing))
}

/// Those of these memories that meet a condition.
fn standing(
    connection: &Connection,
    ids: &[MemoryId],
    condition: &Condition,
) -> Result<BTreeMap<MemoryId, Standing>> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "SELECT {} FROM json_each(?) AS wanted CROSS JOIN memories AS m ON m.id = wanted.value
            LEFT JOIN service_origins AS o ON o.id = m.id WHERE {}",
        columns(),
        condition.sql()
    );
    let list = json_list(&numbers(ids));
    connection
        .prepare_cached(&sql)
        .and_then(|mut statement| {
            let values = std::iter::once(&list).chain(condition.values());
            statement.query_map(params_from_iter(values), read)?.collect()
        })
        .doing("reading where memories stand")
}

/// The conversations of these memories, each in order.
fn conversations(
    connection: &Connection,
    given: &BTreeMap<MemoryId, Standing>,
) -> Result<HashMap<String, Vec<MemoryId>>> {
    let mut indexed: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    let mut others: Vec<i64> = Vec::new();
    for (id, standing) in given {
        match &standing.key {
            Some(key) if standing.is_indexed => indexed.entry(key).or_default().push(id.0),
            Some(_) => others.push(id.0),
            None => {}
        }
    }
    let mut members: HashMap<String, Vec<Place>> = HashMap::new();
    for (key, ids) in indexed {
        members.insert(key.to_owned(), of_origin(connection, key, &ids)?);
    }
    if !others.is_empty() {
        for (key, place) in without_index(connection, &others)? {
            members.entry(key).or_default().push(place);
        }
    }
    let in_order = |(key, mut places): (String, Vec<Place>)| {
        places.sort_by(Place::order);
        let mut ids: Vec<MemoryId> = places.into_iter().map(|place| place.id).collect();
        ids.dedup();
        (key, ids)
    };
    Ok(members.into_iter().map(in_order).collect())
}

/// The live memories of a conversation that origins name: all of them, or of a long one those near these numbers.
fn of_origin(connection: &Connection, key: &str, near: &[i64]) -> Result<Vec<Place>> {
    let columns = format!("m.id, m.tags, coalesce(o.occurred_at, {CREATED})");
    let members = "service_origins AS o CROSS JOIN memories AS m ON m.id = o.id
        WHERE o.conversation = ? AND +m.deleted_at IS NULL";
    let place = |row: &Row<'_>| {
        let id = MemoryId(row.get(0)?);
        let tags = rows::tags(&rows::text(row, 1)?.unwrap_or_default());
        let seconds = row.get::<_, Option<f64>>(2)?.unwrap_or(f64::NEG_INFINITY);
        Ok(Place { seconds, piece: context::piece(&tags), id })
    };
    let doing = "reading a conversation";
    let limit = rows_limit(WHOLE_CONVERSATION + 1);
    let whole: Vec<Place> = connection
        .prepare_cached(&format!("SELECT {columns} FROM {members} LIMIT ?"))
        .and_then(|mut statement| statement.query_map((key, limit), place)?.collect())
        .doing(doing)?;
    if whole.len() <= WHOLE_CONVERSATION {
        return Ok(whole);
    }
    let sql = format!("SELECT {columns} FROM {members} AND o.id BETWEEN ? AND ?");
    let mut found = Vec::new();
    for (first, last) in windows(near, NEAR_IN_LONG) {
        let some: Vec<Place> = connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_map((key, first, last), place)?.collect())
            .doing(doing)?;
        found.extend(some);
    }
    Ok(found)
}

/// The live memories that arrived near these, with their conversations.
fn without_index(connection: &Connection, near: &[i64]) -> Result<Vec<(String, Place)>> {
    let sql = format!(
        "SELECT {} FROM memories AS m LEFT JOIN service_origins AS o ON o.id = m.id
            WHERE m.id BETWEEN ? AND ? AND +m.deleted_at IS NULL",
        columns()
    );
    let mut found = Vec::new();
    for window in windows(near, NEAR_WITHOUT_INDEX) {
        let some: Vec<(MemoryId, Standing)> = connection
            .prepare_cached(&sql)
            .and_then(|mut statement| statement.query_map(window, read)?.collect())
            .doing("reading what arrived near memories")?;
        let of_conversation = |(_, standing): (MemoryId, Standing)| Some((standing.key?, standing.place));
        found.extend(some.into_iter().filter_map(of_conversation));
    }
    Ok(found)
}

/// Stretches of numbers around some numbers, so far on either side; none overlaps another.
fn windows(numbers: &[i64], width: i64) -> Vec<(i64, i64)> {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable();
    let mut windows: Vec<(i64, i64)> = Vec::new();
    for number in sorted {
        let (first, last) = (number.saturating_sub(width), number.saturating_add(width));
        match windows.last_mut() {
            Some(before) if first <= before.1 + 1 => before.1 = last,
            _ => windows.push((first, last)),
        }
    }
    windows
}

/// Where each memory is in its conversation.
fn places(ordered: &HashMap<String, Vec<MemoryId>>) -> HashMap<MemoryId, (&String, usize)> {
    let each =
        ordered.iter().flat_map(|(key, ids)| ids.iter().enumerate().map(move |(at, id)| (*id, (key, at))));
    each.collect()
}

/// The entities that memories are linked to.
fn entities(
    connection: &Connection,
    ids: impl Iterator<Item = MemoryId>,
) -> Result<HashMap<MemoryId, Vec<String>>> {
    let doing = "reading the entities of memories";
    let any = "SELECT 1 FROM memory_graph WHERE relationship_type = 'has_entity' LIMIT 1";
    if !connection.prepare_cached(any).and_then(|mut statement| statement.exists([])).doing(doing)? {
        return Ok(HashMap::new());
    }
    let sql = "SELECT m.id, g.target_hash FROM json_each(?) AS wanted
        CROSS JOIN memories AS m ON m.id = wanted.value
        CROSS JOIN memory_graph AS g ON g.source_hash = m.content_hash AND g.relationship_type = 'has_entity'";
    let ids: Vec<MemoryId> = ids.collect();
    let linked: Vec<(MemoryId, Option<String>)> = connection
        .prepare_cached(sql)
        .and_then(|mut statement| {
            let row = |row: &Row<'_>| Ok((MemoryId(row.get(0)?), rows::text(row, 1)?));
            statement.query_map([json_list(&numbers(&ids))], row)?.collect()
        })
        .doing(doing)?;
    let mut names: HashMap<MemoryId, Vec<String>> = HashMap::new();
    for (id, name) in linked {
        names.entry(id).or_default().extend(name);
    }
    names.values_mut().for_each(|names| names.sort());
    Ok(names)
}

fn numbers(ids: &[MemoryId]) -> Vec<i64> {
    ids.iter().map(|id| id.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_do_not_overlap() {
        assert_eq!(windows(&[20, 1, 4], 2), [(-1, 6), (18, 22)]);
        assert_eq!(windows(&[1, 6], 2), [(-1, 8)]);
        assert_eq!(windows(&[], 2), []);
    }
}

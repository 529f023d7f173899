//! The flat form of a memory: metadata spread among its other fields.

use model::{Metadata, Partition, Timestamp};

use super::record::{split, storable, tags, text_and_key, time, times};
use crate::fields::Fields;
use crate::{MemoryRecord, Refusal};

/// What a search adds to the form; no part of the memory.
const OF_A_SEARCH: [&str; 2] = ["similarity_score", "debug_info"];

pub(super) fn is_flat(fields: &Fields) -> bool {
    ["tags_str", "timestamp_float", "timestamp_str"].iter().any(|name| fields.has(name))
}

/// A memory, and the names of the fields that were left behind.
pub(super) fn memory(mut fields: Fields) -> Result<(MemoryRecord, Vec<String>), Refusal> {
    let mut memory = text_and_key(&mut fields)?;
    let list = fields.take("tags");
    memory.tags = match fields.text("tags_str")? {
        Some(text) => split(&text),
        None => list.map(tags).transpose()?.unwrap_or_default(),
    };
    memory.memory_type = fields.text("type")?;
    times(&mut memory, &mut fields)?;
    let (float, number) = (time(&mut fields, "timestamp_float")?, time(&mut fields, "timestamp")?);
    let text = fields.text("timestamp_str")?;
    memory.created_at = memory
        .created_at
        .or(float)
        .or(number)
        .or_else(|| text.as_deref().and_then(Timestamp::from_stored_iso));
    memory.partition = fields.text("store")?.map_or_else(Partition::default, Partition::stored);
    let lost = OF_A_SEARCH.iter().filter(|name| fields.take(name).is_some()).map(|name| (*name).to_owned());
    let lost = lost.collect();
    memory.metadata = Metadata::stored(fields.rest());
    storable(memory).map(|memory| (memory, lost))
}

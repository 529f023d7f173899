//! Records as memories that are stored anew.

use model::{Content, MemoryRecord, MemoryType, Metadata, NewMemory, Partition, Tags, Timestamp};

use crate::Refusal;

/// What a memory becomes when it is stored as a new one: its version, deletion and successor are left behind. `stored_at`
/// stands in where it has no time. Metadata that are no JSON object are left behind, too.
///
/// # Errors
/// [`Refusal`] says which field a new memory cannot have.
pub fn to_new_memory(record: &MemoryRecord, stored_at: Timestamp) -> Result<NewMemory, Refusal> {
    Ok(NewMemory {
        hash: record.hash.clone(),
        content: Content::parse(record.content.as_str())?,
        tags: Tags::from_list(&record.tags)?,
        memory_type: record.memory_type.as_deref().map(MemoryType::parse).transpose()?.flatten(),
        metadata: Metadata::parse(record.metadata.fields().clone())?,
        created_at: record.created_at.or(record.updated_at).unwrap_or(stored_at),
        occurred_at: record.occurred_at,
        origin: record.origin.clone(),
        partition: Partition::parse(record.partition.as_str())?,
        vector: record.vector.clone(),
        chunks: Vec::new(),
    })
}

/// A record of another program as this one would have stored it: what was written as a person writes is read, and what
/// a new memory cannot have is refused. Version and links to other versions stay. A deleted memory stays as it is: it
/// is not stored anew.
///
/// # Errors
/// [`Refusal`] says which field a memory cannot have.
pub fn as_stored(record: MemoryRecord, stored_at: Timestamp) -> Result<MemoryRecord, Refusal> {
    if record.deleted_at.is_some() {
        return Ok(record);
    }
    let new = MemoryRecord::from(to_new_memory(&record, stored_at)?);
    let updated_at = record.updated_at.or(new.updated_at);
    Ok(MemoryRecord {
        updated_at,
        updated_at_iso: updated_at.map(|time| time.to_string()),
        parent: record.parent,
        version: record.version,
        superseded_by: record.superseded_by,
        confidence: record.confidence,
        last_accessed: record.last_accessed,
        usage: record.usage,
        ..new
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::ContentHash;

    fn tea() -> MemoryRecord {
        MemoryRecord::of_content(&Content::parse("tea").unwrap())
    }

    #[test]
    fn a_record_without_a_time_is_stored_with_the_time_of_the_import() {
        let now = Timestamp::from_microseconds(5_000_000);
        assert_eq!(to_new_memory(&tea(), now).unwrap().created_at, now);
        let dated = MemoryRecord { updated_at: Some(Timestamp::from_microseconds(1)), ..tea() };
        assert_eq!(to_new_memory(&dated, now).unwrap().created_at, Timestamp::from_microseconds(1));
    }

    #[test]
    fn a_record_that_cannot_be_a_new_memory_says_which_field_prevents_it() {
        let now = Timestamp::from_microseconds(0);
        let record = MemoryRecord::bare(ContentHash::stored("k"), " ".to_owned());
        assert!(matches!(to_new_memory(&record, now), Err(Refusal::Content(_))));
        let record = MemoryRecord { content: "x".to_owned(), partition: Partition::stored("all"), ..record };
        assert!(matches!(to_new_memory(&record, now), Err(Refusal::Partition(_))));
    }

    #[test]
    fn a_record_of_another_program_is_what_storing_it_makes_and_keeps_its_place_among_versions() {
        let (now, changed) = (Timestamp::from_microseconds(0), Timestamp::from_microseconds(7_000_000));
        let record = MemoryRecord {
            tags: vec!["  Red ".to_owned(), "red".to_owned()],
            updated_at: Some(changed),
            created_at: Some(now),
            version: 3,
            parent: Some(ContentHash::stored("p")),
            superseded_by: Some(ContentHash::stored("s")),
            ..tea()
        };
        let stored = as_stored(record.clone(), now).unwrap();
        assert_eq!((stored.tags.as_slice(), stored.version), (&["red".to_owned()][..], 3));
        assert_eq!((&stored.parent, &stored.superseded_by), (&record.parent, &record.superseded_by));
        assert_eq!(stored.created_at_iso.as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(
            (stored.updated_at, stored.updated_at_iso.as_deref()),
            (Some(changed), Some("1970-01-01T00:00:07Z"))
        );
        let blank = MemoryRecord { content: " ".to_owned(), deleted_at: Some(now), ..record };
        assert_eq!(as_stored(blank.clone(), now).unwrap(), blank, "a deleted memory is not stored anew");
    }
}

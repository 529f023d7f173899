//! The catalogue of error codes: one row for each kind of failure, from which every door takes its own code.

/// A kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// An argument is missing, of the wrong type, too long or outside its range.
    InvalidInput,
    /// There is no such tool or command.
    UnknownTool,
    /// The caller's grant does not include what was asked.
    InsufficientScope,
    /// There is no such memory.
    NotFound,
    /// The beginning of a hash means several memories.
    AmbiguousHash,
    /// What is there already stands against it.
    Conflict,
    /// This kind of store cannot do it.
    Unsupported,
    /// Other processes kept the store locked.
    StorageBusy,
    /// The disk is full.
    StorageFull,
    /// The store cannot be written.
    StorageReadOnly,
    /// The store is damaged.
    StorageDamaged,
    /// A newer release has written the store.
    StorageTooNew,
    /// The store cannot be opened.
    StorageUnavailable,
    /// No vectors can be made now.
    EmbeddingUnavailable,
    /// Anything else; the log says more.
    Internal,
}

/// A row of the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its stable name on every wire.
    pub id: &'static str,
    /// HTTP status (RFC 9110 section 15).
    pub http_status: u16,
    /// Exit code of the command line.
    pub exit_code: u8,
    /// What the caller can do.
    pub hint: &'static str,
}

impl ErrorCode {
    /// All of them, in the order of the reference page.
    pub const ALL: [Self; 15] = [
        Self::InvalidInput,
        Self::UnknownTool,
        Self::InsufficientScope,
        Self::NotFound,
        Self::AmbiguousHash,
        Self::Conflict,
        Self::Unsupported,
        Self::StorageBusy,
        Self::StorageFull,
        Self::StorageReadOnly,
        Self::StorageDamaged,
        Self::StorageTooNew,
        Self::StorageUnavailable,
        Self::EmbeddingUnavailable,
        Self::Internal,
    ];

    /// Its row.
    #[must_use]
    pub const fn row(self) -> Row {
        let (id, http_status, exit_code, hint) = match self {
            Self::InvalidInput => ("invalid_input", 400, 2, "correct the named argument and call again"),
            Self::UnknownTool => ("unknown_tool", 404, 2, "call one of the listed tools"),
            Self::InsufficientScope => {
                ("insufficient_scope", 403, 1, "ask for the scope that the message names")
            }
            Self::NotFound => ("not_found", 404, 3, "search or list to find the right hash"),
            Self::AmbiguousHash => ("ambiguous_hash", 409, 2, "give more characters of the hash"),
            Self::Conflict => ("conflict", 409, 1, "look at the memory that the message names"),
            Self::Unsupported => ("unsupported", 422, 1, "do what the message proposes instead"),
            Self::StorageBusy => ("storage_busy", 503, 4, "try again in a moment"),
            Self::StorageFull => ("storage_full", 507, 4, "free space on the disk and try again"),
            Self::StorageReadOnly => {
                ("storage_read_only", 503, 4, "correct the file's owner and mode, then try again")
            }
            Self::StorageDamaged => {
                ("storage_damaged", 503, 5, "run `memory doctor`, then restore a backup if needed")
            }
            Self::StorageTooNew => {
                ("storage_too_new", 503, 4, "use the release that wrote the database, or a newer one")
            }
            Self::StorageUnavailable => {
                ("storage_unavailable", 503, 4, "correct what the message names, then try again")
            }
            Self::EmbeddingUnavailable => {
                ("embedding_unavailable", 503, 4, "try again; words can be searched meanwhile")
            }
            Self::Internal => ("internal", 500, 1, "look at the log; report it if it comes again"),
        };
        Row { id, http_status, exit_code, hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_code_has_a_name_of_its_own() {
        let ids: HashSet<&str> = ErrorCode::ALL.iter().map(|code| code.row().id).collect();
        assert_eq!(ids.len(), ErrorCode::ALL.len());
    }

    #[test]
    fn no_failure_exits_with_success() {
        assert!(ErrorCode::ALL.iter().all(|code| code.row().exit_code != 0 && code.row().http_status >= 400));
    }
}

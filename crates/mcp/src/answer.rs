//! What a tool answers.

use engine::{EngineError, ErrorCode};
use serde::Serialize;
use serde_json::Value;

/// The answer of a tool: the same twice, for programs and for readers.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What the tool's output schema describes.
    pub structured: Value,
    /// The same as text, with what existing clients look for.
    pub text: String,
    /// Whether an MCP answer is marked as a failure although the call did what it should: a duplicate, as release 12
    /// answers it.
    pub is_error: bool,
}

/// Why a tool gave no answer. Its text lets a model repair the call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{prefix}: {message}")]
pub struct ToolError {
    /// The kind of failure: a row of the catalogue.
    pub code: ErrorCode,
    /// What was wrong, which value, what to do.
    pub message: String,
    /// What the text begins with.
    prefix: &'static str,
}

impl Answer {
    /// An answer from its wire type.
    pub(crate) fn new(structured: &impl Serialize, text: String) -> Result<Self, ToolError> {
        match serde_json::to_value(structured) {
            Ok(structured) => Ok(Self { structured, text, is_error: false }),
            Err(error) => {
                tracing::error!(error = %error, "an answer could not be written as JSON");
                Err(ToolError::internal())
            }
        }
    }
}

impl Answer {
    /// An answer whose text is a heading and the same as JSON.
    pub(crate) fn json(structured: &impl Serialize, heading: &str) -> Result<Self, ToolError> {
        let answer = Self::new(structured, String::new())?;
        let text = format!("{heading}{:#}", answer.structured);
        Ok(Self { text, ..answer })
    }

    /// An answer whose text is the same as JSON on one line.
    pub(crate) fn compact(structured: &impl Serialize) -> Result<Self, ToolError> {
        let answer = Self::new(structured, String::new())?;
        let text = answer.structured.to_string();
        Ok(Self { text, ..answer })
    }
}

impl ToolError {
    /// A failure of some kind.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), prefix: "Error" }
    }

    /// An argument that is missing, of the wrong type, too long or outside its range.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }

    /// A failure of which the caller learns nothing but where to look.
    pub(crate) fn internal() -> Self {
        Self::new(
            ErrorCode::Internal,
            "something went wrong inside the memory service: its log says more; nothing else was affected",
        )
    }

    /// The same for callers on other machines: when the store cannot be used, they learn that, and the log why.
    #[must_use]
    pub fn for_other_machines(self) -> Self {
        let Some(sentence) = of_storage(self.code) else { return self };
        tracing::error!(reason = self.message, "the memory store cannot be used");
        Self { message: sentence.to_owned(), ..self }
    }

    /// The same, beginning with the words that the original's clients know.
    pub(crate) fn while_doing(self, prefix: &'static str) -> Self {
        Self { prefix, ..self }
    }
}

/// What callers on other machines learn when the store cannot be used. Its own reason names files of this machine: that is for
/// the log.
fn of_storage(code: ErrorCode) -> Option<&'static str> {
    match code {
        ErrorCode::StorageFull => Some(
            "the disk that holds the memory store is full: free some space, nothing was written and nothing is lost",
        ),
        ErrorCode::StorageReadOnly => {
            Some("the memory store cannot be written: the log of the memory service says why")
        }
        ErrorCode::StorageDamaged => Some(
            "the memory store is damaged: run `memory doctor`; the log of the memory service says what was found",
        ),
        ErrorCode::StorageTooNew => {
            Some("the memory store was written by a newer release: upgrade the memory service")
        }
        ErrorCode::StorageUnavailable => {
            Some("the memory store cannot be used now: the log of the memory service says why")
        }
        _ => None,
    }
}

impl From<EngineError> for ToolError {
    fn from(error: EngineError) -> Self {
        let code = error.code();
        if code == ErrorCode::Internal {
            tracing::error!(error = &error as &dyn std::error::Error, "a use case failed");
        }
        let message = match &error {
            EngineError::NotFound { hash } => {
                format!("Memory with hash {hash} not found: look it up with memory_search or memory_list")
            }
            other => other.to_string(),
        };
        Self::new(code, message)
    }
}

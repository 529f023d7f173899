//! What a tool answers.

use std::any::Any;

use engine::{EngineError, ErrorCode};
use serde::Serialize;
use serde_json::Value;

/// What a tool answers: the same twice, for programs and for readers.
pub struct Answer {
    /// A value of [`crate::wire`]. Doors of this process take it as it is; on the wire it becomes JSON.
    structured: Box<dyn Structured>,
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

/// A value that can be written as JSON and taken back as what it is.
trait Structured: Send {
    fn to_value(&self) -> serde_json::Result<Value>;
    fn into_any(self: Box<Self>) -> Box<dyn Any>;
}

impl<T: Serialize + Send + 'static> Structured for T {
    fn to_value(&self) -> serde_json::Result<Value> {
        serde_json::to_value(self)
    }

    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
}

impl Answer {
    /// An answer from its wire type.
    pub(crate) fn new(structured: impl Serialize + Send + 'static, text: String) -> Self {
        Self { structured: Box::new(structured), text, is_error: false }
    }

    /// An answer whose text is a heading and the same as JSON.
    pub(crate) fn json(
        structured: impl Serialize + Send + 'static,
        heading: &str,
    ) -> Result<Self, ToolError> {
        let text = written(serde_json::to_string_pretty(&structured))?;
        Ok(Self::new(structured, format!("{heading}{text}")))
    }

    /// An answer whose text is the same as JSON on one line.
    pub(crate) fn compact(structured: impl Serialize + Send + 'static) -> Result<Self, ToolError> {
        let text = written(serde_json::to_string(&structured))?;
        Ok(Self::new(structured, text))
    }

    /// The same, marked as a failure or not.
    pub(crate) fn marked(self, is_error: bool) -> Self {
        Self { is_error, ..self }
    }

    /// What the tool's output schema describes.
    ///
    /// # Errors
    /// It cannot be written as JSON: a defect of ours.
    pub fn structured(&self) -> Result<Value, ToolError> {
        written(self.structured.to_value())
    }

    /// The value itself and the text, for doors of this process.
    ///
    /// # Errors
    /// The tool answers with another type: a defect of ours.
    pub fn into_typed<T: 'static>(self) -> Result<(T, String), ToolError> {
        match self.structured.into_any().downcast::<T>() {
            Ok(structured) => Ok((*structured, self.text)),
            Err(_) => {
                tracing::error!(wanted = std::any::type_name::<T>(), "a tool answers with another type");
                Err(ToolError::internal())
            }
        }
    }
}

fn written<T>(json: serde_json::Result<T>) -> Result<T, ToolError> {
    json.map_err(|error| {
        tracing::error!(error = %error, "an answer could not be written as JSON");
        ToolError::internal()
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    fn pages() -> wire::Pages {
        wire::Pages { results: Vec::new() }
    }

    #[test]
    fn an_answer_is_taken_back_as_what_it_is_and_as_nothing_else() {
        let (taken, text) = Answer::compact(pages()).unwrap().into_typed::<wire::Pages>().unwrap();
        assert_eq!((taken, text.as_str()), (pages(), r#"{"results":[]}"#));
        let wrong = Answer::compact(pages()).unwrap().into_typed::<wire::Stored>();
        assert_eq!(wrong.unwrap_err().code, ErrorCode::Internal);
    }

    #[test]
    fn an_answer_in_json_is_the_same_for_programs_and_for_readers() {
        let answer = Answer::json(pages(), "Pages:\n").unwrap();
        let read: Value = serde_json::from_str(answer.text.strip_prefix("Pages:\n").unwrap()).unwrap();
        assert_eq!(read, answer.structured().unwrap());
    }
}

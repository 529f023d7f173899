//! Failures, and the exit code of each.

use std::io;
use std::process::ExitCode;

use engine::{EngineError, ErrorCode};
use mcp::ToolError;
use serde_json::json;

use crate::render::{Format, Terminal, text};
use crate::settings::InvalidSetting;

/// The exit code for wrong arguments.
pub const USAGE: u8 = 2;

/// How a command that could do its work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// As it should.
    Success,
    /// It found something that can be repaired.
    Repairable,
    /// Some of it could not be done.
    Incomplete,
    /// There was nothing of what was asked for.
    NotFound,
    /// It found that memories cannot be read now.
    Unavailable,
    /// It found damage.
    Damage,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// A row of the catalogue of error codes.
    Known {
        /// The row.
        code: ErrorCode,
        /// What was wrong, which value, what to do.
        message: String,
        /// What can be done; the row's when it has no better one.
        hint: Option<String>,
    },
    /// Results could not be printed.
    Output(io::Error),
}

/// A row of the table of exit codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The exit code.
    pub code: u8,
    /// When it is given.
    pub meaning: &'static str,
    /// The names of the errors that give it.
    pub errors: Vec<&'static str>,
}

/// When each exit code is given.
const MEANINGS: [(u8, &str); 7] = [
    (0, "success; also when nothing was found and when the text was stored already"),
    (1, "the command failed or did only a part, or doctor found something that it can repair"),
    (2, "wrong arguments or settings"),
    (3, "there is no such memory, key or space"),
    (4, "the store or the model is not available now: busy, full, read-only, missing"),
    (5, "the database is damaged"),
    (130, "interrupted by Ctrl-C"),
];

/// The table of exit codes, for help and reference pages.
#[must_use]
pub fn rows() -> Vec<Row> {
    let errors = |code: u8| {
        let errors = ErrorCode::ALL.iter().map(|error| error.row()).filter(|row| row.exit_code == code);
        errors.map(|row| row.id).collect()
    };
    MEANINGS.iter().map(|&(code, meaning)| Row { code, meaning, errors: errors(code) }).collect()
}

/// The table of exit codes as text.
#[must_use]
pub fn table() -> String {
    let lines: Vec<String> = rows().iter().map(|row| format!("  {:<4} {}", row.code, row.meaning)).collect();
    lines.join("\n")
}

/// Tells a failure, and gives the exit code.
pub fn report(result: Result<Verdict, Failure>, terminal: &Terminal) -> ExitCode {
    match result {
        Ok(verdict) => ExitCode::from(verdict.code()),
        // Whoever reads has enough: `memory list | head`.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(failure) => {
            terminal.error(&failure.describe(terminal.format()));
            ExitCode::from(failure.code())
        }
    }
}

impl Verdict {
    fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Repairable | Self::Incomplete => 1,
            Self::NotFound => ErrorCode::NotFound.row().exit_code,
            Self::Unavailable => ErrorCode::StorageUnavailable.row().exit_code,
            Self::Damage => ErrorCode::StorageDamaged.row().exit_code,
        }
    }
}

impl Failure {
    /// Wrong input.
    pub(crate) fn invalid(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Known { code: ErrorCode::InvalidInput, message: message.into(), hint: Some(hint.into()) }
    }

    /// The operating system refused something.
    pub(crate) fn system(doing: &str, error: &io::Error) -> Self {
        Self::Known { code: ErrorCode::Internal, message: format!("{doing}: {error}"), hint: None }
    }

    fn code(&self) -> u8 {
        match self {
            Self::Known { code, .. } => code.row().exit_code,
            Self::Output(_) => ErrorCode::Internal.row().exit_code,
        }
    }

    fn describe(&self, format: Format) -> String {
        let (id, message, hint) = match self {
            Self::Known { code, message, hint } => {
                let row = code.row();
                (row.id, message.clone(), hint.as_deref().unwrap_or(row.hint))
            }
            Self::Output(error) => {
                let message = format!("results could not be printed: {error}");
                (ErrorCode::Internal.row().id, message, "look at where standard output goes")
            }
        };
        match format {
            Format::Json => {
                format!("{:#}", json!({ "error": { "code": id, "message": message, "hint": hint } }))
            }
            Format::Human => text::error(&message, hint),
        }
    }
}

/// A tool's words are for a model: they name the tool's parameters and propose tools. A person has flags, and the hint.
impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        let ToolError { code, message, .. } = error;
        let message = match code {
            ErrorCode::NotFound => message.split(": ").next().unwrap_or_default().to_owned(),
            // Their flags have other names.
            _ => ["`content_hash`: ", "`time_expr`: "]
                .iter()
                .fold(message.as_str(), |text, name| text.trim_start_matches(name))
                .to_owned(),
        };
        Self::Known { code, message, hint: None }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        ToolError::from(error).into()
    }
}

impl From<InvalidSetting> for Failure {
    fn from(error: InvalidSetting) -> Self {
        Self::invalid(error.to_string(), "correct or unset it, then try again")
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_a_row_in_the_table() {
        let named: Vec<&str> = rows().into_iter().flat_map(|row| row.errors).collect();
        for error in ErrorCode::ALL {
            assert!(named.contains(&error.row().id), "{}", error.row().id);
        }
        assert_eq!(named.len(), ErrorCode::ALL.len());
    }

    #[test]
    fn verdicts_have_the_codes_of_the_table() {
        let verdicts = [
            Verdict::Success,
            Verdict::Repairable,
            Verdict::Incomplete,
            Verdict::NotFound,
            Verdict::Unavailable,
            Verdict::Damage,
        ];
        assert_eq!(verdicts.map(Verdict::code), [0, 1, 1, 3, 4, 5]);
    }

    #[test]
    fn a_failure_of_a_tool_is_told_without_the_tools_words() {
        for (code, message, told) in [
            (
                ErrorCode::NotFound,
                "Memory with hash x not found: look it up with memory_search",
                "Memory with hash x not found",
            ),
            (
                ErrorCode::InvalidInput,
                "`content_hash`: it is too short: give more",
                "it is too short: give more",
            ),
            (ErrorCode::InvalidInput, "`time_expr`: not understood", "not understood"),
            (
                ErrorCode::InvalidInput,
                "`limit` is 0, it must be from 1 to 100",
                "`limit` is 0, it must be from 1 to 100",
            ),
        ] {
            let failure = Failure::from(ToolError::new(code, message));
            assert!(matches!(failure, Failure::Known { message, .. } if message == told), "{told}");
        }
    }

    #[test]
    fn a_failure_is_told_as_json_with_code_message_and_hint() {
        let failure = Failure::Known { code: ErrorCode::NotFound, message: "no \"x\"".into(), hint: None };
        let told: serde_json::Value = serde_json::from_str(&failure.describe(Format::Json)).unwrap();
        assert_eq!(
            told,
            json!({"error": {"code": "not_found", "message": "no \"x\"", "hint": ErrorCode::NotFound.row().hint}})
        );
        assert_eq!(failure.code(), 3);
    }
}

//! Where output goes.

use std::io::{self, BufRead, IsTerminal, StdinLock, Write};

use serde_json::Value;

use super::hidden::Hidden;
use super::json;
use crate::arguments::{Color, Output};

/// Where output goes: results to standard output, everything else to standard error.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    format: Format,
    voice: Voice,
}

/// For whom results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// People.
    Human,
    /// Programs.
    Json,
}

/// How much is said beside the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voice {
    /// Hints, progress.
    Normal,
    /// Nothing.
    Quiet,
}

impl Terminal {
    /// A terminal as the flags want it. Decides about colours for the whole process.
    #[must_use]
    pub fn new(output: &Output) -> Self {
        let choice = match output.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Self {
            format: if output.json { Format::Json } else { Format::Human },
            voice: if output.quiet { Voice::Quiet } else { Voice::Normal },
        }
    }

    /// For whom results are printed.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// How much is said beside the result.
    #[must_use]
    pub fn voice(&self) -> Voice {
        self.voice
    }

    /// Prints a result for people, with a line end.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print(&self, text: &str) -> io::Result<()> {
        let mut stdout = anstream::stdout().lock();
        writeln!(stdout, "{}", text.trim_end_matches('\n'))?;
        stdout.flush()
    }

    /// Prints a result for programs.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print_json(&self, value: &Value) -> io::Result<()> {
        self.print_exactly(&(json::pretty(value) + "\n"))
    }

    /// Prints a text exactly, byte for byte.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn print_exactly(&self, text: &str) -> io::Result<()> {
        let mut stdout = io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Says something beside the result. Programs and quiet people are not told.
    pub fn say(&self, text: &str) {
        if self.voice == Voice::Normal && self.format == Format::Human {
            self.error(text);
        }
    }

    /// Tells a failure.
    pub fn error(&self, text: &str) {
        // When nobody hears it, there is nobody to tell.
        let _unheard = writeln!(anstream::stderr(), "{text}");
    }

    /// Whether somebody is there to answer a question.
    #[must_use]
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question whose answer is yes or no; anything but yes is no.
    ///
    /// # Errors
    /// When the answer cannot be read.
    pub fn ask(&self, question: &str) -> io::Result<bool> {
        let mut stderr = anstream::stderr();
        write!(stderr, "{question} [y/N] ")?;
        stderr.flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    }

    /// Asks for something that nobody else may see: it is not shown while it is typed.
    ///
    /// # Errors
    /// When the terminal cannot hide it.
    pub fn ask_hidden<T>(&self, question: &str, read: impl FnOnce(StdinLock<'_>) -> T) -> io::Result<T> {
        // First, so that whoever answers at once is hidden and heard.
        let _hidden = Hidden::new(io::stdin())?;
        let mut stderr = anstream::stderr();
        write!(stderr, "{question}")?;
        stderr.flush()?;
        Ok(read(io::stdin().lock()))
    }
}

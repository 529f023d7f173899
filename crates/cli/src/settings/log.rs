//! What is logged.

use std::fmt;
use std::str::FromStr;

use tracing_subscriber::filter::{LevelFilter, Targets};

/// What is logged: a level for everything, or levels for parts of the program.
#[derive(Debug, Clone, PartialEq)]
pub struct LogFilter(Targets);

/// What may be written.
pub(super) const ALLOWED: &str =
    "it must be off, error, warning, info, debug or trace, or a list such as `info,store_sqlite=debug`";

impl LogFilter {
    /// Reads a level (Python's names are understood, in any case) or a list of `target=level`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        if let Some(level) = level(&text) {
            return Some(Self(Targets::new().with_default(level)));
        }
        // `Targets` takes a word that is no level for the name of a target, and so hides every typing error.
        let directives: Vec<&str> = text.split(',').map(str::trim).collect();
        let plausible = |directive: &&str| directive.contains('=') || level(directive).is_some();
        if text.contains('=') && directives.iter().all(plausible) {
            return Targets::from_str(&text).ok().map(Self);
        }
        None
    }

    /// The filter.
    #[must_use]
    pub fn targets(&self) -> &Targets {
        &self.0
    }
}

/// As it can be written.
impl fmt::Display for LogFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A level alone has a name of its own in settings: `warning`, not `warn`.
        match (self.0.default_level(), self.0.iter().count()) {
            (Some(LevelFilter::WARN), 0) => f.write_str("warning"),
            (Some(level), 0) => write!(f, "{level}"),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// Warnings and errors.
impl Default for LogFilter {
    fn default() -> Self {
        Self(Targets::new().with_default(LevelFilter::WARN))
    }
}

fn level(text: &str) -> Option<LevelFilter> {
    match text {
        "off" | "none" => Some(LevelFilter::OFF),
        "error" | "critical" | "fatal" => Some(LevelFilter::ERROR),
        "warning" | "warn" => Some(LevelFilter::WARN),
        "info" => Some(LevelFilter::INFO),
        "debug" => Some(LevelFilter::DEBUG),
        "trace" | "notset" => Some(LevelFilter::TRACE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing_subscriber::filter::LevelFilter;

    #[test]
    fn the_names_of_python_are_understood() {
        for (text, expected) in [
            ("WARNING", LevelFilter::WARN),
            ("Critical", LevelFilter::ERROR),
            (" debug ", LevelFilter::DEBUG),
        ] {
            let filter = LogFilter::parse(text).unwrap();
            assert_eq!(filter.targets().default_level(), Some(expected), "{text}");
        }
    }

    #[test]
    fn parts_of_the_program_have_levels_of_their_own() {
        let filter = LogFilter::parse("info,store_sqlite=debug").unwrap();
        assert_eq!(filter.targets().default_level(), Some(LevelFilter::INFO));
        assert!(filter.targets().would_enable("store_sqlite", &tracing::Level::DEBUG));
        assert!(!filter.targets().would_enable("engine", &tracing::Level::DEBUG));
    }

    #[test]
    fn a_filter_is_told_as_it_can_be_written() {
        for text in ["warning", "off", "debug", "info,store_sqlite=debug"] {
            let told = LogFilter::parse(text).unwrap().to_string();
            assert_eq!(LogFilter::parse(&told), LogFilter::parse(text), "{text}: {told}");
        }
        assert_eq!(LogFilter::default().to_string(), "warning");
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "loud", "info,loud", "engine=loud", "5"] {
            assert_eq!(LogFilter::parse(text), None, "{text}");
        }
    }
}

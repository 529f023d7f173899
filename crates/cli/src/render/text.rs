//! Text that cannot drive the terminal; styles.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

/// What stands out.
pub const STRONG: Style = Style::new().bold();
/// What steps back.
pub const FAINT: Style = Style::new().dimmed();
/// What is well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// What needs a look.
pub const WARNING: Style = AnsiColor::Yellow.on_default();
/// What is wrong.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// A text in a style.
#[must_use]
pub fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A failure for people: what was wrong, what to do.
#[must_use]
pub fn error(message: &str, hint: &str) -> String {
    let message = plain(message);
    // Many messages say themselves what to do.
    let hint = if message.contains(hint) {
        String::new()
    } else {
        format!("\n{}", styled(FAINT, &format!("hint: {hint}")))
    };
    format!("{} {message}{hint}", styled(BAD, "error:"))
}

/// A warning for people.
#[must_use]
pub fn warning(message: &str) -> String {
    format!("{} {}", styled(WARNING, "warning:"), plain(message))
}

/// Text of unknown origin for a terminal: line ends and tabs are kept, every other control character, and every
/// character that turns the direction of writing, is shown as its number. So a memory can neither move the cursor, set
/// the clipboard or the title, nor hide what it says.
#[must_use]
pub fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if is_harmless(character) {
            plain.push(character);
        } else {
            // Writing to a String cannot fail.
            let _infallible = write!(plain, "\\u{{{:x}}}", u32::from(character));
        }
    }
    plain
}

/// The same on one line: every run of white space is one space.
#[must_use]
pub fn one_line(text: &str) -> String {
    plain(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The first characters of a text, and an ellipsis if there are more.
#[must_use]
pub fn cut(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        Some((at, _)) => format!("{}…", text[..at].trim_end()),
        None => text.to_owned(),
    }
}

/// A number of things in words: `1 memory`, `2 memories`.
#[must_use]
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// A number of memories in words.
#[must_use]
pub fn memories(number: u64) -> String {
    count(number, "memory", "memories")
}

/// A number with commas: `12,345`.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn is_harmless(character: char) -> bool {
    let turns_direction = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    matches!(character, '\n' | '\t') || !(character.is_control() || turns_direction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memory_cannot_drive_the_terminal() {
        let text = "a\u{1b}]52;c;ZXZpbA==\u{7}b\u{9b}31mc\u{202e}d\r\u{8}\0\ttab\r\nline";
        assert_eq!(
            plain(text),
            "a\\u{1b}]52;c;ZXZpbA==\\u{7}b\\u{9b}31mc\\u{202e}d\\u{d}\\u{8}\\u{0}\ttab\nline"
        );
    }

    #[test]
    fn other_languages_and_emoji_are_shown_as_they_are() {
        let text = "Zürich 東京 שלום 👩\u{200d}🚀 é";
        assert_eq!(plain(text), text);
    }

    #[test]
    fn one_line_has_no_line_end_and_no_tab() {
        assert_eq!(one_line("  a\n\n b\tc\u{1b} "), "a b c\\u{1b}");
    }

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(cut("日本語", 3), "日本語");
        assert_eq!(cut("日本語 x", 4), "日本語…");
    }

    #[test]
    fn numbers_are_read_easily() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1000), "1,000");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!((memories(1), memories(0)), ("1 memory".into(), "0 memories".into()));
    }

    #[test]
    fn a_hint_that_the_message_gives_already_is_not_repeated() {
        assert!(!error("busy; try again in a moment", "try again in a moment").contains("hint"));
        assert!(error("busy", "try again").contains("hint: try again"));
    }
}

//! Where a new password comes from: somebody who is asked, or standard input. Never from an argument or the environment, which
//! others can read.

use std::io::{self, BufRead};

use auth::Secret;
use auth::accounts::MAX_PASSWORD_BYTES;
use model::UserName;

use crate::exit::Failure;
use crate::render::Terminal;

/// The password of a user.
pub(super) fn asked(terminal: &Terminal, name: &UserName) -> Result<Secret, Failure> {
    if !terminal.can_ask() {
        return first_line(io::stdin().lock());
    }
    let ask = |question: &str| {
        terminal.ask_hidden(question, |input| first_line(input)).map_err(unreadable).and_then(|answer| answer)
    };
    let once = ask(&format!("New password of {name}: "))?;
    match once == ask("The same again: ")? {
        true => Ok(once),
        false => Err(Failure::invalid("these are two different passwords", "type the same one twice")),
    }
}

/// A line without its end. What comes after it is not read.
fn first_line(input: impl BufRead) -> Result<Secret, Failure> {
    let mut line = Vec::new();
    // With an end of two bytes, and one more that tells that it is too long.
    let most = MAX_PASSWORD_BYTES as u64 + 3;
    input.take(most).read_until(b'\n', &mut line).map_err(unreadable)?;
    let line = line.strip_suffix(b"\n").unwrap_or(&line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.is_empty() {
        return Err(Failure::invalid(
            "there is no password: nobody can be asked here, and standard input has none",
            "run it in a terminal, or give the password as the first line of standard input",
        ));
    }
    let text = std::str::from_utf8(line)
        .map_err(|_| Failure::invalid("the password is no text in UTF-8", "type another one"));
    text.map(Secret::new)
}

fn unreadable(error: io::Error) -> Failure {
    Failure::system("the password could not be read", &error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(input: &[u8]) -> String {
        match first_line(input) {
            Err(Failure::Known { message, .. }) => message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_first_line_is_the_password_with_all_its_blanks() {
        for (input, expected) in [
            ("correct horse", "correct horse"),
            (" correct horse \n", " correct horse "),
            ("correct horse\r\n", "correct horse"),
            ("correct\nhorse\n", "correct"),
            ("correct\rhorse", "correct\rhorse"),
        ] {
            assert_eq!(first_line(input.as_bytes()).unwrap().reveal(), expected, "{input:?}");
        }
    }

    #[test]
    fn what_is_no_line_is_refused() {
        for input in ["", "\n", "\r\n", "\ncorrect horse"] {
            assert!(refused(input.as_bytes()).contains("no password"), "{input:?}");
        }
        assert!(refused(b"correct horse\xff\n").contains("UTF-8"));
    }

    #[test]
    fn no_more_is_read_than_a_password_may_have_and_what_is_too_long_stays_so() {
        for (length, kept) in [
            (MAX_PASSWORD_BYTES, MAX_PASSWORD_BYTES),
            (MAX_PASSWORD_BYTES + 1, MAX_PASSWORD_BYTES + 1),
            (1 << 20, MAX_PASSWORD_BYTES + 3),
        ] {
            let line = "x".repeat(length) + "\n";
            assert_eq!(first_line(line.as_bytes()).unwrap().reveal().len(), kept);
        }
    }
}

//! What the audit log holds: who did what, when, and whether it was allowed.

use std::fmt;

use thiserror::Error;

use crate::Timestamp;

/// The longest text in an entry, in characters.
pub const MAX_AUDIT_TEXT_CHARS: usize = 200;
/// What stands for a character that could make a line look like another one.
const REPLACEMENT: char = '\u{fffd}';
/// What stands for a secret that got into a text by mistake.
const HIDDEN: &str = "(secret)";
/// So many digits and letters in a row after an underline are one of our secrets.
const SECRET_CHARS: usize = 32;

/// One line of the audit log. It names people, clients and things by their ids, and never holds a secret.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// What was done or tried.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Who did it: a user, or the id of a principal such as `key:<id>`; none when nobody knows.
    pub actor: Option<AuditText>,
    /// To whom or what it was done: the id of a user, a key, a client, a space.
    pub subject: Option<AuditText>,
    /// From which machine: its address, or none for the command line.
    pub machine: Option<AuditText>,
    /// What else is worth knowing: a scope, why it was refused.
    pub detail: Option<AuditText>,
}

impl AuditEntry {
    /// An entry without anything but what was done and how it ended.
    #[must_use]
    pub fn new(at: Timestamp, action: AuditAction, outcome: AuditOutcome) -> Self {
        Self { at, action, outcome, actor: None, subject: None, machine: None, detail: None }
    }

    /// Says who did it.
    #[must_use]
    pub fn by(mut self, actor: impl fmt::Display) -> Self {
        self.actor = Some(AuditText::new(actor));
        self
    }

    /// Says to whom or what.
    #[must_use]
    pub fn on(mut self, subject: impl fmt::Display) -> Self {
        self.subject = Some(AuditText::new(subject));
        self
    }

    /// Says from which machine.
    #[must_use]
    pub fn from_machine(mut self, machine: impl fmt::Display) -> Self {
        self.machine = Some(AuditText::new(machine));
        self
    }

    /// Says what else is worth knowing.
    #[must_use]
    pub fn saying(mut self, detail: impl fmt::Display) -> Self {
        self.detail = Some(AuditText::new(detail));
        self
    }

    /// What was done and how it ended: `sign_in.refused`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.action.name(), self.outcome.name())
    }
}

/// How an act ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
}

impl AuditOutcome {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Done, Self::Refused];

    /// Its name: `done`, `refused`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
        }
    }

    /// The outcome with a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.name() == name)
    }
}

macro_rules! actions {
    ($($(#[$documentation:meta])* $action:ident = $name:literal,)*) => {
        /// What was done or tried. The names are kept in files and read by programs: one that was given stays.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum AuditAction {
            $($(#[$documentation])* $action,)*
            /// Something that a newer release wrote down and this one has no name for.
            Unknown,
        }

        impl AuditAction {
            /// Every action that has a name.
            pub const ALL: &[Self] = &[$(Self::$action,)*];

            /// Its name: `sign_in`, `token.refresh`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                    Self::Unknown => "unknown",
                }
            }
        }
    };
}

actions! {
    /// The owner was set up with the code that the server shows.
    SetUp = "set_up",
    /// Somebody signed in.
    SignIn = "sign_in",
    /// Somebody signed out.
    SignOut = "sign_out",
    /// A session was ended from another one.
    SessionEnd = "session.end",
    /// A password was set or changed.
    PasswordChange = "password.change",
    /// A second factor was added.
    SecondFactorAdd = "second_factor.add",
    /// A second factor was taken away.
    SecondFactorRemove = "second_factor.remove",
    /// Recovery codes were made.
    RecoveryCodesMake = "recovery_codes.make",
    /// A recovery code was used up.
    RecoveryCodeUse = "recovery_code.use",
    /// A passkey was added.
    PasskeyAdd = "passkey.add",
    /// A passkey was taken away.
    PasskeyRemove = "passkey.remove",
    /// A user was added.
    UserAdd = "user.add",
    /// A user was disabled.
    UserDisable = "user.disable",
    /// A user was enabled again.
    UserEnable = "user.enable",
    /// A user's password was set anew by somebody else, and the second factors were taken away.
    UserReset = "user.reset",
    /// A user signs in with an identity of a provider from now on.
    IdentityLink = "identity.link",
    /// A user does so no more.
    IdentityUnlink = "identity.unlink",
    /// Somebody with an identity of a provider became a user.
    SignUp = "sign_up",
    /// An API key was made.
    KeyCreate = "key.create",
    /// An API key was revoked.
    KeyRevoke = "key.revoke",
    /// A client registered itself.
    ClientRegister = "client.register",
    /// A client was removed.
    ClientRemove = "client.remove",
    /// A user allowed a client something (done), or said no (refused).
    AuthorizationGrant = "authorization.grant",
    /// An authorization was ended, by its user, its client or an administrator.
    AuthorizationRevoke = "authorization.revoke",
    /// A client asked for the tokens of a code.
    TokenIssue = "token.issue",
    /// A client asked for new tokens.
    TokenRefresh = "token.refresh",
    /// A code or a refresh token was used again, and everything that came of it was ended.
    TokenReuse = "token.reuse",
    /// A client ended a token.
    TokenRevoke = "token.revoke",
    /// A space was made.
    SpaceCreate = "space.create",
    /// A space was given another name.
    SpaceRename = "space.rename",
    /// A space was removed.
    SpaceRemove = "space.remove",
    /// Somebody became a member of a space, or got another role there.
    MemberAdd = "member.add",
    /// Somebody is no member of a space any more.
    MemberRemove = "member.remove",
    /// Memories were moved to another space.
    MemoryMove = "memory.move",
    /// Memories were copied to another space.
    MemoryShare = "memory.share",
}

/// A name that is no action's.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is no action of the audit log")]
pub struct InvalidAuditAction(String);

impl AuditAction {
    /// The action with a name.
    ///
    /// # Errors
    /// [`InvalidAuditAction`].
    pub fn parse(name: &str) -> Result<Self, InvalidAuditAction> {
        let found = Self::ALL.iter().copied().find(|action| action.name() == name);
        found.ok_or_else(|| InvalidAuditAction(name.chars().take(64).collect()))
    }
}

/// A short text in an entry. Any text can be made one: what could make one line look like several, or like another one, is
/// replaced; what looks like one of our secrets is left out; and the rest of a long one is cut off.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AuditText(String);

impl AuditText {
    /// A text as it may stand in the log.
    #[must_use]
    pub fn new(text: impl fmt::Display) -> Self {
        let text = without_secrets(&text.to_string());
        let plain = |char: char| if is_plain(char) { char } else { REPLACEMENT };
        Self(text.chars().take(MAX_AUDIT_TEXT_CHARS).map(plain).collect())
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AuditText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a character is no control, ends no line, and turns no writing direction.
fn is_plain(char: char) -> bool {
    !char.is_control()
        && !matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// A text without the words that look like keys, tokens, codes: letters, `_`, and a long row of digits and letters.
fn without_secrets(text: &str) -> String {
    let mut rest = text;
    let mut clean = String::with_capacity(text.len());
    while let Some(place) = rest.find('_') {
        let (before, after) = (&rest[..place], &rest[place + 1..]);
        let length = after.bytes().take_while(u8::is_ascii_alphanumeric).count();
        if length >= SECRET_CHARS {
            let prefix = before.bytes().rev().take_while(u8::is_ascii_lowercase).count();
            clean.push_str(&before[..before.len() - prefix]);
            clean.push_str(HIDDEN);
            rest = &after[length..];
        } else {
            clean.push_str(&rest[..=place]);
            rest = after;
        }
    }
    clean + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_action_has_a_name_of_its_own_and_is_read_back() {
        let mut names: Vec<&str> = AuditAction::ALL.iter().map(|action| action.name()).collect();
        for action in AuditAction::ALL {
            assert_eq!(AuditAction::parse(action.name()), Ok(*action));
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), AuditAction::ALL.len());
        for name in ["", "sign_in.refused", "Sign_in", "unknown"] {
            assert_eq!(AuditAction::parse(name), Err(InvalidAuditAction(name.to_owned())));
        }
        for outcome in AuditOutcome::ALL {
            assert_eq!(AuditOutcome::parse(outcome.name()), Some(outcome));
        }
        assert_eq!(AuditOutcome::parse("failed"), None);
    }

    #[test]
    fn an_entry_says_what_was_done_and_how_it_ended() {
        let at = Timestamp::from_microseconds(0);
        let entry = AuditEntry::new(at, AuditAction::SignIn, AuditOutcome::Refused)
            .by("user")
            .on("subject")
            .from_machine(std::net::Ipv4Addr::LOCALHOST)
            .saying("wrong password");
        assert_eq!(entry.name(), "sign_in.refused");
        let texts = [entry.actor, entry.subject, entry.machine, entry.detail];
        let texts = texts.map(|text| text.unwrap().to_string());
        assert_eq!(texts, ["user", "subject", "127.0.0.1", "wrong password"]);
    }

    #[test]
    fn no_text_can_look_like_another_line() {
        let text = AuditText::new("a\nb\r\u{1b}[31m\u{202e}\u{2028}\u{feff}\0é東\u{1f980}");
        assert_eq!(
            text.as_str(),
            "a\u{fffd}b\u{fffd}\u{fffd}[31m\u{fffd}\u{fffd}\u{fffd}\u{fffd}é東\u{1f980}"
        );
        assert_eq!(AuditText::new(text.clone()), text);
    }

    #[test]
    fn a_text_ends_at_its_limit() {
        for chars in [MAX_AUDIT_TEXT_CHARS - 1, MAX_AUDIT_TEXT_CHARS] {
            assert_eq!(AuditText::new("é".repeat(chars)).as_str().chars().count(), chars);
        }
        let long = AuditText::new("é".repeat(MAX_AUDIT_TEXT_CHARS + 1));
        assert_eq!(long.as_str().chars().count(), MAX_AUDIT_TEXT_CHARS);
    }

    #[test]
    fn what_looks_like_a_secret_is_left_out() {
        let secret = format!("mem_{}", "aB3".repeat(12));
        for (text, expected) in [
            (secret.clone(), "(secret)".to_owned()),
            (format!("key {secret}, twice: x{secret}!"), "key (secret), twice: (secret)!".to_owned()),
            (format!("mss_{}", "a".repeat(31)), format!("mss_{}", "a".repeat(31))),
            (format!("é_{}", "a".repeat(32)), "é(secret)".to_owned()),
            ("key:00010203040506ff sign_in _".to_owned(), "key:00010203040506ff sign_in _".to_owned()),
        ] {
            assert_eq!(AuditText::new(&text).as_str(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_that_stays(text in ".*") {
            let made = AuditText::new(&text);
            prop_assert!(made.as_str().chars().all(is_plain));
            prop_assert_eq!(AuditText::new(made.as_str()), made);
        }
    }
}

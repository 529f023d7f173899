//! `memory keys create`: makes a key and prints it, this once.

use auth::KeyRequest;
use auth::keys::KeysError;
use auth::spaces::COMMAND_LINE;
use clap::{Args, ValueEnum};
use engine::ErrorCode;
use jiff::tz::TimeZone;
use model::{ApiKey, Capability, InvalidKeyName, KeyName, Space, Timestamp, parse_date};
use serde_json::json;

use super::{Ring, for_programs};
use crate::commands::access::failure;
use crate::exit::{Failure, Verdict};
use crate::render::Format;
use crate::render::text::one_line;
use crate::render::time::Now;

/// The seconds of an hour.
const HOUR_S: f64 = 3600.0;
/// The longest life of a key that is not said by a date, in years.
const MOST_YEARS: f64 = 100.0;

/// Makes a key and prints it, this once.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  memory keys create --name laptop
  memory keys create --name dashboard --scope read --expires 90d
  memory keys create --name ci --expires 2027-01-01 > ci.key
  memory keys create --name ci --json | jq -r .key
  memory keys create --name agent --space crew --scope add --expires 30d

The key alone goes to standard output; everything else to standard error.
It opens the space that --space names, and nothing of any other.
Each scope includes the ones before it: read (look at memories), add (store, but
change and delete nothing), write (change and delete), admin (everything).")]
pub struct Create {
    /// What to call it: a name that no other key has
    #[arg(short, long, value_name = "NAME", value_parser = name)]
    pub name: KeyName,
    /// What its holder may do: read, add, write or admin
    #[arg(short, long, value_name = "SCOPE", default_value = "write", hide_possible_values = true)]
    pub scope: Scope,
    /// When it ends: in hours, days, weeks or years (12h, 90d, 6w, 1y), or a date [default: never]
    #[arg(short, long, value_name = "WHEN")]
    pub expires: Option<String>,
}

/// What the holder of a key, or a program that acts on its own, may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// Look at memories.
    Read,
    /// Store them too, but change and delete none.
    Add,
    /// Change and delete them too.
    Write,
    /// Everything.
    Admin,
}

impl From<Scope> for Capability {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Read => Self::Read,
            Scope::Add => Self::Add,
            Scope::Write => Self::Write,
            Scope::Admin => Self::Admin,
        }
    }
}

impl Create {
    pub(super) async fn run(self, ring: &Ring) -> Result<Verdict, Failure> {
        let now = ring.clock.now();
        let expires_at = self.expires.map(|text| end(&text, now, &ring.clock.zone())).transpose()?;
        let capability = self.scope.into();
        let space = ring.space.clone().unwrap_or_default();
        let request = KeyRequest { name: self.name, capability, space, expires_at };
        let made = ring.keys.create(COMMAND_LINE, request).await;
        let (secret, kept) = made.map_err(refusal)?;
        let printed = match ring.terminal.format() {
            Format::Json => {
                let mut told = for_programs(&kept, now);
                told["key"] = json!(secret.reveal());
                ring.terminal.print_json(&told)
            }
            Format::Human => ring.terminal.print_exactly(&format!("{}\n", secret.reveal())),
        };
        if let Err(error) = printed {
            // Nobody has seen it: a key that nobody has must not stay.
            ring.keys.revoke(COMMAND_LINE, &kept.id).await.map_err(failure)?;
            return Err(Failure::system("the key could not be printed and was revoked", &error));
        }
        ring.terminal.say(&hint(&kept, &Now::of(&*ring.clock)));
        Ok(Verdict::Success)
    }
}

fn name(text: &str) -> Result<KeyName, InvalidKeyName> {
    KeyName::new(text)
}

fn refusal(error: KeysError) -> Failure {
    let error = match error {
        KeysError::Store(error) => return failure(error),
        error => error,
    };
    let (code, hint) = match &error {
        KeysError::NameTaken(_) => (ErrorCode::Conflict, "`memory keys revoke NAME` revokes a key"),
        KeysError::TooMany => (ErrorCode::Conflict, "`memory keys list` shows when each was used"),
        KeysError::NoSpace => (ErrorCode::NotFound, "`memory spaces list` shows them"),
        KeysError::Ended => (ErrorCode::InvalidInput, "write 12h, 90d, 6w, 1y, or a date such as 2027-01-01"),
        KeysError::Randomness(_) | KeysError::Store(_) => (ErrorCode::Internal, "try again"),
    };
    Failure::Known { code, message: one_line(&error.to_string()), hint: Some(hint.to_owned()) }
}

fn hint(key: &ApiKey, now: &Now) -> String {
    let end = match key.expires_at {
        Some(end) => format!("until {}", now.absolute(end)),
        None => "without an end".to_owned(),
    };
    let (name, id, scope) = (one_line(key.name.as_str()), key.id.short(), key.capability.name());
    let scope = match &key.space {
        Space::Default => scope.to_owned(),
        named => format!("{scope}, space {named}"),
    };
    format!(
        "This is the key '{name}' ({id}), scope {scope}, {end}. It is not shown again: keep it where nobody else can read it.\n\
         A client sends it as `Authorization: Bearer <key>`."
    )
}

/// When a key ends: so long from now on, or at a date.
fn end(text: &str, now: Timestamp, zone: &TimeZone) -> Result<Timestamp, Failure> {
    let hint = "write 12h, 90d, 6w, 1y, or a date such as 2027-01-01";
    let refused = |why: &str| Failure::invalid(format!("--expires {text:?} {why}"), hint);
    let end = match lifetime_s(text.trim()) {
        Some(seconds) if seconds > MOST_YEARS * 365.0 * 24.0 * HOUR_S => {
            return Err(refused("is more than 100 years"));
        }
        Some(seconds) => now.plus_seconds(seconds),
        None => parse_date(text, zone).map_err(|_| refused("is neither a time nor a date"))?,
    };
    if end <= now {
        return Err(refused("is not in the future: the key would be of no use"));
    }
    Ok(end)
}

/// A number of hours, days, weeks or years, in seconds.
fn lifetime_s(text: &str) -> Option<f64> {
    let unit = text.chars().next_back()?;
    let number = &text[..text.len() - unit.len_utf8()];
    let hours = match unit {
        'h' => 1.0,
        'd' => 24.0,
        'w' => 7.0 * 24.0,
        'y' => 365.0 * 24.0,
        _ => return None,
    };
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: f64 = number.parse().ok().filter(|_| is_number)?;
    Some(number * hours * HOUR_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_stored_iso(text).unwrap()
    }

    fn ends(text: &str) -> Result<String, String> {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        match end(text, at("2026-11-24T10:00:00Z"), &zone) {
            Ok(end) => Ok(end.to_string()),
            Err(Failure::Known { message, .. }) => Err(message),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_key_ends_so_long_from_now_on_or_at_a_date() {
        for (text, expected) in [
            ("1h", "2026-11-24T11:00:00Z"),
            ("90d", "2027-02-22T10:00:00Z"),
            (" 2w ", "2026-12-08T10:00:00Z"),
            ("1y", "2027-11-24T10:00:00Z"),
            ("2027-01-01", "2026-12-31T22:00:00Z"),
            ("2026-11-24T10:00:01Z", "2026-11-24T10:00:01Z"),
        ] {
            assert_eq!(ends(text).as_deref(), Ok(expected), "{text}");
        }
        assert!(ends("100y").is_ok());
    }

    #[test]
    fn an_end_that_is_none_is_refused() {
        for (text, why) in [
            ("0d", "not in the future"),
            ("2026-11-24T10:00:00Z", "not in the future"),
            ("2020-01-01", "not in the future"),
            ("36501d", "more than 100 years"),
            ("99999999999999999999999d", "more than 100 years"),
            ("", "neither"),
            ("d", "neither"),
            ("90", "neither"),
            ("-1d", "neither"),
            ("1.5d", "neither"),
            ("infd", "neither"),
            ("1é", "neither"),
            ("90 days", "neither"),
            ("soon", "neither"),
        ] {
            let told = ends(text).unwrap_err();
            assert!(told.contains(why), "{text}: {told}");
        }
    }
}

//! The configuration file: the lowest layer above the defaults, in TOML.
//!
//! Its keys are those of [`variables::key`], its values texts, numbers and truth values. There are no sections: what a key
//! means does not depend on where it stands.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::layers::Raw;
use super::secret_file::is_private;
use super::{Environment, InvalidSetting, paths, variables};

/// The longest file that is read, in bytes.
const MAX_BYTES: u64 = 1024 * 1024;

/// The settings of one configuration file.
#[derive(Clone, Default)]
pub struct ConfigFile {
    /// None when there is no file.
    path: Option<PathBuf>,
    entries: BTreeMap<String, Entry>,
    unknown: Vec<UnknownKey>,
}

/// A setting of a file.
#[derive(Clone)]
pub struct Entry {
    /// Its key, as it was written.
    pub key: String,
    /// Its value, as the variable would have it.
    pub text: String,
    /// The line on which it begins, from 1.
    pub line: usize,
}

/// A key that means nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKey {
    /// As it was written.
    pub key: String,
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl ConfigFile {
    /// Reads the file that was named, or the one at the default place if there is one.
    ///
    /// # Errors
    /// [`InvalidSetting`] when a file that was named is not there, and when one cannot be read or understood wholly: half a
    /// configuration is not what the user meant.
    pub fn find(named: Option<&Raw>, environment: &Environment) -> Result<Self, InvalidSetting> {
        let path = match named {
            Some(raw) => paths::absolute(raw, environment)?,
            None => match paths::default_config(environment) {
                Some(path) => path,
                None => return Ok(Self::default()),
            },
        };
        let bytes = match read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return match named {
                    Some(raw) => Err(InvalidSetting::value(raw, "there is no such file")),
                    None => Ok(Self::default()),
                };
            }
            Err(error) => {
                return Err(InvalidSetting::file(&path, None, format!("it cannot be read: {error}")));
            }
        };
        let text = String::from_utf8(bytes)
            .map_err(|_| InvalidSetting::file(&path, None, "it is not valid UTF-8"))?;
        let file = Self::parse(path, text.strip_prefix('\u{feff}').unwrap_or(&text))?;
        file.refuse_open_secrets()?;
        Ok(file)
    }

    fn parse(path: PathBuf, text: &str) -> Result<Self, InvalidSetting> {
        let line_of = |at: usize| text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map(|span| line_of(span.start));
            InvalidSetting::file(&path, line, format!("it is not TOML: {}", error.message()))
        })?;
        let mut file = Self { path: Some(path.clone()), ..Self::default() };
        for (key, value) in table.get_ref() {
            let (line, key) = (line_of(key.span().start), key.get_ref().to_string());
            let Some(name) = variables::named_by(&key) else {
                file.unknown.push(UnknownKey { key, path: path.clone(), line });
                continue;
            };
            let text = as_text(value.get_ref()).map_err(|found| {
                let allowed = format!("{key} is {found}: write a text, a number, or true or false");
                InvalidSetting::file(&path, Some(line), allowed)
            })?;
            // An empty text is no value, as with variables.
            if !text.is_empty() || variables::may_be_empty(&name) {
                file.entries.insert(name, Entry { key, text, line });
            }
        }
        file.unknown.sort_by_key(|unknown| unknown.line);
        Ok(file)
    }

    fn refuse_open_secrets(&self) -> Result<(), InvalidSetting> {
        let secret = self.entries.iter().find(|(name, _)| variables::is_secret(name));
        let (Some(path), Some((_, entry))) = (&self.path, secret) else { return Ok(()) };
        if is_private(path) {
            return Ok(());
        }
        let reason = format!(
            "{} is a secret and others on this machine can read the file: chmod 600 it, or keep the secret in a file of its own",
            entry.key
        );
        Err(InvalidSetting::file(path, Some(entry.line), reason))
    }

    /// The setting of a variable.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Entry> {
        self.entries.get(name)
    }

    /// The file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The names of the variables that it sets, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The keys that mean nothing, in their order.
    #[must_use]
    pub fn unknown(&self) -> &[UnknownKey] {
        &self.unknown
    }
}

/// Shows no value: any of them may be a secret.
impl fmt::Debug for ConfigFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfigFile({:?}, {} settings)", self.path, self.entries.len())
    }
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let length = std::fs::metadata(path)?.len();
    if length > MAX_BYTES {
        return Err(io::Error::other(format!("it has {length} bytes, the limit is {MAX_BYTES}")));
    }
    std::fs::read(path)
}

/// A value as a variable would have it, or what it is instead.
fn as_text(value: &DeValue<'_>) -> Result<String, &'static str> {
    match value {
        DeValue::String(text) => Ok(text.to_string()),
        DeValue::Boolean(is_true) => Ok(is_true.to_string()),
        DeValue::Float(number) => Ok(number.as_str().to_owned()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(|number| number.to_string())
            .map_err(|_| "a number that is too large"),
        DeValue::Datetime(_) => Err("a date"),
        DeValue::Array(_) => Err("a list"),
        DeValue::Table(_) => Err("a section"),
    }
}

#[cfg(test)]
mod tests;

//! The files of a directory: nothing outside of it is read, and nothing without a limit.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use crate::DirectoryError;

/// The largest configuration file in bytes.
pub(crate) const MAX_CONFIGURATION_BYTES: u64 = 1 << 20;

/// A directory that a user named, and how far its links may lead.
pub(crate) struct Files {
    /// The directory itself, links resolved.
    real: PathBuf,
    /// Files are inside of this one, links resolved.
    boundary: PathBuf,
}

impl Files {
    /// The directory.
    ///
    /// # Errors
    /// [`DirectoryError::NoDirectory`].
    pub(crate) fn open(path: &Path) -> Result<Self, DirectoryError> {
        let real =
            fs::canonicalize(path).ok().filter(|real| real.is_dir()).ok_or(DirectoryError::NoDirectory)?;
        let boundary = crate::hub::repository_of(&real).unwrap_or_else(|| real.clone());
        Ok(Self { real, boundary })
    }

    /// Links resolved.
    pub(crate) fn real(&self) -> &Path {
        &self.real
    }

    /// How a file is called in messages.
    pub(crate) fn shown(relative: &str) -> PathBuf {
        relative.into()
    }

    /// Where a file really is; none if it is not there.
    ///
    /// # Errors
    /// [`DirectoryError::Outside`] for a link that leads out, and for a name that does.
    pub(crate) fn find(&self, relative: &str) -> Result<Option<PathBuf>, DirectoryError> {
        let outside = || DirectoryError::Outside { file: Self::shown(relative) };
        let is_inside = Path::new(relative).components().all(|part| matches!(part, Component::Normal(_)));
        if !is_inside {
            return Err(outside());
        }
        let Ok(real) = fs::canonicalize(self.real.join(relative)) else { return Ok(None) };
        if !real.starts_with(&self.boundary) {
            return Err(outside());
        }
        Ok(real.is_file().then_some(real))
    }

    /// The bytes of a file; none if it is not there.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub(crate) fn read(&self, relative: &str, limit: u64) -> Result<Option<Vec<u8>>, DirectoryError> {
        let Some(path) = self.find(relative)? else { return Ok(None) };
        let unreadable = |source| DirectoryError::Unreadable { file: Self::shown(relative), source };
        let file = File::open(path).map_err(unreadable)?;
        let mut bytes = Vec::new();
        // One byte more than allowed tells that it is too large, whatever its size was a moment ago.
        let size = file.take(limit + 1).read_to_end(&mut bytes).map_err(unreadable)? as u64;
        if size > limit {
            return Err(DirectoryError::TooLarge { file: Self::shown(relative), size, limit });
        }
        Ok(Some(bytes))
    }

    /// A configuration file, with its bytes; none if it is not there.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub(crate) fn json(&self, relative: &str) -> Result<Option<Json>, DirectoryError> {
        let Some(bytes) = self.read(relative, MAX_CONFIGURATION_BYTES)? else { return Ok(None) };
        let file = Self::shown(relative);
        let value = serde_json::from_slice(&bytes).map_err(|error| DirectoryError::Malformed {
            file: file.clone(),
            reason: format!("no JSON from line {}, column {} on", error.line(), error.column()),
        })?;
        Ok(Some(Json { file, name: relative.to_owned(), value, bytes }))
    }
}

/// A configuration file.
pub(crate) struct Json {
    /// How it is called in messages.
    pub(crate) file: PathBuf,
    /// Its name inside the directory.
    pub(crate) name: String,
    /// What it says.
    pub(crate) value: Value,
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
}

impl Json {
    /// A whole number within limits; none if it is not there or null.
    ///
    /// # Errors
    /// [`DirectoryError::Malformed`].
    pub(crate) fn optional(&self, key: &str, highest: usize) -> Result<Option<usize>, DirectoryError> {
        match &self.value[key] {
            Value::Null => Ok(None),
            value => match value.as_u64().and_then(|number| usize::try_from(number).ok()) {
                Some(number) if number <= highest => Ok(Some(number)),
                _ => Err(self.malformed(format!("{key} must be a whole number up to {highest}"))),
            },
        }
    }

    /// A whole number from 1 to a limit.
    ///
    /// # Errors
    /// [`DirectoryError::Malformed`].
    pub(crate) fn number(&self, key: &str, highest: usize) -> Result<usize, DirectoryError> {
        match self.optional(key, highest)? {
            Some(number) if number > 0 => Ok(number),
            _ => Err(self.malformed(format!("{key} must be a whole number from 1 to {highest}"))),
        }
    }

    /// Text; none if it is not there or no text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.value[key].as_str()
    }

    /// Whether it says yes.
    pub(crate) fn says(&self, key: &str) -> bool {
        self.value[key].as_bool().unwrap_or(false)
    }

    /// The error of a file that is not what it should be.
    pub(crate) fn malformed(&self, reason: String) -> DirectoryError {
        DirectoryError::Malformed { file: self.file.clone(), reason }
    }

    /// The error of a file that wants what is not supported.
    pub(crate) fn unsupported(&self, what: &str, advice: impl Into<String>) -> DirectoryError {
        DirectoryError::Unsupported {
            file: self.file.clone(),
            what: what.chars().take(100).collect::<String>().escape_debug().to_string(),
            advice: advice.into(),
        }
    }
}

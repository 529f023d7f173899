//! Secrets in files of their own: `<NAME>_FILE` holds the path of a file whose text is the value of `<NAME>`.

use std::path::Path;

use super::layers::{Layers, Raw};
use super::{InvalidSetting, Origin, paths};

/// The longest secret, in bytes.
const MAX_BYTES: u64 = 64 * 1024;

impl Layers {
    /// A secret, in the strongest layer that has it or names its file.
    ///
    /// # Errors
    /// [`InvalidSetting`] when one layer has both, and when the file cannot be read, is empty, or others can read it.
    pub fn secret(&self, name: &'static str, file: &'static str) -> Result<Option<Raw>, InvalidSetting> {
        match (self.get(name), self.get(file)) {
            (Some(value), Some(named)) if value.origin.rank() == named.origin.rank() => {
                let allowed = format!("{name} is set in the same place too: keep one of them");
                Err(InvalidSetting::value(&named, allowed))
            }
            (Some(value), Some(named)) if value.origin.rank() > named.origin.rank() => Ok(Some(value)),
            (_, Some(named)) => self.read_secret(name, &named).map(Some),
            (value, None) => Ok(value),
        }
    }

    fn read_secret(&self, name: &'static str, named: &Raw) -> Result<Raw, InvalidSetting> {
        // That file may have come with somebody else's repository, and what is read here is sent to a server.
        let here = self.environment().working_directory().join(".env");
        if matches!(&named.origin, Origin::DotEnv { path, .. } if *path == here) {
            let allowed = "the file .env of the working directory must not name files with secrets: use the environment";
            return Err(InvalidSetting::value(named, allowed));
        }
        let path = paths::absolute(named, self.environment())?;
        let refused = |reason: &str| InvalidSetting::value(named, reason);
        let file =
            std::fs::metadata(&path).map_err(|error| refused(&format!("it cannot be read: {error}")))?;
        if !file.is_file() || file.len() > MAX_BYTES {
            return Err(refused("it must be a file of at most 64 KiB"));
        }
        if !is_private(&path) {
            return Err(refused("others on this machine can read this file: chmod 600 it"));
        }
        let text = std::fs::read_to_string(&path)
            .map_err(|error| refused(&format!("it cannot be read: {error}")))?;
        let text = text.trim();
        if text.is_empty() {
            return Err(refused("the file is empty"));
        }
        let origin = Origin::SecretFile { path, named: Box::new(named.origin.clone()) };
        Ok(Raw { name, text: text.into(), origin })
    }
}

/// Whether nobody but its owner can read a file.
#[cfg(unix)]
pub(super) fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;

    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 == 0)
}

/// Other systems have no modes to look at.
#[cfg(not(unix))]
pub(super) fn is_private(_: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests;

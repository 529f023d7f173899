//! Repairing what can be repaired: derived data and file modes, never a memory's text.

use std::path::{Path, PathBuf};

use model::ModelIdentity;
use ports::Repaired;
use rusqlite::Connection;

use crate::error::{Result, While};
use crate::schema::catalogue::{PIECES, WORDS};
use crate::vectors::home::Home;
use crate::vectors::{derived, settle};
use crate::{files, words};

/// Repairs what lies in the database, in the caller's transaction.
pub(crate) fn database(connection: &Connection, model: &ModelIdentity) -> Result<Vec<Repaired>> {
    let mut done = Vec::new();
    for (index, _) in [WORDS, PIECES] {
        if !words::is_sound(connection, index).doing("checking words")? {
            words::rebuild(connection, index).doing("rebuilding words")?;
            done.push(Repaired { subject: "words", message: format!("{index} was built again") });
        }
    }
    let orphans = settle::drop_orphans(connection)?;
    if orphans > 0 {
        let message = format!("{orphans} vectors without a memory were removed");
        done.push(Repaired { subject: "vectors", message });
    }
    if Home::read(connection, model)? == Home::Vec0 {
        let dropped = settle::drop_unusable(connection, model.dimension)?;
        if dropped > 0 {
            let message =
                format!("{dropped} unusable vectors were removed; their memories wait for new ones");
            done.push(Repaired { subject: "vectors", message });
        }
    }
    if !derived::is_watched(connection)? {
        derived::watch(connection).doing("watching the vector table")?;
    }
    if derived::wrong_codes(connection, model)? > 0 {
        derived::rebuild(connection, model)?;
        done.push(Repaired { subject: "vectors", message: "the codes of vectors are made again".to_owned() });
    }
    Ok(done)
}

/// Takes the rights of others on the files away.
pub(crate) fn modes(path: &Path) -> Vec<Repaired> {
    tighten("modes", files::loose(path))
}

/// Takes the rights of others on these files, which have these modes, away.
pub(crate) fn tighten(subject: &'static str, loose: Vec<(PathBuf, u32)>) -> Vec<Repaired> {
    let mut done = Vec::new();
    for (file, mode) in loose {
        let message = match files::tighten(&file) {
            Ok(()) => format!("{} had mode {mode:03o}; others cannot use it any more", file.display()),
            Err(error) => {
                format!("{} has mode {mode:03o} and it could not be changed: {error}", file.display())
            }
        };
        done.push(Repaired { subject, message });
    }
    done
}

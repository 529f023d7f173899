//! Where Hugging Face's tools keep what they downloaded. Files there are looked for; nothing is fetched.
//!
//! A model is a directory `models--<organisation>--<name>`: `refs/main` names a revision, `snapshots/<revision>` has the files,
//! as links into `blobs`.

use std::fs;
use std::path::{Component, Path, PathBuf};

const PREFIX: &str = "models--";
/// The organisation of models that are named without one.
const USUAL: &str = "sentence-transformers";
/// A reference has the name of a revision in it.
const MAX_REFERENCE_BYTES: usize = 256;

/// The newest snapshot of a model in one of these caches; none when it was not downloaded. `name` is `organisation/name`, or
/// a name alone for one of sentence-transformers.
#[must_use]
pub fn find(name: &str, caches: &[PathBuf]) -> Option<PathBuf> {
    let parts: Vec<&str> = name.split('/').collect();
    let is_name = |part: &&str| {
        let known = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        !part.is_empty() && !part.starts_with('.') && part.chars().all(known)
    };
    let directory = match parts[..] {
        [name] if is_name(&name) => format!("{PREFIX}{USUAL}--{name}"),
        [organisation, name] if is_name(&organisation) && is_name(&name) => {
            format!("{PREFIX}{organisation}--{name}")
        }
        _ => return None,
    };
    caches.iter().find_map(|cache| snapshot(&cache.join(&directory)))
}

fn snapshot(repository: &Path) -> Option<PathBuf> {
    let reference = fs::read(repository.join("refs/main")).ok()?;
    let revision = str::from_utf8(reference.get(..MAX_REFERENCE_BYTES.min(reference.len()))?).ok()?.trim();
    let is_name = matches!(Path::new(revision).components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
    let snapshot = repository.join("snapshots").join(revision);
    (is_name && snapshot.is_dir()).then_some(snapshot)
}

/// The directory of the model that a snapshot belongs to: its links lead there. None for other directories.
pub(crate) fn repository_of(snapshot: &Path) -> Option<PathBuf> {
    let snapshots =
        snapshot.parent().filter(|parent| parent.file_name().is_some_and(|name| name == "snapshots"))?;
    let repository = snapshots.parent()?;
    model_name(repository).is_some().then(|| repository.to_owned())
}

/// What a directory is called: `organisation/name` for a snapshot, else its own name.
pub(crate) fn name_of(real: &Path) -> String {
    let of_snapshot = repository_of(real).and_then(|repository| model_name(&repository));
    let own = || real.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    of_snapshot.unwrap_or_else(own)
}

fn model_name(repository: &Path) -> Option<String> {
    let name = repository.file_name()?.to_str()?.strip_prefix(PREFIX)?;
    Some(name.replacen("--", "/", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_found_by_its_name_in_the_first_cache_that_has_it() {
        let home = tempfile::tempdir().unwrap();
        let caches = [home.path().join("one"), home.path().join("two")];
        let repository = caches[1].join("models--sentence-transformers--all-mpnet-base-v2");
        fs::create_dir_all(repository.join("snapshots/abc")).unwrap();
        assert_eq!(find("all-mpnet-base-v2", &caches), None, "no reference names a revision");
        fs::create_dir_all(repository.join("refs")).unwrap();
        fs::write(repository.join("refs/main"), "abc\n").unwrap();
        let found = find("all-mpnet-base-v2", &caches).unwrap();
        assert_eq!(found, repository.join("snapshots/abc"));
        assert_eq!(find("sentence-transformers/all-mpnet-base-v2", &caches), Some(found.clone()));
        assert_eq!(name_of(&found), "sentence-transformers/all-mpnet-base-v2");
        assert_eq!(repository_of(&found), Some(repository.clone()));
        assert_eq!(find("other/all-mpnet-base-v2", &caches), None);
        fs::write(repository.join("refs/main"), "../../..").unwrap();
        assert_eq!(find("all-mpnet-base-v2", &caches), None, "a reference is a name and no path");
    }

    #[test]
    fn names_that_are_paths_are_not_looked_for() {
        for name in ["", "/", "a/b/c", "../x", "a/..", "a b", ".hidden", "C:\\models"] {
            assert_eq!(find(name, &[PathBuf::from("/")]), None, "{name}");
        }
        assert_eq!(name_of(Path::new("/models/mine")), "mine");
    }
}

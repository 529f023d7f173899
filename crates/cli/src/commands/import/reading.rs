//! Reading the files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use transfer::{Import as Importer, ImportError, Summary};

use crate::exit::Failure;

/// Reads a file to its end.
pub(super) fn check(path: &Path) -> Result<Summary, Failure> {
    transfer::verify(bytes(path)?).map_err(|error| unreadable(path, &error))
}

/// Begins to read a file.
pub(super) fn open(path: &Path) -> Result<Importer<BufReader<File>>, Failure> {
    Importer::open(bytes(path)?).map_err(|error| unreadable(path, &error))
}

/// The bytes of a file. It is read twice, and a pipe would be empty the second time.
fn bytes(path: &Path) -> Result<BufReader<File>, Failure> {
    if path == Path::new("-") || std::fs::metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(Failure::invalid(
            format!("{} is no regular file, and an import reads its file twice", path.display()),
            "write what is to be imported into a file, and name that",
        ));
    }
    let file = File::open(path);
    file.map(BufReader::new).map_err(|error| {
        Failure::invalid(
            format!("{} cannot be read: {error}", path.display()),
            "name a file that can be read",
        )
    })
}

pub(super) fn unreadable(path: &Path, error: &ImportError) -> Failure {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
    Failure::invalid(
        format!("{}: {error}{cause}", path.display()),
        "nothing more was taken in; make the export anew, or correct the file",
    )
}

//! Finding the executable under test.

use std::path::{Path, PathBuf};

/// The executable `memory`: `MEMORY_BIN`, or what `cargo build --release` makes.
pub(super) fn memory() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "a test's own setting, not one of the product")]
    let chosen = std::env::var_os("MEMORY_BIN").map(PathBuf::from);
    let path = chosen.unwrap_or_else(built);
    assert!(
        path.is_file(),
        "there is no executable at {}: build it with `cargo build --release --package cli` (`cargo xtask test` does), \
         or set MEMORY_BIN",
        path.display()
    );
    path
}

fn built() -> PathBuf {
    // The folder for the temporary files of integration tests is `tmp` in the target directory.
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("../release/memory")
}

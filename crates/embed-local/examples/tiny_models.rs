//! Writes the tiny models of the tests into a directory, for `tests/reference.py`.

use std::path::Path;

use testkit::TinyModel;

#[path = "../tests/it/models.rs"]
mod models;

fn main() -> std::io::Result<()> {
    let target = std::env::args_os().nth(1).ok_or_else(|| std::io::Error::other("name a directory"))?;
    models::MODELS
        .iter()
        .try_for_each(|(name, model): &(&str, TinyModel)| model.write(&Path::new(&target).join(name)))
}

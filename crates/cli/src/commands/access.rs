//! Commands that work with the file of keys, accounts and spaces.

use std::sync::Arc;

use engine::EngineError;
use ports::{KeyStore, StoreError};
use store_sqlite::SqliteKeyStore;

use super::session::runtime;
use crate::arguments::Source;
use crate::exit::{Failure, Verdict};
use crate::logging;
use crate::settings::{Environment, Settings};
use crate::wiring;

/// Reads the settings, opens the file, carries out a command that touches no memory, and closes the file.
pub(crate) fn run(
    source: &Source,
    command: impl AsyncFnOnce(Settings, Arc<SqliteKeyStore>) -> Result<Verdict, Failure>,
) -> Result<Verdict, Failure> {
    let settings = Settings::resolve(source.flag_values(), Environment::of_process())?;
    logging::start(&settings);
    runtime()?.block_on(async {
        let access = wiring::access(&settings).map_err(failure)?;
        let result = command(settings, access.clone()).await;
        KeyStore::close(&*access).await;
        result
    })
}

/// The same within a command that has read the settings.
pub(crate) async fn with<T>(
    settings: &Settings,
    work: impl AsyncFnOnce(&Arc<SqliteKeyStore>) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let access = wiring::access(settings).map_err(failure)?;
    let result = work(&access).await;
    KeyStore::close(&*access).await;
    result
}

/// The error of that file as every command tells it.
pub(crate) fn failure(error: StoreError) -> Failure {
    EngineError::from(error).into()
}

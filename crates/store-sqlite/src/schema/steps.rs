//! The steps from any older form, or from nothing, to this release's. They run in one transaction, in this order; each
//! adds what is not there and leaves what is.
//!
//! | step | what |
//! |---|---|
//! | [`tables`] | tables, columns and indexes; the keys of `metadata`; the registry of migrations |
//! | [`vectors`] | the vector table in the partitioned cosine form, no vector lost |
//! | [`codes`] | codes of vectors that nobody watched are dropped, to be made anew |
//! | [`words`] | both word indexes and the triggers that keep them |
//! | [`lineage`] | which memory took the place of which, where only the metadata say so |

mod codes;
mod lineage;
mod tables;
mod vectors;
mod words;

use model::{ModelIdentity, Timestamp};
use rusqlite::Transaction;

use super::SCHEMA;
use super::form::Form;
use crate::error::{Result, While};
use crate::info;

/// Runs all steps.
pub(crate) fn run(
    transaction: &Transaction<'_>,
    form: &Form,
    model: &ModelIdentity,
    now: Timestamp,
) -> Result<()> {
    tables::create(transaction, form).doing("adding tables and columns")?;
    tables::fill(transaction, now).doing("writing the registry of migrations")?;
    vectors::rebuild(transaction, form, model)?;
    codes::clear(transaction, form).doing("dropping codes of vectors")?;
    words::create(transaction, form).doing("building the word indexes")?;
    if form.schema.is_none() {
        lineage::repair(transaction).doing("reading which memory took the place of which")?;
        let origin = if form.is_empty() { "new" } else { form.release() };
        info::set(transaction, "first_opened_as", origin)?;
    }
    info::set(transaction, "schema", &SCHEMA.to_string())
}

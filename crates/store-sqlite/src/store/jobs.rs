//! Opening a file, and sending jobs to its threads.

use std::sync::{Arc, Mutex, PoisonError};

use model::{ModelIdentity, Vector};
use ports::StoreError;
use rusqlite::Connection;

use super::SqliteStore;
use crate::error::{Result, While};
use crate::pool::{self, Pool};
use crate::vectors::index::Index;
use crate::vectors::upkeep::{self, Vectors};
use crate::{Options, schema, words};

impl SqliteStore {
    /// Opens a file: creates it when it is not there, upgrades it when an older release wrote it. A file of another
    /// release is backed up before its schema is changed.
    ///
    /// # Errors
    /// [`StoreError::Open`] when the file cannot or must not be opened, [`StoreError::TooNew`] when a newer release of
    /// this program wrote it, [`StoreError::Backup`] when the backup before an upgrade cannot be made (nothing was
    /// changed then), [`StoreError::Corrupt`], [`StoreError::Busy`], [`StoreError::Full`].
    pub async fn open(options: Options) -> Result<Self> {
        let model = Arc::new(options.model.clone());
        let pool = pool::shared(options).await?;
        let prepared = Arc::clone(&model);
        pool.write(move |session| schema::open::prepare(session, &prepared)).await?;
        let vectors = Arc::new(Vectors::new((*model).clone()));
        let store = Self { model, vectors, others: Mutex::default(), pool: Mutex::new(Some(pool)) };
        store.index_missing().await?;
        Ok(store)
    }

    pub(super) fn pool(&self) -> Result<Arc<Pool>> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).as_deref().cloned().ok_or(StoreError::Closed)
    }

    /// Reads from one state of the database.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl Fn(&Connection, &ModelIdentity) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let model = Arc::clone(&self.model);
        self.pool()?.read(move |session| session.snapshot(|connection| job(connection, &model))).await
    }

    /// Writes one unit of work.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        job: impl Fn(&Connection, &ModelIdentity) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let model = Arc::clone(&self.model);
        self.pool()?.write(move |session| session.transaction(|transaction| job(transaction, &model))).await
    }

    /// The vectors of a model.
    pub(super) fn vectors_of(&self, model: &ModelIdentity) -> Arc<Vectors> {
        if *model == *self.model {
            return Arc::clone(&self.vectors);
        }
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let vectors = others.entry(model.clone()).or_insert_with(|| Arc::new(Vectors::new(model.clone())));
        Arc::clone(vectors)
    }

    /// Answers a question from the vectors of a model.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        model: &ModelIdentity,
        question: impl Fn(&Connection, &Index) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (vectors, pool) = (self.vectors_of(model), self.pool()?);
        let asked = Arc::clone(&vectors);
        let job = move |session: &mut pool::Session| {
            session.snapshot(|connection| asked.current(connection, |index| question(connection, index)))
        };
        let answer = pool.read(job).await;
        if vectors.take_gaps() {
            upkeep::fill(&pool, vectors.model().clone());
        }
        answer
    }

    /// Has the words of memories indexed that the index lacks since it was built anew, in the background.
    async fn index_missing(&self) -> Result<()> {
        let pool = self.pool()?;
        let is_any = |session: &mut pool::Session| {
            let (connection, waiting) = session.connection()?;
            waiting.retry(|| words::missing::below(connection).doing("looking for memories to index"))
        };
        if pool.write(is_any).await?.is_some() {
            words::missing::fill(&pool);
        }
        Ok(())
    }

    /// Reads by words. What another program wrote is indexed before, if that can be done at once: nobody is writing, and it is
    /// little. Of the rest the search looks through the newest itself, while the others are indexed in the background.
    pub(super) async fn read_words<T: Send + 'static>(
        &self,
        job: impl Fn(&Connection) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        let job = Arc::new(job);
        let settled = Arc::clone(&job);
        let read = self.read(move |connection, _| {
            let waits = words::queue::has_any(connection).doing("looking for memories to index")?;
            if waits { Ok(None) } else { settled(connection).map(Some) }
        });
        if let Some(done) = read.await? {
            return Ok(done);
        }
        let pool = self.pool()?;
        match pool.write_if_idle(words::queue::drain_some).await {
            Some(Ok(true)) => words::queue::drain_rest(&pool),
            Some(Err(error)) => tracing::debug!(error = %error, "words were not indexed"),
            Some(Ok(false)) | None => {}
        }
        self.read(move |connection, _| job(connection)).await
    }

    pub(super) fn check_dimension(&self, vector: &Vector) -> Result<()> {
        let (found, expected) = (vector.dimension(), self.model.dimension);
        if found == expected { Ok(()) } else { Err(StoreError::Dimension { found, expected }) }
    }
}

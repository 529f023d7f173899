//! The threads that hold the connections: one that writes, a few that read.
//!
//! SQLite blocks, and vec0 must not be used by two threads at once, so each connection lives on a thread of its own and
//! is sent jobs. Callers wait on a one-shot channel, which every async run time can do. A job that panics is an error
//! to its caller; its transaction is rolled back and the thread goes on.

mod handle;
mod lane;
mod registry;
mod session;

use std::path::PathBuf;
use std::sync::Arc;

use crate::Options;
use crate::connection::Access;
use crate::error::Result;
pub(crate) use handle::{Handle, Users};
pub(crate) use lane::Lane;
pub(crate) use registry::{canonical, is_open, keep_closed, shared};
pub(crate) use session::Session;

/// How many threads read.
pub(crate) const READERS: usize = 2;

/// All connections of this process to one file.
pub(crate) struct Pool {
    /// Where the file is, without symbolic links.
    pub(crate) path: PathBuf,
    users: Users,
    // Fields are dropped in order: readers close first, so that the writer's is the last connection and SQLite itself
    // folds the write-ahead log back into the file.
    readers: Lane<Session>,
    writer: Lane<Session>,
}

impl Pool {
    /// Starts the threads. No connection is opened before the first job.
    fn start(path: PathBuf, options: Options) -> Result<Self> {
        let (options, users) = (Arc::new(options), Users::default());
        let session = |access| Session::new(Arc::clone(&options), users.clone(), access);
        Ok(Self {
            path,
            users: users.clone(),
            readers: Lane::start("memory-read", READERS, || session(Access::Read))?,
            writer: Lane::start("memory-write", 1, || session(Access::Write))?,
        })
    }

    /// Runs a job on the connection that writes.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.writer.run(job).await
    }

    /// Runs a job on the connection that writes, unless another one is there or waits.
    pub(crate) async fn write_if_idle<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Session) -> Result<T> + Send + 'static,
    ) -> Option<Result<T>> {
        self.writer.run_if_idle(job).await
    }

    /// Runs a job on the connection that writes, some time. It is left out when the queue is full.
    pub(crate) fn write_later(&self, job: impl FnOnce(&mut Session) + Send + 'static) {
        self.writer.post(job);
    }

    /// Whether the last store was closed.
    pub(crate) fn is_left(&self) -> bool {
        self.users.are_gone()
    }

    /// Runs a job on a connection that reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Session) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.readers.run(job).await
    }
}

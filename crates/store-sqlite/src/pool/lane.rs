//! Threads that take jobs from one queue.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use futures_channel::oneshot;
use ports::StoreError;

use crate::error::Result;

/// The most jobs that wait in one queue. Beyond it a call is refused as busy.
const QUEUE: usize = 4096;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// Threads, each with its session (a connection), that take jobs from one queue. Dropping it lets the queued jobs finish,
/// closes the connections and waits for the threads.
pub(crate) struct Lane<S> {
    jobs: Option<SyncSender<Job<S>>>,
    /// How many jobs were sent and are not done.
    undone: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl<S: Send + 'static> Lane<S> {
    /// Starts so many threads, each with a session of its own.
    pub(crate) fn start(name: &str, count: usize, session: impl Fn() -> S) -> Result<Self> {
        let (jobs, queue) = sync_channel(QUEUE);
        let queue = Arc::new(Mutex::new(queue));
        let mut lane = Self { jobs: Some(jobs), undone: Arc::default(), threads: Vec::with_capacity(count) };
        for number in 0..count {
            let queue = Arc::clone(&queue);
            let session = session();
            let thread = thread::Builder::new()
                .name(format!("{name}-{number}"))
                .spawn(move || work(&queue, session))
                .map_err(|error| StoreError::Open {
                    reason: format!("no thread could be started for the database: {error}"),
                    source: Some(error.into()),
                })?;
            lane.threads.push(thread);
        }
        Ok(lane)
    }

    /// Runs a job some time, without a word of how it went. It is left out when the queue is full.
    pub(crate) fn post(&self, job: impl FnOnce(&mut S) + Send + 'static) {
        self.undone.fetch_add(1, Ordering::AcqRel);
        let undone = Arc::clone(&self.undone);
        let job = move |session: &mut S| {
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| job(session))) {
                tracing::error!(error = %panicked(panic.as_ref()), "work in the background failed");
            }
            undone.fetch_sub(1, Ordering::AcqRel);
        };
        // What is left out is found again later.
        let _ = self.send(Box::new(job));
    }

    /// Runs a job and waits for what it gives.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.undone.fetch_add(1, Ordering::AcqRel);
        self.run_counted(job).await
    }

    /// Runs a job and waits for what it gives, when it would be the only one; else it is not run.
    pub(crate) async fn run_if_idle<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> Result<T> + Send + 'static,
    ) -> Option<Result<T>> {
        self.undone.compare_exchange(0, 1, Ordering::AcqRel, Ordering::Acquire).ok()?;
        Some(self.run_counted(job).await)
    }

    async fn run_counted<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        let undone = Arc::clone(&self.undone);
        let job = move |session: &mut S| {
            let result = catch_unwind(AssertUnwindSafe(|| job(session)));
            // Before the answer: whoever has it may ask at once whether anybody is at work.
            undone.fetch_sub(1, Ordering::AcqRel);
            // The caller may have gone away; the work is done all the same.
            let _ = answer.send(result.unwrap_or_else(|panic| Err(panicked(panic.as_ref()))));
        };
        self.send(Box::new(job))?;
        answered.await.map_err(|_| StoreError::Closed)?
    }

    /// Sends a job that is counted already.
    fn send(&self, job: Job<S>) -> Result<()> {
        let sent = match &self.jobs {
            Some(jobs) => jobs.try_send(job).map_err(|error| match error {
                TrySendError::Full(_) => StoreError::Busy { waited_ms: 0 },
                TrySendError::Disconnected(_) => StoreError::Closed,
            }),
            None => Err(StoreError::Closed),
        };
        if sent.is_err() {
            self.undone.fetch_sub(1, Ordering::AcqRel);
        }
        sent
    }
}

impl<S> Drop for Lane<S> {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A pool can be dropped by its own thread, when a job holds the last handle; that thread then ends by
            // itself, and waiting for it would never end.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

fn work<S>(queue: &Mutex<Receiver<Job<S>>>, mut session: S) {
    loop {
        let job = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match job {
            Ok(job) => job(&mut session),
            Err(_) => return,
        }
    }
}

fn panicked(panic: &(dyn Any + Send)) -> StoreError {
    let text = panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    StoreError::Other {
        doing: "running a job (this is a defect: please report it)",
        source: format!("panic: {text}").into(),
    }
}

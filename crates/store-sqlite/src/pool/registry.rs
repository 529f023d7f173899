//! One pool for each file of this process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use futures_channel::oneshot;
use ports::StoreError;

use super::{Handle, Pool};
use crate::error::Result;
use crate::{Options, files};

type Pools = HashMap<PathBuf, Weak<Pool>>;

static POOLS: OnceLock<Mutex<Pools>> = OnceLock::new();

fn pools() -> MutexGuard<'static, Pools> {
    POOLS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this process has a file open.
pub(crate) fn is_open(path: &Path) -> bool {
    pools().get(path).is_some_and(|pool| pool.strong_count() > 0)
}

/// As long as it lives, this process opens no database.
pub(crate) struct KeptClosed {
    _pools: MutexGuard<'static, Pools>,
}

/// Sees to it that this process does not open a file.
///
/// # Errors
/// [`StoreError::Open`] when it has it open.
pub(crate) fn keep_closed(path: &Path) -> Result<KeptClosed> {
    let pools = pools();
    if pools.get(path).is_some_and(|pool| pool.strong_count() > 0) {
        return Err(StoreError::Open {
            reason: format!("{} is open in this process: close it first", path.display()),
            source: None,
        });
    }
    Ok(KeptClosed { _pools: pools })
}

/// The pool of a file: the one that is open already, or a new one. The file is there afterwards.
///
/// What is asked of the file system may block for long (a slow disk, a server that is gone), and the caller must not: it
/// is asked on a thread of its own.
pub(crate) async fn shared(options: Options) -> Result<Handle> {
    let (answer, answered) = oneshot::channel();
    std::thread::Builder::new()
        .name("memory-open".to_owned())
        .spawn(move || answer.send(shared_now(&options)))
        .map_err(|error| StoreError::Open {
            reason: format!("no thread could be started to open the database: {error}"),
            source: Some(error.into()),
        })?;
    answered.await.map_err(|_| StoreError::Closed)?
}

fn shared_now(options: &Options) -> Result<Handle> {
    let mut pools = pools();
    // Under the lock, because a file that is being created is closed once by hand, which must not happen while another
    // thread has it open (closing any descriptor of a file drops this process's locks on it).
    files::prepare(&options.path, options.network)?;
    let path = canonical(&options.path)?;
    if let Some(pool) = pools.get(&path).and_then(Weak::upgrade) {
        return Ok(Handle::new(pool));
    }
    pools.retain(|_, pool| pool.strong_count() > 0);
    let options = Options { path: path.clone(), ..options.clone() };
    let pool = Arc::new(Pool::start(path.clone(), options)?);
    pools.insert(path, Arc::downgrade(&pool));
    Ok(Handle::new(pool))
}

/// A path without symbolic links; the file must be there.
pub(crate) fn canonical(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|error| StoreError::Open {
        reason: format!("{} cannot be resolved: {error}", path.display()),
        source: Some(error.into()),
    })
}

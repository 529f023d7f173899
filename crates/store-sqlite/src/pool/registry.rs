//! One pool for each file of this process.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use ports::StoreError;

use super::Pool;
use crate::error::Result;
use crate::{Options, files};

static POOLS: OnceLock<Mutex<HashMap<PathBuf, Weak<Pool>>>> = OnceLock::new();

/// The pool of a file: the one that is open already, or a new one. The file is there afterwards.
pub(crate) fn shared(options: &Options) -> Result<Arc<Pool>> {
    let mut pools = POOLS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    // Under the lock, because a file that is being created is closed once by hand, which must not happen while another
    // thread has it open (closing any descriptor of a file drops this process's locks on it).
    files::prepare(options)?;
    let path = canonical(&options.path)?;
    if let Some(pool) = pools.get(&path).and_then(Weak::upgrade) {
        return Ok(pool);
    }
    pools.retain(|_, pool| pool.strong_count() > 0);
    let options = Options { path: path.clone(), ..options.clone() };
    let pool = Arc::new(Pool::start(path.clone(), options)?);
    pools.insert(path, Arc::downgrade(&pool));
    Ok(pool)
}

fn canonical(path: &Path) -> Result<PathBuf> {
    path.canonicalize().map_err(|error| StoreError::Open {
        reason: format!("{} cannot be resolved: {error}", path.display()),
        source: Some(error.into()),
    })
}

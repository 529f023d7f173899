//! Who was let in with a request.

use std::any::Any;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::time::Duration;

use engine::Grant;

/// How often it is looked whether whoever listens on an open stream still may.
pub(crate) const LOOK_INTERVAL: Duration = Duration::from_secs(15);

/// Who was let in with a request. The door that authenticates puts it into the request's extensions; without it no request
/// is answered. It holds for that one request, never for a connection.
#[derive(Clone)]
pub struct HttpCaller {
    /// What was granted.
    pub grant: Grant,
    /// Whose streams and sessions are whose: the same for every request with the same credentials.
    pub id: String,
    /// Asked again for as long as a stream stays open.
    pub standing: Arc<dyn Standing>,
    /// The request's place among those that the door works on. A call keeps it until it ends, also when its client has gone.
    pub place: Option<Weak<dyn Any + Send + Sync>>,
}

/// Whether somebody who was let in would be let in now: keys are revoked, and they expire.
pub trait Standing: Send + Sync {
    /// Looks.
    fn is_good(self: Arc<Self>) -> Looking;
}

/// What a look will find.
pub type Looking = Pin<Box<dyn Future<Output = bool> + Send>>;

impl HttpCaller {
    /// Keeps the request's place until what is returned is dropped.
    pub(crate) fn keep_place(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        self.place.as_ref().and_then(Weak::upgrade)
    }
}

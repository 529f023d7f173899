//! The requests that are not answered yet.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rmcp::model::RequestId;
use tokio::sync::Notify;
use tokio::time::Instant;

/// The requests that are not answered yet.
#[derive(Default)]
pub(crate) struct InFlight {
    requests: Mutex<Requests>,
    fewer: Notify,
}

/// How much may be in flight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    /// How many requests.
    pub(crate) count: usize,
    /// How long their lines are together, in bytes.
    pub(crate) bytes: usize,
}

#[derive(Default)]
struct Requests {
    /// How many bytes each was read from.
    bytes_of: HashMap<RequestId, usize>,
    bytes: usize,
}

impl InFlight {
    /// Notes a request that was read from so many bytes.
    pub(crate) fn add(&self, id: RequestId, bytes: usize) {
        let mut requests = self.requests();
        // A client may use an id twice.
        let before = requests.bytes_of.insert(id, bytes).unwrap_or_default();
        requests.bytes = requests.bytes - before + bytes;
    }

    pub(crate) fn remove(&self, id: &RequestId) {
        let mut requests = self.requests();
        let bytes = requests.bytes_of.remove(id).unwrap_or_default();
        requests.bytes -= bytes;
        drop(requests);
        self.fewer.notify_waiters();
    }

    /// Whether one more is no more than that.
    pub(crate) fn has_room(&self, limit: Limit) -> bool {
        let requests = self.requests();
        requests.bytes_of.len() < limit.count && requests.bytes < limit.bytes
    }

    /// Waits until no more than that is left.
    pub(crate) async fn at_most(&self, limit: Limit) {
        loop {
            let fewer = self.fewer.notified();
            {
                let requests = self.requests();
                if requests.bytes_of.len() <= limit.count && requests.bytes <= limit.bytes {
                    return;
                }
            }
            fewer.await;
        }
    }

    /// Waits until none is left, or until then. How many are left.
    pub(crate) async fn drain(&self, deadline: Instant) -> usize {
        let none = Limit { count: 0, bytes: 0 };
        // What is left is counted, however the wait ended.
        let _in_time = tokio::time::timeout_at(deadline, self.at_most(none)).await;
        self.requests().bytes_of.len()
    }

    fn requests(&self) -> MutexGuard<'_, Requests> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Limit = Limit { count: 2, bytes: 10 };

    async fn has_room(in_flight: &InFlight) -> bool {
        tokio::select! {
            biased;
            () = in_flight.at_most(LIMIT) => true,
            () = std::future::ready(()) => false,
        }
    }

    #[tokio::test]
    async fn reading_goes_on_until_there_are_too_many_requests_or_too_many_bytes() {
        let [a, b, c] = [1, 2, 3].map(RequestId::Number);
        let in_flight = InFlight::default();
        in_flight.add(a.clone(), 4);
        in_flight.add(b.clone(), 6);
        assert!(has_room(&in_flight).await);
        in_flight.add(c.clone(), 0);
        assert!(!has_room(&in_flight).await, "one request too many");
        in_flight.remove(&c);
        in_flight.add(b.clone(), 7);
        assert!(!has_room(&in_flight).await, "one byte too many");
        in_flight.remove(&a);
        in_flight.remove(&a);
        assert!(has_room(&in_flight).await);
        in_flight.remove(&b);
        in_flight.add(c, 10);
        assert!(has_room(&in_flight).await);
    }
}

//! How many of the places one caller may have at the same time, so that there are some for others.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth::Method;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::peer::{Machine, machine};
use super::place::Place;
use crate::App;
use crate::access::Asker;
use crate::error::Failure;

/// What part of all places one caller may have.
const PART: usize = 4;

/// Who is counted: a credential, or the machine of whoever has none.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    Principal(String),
    Machine(Option<Machine>),
}

/// How many places each has now; who has none is not there.
#[derive(Clone)]
pub(super) struct Shares {
    taken: Arc<Mutex<HashMap<Holder, usize>>>,
    max_places: usize,
}

/// One place of somebody, until it is dropped.
pub(super) struct Share {
    shares: Shares,
    holder: Holder,
}

impl Shares {
    /// Of so many places in all.
    pub(super) fn of(places: usize) -> Self {
        Self { taken: Arc::default(), max_places: (places / PART).max(1) }
    }

    fn take(&self, holder: Holder) -> Option<Share> {
        let mut all = self.taken();
        let taken = all.entry(holder.clone()).or_default();
        if *taken >= self.max_places {
            return None;
        }
        *taken += 1;
        Some(Share { shares: self.clone(), holder })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Holder, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut all = self.shares.taken();
        if let Some(taken) = all.get_mut(&self.holder) {
            *taken -= 1;
            if *taken == 0 {
                all.remove(&self.holder);
            }
        }
    }
}

/// Stands behind the guard that finds out who asks. A request counts until its answer begins, and for longer if work goes on.
pub(super) async fn check(app: App, shares: Shares, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let known = parts.extensions.get::<Asker>().and_then(|Asker(found)| found.as_ref().ok());
    let holder = match known.filter(|principal| principal.method != Method::Anonymous) {
        Some(principal) => Holder::Principal(principal.id.clone()),
        None => Holder::Machine(machine(&parts, &app.options().trusted_proxies)),
    };
    let Some(share) = shares.take(holder) else { return Failure::too_many(1).into_response() };
    let Some(place) = parts.extensions.get::<Place>() else {
        tracing::error!("a request was let in without a place");
        return Failure::internal().into_response();
    };
    place.belongs_to(share);
    next.run(Request::from_parts(parts, body)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;
    use crate::fixture::Door;
    use crate::guard::fixtures::Slow;

    #[test]
    fn a_share_is_a_quarter_and_what_is_given_back_can_be_taken_again() {
        let shares = Shares::of(8);
        let holder = || Holder::Principal("one".to_owned());
        let places = [shares.take(holder()).unwrap(), shares.take(holder()).unwrap()];
        assert!(shares.take(holder()).is_none());
        assert!(shares.take(Holder::Machine(None)).is_some());
        drop(places);
        assert!(shares.taken().is_empty());
        assert!(shares.take(holder()).is_some());
        assert!(Shares::of(1).take(holder()).is_some());
    }

    #[tokio::test]
    async fn who_has_a_share_of_the_places_leaves_the_others_to_others() {
        let door = Door::with(Options { max_concurrent_requests: 4, ..Options::default() }).await;
        let slow = Slow::of(&door.writer()).await;
        let refused = door.writer().get("/api/memories").await;
        refused.of(429);
        assert_eq!(refused.header("retry-after"), "1");
        door.reader().get("/api/memories").await.of(200);
        door.stranger().get("/api/health").await.of(200);
        slow.end().await.of(200);
        door.writer().get("/api/memories").await.of(200);
    }
}

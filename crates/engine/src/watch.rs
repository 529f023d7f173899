//! Watching what happens to the memories of a space, by whatever program.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ports::{Clock, EventPage, EventPoint};

use crate::EngineError;
use crate::capability::Reader;
use crate::open_space::OpenSpace;

/// How often it is looked what other programs did. What this one does is seen at once.
const INTERVAL: Duration = Duration::from_secs(1);
/// The most events that come at a time.
const AT_ONCE: usize = 256;

/// What happens to the memories of a space, from one point on. It asks the store only while somebody waits for
/// [`Watch::next`].
pub struct Watch {
    space: Arc<OpenSpace>,
    point: EventPoint,
}

impl Reader {
    /// Watches what happens from now on.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn watch(&self) -> Result<Watch, EngineError> {
        let point = self.space.store().await?.events(None, 0).await?.end;
        Ok(Watch { space: Arc::clone(&self.space), point })
    }
}

impl Watch {
    /// The clock of the engine.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.space.parts.clock.as_ref()
    }

    /// Waits until something happened, and says what: all writes come this way, once and in order, whoever made them.
    /// Nothing is lost when the future is dropped.
    ///
    /// # Errors
    /// [`EngineError::Store`]; watching can go on after it, unless the store was closed.
    pub async fn next(&mut self) -> Result<EventPage, EngineError> {
        loop {
            let mut written = pin!(self.space.written.notified());
            // From here on no write is missed, also one while the store is asked.
            written.as_mut().enable();
            let page = self.space.store().await?.events(Some(self.point), AT_ONCE).await?;
            self.point = page.end;
            if !page.events.is_empty() || page.is_cut {
                return Ok(page);
            }
            if !page.has_more {
                // Either is a reason to ask again.
                let _ = tokio::time::timeout(INTERVAL, written).await;
            }
        }
    }
}

/// Tells those who watch a space that this process wrote something.
pub(crate) fn tell(space: &OpenSpace) {
    space.written.notify_waiters();
}

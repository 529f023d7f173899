//! Room for the requests that are not answered yet: bodies are read only as long as there is some.

use std::fmt::Display;
use std::sync::Arc;

use bytes::{Buf, Bytes, BytesMut};
use http_body::Body;
use http_body_util::BodyExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::refusal::Refusal;
use crate::server::weight::Weight;

/// What every request takes at least, in KiB: its task, its headers, its answer.
const LEAST_KIB: usize = 16;
const KIB: usize = 1024;

/// Room for requests.
#[derive(Clone)]
pub(crate) struct Room {
    /// What is left, in KiB.
    left: Arc<Semaphore>,
    max_body_bytes: usize,
}

/// The place of one request, until its last clone is dropped.
#[derive(Clone)]
pub(crate) struct Place {
    _taken: Arc<OwnedSemaphorePermit>,
}

impl Room {
    /// Room for so many bytes, of which a body may have so many.
    pub(crate) fn new(bytes: usize, max_body_bytes: usize) -> Self {
        let left = Semaphore::new((bytes / KIB).clamp(LEAST_KIB, Semaphore::MAX_PERMITS));
        Self { left: Arc::new(left), max_body_bytes }
    }

    /// Reads a body.
    ///
    /// # Errors
    /// When it is too long, cannot be read, or there is no room for it.
    pub(crate) async fn read<B>(&self, body: B) -> Result<(Bytes, Place), Refusal>
    where
        B: Body + Send,
        B::Error: Display,
        B::Data: Send,
    {
        let too_long = Refusal::BodyTooLong { max: self.max_body_bytes };
        if body.size_hint().lower() > self.max_body_bytes as u64 {
            return Err(too_long);
        }
        let mut taken = self.take(LEAST_KIB)?;
        let mut body = std::pin::pin!(body);
        let mut read = BytesMut::new();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| {
                tracing::debug!(error = %error, "a body could not be read");
                Refusal::BodyUnreadable
            })?;
            let Ok(mut data) = frame.into_data() else { continue };
            if data.remaining() > self.max_body_bytes - read.len() {
                return Err(too_long);
            }
            self.grow(&mut taken, read.len() + data.remaining())?;
            while data.has_remaining() {
                let chunk = data.chunk();
                read.extend_from_slice(chunk);
                let length = chunk.len();
                data.advance(length);
            }
        }
        self.grow(&mut taken, Weight::of(&read).bytes)?;
        Ok((read.freeze(), Place { _taken: Arc::new(taken) }))
    }

    fn grow(&self, taken: &mut OwnedSemaphorePermit, bytes: usize) -> Result<(), Refusal> {
        let more = bytes.div_ceil(KIB).saturating_sub(taken.num_permits());
        if more > 0 {
            taken.merge(self.take(more)?);
        }
        Ok(())
    }

    fn take(&self, kib: usize) -> Result<OwnedSemaphorePermit, Refusal> {
        let kib = u32::try_from(kib).unwrap_or(u32::MAX);
        Arc::clone(&self.left).try_acquire_many_owned(kib).map_err(|_| Refusal::Busy)
    }
}

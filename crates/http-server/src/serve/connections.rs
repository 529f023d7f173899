//! Connections, and how long one may stay that does nothing.
//!
//! | a client that | is left after |
//! |---|---|
//! | asks nothing | `keep_alive` |
//! | began the head of a request and does not end it, however slowly it goes on | `head_timeout` |
//! | does not take what is written to it | `write_timeout` |
//!
//! What a request takes once its head is there is the business of the guards. A stream that is open is a request.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use super::activity::{Activity, Counted};
use super::places::{Place, Places};
use super::{Limits, Waits};

/// Lets connections in, as long as there is room.
#[derive(Clone)]
pub(super) struct Connections {
    places: Places,
    waits: Waits,
}

impl Connections {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { places: Places::new(limits), waits: limits.waits }
    }
}

impl<S> Accept<TcpStream, S> for Connections {
    type Stream = Watched<TcpStream>;
    type Service = Counted<S>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let place = stream.peer_addr().and_then(|peer| self.places.take(peer).map_err(io::Error::other));
        // Answers are written whole: waiting for more to send only delays them.
        let place = match place.and_then(|place| stream.set_nodelay(true).map(|()| place)) {
            Ok(place) => place,
            Err(error) => return ready(Err(error)),
        };
        let activity = Arc::new(Activity::new());
        let stream = Watched::new(stream, Arc::clone(&activity), self.waits, Some(place));
        ready(Ok((stream, Counted::new(service, activity))))
    }
}

/// A connection that ends when nothing happens on it.
pub(super) struct Watched<T> {
    stream: T,
    activity: Arc<Activity>,
    waits: Waits,
    read_timer: Option<Pin<Box<Sleep>>>,
    write_timer: Option<Pin<Box<Sleep>>>,
    _place: Option<Place>,
}

impl<T> Watched<T> {
    pub(super) fn new(stream: T, activity: Arc<Activity>, waits: Waits, place: Option<Place>) -> Self {
        Self { stream, activity, waits, read_timer: None, write_timer: None, _place: place }
    }

    /// What comes of writing: an error when the client takes nothing for too long.
    fn wrote<R>(&mut self, context: &mut Context<'_>, poll: Poll<io::Result<R>>) -> Poll<io::Result<R>> {
        if poll.is_ready() {
            self.write_timer = None;
            return poll;
        }
        let until = Instant::now() + self.waits.write;
        let timer = self.write_timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        match timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Watched<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let poll = Pin::new(&mut this.stream).poll_read(context, buffer);
        if poll.is_ready() {
            if buffer.filled().len() > before {
                this.activity.heard();
            }
            return poll;
        }
        let Some(until) = this.activity.patience(this.waits, context.waker()) else {
            this.read_timer = None;
            return Poll::Pending;
        };
        let timer = this.read_timer.get_or_insert_with(|| Box::pin(sleep_until(until)));
        if timer.deadline() != until {
            timer.as_mut().reset(until);
        }
        // As if the client had closed it: what was begun is dropped, and nothing is answered.
        timer.as_mut().poll(context).map(Ok)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Watched<T> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.wrote(context, poll)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_write_vectored(context, bytes);
        this.wrote(context, poll)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let poll = Pin::new(&mut this.stream).poll_shutdown(context);
        this.wrote(context, poll)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

    use super::*;

    const WAITS: Waits = Waits {
        keep_alive: Duration::from_secs(5),
        head: Duration::from_secs(10),
        write: Duration::from_secs(60),
    };

    fn connection() -> (DuplexStream, Watched<DuplexStream>, Arc<Activity>) {
        let (client, server) = duplex(64);
        let activity = Arc::new(Activity::new());
        (client, Watched::new(server, Arc::clone(&activity), WAITS, None), activity)
    }

    /// After how many seconds the server is told that the connection ended.
    async fn ended_after(mut server: Watched<DuplexStream>) -> u64 {
        let begin = Instant::now();
        let mut buffer = [0; 64];
        while server.read(&mut buffer).await.unwrap() > 0 {}
        begin.elapsed().as_secs()
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_nothing_is_left() {
        let (_client, server, _) = connection();
        assert_eq!(ended_after(server).await, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_on_slowly_with_a_head_is_left_all_the_same() {
        let (mut client, server, _) = connection();
        let slow = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(2)).await;
                if client.write_all(b"x").await.is_err() {
                    break;
                }
            }
        });
        // It began after two seconds.
        assert_eq!(ended_after(server).await, 12);
        slow.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_open_keeps_its_connection_and_the_next_one_has_its_own_time() {
        let (mut client, server, activity) = connection();
        let open = activity.open();
        client.write_all(b"head").await.unwrap();
        let ending = tokio::spawn(ended_after(server));
        tokio::time::sleep(Duration::from_secs(1000)).await;
        assert!(!ending.is_finished());
        drop(open);
        assert_eq!(ending.await.unwrap(), 1005);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_left() {
        let (_client, mut server, _) = connection();
        let begin = Instant::now();
        let error = server.write_all(&[0; 65]).await.unwrap_err();
        assert_eq!((error.kind(), begin.elapsed().as_secs()), (io::ErrorKind::TimedOut, 60));
    }
}

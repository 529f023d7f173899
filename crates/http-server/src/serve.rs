//! Listening, and ending in good order.
//!
//! | part | what |
//! |---|---|
//! | `connections` | how long one may stay that does nothing |
//! | `places` | how many there may be, in all and of one machine |
//! | `activity` | what happens on a connection |

mod activity;
mod connections;
mod places;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use auth::Network;
use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use hyper_util::rt::TokioExecutor;
use hyper_util::server::conn::auto::Builder;

use self::connections::Connections;
use crate::Options;
use crate::options::{MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET_BYTES};
use crate::tls::Tls;

/// How long the head of a request may be, in bytes: the address and the fields.
const MAX_HEAD_BYTES: usize = MAX_TARGET_BYTES + MAX_HEADER_BYTES;
/// How many requests may be open on one connection of HTTP/2.
const MAX_STREAMS: u32 = 128;
/// How many requests a client of HTTP/2 may begin and reset at once, before it is left.
const MAX_RESETS: usize = 20;
/// How many it may make fail by breaking the protocol, before it is left.
const MAX_BROKEN: usize = 64;
/// How much a client of HTTP/2 may send ahead, for a request and for a connection, in bytes.
const WINDOWS: (u32, u32) = (256 * 1024, 1024 * 1024);
/// How much of an answer waits for a client of HTTP/2, in bytes.
const MAX_SEND_BYTES: usize = 64 * 1024;
/// How often a client of HTTP/2 is asked whether it is there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);

/// Why serving could not begin or ended early.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened at.
    #[error("cannot listen at {address}: {source}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Accepting connections failed.
    #[error("serving failed: {0}")]
    Serve(#[source] io::Error),
}

/// How long is waited on a connection.
#[derive(Debug, Clone, Copy)]
struct Waits {
    /// For the next request.
    keep_alive: Duration,
    /// For the rest of its head.
    head: Duration,
    /// For a client that does not take what is written to it.
    write: Duration,
}

/// What connections may be.
#[derive(Debug, Clone)]
struct Limits {
    max_connections: usize,
    max_of_machine: usize,
    /// Whose connections are not counted as those of one machine.
    trusted_proxies: Vec<Network>,
    waits: Waits,
}

/// A door that listens already, so that whoever opened it knows its address.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    limits: Limits,
    tls: Option<Tls>,
}

impl Server {
    /// Listens at an address; port 0 takes any that is free.
    ///
    /// # Errors
    /// [`ServeError::Listen`].
    pub fn listen(address: SocketAddr) -> Result<Self, ServeError> {
        let failed = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(failed)?;
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self { listener, address, limits: Limits::of(&Options::default()), tls: None })
    }

    /// The same with the limits of these options.
    #[must_use]
    pub fn within(self, options: &Options) -> Self {
        Self { limits: Limits::of(options), ..self }
    }

    /// The same over TLS, and over nothing else.
    #[must_use]
    pub fn over(self, tls: Tls) -> Self {
        Self { tls: Some(tls), ..self }
    }

    /// The address it listens at.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` comes; then no connection is accepted any more, and what runs may finish within `drain`.
    ///
    /// # Errors
    /// [`ServeError::Serve`].
    pub async fn serve(
        self,
        router: Router,
        drain: Duration,
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ServeError> {
        let handle = Handle::new();
        let ending = handle.clone();
        tokio::spawn(async move {
            stop.await;
            ending.graceful_shutdown(Some(drain));
        });
        let server = axum_server::from_tcp(self.listener).map_err(ServeError::Serve)?.handle(handle);
        let mut server = server.accept_error_handler(|peer, error| {
            tracing::debug!(peer = ?peer, error = error as &dyn std::error::Error, "a connection was not accepted");
        });
        protocols(server.http_builder());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let connections = Connections::new(&self.limits);
        let served = match self.tls {
            None => server.acceptor(connections).serve(service).await,
            Some(tls) => {
                let acceptor = RustlsAcceptor::new(tls.config())
                    .handshake_timeout(self.limits.waits.head)
                    .acceptor(connections);
                server.acceptor(acceptor).serve(service).await
            }
        };
        served.map_err(ServeError::Serve)
    }
}

impl Limits {
    fn of(options: &Options) -> Self {
        let waits = Waits {
            keep_alive: options.keep_alive,
            head: options.head_timeout,
            write: options.write_timeout,
        };
        Self {
            max_connections: options.max_connections,
            max_of_machine: options.max_connections_of_machine,
            trusted_proxies: options.trusted_proxies.clone(),
            waits,
        }
    }
}

/// What is understood on a connection. How long a head may take is watched by `connections`, for both protocols alike.
fn protocols(builder: &mut Builder<TokioExecutor>) {
    builder.http1().max_buf_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS);
    builder
        .http2()
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(MAX_RESETS)
        .max_local_error_reset_streams(MAX_BROKEN)
        .max_header_list_size(u32::try_from(MAX_HEAD_BYTES).unwrap_or(u32::MAX))
        .initial_stream_window_size(WINDOWS.0)
        .initial_connection_window_size(WINDOWS.1)
        .max_send_buf_size(MAX_SEND_BYTES)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING);
}

#[cfg(test)]
mod tests;

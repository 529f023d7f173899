//! The door as it is met on the network: by bytes.

mod canary;
mod connections;
mod heads;
mod http2;
mod smuggling;
mod tls;

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::*;
use crate::fixture::{Door, OWNERS_KEY};

/// A door on a socket of this machine.
struct Site {
    door: Door,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<Result<(), ServeError>>,
}

impl Site {
    async fn open(options: Options) -> Self {
        Self::over(options, None).await
    }

    async fn over(options: Options, tls: Option<Tls>) -> Self {
        let mut server = Server::listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap().within(&options);
        if let Some(tls) = tls {
            server = server.over(tls);
        }
        let (address, drain) = (server.address(), options.drain);
        let door = Door::with(options).await;
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = server.serve(crate::router(&door.app), drain, async move {
            let _ = stopped.await;
        });
        Self { door, address, stop: Some(stop), serving: tokio::spawn(serving) }
    }

    async fn connect(&self) -> Peer {
        Peer(TcpStream::connect(self.address).await.unwrap())
    }

    /// What is answered to these bytes, until the door closes the connection.
    async fn answer(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut peer = self.connect().await;
        peer.send(bytes).await;
        peer.rest().await
    }

    /// That others are served.
    async fn is_well(&self) {
        let answer = self.answer(get("/api/memories", "connection: close\r\n")).await;
        assert_eq!(status(&answer), 200, "{answer}");
    }
}

/// A connection of a client.
struct Peer(TcpStream);

impl Peer {
    async fn send(&mut self, bytes: impl AsRef<[u8]>) {
        // The door may have closed it already: what it answered tells.
        let _ = self.0.write_all(bytes.as_ref()).await;
    }

    /// All that comes until the end.
    async fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        let _ = self.0.read_to_end(&mut bytes).await;
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// All that comes until there is so many times such a text.
    async fn until(&mut self, text: &str, times: usize) -> String {
        let mut found = String::new();
        let mut buffer = [0; 4096];
        while found.matches(text).count() < times {
            match self.0.read(&mut buffer).await {
                Ok(0) | Err(_) => break,
                Ok(length) => found.push_str(&String::from_utf8_lossy(&buffer[..length])),
            }
        }
        found
    }
}

/// A request for reading by the owner.
fn get(path: &str, fields: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nx-api-key: {OWNERS_KEY}\r\n{fields}\r\n")
}

/// A request for storing by the owner.
fn post(fields: &str, body: &str) -> String {
    format!(
        "POST /api/memories HTTP/1.1\r\nhost: localhost\r\nx-api-key: {OWNERS_KEY}\r\n\
         content-type: application/json\r\n{fields}\r\n{body}"
    )
}

/// The status of the first answer; 0 when there is none.
fn status(answer: &str) -> u16 {
    let line = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3));
    line.and_then(|digits| digits.parse().ok()).unwrap_or_default()
}

/// How many answers there are.
fn answers(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}

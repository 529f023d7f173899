//! Asking a server whether it answers: what `memory health` and `memory launch` do.
//!
//! A request without credentials and without a body, over HTTP/1.0, so that nothing has to be decoded. Over TLS any
//! certificate is taken: nothing secret is sent, and that somebody answers is all that is believed.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme, StreamOwned};

/// How long an answer may be, in bytes.
const MAX_ANSWER_BYTES: u64 = 64 * 1024;

/// What is spoken at an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// HTTP.
    Http,
    /// HTTP over TLS.
    Https,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: String,
}

impl Scheme {
    /// As it stands in an address.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

/// Asks for a path, and waits for the answer at most so long.
///
/// # Errors
/// When there is no connection, no TLS, or no answer of HTTP in time.
pub fn ask(scheme: Scheme, address: SocketAddr, path: &str, patience: Duration) -> io::Result<Answer> {
    let until = Instant::now() + patience;
    let stream = Timed { stream: TcpStream::connect_timeout(&address, patience)?, until };
    let request = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\nAccept: application/json\r\n\r\n");
    let answer = match scheme {
        Scheme::Http => exchange(stream, &request)?,
        Scheme::Https => {
            let connection = ClientConnection::new(Arc::new(client()?), ServerName::from(address.ip()))
                .map_err(io::Error::other)?;
            exchange(StreamOwned::new(connection, stream), &request)?
        }
    };
    read(&answer).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is not one of HTTP"))
}

/// Sends and reads to the end. A peer that ends TLS without saying so has said all the same.
fn exchange(mut stream: impl Read + Write, request: &str) -> io::Result<Vec<u8>> {
    stream.write_all(request.as_bytes())?;
    stream.flush()?;
    let mut answer = Vec::new();
    match stream.take(MAX_ANSWER_BYTES).read_to_end(&mut answer) {
        Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => Err(error),
        _ => Ok(answer),
    }
}

/// `HTTP/1.x <status> ...`, fields, an empty line, the body.
fn read(answer: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(answer);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut words = head.lines().next()?.split(' ');
    words.next().filter(|version| version.starts_with("HTTP/1."))?;
    let status = words.next()?.parse().ok()?;
    Some(Answer { status, body: body.to_owned() })
}

/// A connection that ends at a time, however slowly the other side speaks.
struct Timed {
    stream: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.left()?)?;
        self.stream.read(buffer)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.left()?)?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

fn client() -> io::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider));
    let builder = builder.with_safe_default_protocol_versions().map_err(io::Error::other)?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth())
}

/// Takes any certificate whose key the other side has.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use axum::Router;
    use axum::routing::get;
    use model::Timestamp;

    use super::*;
    use crate::{Certificate, Server, Tls};

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn an_answer_is_its_status_and_its_body() {
        let read = |text: &str| read(text.as_bytes()).map(|answer| (answer.status, answer.body));
        assert_eq!(read("HTTP/1.1 200 OK\r\na: b\r\n\r\n{}"), Some((200, "{}".to_owned())));
        assert_eq!(read("HTTP/1.0 503\r\n\r\n"), Some((503, String::new())));
        for text in
            ["", "HTTP/1.1 200 OK\r\n", "HTTP/2 200\r\n\r\n", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 ok\r\n\r\n"]
        {
            assert_eq!(read(text), None, "{text:?}");
        }
    }

    async fn asked(tls: Option<Tls>, scheme: Scheme) -> io::Result<Answer> {
        let mut server = Server::listen("127.0.0.1:0".parse().unwrap()).unwrap();
        let address = server.address();
        if let Some(tls) = tls {
            server = server.over(tls);
        }
        let router = Router::new().route("/here", get(|| async { "yes" }));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = tokio::spawn(server.serve(router, Duration::from_secs(1), async {
            let _ended = stopped.await;
        }));
        let answer =
            tokio::task::spawn_blocking(move || ask(scheme, address, "/here", PATIENCE)).await.unwrap();
        drop(stop);
        served.await.unwrap().unwrap();
        answer
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_server_is_asked_with_tls_and_without() {
        let expected = Answer { status: 200, body: "yes".to_owned() };
        assert_eq!(asked(None, Scheme::Http).await.unwrap(), expected);
        let directory = tempfile::tempdir().unwrap();
        let names = vec!["localhost".to_owned()];
        let source = Certificate::SelfSigned { directory: directory.path().join("tls"), names };
        let tls = Tls::load(source, Timestamp::from_microseconds(1_795_564_800_000_000)).unwrap();
        assert_eq!(asked(Some(tls.clone()), Scheme::Https).await.unwrap(), expected);
        assert!(asked(Some(tls), Scheme::Http).await.is_err());
    }

    #[test]
    fn somebody_who_says_nothing_is_not_waited_for_for_ever() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = silent.local_addr().unwrap();
        for scheme in [Scheme::Http, Scheme::Https] {
            assert!(ask(scheme, address, "/", Duration::from_millis(50)).is_err());
        }
        drop(silent);
        assert!(ask(Scheme::Http, address, "/", PATIENCE).is_err());
    }
}

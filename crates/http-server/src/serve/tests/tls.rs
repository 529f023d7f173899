//! TLS on a socket.

use std::io::{self, Read, Write};
use std::sync::Arc;

use model::Timestamp;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::http2::{frame, head, opening};
use super::*;
use crate::Certificate;

fn now() -> Timestamp {
    ports::Clock::now(&ports::SystemClock)
}

fn made_here(directory: &std::path::Path, name: &str) -> Certificate {
    Certificate::SelfSigned {
        directory: directory.to_owned(),
        names: vec![name.to_owned(), "127.0.0.1".to_owned()],
    }
}

/// What a client that trusts this certificate is answered.
async fn ask(address: SocketAddr, trusted: Vec<u8>, name: &'static str) -> Result<(String, String), String> {
    let bytes = get("/api/health", "connection: close\r\n").into_bytes();
    exchange(address, trusted, name, &["http/1.1"], bytes).await
}

/// What is answered to these bytes, and which protocol was agreed on.
async fn exchange(
    address: SocketAddr,
    trusted: Vec<u8>,
    name: &'static str,
    protocols: &[&str],
    bytes: Vec<u8>,
) -> Result<(String, String), String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&trusted).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    let asked = tokio::task::spawn_blocking(move || -> io::Result<(String, String)> {
        let connection =
            ClientConnection::new(Arc::new(config), ServerName::try_from(name).unwrap()).unwrap();
        let mut stream = StreamOwned::new(connection, std::net::TcpStream::connect(address)?);
        stream.write_all(&bytes)?;
        let mut answer = Vec::new();
        // A connection on which nothing is asked is left without a word of TLS.
        match stream.read_to_end(&mut answer) {
            Err(error) if error.kind() != io::ErrorKind::UnexpectedEof => return Err(error),
            _ => {}
        }
        let protocol = stream.conn.alpn_protocol().unwrap_or_default().to_vec();
        Ok((String::from_utf8_lossy(&answer).into_owned(), String::from_utf8(protocol).unwrap()))
    });
    asked.await.unwrap().map_err(|error| error.to_string())
}

#[tokio::test]
async fn whoever_trusts_the_certificate_that_was_made_here_is_served_and_changes_hold_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let certificate = || std::fs::read(directory.path().join("certificate.pem")).unwrap();
    let tls = Tls::load(made_here(directory.path(), "localhost"), now()).unwrap();
    let site = Site::over(Options { is_tls: true, ..Options::default() }, Some(tls.clone())).await;
    let first = certificate();
    let (answer, protocol) = ask(site.address, first.clone(), "localhost").await.unwrap();
    assert_eq!((status(&answer), protocol.as_str()), (200, "http/1.1"));
    assert!(answer.contains("strict-transport-security"));
    ask(site.address, first.clone(), "127.0.0.1").await.unwrap();
    ask(site.address, first.clone(), "other.local").await.unwrap_err();
    // A pair that is replaced while the server runs.
    std::fs::remove_file(directory.path().join("pair.pem")).unwrap();
    tls.refresh(now());
    assert_ne!(certificate(), first);
    ask(site.address, first, "localhost").await.unwrap_err();
    ask(site.address, certificate(), "localhost").await.unwrap();
}

#[tokio::test]
async fn http_2_is_chosen_where_a_client_has_it() {
    let directory = tempfile::tempdir().unwrap();
    let tls = Tls::load(made_here(directory.path(), "localhost"), now()).unwrap();
    let soon = Duration::from_millis(300);
    let options = Options { head_timeout: soon, keep_alive: soon, ..Options::default() };
    let site = Site::over(options, Some(tls)).await;
    let certificate = std::fs::read(directory.path().join("certificate.pem")).unwrap();
    let bytes = [opening(), frame(1, 5, 1, &head("/api/health", &[]))].concat();
    let both = ["h2", "http/1.1"];
    let (answer, protocol) = exchange(site.address, certificate, "localhost", &both, bytes).await.unwrap();
    assert_eq!(protocol, "h2");
    assert!(answer.contains(r#"{"status":"healthy"}"#), "{answer}");
}

#[tokio::test]
async fn nobody_is_answered_without_tls() {
    let directory = tempfile::tempdir().unwrap();
    let tls = Tls::load(made_here(directory.path(), "localhost"), now()).unwrap();
    let site = Site::over(Options::default(), Some(tls)).await;
    let answer = site.answer(get("/api/health", "")).await;
    assert!(!answer.contains("HTTP/1.1"), "{answer}");
}

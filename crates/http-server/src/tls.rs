//! TLS: which certificate, and what is done when it changes. Whoever asked for TLS gets it or nothing: no failure here is
//! answered by plain HTTP.
//!
//! | part | what |
//! |---|---|
//! | [`Certificate`] | where certificate and key come from |
//! | [`Tls`] | what connections are made with; changed files are followed |
//! | `self_signed` | a pair that is made here |
//! | `validity` | until when a certificate may be used |

mod self_signed;
mod validity;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use model::Timestamp;
use ports::Clock;
use rustls::ServerConfig;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};

/// How often changed files are looked for.
pub const CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// Where certificate and key come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certificate {
    /// From two PEM files.
    Given {
        /// The certificate, and those that lead to its authority.
        certificate: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// From a directory, where a pair is made when there is none, or when the one there ends soon or, as the server starts, lacks a
    /// name.
    SelfSigned {
        /// The directory.
        directory: PathBuf,
        /// The names and addresses of this machine.
        names: Vec<String>,
    },
}

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{path} cannot be read: {source}")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file holds something else.
    #[error("{path} holds no {what} in PEM form")]
    Missing {
        /// Which.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// Certificate and key cannot be used, or not together.
    #[error("the certificate in {certificate} and the key in {key} cannot be used together: {source}")]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Why.
        source: rustls::Error,
    },
    /// No pair can be made.
    #[error("no certificate can be made in {directory}: {reason}")]
    Make {
        /// Where.
        directory: PathBuf,
        /// Why.
        reason: String,
    },
}

/// What connections are made with. Cheap to clone.
#[derive(Clone)]
pub struct Tls {
    shared: Arc<Shared>,
}

struct Shared {
    source: Certificate,
    config: RustlsConfig,
    seen: Mutex<Seen>,
}

/// Files as they were: when they were changed and how long they are.
type Stamp = [Option<(SystemTime, u64)>; 2];

#[derive(Default)]
struct Seen {
    used: Stamp,
    refused: Option<Stamp>,
}

impl Tls {
    /// Reads certificate and key, or makes them.
    ///
    /// # Errors
    /// [`TlsError`]: there is no TLS then, and no server.
    pub fn load(source: Certificate, now: Timestamp) -> Result<Self, TlsError> {
        source.prepare(now)?;
        let used = source.stamp();
        let config = RustlsConfig::from_config(Arc::new(source.config(now)?));
        let seen = Mutex::new(Seen { used, refused: None });
        Ok(Self { shared: Arc::new(Shared { source, config, seen }) })
    }

    /// Looks whether the files changed, or a pair that is made here ends soon, and uses what is there now. What cannot be used
    /// is told of, and what was used before stays.
    pub fn refresh(&self, now: Timestamp) {
        let mut seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let prepared = self.shared.source.renew(now);
        let stamp = self.shared.source.stamp();
        if prepared.is_ok() && stamp == seen.used {
            return;
        }
        self.replace(&mut seen, prepared, stamp, now);
    }

    /// Uses what the files hold now, whether they look changed or not. What cannot be used is told of each time, and what was
    /// used before stays.
    pub fn reload(&self, now: Timestamp) {
        let mut seen = self.shared.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.refused = None;
        let prepared = self.shared.source.renew(now);
        let stamp = self.shared.source.stamp();
        self.replace(&mut seen, prepared, stamp, now);
    }

    fn replace(&self, seen: &mut Seen, prepared: Result<(), TlsError>, stamp: Stamp, now: Timestamp) {
        let Shared { source, config, .. } = &*self.shared;
        match prepared.and_then(|()| source.config(now)) {
            Ok(new) => {
                config.reload_from_config(Arc::new(new));
                *seen = Seen { used: stamp, refused: None };
                tracing::info!("the certificate was read again and is used from now on");
            }
            // A pair that is being replaced does not fit for a moment: it is tried again, and told of once.
            Err(error) if seen.refused != Some(stamp) => {
                seen.refused = Some(stamp);
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the changed certificate is not used"
                );
            }
            Err(_) => {}
        }
    }

    /// Refreshes now and then, for ever.
    pub async fn follow(self, clock: Arc<dyn Clock>, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            let (tls, now) = (self.clone(), clock.now());
            if let Err(error) = tokio::task::spawn_blocking(move || tls.refresh(now)).await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the certificate was not looked at"
                );
            }
        }
    }

    /// What the server uses; it changes when the files do.
    pub(crate) fn config(&self) -> RustlsConfig {
        self.shared.config.clone()
    }
}

impl Certificate {
    /// Makes what is to be made here.
    fn prepare(&self, now: Timestamp) -> Result<(), TlsError> {
        match self {
            Self::Given { .. } => Ok(()),
            Self::SelfSigned { directory, names } => self_signed::prepare(directory, names, now),
        }
    }

    /// Makes what was made here anew when it ends soon.
    fn renew(&self, now: Timestamp) -> Result<(), TlsError> {
        match self {
            Self::Given { .. } => Ok(()),
            Self::SelfSigned { directory, names } => self_signed::renew(directory, names, now),
        }
    }

    /// The files of the certificate and of the key.
    fn files(&self) -> [PathBuf; 2] {
        match self {
            Self::Given { certificate, key } => [certificate.clone(), key.clone()],
            Self::SelfSigned { directory, .. } => {
                [self_signed::pair_in(directory), self_signed::pair_in(directory)]
            }
        }
    }

    fn stamp(&self) -> Stamp {
        self.files().map(|path| {
            let metadata = fs::metadata(path).ok()?;
            Some((metadata.modified().ok()?, metadata.len()))
        })
    }

    /// TLS 1.2 and 1.3, and HTTP/2 where the client has it.
    fn config(&self, now: Timestamp) -> Result<ServerConfig, TlsError> {
        let [certificate, key] = self.files();
        let chain = read_chain(&certificate)?;
        if let Some(until) = validity::end(&chain[0])
            && until <= now.as_seconds()
        {
            tracing::warn!(file = %certificate.display(), "the certificate is not valid any more");
        }
        let private = read_key(&key)?;
        let pair = |source| TlsError::Pair { certificate: certificate.clone(), key: key.clone(), source };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider);
        let builder = builder.with_protocol_versions(&[&TLS13, &TLS12]).map_err(pair)?;
        let mut config = builder.with_no_client_auth().with_single_cert(chain, private).map_err(pair)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }
}

/// The certificates of a file: one at least.
fn read_chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let missing = || TlsError::Missing { path: path.to_owned(), what: "certificate" };
    let text = read(path)?;
    let chain: Result<Vec<_>, PemError> = CertificateDer::pem_slice_iter(&text).collect();
    chain.ok().filter(|chain| !chain.is_empty()).ok_or_else(missing)
}

fn read_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsError> {
    let missing = |_| TlsError::Missing { path: path.to_owned(), what: "private key" };
    PrivateKeyDer::from_pem_slice(&read(path)?).map_err(missing)
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|source| TlsError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;

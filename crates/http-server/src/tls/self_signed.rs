//! A certificate that is made here, for whoever has none. It has no authority behind it: clients are told to trust its file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use model::Timestamp;
use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose};

use super::{TlsError, read_chain, read_key, validity};

const DAY_S: f64 = 86_400.0;
/// How long a pair is valid, in days: longer ones are refused by browsers.
const VALID_DAYS: f64 = 365.0;
/// How many days before its end a pair is replaced.
const RENEWED_DAYS: f64 = 7.0;

/// Certificate and key in one file: so they always fit.
pub(super) fn pair_in(directory: &Path) -> PathBuf {
    directory.join("pair.pem")
}

/// The certificate alone, for clients that shall trust it.
fn certificate_in(directory: &Path) -> PathBuf {
    directory.join("certificate.pem")
}

/// Makes a pair, unless there is one that can be used for a while and for these names.
pub(super) fn prepare(directory: &Path, names: &[String], now: Timestamp) -> Result<(), TlsError> {
    let pair = pair_in(directory);
    if pair.exists() && read_key(&pair).is_ok() && is_good(&pair, names, now) {
        return Ok(());
    }
    let make = |reason: String| TlsError::Make { directory: directory.to_owned(), reason };
    let (certificate, key) = made(names, now).map_err(|error| make(error.to_string()))?;
    let written = private_directory(directory)
        .and_then(|()| write(&pair, &format!("{certificate}{key}")))
        .and_then(|()| write(&certificate_in(directory), &certificate));
    written.map_err(|error| make(error.to_string()))?;
    tracing::info!(directory = %directory.display(), "a certificate was made");
    Ok(())
}

/// Whether it is valid for a while, and has all names.
fn is_good(pair: &Path, names: &[String], now: Timestamp) -> bool {
    let Ok(chain) = read_chain(pair) else { return false };
    let certificate = &chain[0];
    let lasts = validity::end(certificate).is_some_and(|end| end - now.as_seconds() >= RENEWED_DAYS * DAY_S);
    lasts && names.iter().all(|name| has_name(certificate, name))
}

/// Whether a name is among the alternative names (RFC 5280 section 4.2.1.6): a tag, a length, the name.
fn has_name(certificate: &[u8], name: &str) -> bool {
    let (tag, bytes) = match name.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => (0x87, address.octets().to_vec()),
        Ok(std::net::IpAddr::V6(address)) => (0x87, address.octets().to_vec()),
        Err(_) => (0x82, name.as_bytes().to_vec()),
    };
    let Ok(length) = u8::try_from(bytes.len()) else { return false };
    let sought = [&[tag, length], bytes.as_slice()].concat();
    certificate.windows(sought.len()).any(|window| window == sought)
}

fn made(names: &[String], now: Timestamp) -> Result<(String, String), rcgen::Error> {
    let mut params = CertificateParams::new(names.to_vec())?;
    let at = |seconds: f64| UNIX_EPOCH + Duration::from_secs_f64(seconds.max(0.0));
    // Clocks of clients may be slow.
    params.not_before = at(now.as_seconds() - DAY_S).into();
    params.not_after = at(now.as_seconds() + VALID_DAYS * DAY_S).into();
    params.distinguished_name.push(DnType::CommonName, "MCP Memory Service");
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?.pem(), key.serialize_pem()))
}

/// Writes a file that its owner alone can read, whole or not at all.
fn write(path: &Path, text: &str) -> io::Result<()> {
    let temporary = path.with_extension(format!("{}.new", std::process::id()));
    let _ = fs::remove_file(&temporary);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&temporary)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&temporary, path)
}

fn private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)?;
    // It may have been there with other rights.
    #[cfg(unix)]
    fs::set_permissions(directory, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

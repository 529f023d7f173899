//! A certificate that is made here, for whoever has none. It has no authority behind it: clients are told to trust its file.

use std::fs;
use std::io::{self, Write};
use std::net::IpAddr;
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
/// How many names a pair has at most: those of machines that move about are not kept for ever.
const MAX_NAMES: usize = 64;
/// The identifier of the alternative names (RFC 5280 section 4.2.1.6), as it stands in a certificate.
const ALTERNATIVE_NAMES: [u8; 5] = [0x06, 0x03, 0x55, 0x1d, 0x11];
const END_OF_CERTIFICATE: &str = "-----END CERTIFICATE-----\n";

/// Certificate and key in one file: so they always fit.
pub(super) fn pair_in(directory: &Path) -> PathBuf {
    directory.join("pair.pem")
}

/// The certificate alone, for clients that shall trust it.
fn certificate_in(directory: &Path) -> PathBuf {
    directory.join("certificate.pem")
}

/// Makes a pair, unless there is one that can be used for a while and for these names. A new one has the names of the old one,
/// too: another server may use the same directory.
pub(super) fn prepare(directory: &Path, names: &[String], now: Timestamp) -> Result<(), TlsError> {
    let found = usable(directory);
    let has_all = |found: &[u8]| {
        let known = names_of(found);
        names.iter().all(|name| known.contains(&canonical(name)))
    };
    if let Some(found) = &found
        && lasts(found, now)
        && has_all(found)
    {
        if let Err(error) = publish(directory) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the certificate alone was not written");
        }
        return Ok(());
    }
    make(directory, names, found.as_deref(), now)
}

/// Makes a pair when the one there ends soon, whatever its names.
pub(super) fn renew(directory: &Path, names: &[String], now: Timestamp) -> Result<(), TlsError> {
    match usable(directory) {
        Some(found) if lasts(&found, now) => Ok(()),
        found => make(directory, names, found.as_deref(), now),
    }
}

/// The certificate of the pair that is there, when it has a key.
fn usable(directory: &Path) -> Option<Vec<u8>> {
    let pair = pair_in(directory);
    read_key(&pair).ok()?;
    Some(read_chain(&pair).ok()?.first()?.to_vec())
}

fn lasts(certificate: &[u8], now: Timestamp) -> bool {
    validity::end(certificate).is_some_and(|end| end - now.as_seconds() >= RENEWED_DAYS * DAY_S)
}

/// Makes a pair with these names and those of the certificate that was there.
fn make(directory: &Path, names: &[String], old: Option<&[u8]>, now: Timestamp) -> Result<(), TlsError> {
    let failed = |reason: String| TlsError::Make { directory: directory.to_owned(), reason };
    let mut names: Vec<String> = names.iter().map(|name| canonical(name)).collect();
    for name in old.map(names_of).unwrap_or_default() {
        if names.len() < MAX_NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
    let (certificate, key) = made(&names, now).map_err(|error| failed(error.to_string()))?;
    let written = private_directory(directory)
        .and_then(|()| write(&pair_in(directory), &format!("{certificate}{key}")))
        .and_then(|()| publish(directory));
    written.map_err(|error| failed(error.to_string()))?;
    tracing::info!(directory = %directory.display(), "a certificate was made");
    Ok(())
}

/// Writes the pair's certificate alone, unless it is there. Another server may have written a pair in between.
fn publish(directory: &Path) -> io::Result<()> {
    let pair = fs::read_to_string(pair_in(directory))?.replace("\r\n", "\n");
    let end = pair.find(END_OF_CERTIFICATE).map_or(0, |begin| begin + END_OF_CERTIFICATE.len());
    let (certificate, alone) = (&pair[..end], certificate_in(directory));
    if fs::read_to_string(&alone).is_ok_and(|found| found == certificate) {
        return Ok(());
    }
    write(&alone, certificate)
}

/// An address in the one form that it has, a name as it is.
fn canonical(name: &str) -> String {
    name.parse::<IpAddr>().map_or_else(|_| name.to_owned(), |address| address.to_string())
}

/// The alternative names of a certificate: names and addresses.
fn names_of(certificate: &[u8]) -> Vec<String> {
    let begin = certificate.windows(ALTERNATIVE_NAMES.len()).position(|window| window == ALTERNATIVE_NAMES);
    let list = begin.and_then(|begin| {
        let mut rest = &certificate[begin + ALTERNATIVE_NAMES.len()..];
        // Whether it is critical, if that is said.
        if rest.first() == Some(&0x01) {
            rest = validity::element(rest)?.2;
        }
        let (_, value, _) = validity::element(rest)?;
        Some(validity::element(value)?.1)
    });
    let mut rest = list.unwrap_or_default();
    let mut names = Vec::new();
    while let Some((tag, name, after)) = validity::element(rest) {
        rest = after;
        names.extend(match tag {
            0x82 => String::from_utf8(name.to_vec()).ok(),
            0x87 => address(name).map(|address| address.to_string()),
            _ => None,
        });
    }
    names
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let four = || <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    four().or_else(|| <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from))
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
    let directory = path.parent().ok_or(io::ErrorKind::NotFound)?;
    let mut file = tempfile::NamedTempFile::new_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
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

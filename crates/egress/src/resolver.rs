//! Names to addresses, the forbidden ones refused.

use std::io;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::Reach;
use crate::address::is_public;

/// What is said inside of an address that is not asked; [`crate::EgressError`] says it outside.
#[derive(Debug, thiserror::Error)]
#[error("the host is in a network that is not asked")]
pub(crate) struct Forbidden;

/// Asks another resolver, once for each connection, and gives what may be reached. When one address of a name is
/// forbidden, the name is: whoever mixes them means to be asked at the wrong one.
#[derive(Debug)]
pub(crate) struct Guarded<R> {
    pub(crate) inner: R,
    pub(crate) reach: Reach,
}

impl<R: Resolver> Resolver for Guarded<R> {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let is_allowed = match self.reach {
            Reach::Public => found.iter().all(|address| is_public(address.ip())),
            Reach::Anywhere => true,
        };
        match is_allowed {
            true => Ok(found),
            false => Err(ureq::Error::Io(io::Error::new(io::ErrorKind::PermissionDenied, Forbidden))),
        }
    }
}

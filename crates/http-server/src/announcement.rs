//! Saying in the local network that a server is here: DNS-SD over multicast DNS, with the record of the original.
//!
//! Everybody on the network reads it, so it says where to ask and how, and nothing of what is kept here or who may ask.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use mdns_sd::{DaemonEvent, IfKind, Receiver, ServiceDaemon, ServiceInfo};

/// How long each step of a goodbye may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// The name of a machine in the network whose own would have no letter that a name can have.
const NAMELESS: &str = "mcp-memory-service";

/// What is announced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The name that people see, 1 to 63 bytes. A second one of the same name in the network gets a number.
    pub name: String,
    /// The kind of service, such as `_mcp-memory._tcp.local.`
    pub service_type: String,
    /// Whether it is asked over TLS.
    pub is_tls: bool,
    /// Whether nobody is answered without a key.
    pub needs_key: bool,
}

/// Why nothing is announced.
#[derive(Debug, thiserror::Error)]
pub enum AnnouncementError {
    /// Other machines cannot reach it.
    #[error("it listens at {address}, which other machines cannot reach")]
    Local {
        /// Where it listens.
        address: SocketAddr,
    },
    /// The network or the names are of no use for it.
    #[error("the local network cannot be told")]
    Network(#[from] mdns_sd::Error),
}

/// An announcement that stands until it is [ended](Self::end).
pub struct Announcer {
    daemon: ServiceDaemon,
    full_name: String,
}

impl Announcer {
    /// Announces a server that listens at this address, which must be one that other machines reach. At `0.0.0.0` and `::` it is
    /// announced with the addresses of this machine as they come and go.
    ///
    /// # Errors
    /// [`AnnouncementError`]. What the network refuses later is logged.
    pub fn start(announcement: &Announcement, address: SocketAddr) -> Result<Self, AnnouncementError> {
        let Some(reach) = Reach::of(address.ip()) else {
            return Err(AnnouncementError::Local { address });
        };
        let record = announcement.record(&reach, address.port())?;
        let daemon = ServiceDaemon::new()?;
        let started = reach.limit(&daemon).and_then(|()| publish(&daemon, record));
        match started {
            Ok(full_name) => Ok(Self { daemon, full_name }),
            Err(error) => {
                // Its thread would stay otherwise.
                let _ = daemon.shutdown();
                Err(error.into())
            }
        }
    }

    /// Says goodbye, so that nobody asks a server that is not there any more. Takes two seconds at most.
    pub async fn end(self) {
        if let Ok(said) = self.daemon.unregister(&self.full_name) {
            let _ = tokio::time::timeout(GOODBYE, said.recv_async()).await;
        }
        if let Ok(ended) = self.daemon.shutdown() {
            let _ = tokio::time::timeout(GOODBYE, ended.recv_async()).await;
        }
    }
}

impl Announcement {
    fn record(&self, reach: &Reach, port: u16) -> Result<ServiceInfo, mdns_sd::Error> {
        // The original's words, which its clients compare with.
        let switch = |is_on: bool| if is_on { "True" } else { "False" };
        let properties = [
            ("api_version", env!("CARGO_PKG_VERSION")),
            ("https", switch(self.is_tls)),
            ("auth_required", switch(self.needs_key)),
            ("api_path", "/api"),
            ("sse_path", "/api/events"),
            ("docs_path", "/api/docs"),
        ];
        let addresses: Vec<IpAddr> = reach.address().into_iter().collect();
        let host = format!("{}.local.", host(&self.name));
        let record =
            ServiceInfo::new(&self.service_type, &self.name, &host, &*addresses, port, &properties[..])?;
        Ok(if addresses.is_empty() { record.enable_addr_auto() } else { record })
    }
}

/// The addresses that are announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// All of this machine.
    All,
    /// All of version 4.
    Version4,
    /// One.
    One(IpAddr),
}

impl Reach {
    /// What others reach of a server that listens there; none is nothing.
    fn of(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            one if one.is_loopback() || one.is_multicast() => None,
            IpAddr::V4(all) if all.is_unspecified() => Some(Self::Version4),
            IpAddr::V6(all) if all.is_unspecified() => Some(Self::All),
            one => Some(Self::One(one)),
        }
    }

    fn address(self) -> Option<IpAddr> {
        match self {
            Self::All | Self::Version4 => None,
            Self::One(address) => Some(address),
        }
    }

    /// Has nothing said where nobody could reach it.
    fn limit(self, daemon: &ServiceDaemon) -> Result<(), mdns_sd::Error> {
        let loopback = vec![IfKind::LoopbackV4, IfKind::LoopbackV6];
        match self {
            Self::All => daemon.disable_interface(loopback),
            Self::Version4 => daemon.disable_interface([loopback, vec![IfKind::IPv6]].concat()),
            Self::One(address) => {
                daemon.disable_interface(IfKind::All)?;
                daemon.enable_interface(IfKind::Addr(address))
            }
        }
    }
}

/// Gives a record to the daemon, and its full name to the caller.
fn publish(daemon: &ServiceDaemon, record: ServiceInfo) -> Result<String, mdns_sd::Error> {
    let events = daemon.monitor()?;
    let full_name = record.get_fullname().to_owned();
    daemon.register(record)?;
    tokio::spawn(log(events));
    Ok(full_name)
}

/// Logs what becomes of an announcement until its daemon has ended.
async fn log(events: Receiver<DaemonEvent>) {
    while let Ok(event) = events.recv_async().await {
        match event {
            DaemonEvent::Announce(name, _) => tracing::info!(name, "announced in the local network"),
            DaemonEvent::NameChange(change) => {
                tracing::warn!(from = change.original, to = change.new_name, "another server has this name");
            }
            DaemonEvent::Error(error) => tracing::warn!(%error, "the local network was not told"),
            _ => {}
        }
    }
}

/// The name of the machine in the network, as the original makes it from the name of the service.
fn host(name: &str) -> String {
    let letter =
        |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' };
    let host: String = name.chars().map(letter).collect();
    match host.trim_matches('-') {
        "" => NAMELESS.to_owned(),
        host => host.to_owned(),
    }
}

#[cfg(test)]
mod tests;

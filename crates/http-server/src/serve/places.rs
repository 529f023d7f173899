//! Places of connections: so many in all, and so many of one machine.
//!
//! Connections of this machine and of proxies that are trusted are counted among all only: everybody may stand behind them,
//! and what one of those may do is the business of the guards.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use auth::Network;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Limits;
use crate::guard::Machine;

/// How many there may be, and who has them. Cheap to clone.
#[derive(Clone)]
pub(super) struct Places {
    of_all: Arc<Semaphore>,
    of_machines: OfMachines,
    trusted_proxies: Arc<[Network]>,
}

/// How many each machine has now; which has none is not there.
#[derive(Clone)]
struct OfMachines {
    taken: Arc<Mutex<HashMap<Machine, usize>>>,
    max_places: usize,
}

/// The place of a connection, until it is dropped.
pub(super) struct Place {
    _of_all: OwnedSemaphorePermit,
    _of_machine: Option<OfMachine>,
}

/// One place of a machine.
struct OfMachine {
    all: OfMachines,
    machine: Machine,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoPlace {
    #[error("too many connections are open")]
    OfAll,
    #[error("this machine has too many connections open")]
    OfMachine,
}

impl Places {
    pub(super) fn new(limits: &Limits) -> Self {
        let of_all = limits.max_connections.min(Semaphore::MAX_PERMITS);
        Self {
            of_all: Arc::new(Semaphore::new(of_all)),
            of_machines: OfMachines { taken: Arc::default(), max_places: limits.max_of_machine },
            trusted_proxies: Arc::from(limits.trusted_proxies.as_slice()),
        }
    }

    /// A place for a connection from there.
    pub(super) fn take(&self, peer: SocketAddr) -> Result<Place, NoPlace> {
        let of_all = Arc::clone(&self.of_all).try_acquire_owned().map_err(|_| NoPlace::OfAll)?;
        let address = peer.ip().to_canonical();
        let of_machine = match self.is_counted(address) {
            true => Some(self.of_machines.take(Machine::of(address)).ok_or(NoPlace::OfMachine)?),
            false => None,
        };
        Ok(Place { _of_all: of_all, _of_machine: of_machine })
    }

    fn is_counted(&self, address: IpAddr) -> bool {
        !address.is_loopback() && !self.trusted_proxies.iter().any(|network| network.contains(address))
    }
}

impl OfMachines {
    fn take(&self, machine: Machine) -> Option<OfMachine> {
        let mut all = self.taken();
        let taken = all.get(&machine).copied().unwrap_or_default();
        if taken >= self.max_places {
            return None;
        }
        all.insert(machine, taken + 1);
        Some(OfMachine { all: self.clone(), machine })
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<Machine, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OfMachine {
    fn drop(&mut self) {
        let mut all = self.all.taken();
        if let Some(taken) = all.get_mut(&self.machine) {
            *taken -= 1;
            if *taken == 0 {
                all.remove(&self.machine);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Options;

    fn places(max_connections: usize, max_of_machine: usize) -> Places {
        let options = Options {
            max_connections,
            max_connections_of_machine: max_of_machine,
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..Options::default()
        };
        Places::new(&Limits::of(&options))
    }

    fn from(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 50_000)
    }

    #[test]
    fn one_connection_of_a_machine_too_many_has_no_place_and_others_have() {
        let places = places(100, 2);
        let first = places.take(from("203.0.113.7")).unwrap();
        let _second = places.take(from("::ffff:203.0.113.7")).unwrap();
        assert_eq!(places.take(from("203.0.113.7")).err(), Some(NoPlace::OfMachine));
        let _other = places.take(from("203.0.113.8")).unwrap();
        // Who was refused holds nothing of all.
        assert_eq!(places.of_all.available_permits(), 97);
        drop(first);
        let _again = places.take(from("203.0.113.7")).unwrap();
        assert_eq!(places.take(from("203.0.113.7")).err(), Some(NoPlace::OfMachine));
    }

    #[test]
    fn addresses_of_ipv6_count_by_their_first_64_bits() {
        let places = places(100, 2);
        let one = places.take(from("2001:db8::1")).unwrap();
        let other = places.take(from("2001:db8::ffff:1")).unwrap();
        assert_eq!(places.take(from("2001:db8::2")).err(), Some(NoPlace::OfMachine));
        let neighbour = places.take(from("2001:db8:0:1::1")).unwrap();
        drop((one, other, neighbour));
        assert!(places.of_machines.taken().is_empty());
    }

    #[test]
    fn this_machine_and_trusted_proxies_are_counted_among_all_only() {
        for address in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "10.1.2.3", "::ffff:10.1.2.3"] {
            let places = places(5, 1);
            let taken: Vec<Place> = (0..5).map(|_| places.take(from(address)).unwrap()).collect();
            assert_eq!(places.take(from(address)).err(), Some(NoPlace::OfAll), "{address}");
            drop(taken);
        }
    }
}

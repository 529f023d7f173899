//! The server that the official conformance suite asks: the HTTP door of the product, with its guards, its authentication
//! and its MCP transport, in front of the tools, prompts and resources that the suite wants to find.
//!
//! | part | what |
//! |---|---|
//! | `fixture` | an MCP server that answers from `answers.json` |
//! | `rounds` | answers that need something from the client first |
//!
//! It says on standard error where it listens. The suite cannot send credentials,
//! so callers without any are served, as they are by `MCP_ALLOW_ANONYMOUS_ACCESS`.

mod fixture;
mod rounds;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use auth::keys::Keys;
use auth::{Authenticator, Policy};
use engine::Capability;
use http_server::{App, Options, Parts, Server, router_in_front_of};
use testkit::{Bench, FakeAccountStore, FakeAuditLog, FakeClock, FakeKeyStore, FakeSpaceStore, SeededRng};

use crate::fixture::Fixture;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let fixture = Fixture::new()?;
    let policy = Policy { owner_key: None, anonymous: Some(Capability::Admin) };
    let (keys, clock) = (Arc::new(FakeKeyStore::default()), Arc::new(FakeClock::default()));
    let authenticator = Authenticator::new(policy, keys.clone(), clock.clone());
    let (spaces, log) = (Arc::new(FakeSpaceStore::default()), Arc::new(FakeAuditLog::default()));
    let (accounts, rng) = (Arc::new(FakeAccountStore::default()), Arc::new(SeededRng::default()));
    let keys = Keys::new(keys, spaces, accounts, log, clock, rng);
    let (engine, options) = (Bench::default().engine, Options::default());
    let app = App::new(Parts { engine, authenticator, keys, oauth: None, options: options.clone() });
    let router = router_in_front_of(&app, |endpoints| endpoints.in_front_of(move || fixture.clone()));
    let server = Server::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?.within(&options);
    say(server.address());
    // Whoever started it kills it.
    server.serve(router, Duration::ZERO, std::future::pending()).await?;
    Ok(())
}

/// As `memory server --http` says it.
#[expect(clippy::print_stderr, reason = "whoever started it reads here where it listens")]
fn say(address: SocketAddr) {
    eprintln!("listening at http://{address}; Ctrl-C ends it");
}

//! The HTTP door.

use std::net::{SocketAddr, ToSocketAddrs};

use auth::Authenticator;
use engine::ErrorCode;
use http_server::{App, Parts, Server, Surface};
use model::Space;
use ports::StoreError;

use super::signals::{end_at_once, signals, stopped};
use crate::exit::{Failure, Verdict};
use crate::render::Terminal;
use crate::settings::Settings;
use crate::wiring::{self, Use};

/// Serves until the process is asked to stop.
pub(super) async fn serve(
    settings: &Settings,
    surface: Surface,
    terminal: &Terminal,
) -> Result<Verdict, Failure> {
    let address = address(settings, surface)?;
    let authenticator = wiring::authenticator(settings).map_err(keyless)?;
    guarded(&authenticator, address, terminal).await?;
    let options = wiring::http_options(settings);
    let server = Server::listen(address).map_err(failed)?.within(&options);
    let engine = wiring::engine(settings, Use::Server);
    engine.warm(&Space::Default);
    let drain = options.drain;
    let app = App::new(Parts { engine: engine.clone(), authenticator, options });
    // Whoever started this with port 0 reads the port here.
    terminal.say(&format!("listening at http://{}; Ctrl-C ends it", server.address()));
    let streams = app.clone();
    let stop = async move {
        stopped(signals(), end_at_once).await;
        streams.end();
    };
    let served = server.serve(http_server::router_of(&app, surface), drain, stop).await;
    app.authenticator().close().await;
    engine.close().await;
    served.map(|()| Verdict::Success).map_err(failed)
}

/// Refuses to serve the network without authentication; on this machine, says what is missing.
async fn guarded(
    authenticator: &Authenticator,
    address: SocketAddr,
    terminal: &Terminal,
) -> Result<(), Failure> {
    let has_keys = authenticator.has_keys().await.map_err(keyless)?;
    let is_local = address.ip().is_loopback();
    match (has_keys, authenticator.is_open()) {
        (false, _) if !is_local => Err(unguarded(address, "there is no API key")),
        (_, true) if !is_local => {
            Err(unguarded(address, "callers without a key are served (MCP_ALLOW_ANONYMOUS_ACCESS)"))
        }
        (false, false) => {
            terminal.say("nobody can ask anything yet: `memory keys create --name NAME` makes a key");
            Ok(())
        }
        _ => Ok(()),
    }
}

fn keyless(error: StoreError) -> Failure {
    Failure::Known {
        code: ErrorCode::StorageUnavailable,
        message: format!("the API keys cannot be read: {error}"),
        hint: None,
    }
}

fn unguarded(address: SocketAddr, why: &str) -> Failure {
    Failure::Known {
        code: ErrorCode::InvalidInput,
        message: format!("refused to listen at {address}: others on the network could read and change every memory, because {why}"),
        hint: Some(
            "make a key with `memory keys create` and set MCP_ALLOW_ANONYMOUS_ACCESS=false, or listen at 127.0.0.1".to_owned(),
        ),
    }
}

/// Where it listens.
fn address(settings: &Settings, surface: Surface) -> Result<SocketAddr, Failure> {
    let http = &settings.http;
    let (host, port) = match surface {
        Surface::Everything => (http.host.value.as_str(), http.port.value),
        Surface::Mcp | Surface::Sse => (http.mcp_host.value.as_str(), http.mcp_port.value),
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let found = (bare, port).to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found.ok_or_else(|| Failure::Known {
        code: ErrorCode::InvalidInput,
        message: format!("{host:?} is no address of this machine that can be listened at"),
        hint: Some(
            "set MCP_HTTP_HOST or --http-host to 127.0.0.1, 0.0.0.0 or a name of this machine".to_owned(),
        ),
    })
}

fn failed(error: http_server::ServeError) -> Failure {
    Failure::Known { code: ErrorCode::Internal, message: error.to_string(), hint: None }
}

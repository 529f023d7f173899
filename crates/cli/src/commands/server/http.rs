//! The HTTP door.

use std::io::IsTerminal;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use auth::{Authenticator, People};
use engine::ErrorCode;
use http_server::tls::CHECK_INTERVAL;
use http_server::{Announcement, Announcer, App, Certificate, Parts, Server, Surface, Tls};
use model::Space;
use ports::{Clock, StoreError, SystemClock};
use store_sqlite::SqliteKeyStore;
use tokio::sync::{mpsc, oneshot};

use super::signals::{end_at_once, signals, stopped};
use super::upkeep::Upkeep;
use crate::exit::{Failure, Verdict};
use crate::process;
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
    let access = wiring::access(settings).map_err(keyless)?;
    let authenticator = wiring::authenticator(settings, &access);
    guarded(&authenticator, settings.oauth.is_on.value, address, terminal).await?;
    // Before anything listens: whoever asked for TLS gets it or nothing.
    let tls = tls(settings)?;
    let options = wiring::http_options(settings);
    let mut server = Server::listen(address).map_err(failed)?.within(&options);
    let engine = wiring::engine(settings, Use::Server);
    let upkeep = tokio::spawn(upkeep(settings, &access).go_on());
    engine.warm(&Space::Default);
    let drain = options.drain;
    let authenticator = wiring::knowing(authenticator, settings, &access, server.address());
    let oauth = authenticator.people().map(People::shared_server);
    let keys = wiring::keys_of(&access);
    let app = App::new(Parts { engine: engine.clone(), authenticator, keys, oauth, options });
    let scheme = if tls.is_some() { "https" } else { "http" };
    if let Some(tls) = &tls {
        tokio::spawn(tls.clone().follow(Arc::new(SystemClock), CHECK_INTERVAL));
        server = server.over(tls.clone());
    }
    // Whoever closes a terminal means the program in it. Without one nothing hangs up: then it is said by an operator.
    let reload = (!std::io::stdin().is_terminal()).then(|| {
        let (asked, asking) = mpsc::channel(1);
        tokio::spawn(reload(tls, asking));
        asked
    });
    let signals = signals(reload);
    // Whoever started this with port 0 reads the port here, and may send signals from then on.
    terminal.say(&format!("listening at {scheme}://{}; Ctrl-C ends it", server.address()));
    set_up_link(app.authenticator(), terminal).await?;
    if settings.openid.issuer.value.is_some() && !settings.oauth.is_on.value {
        terminal.say("MCP_OIDC_ISSUER has no effect: there are no accounts without MCP_OAUTH_ENABLED=true");
    }
    let announcer = announced(settings, surface, server.address(), !app.authenticator().is_open());
    let (leave, leaving) = oneshot::channel::<()>();
    let goodbye = tokio::spawn(async move {
        // Nothing is ever sent: it is time when the other end is dropped.
        let _ = leaving.await;
        if let Some(announcer) = announcer {
            announcer.end().await;
        }
    });
    let streams = app.clone();
    let stop = async move {
        stopped(signals, end_at_once).await;
        drop(leave);
        streams.end();
    };
    let served = server.serve(http_server::router_of(&app, surface), drain, stop).await;
    app.finish(drain).await;
    let _ = goodbye.await;
    upkeep.abort();
    app.authenticator().close().await;
    engine.close().await;
    served.map(|()| Verdict::Success).map_err(failed)
}

/// What is done once a day with the file of access.
fn upkeep(settings: &Settings, access: &Arc<SqliteKeyStore>) -> Upkeep {
    let audit_days = settings.access.audit_days.value;
    let accounts = wiring::accounts_of(access);
    Upkeep { accounts, log: access.clone(), clock: Arc::new(SystemClock), audit_days }
}

/// The certificate, where TLS is on.
fn tls(settings: &Settings) -> Result<Option<Tls>, Failure> {
    let tls = &settings.tls;
    if !tls.is_on.value {
        return Ok(None);
    }
    let source = match (&tls.certificate.value, &tls.key.value) {
        (Some(certificate), Some(key)) => {
            Certificate::Given { certificate: certificate.clone(), key: key.clone() }
        }
        _ => Certificate::SelfSigned {
            directory: tls.directory.clone(),
            names: tls.names(process::hostname()),
        },
    };
    Tls::load(source, SystemClock.now()).map(Some).map_err(|error| Failure::Known {
        code: ErrorCode::InvalidInput,
        message: format!("TLS is on (MCP_HTTPS_ENABLED), and nothing is served without it, but {error}"),
        hint: Some("correct MCP_SSL_CERT_FILE and MCP_SSL_KEY_FILE, or leave both out".to_owned()),
    })
}

/// The announcement in the local network, where it was asked for and others can use it. A server lives without it.
fn announced(
    settings: &Settings,
    surface: Surface,
    address: SocketAddr,
    needs_key: bool,
) -> Option<Announcer> {
    let discovery = &settings.discovery;
    if !discovery.is_on.value {
        return None;
    }
    if !matches!(surface, Surface::Everything) {
        tracing::warn!(
            "not announced in the local network (MCP_MDNS_ENABLED): that is for `memory server --http`"
        );
        return None;
    }
    let announcement = Announcement {
        name: discovery.name.value.clone(),
        service_type: discovery.service_type.value.clone(),
        is_tls: settings.tls.is_on.value,
        needs_key,
    };
    match Announcer::start(&announcement, address) {
        Ok(announcer) => Some(announcer),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "not announced in the local network (MCP_MDNS_ENABLED)");
            None
        }
    }
}

/// Reads the certificate again as often as that is asked for.
async fn reload(tls: Option<Tls>, mut asked: mpsc::Receiver<()>) {
    while asked.recv().await.is_some() {
        let Some(tls) = tls.clone() else {
            tracing::info!(signal = "SIGHUP", "there is no certificate to read again");
            continue;
        };
        let reloaded = tokio::task::spawn_blocking(move || tls.reload(SystemClock.now())).await;
        if let Err(error) = reloaded {
            tracing::error!(error = &error as &dyn std::error::Error, "the certificate was not read again");
        }
    }
}

/// Refuses to serve the network without authentication; on this machine, says what is missing.
async fn guarded(
    authenticator: &Authenticator,
    has_accounts: bool,
    address: SocketAddr,
    terminal: &Terminal,
) -> Result<(), Failure> {
    // Whoever has no account is told no more than whoever has no key.
    let has_keys = has_accounts || authenticator.has_keys().await.map_err(keyless)?;
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

/// Tells the owner how to make the first account, while there is none.
async fn set_up_link(authenticator: &Authenticator, terminal: &Terminal) -> Result<(), Failure> {
    let Some(people) = authenticator.people() else { return Ok(()) };
    let offered = people.accounts().set_up_code().await.map_err(|error| Failure::Known {
        code: ErrorCode::StorageUnavailable,
        message: format!("the first account cannot be offered: {error}"),
        hint: None,
    })?;
    if let Some(code) = offered {
        let (issuer, code) = (people.issuer(), code.reveal());
        terminal.say(&format!("nobody has an account yet; this link makes the first one, who owns this server: {issuer}/set-up?code={code}"));
    }
    Ok(())
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
pub(crate) fn address(settings: &Settings, surface: Surface) -> Result<SocketAddr, Failure> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Environment;

    #[test]
    fn nothing_is_announced_that_was_not_asked_for_or_that_others_cannot_use() {
        let announced = |switch: &str, surface, address: &str| {
            let home = std::path::Path::new("/home/u");
            let environment = Environment::of(&[("MCP_MDNS_ENABLED", switch)], Some(home), home);
            let settings = Settings::resolve(Vec::new(), environment).unwrap();
            announced(&settings, surface, address.parse().unwrap(), true).is_some()
        };
        assert!(!announced("false", Surface::Everything, "192.0.2.7:8000"));
        assert!(!announced("true", Surface::Mcp, "192.0.2.7:8765"));
        assert!(!announced("true", Surface::Sse, "192.0.2.7:8765"));
        assert!(!announced("true", Surface::Everything, "127.0.0.1:8000"));
        assert!(!announced("true", Surface::Everything, "[::1]:8000"));
    }
}

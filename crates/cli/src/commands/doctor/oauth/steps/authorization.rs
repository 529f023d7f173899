//! The page on which a person says yes or no (RFC 6749 section 4.1.1, RFC 7636, RFC 8707).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use egress::{Purpose, Response, Target};
use ports::{Rng, SystemRng};
use sha2::{Digest, Sha256};

use super::super::door::{Door, cure_of_status, encoded};
use super::super::finding::Finding;
use super::registration::Registered;
use super::server::Server;

/// How many times a browser is sent on before this gives up.
const MOST_HOPS: usize = 5;

/// A request for consent.
#[derive(Debug)]
pub(in super::super) struct Asked {
    /// The address for the browser.
    pub(in super::super) url: String,
    /// What comes back with the answer, byte for byte.
    pub(in super::super) state: String,
    /// What the token is asked for with.
    pub(in super::super) verifier: String,
}

impl Asked {
    pub(in super::super) fn new(
        server: &Server,
        client: &Registered,
        resource: &str,
        scope: Option<&str>,
    ) -> Result<Self, Finding> {
        let verifier = random()?;
        // With the characters that some servers change.
        let state = format!("{}=+/:~", random()?);
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", &client.client_id),
            ("redirect_uri", &client.redirect_uri),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
            ("state", &state),
            ("resource", resource),
        ];
        query.extend(scope.map(|scope| ("scope", scope)));
        let mark = if server.authorization.contains('?') { '&' } else { '?' };
        let url = format!("{}{mark}{}", server.authorization, encoded(&query));
        Ok(Self { url, state, verifier })
    }
}

/// Opens the page as a browser that nobody has signed in with.
pub(in super::super) fn authorization(door: &Door, asked: &Asked) -> Result<((), String), Finding> {
    let mut url = asked.url.clone();
    for _ in 0..MOST_HOPS {
        let response = door.ask(&url, &[("accept", "text/html")], Purpose::Get)?;
        if (300..400).contains(&response.status) {
            url = next(&url, &response)?;
            continue;
        }
        let is_page = response.media_type().as_deref() == Some("text/html");
        return match (response.status, is_page) {
            (200, true) => {
                let place = url.split('?').next().unwrap_or_default();
                Ok(((), format!("a person signs in and decides at {place}")))
            }
            (400, true) => Err(Finding::new(
                "the page says that the client or its address is not known",
                "look at `memory logs`",
            )),
            (status, _) => Err(Finding::new(
                format!("the page of consent is answered with the status {status}"),
                cure_of_status(status),
            )),
        };
    }
    Err(Finding::new(
        format!("the browser is sent on more than {MOST_HOPS} times"),
        "look at the redirects of the proxy",
    ))
}

/// Where a browser is sent, if that is the same server.
fn next(url: &str, response: &Response) -> Result<String, Finding> {
    let wrong =
        |what: String| Finding::new(what, "look at the redirects of the proxy in front of the server");
    let place = response.fields.get("location").and_then(|place| place.to_str().ok());
    let place = place.ok_or_else(|| wrong("the browser is sent on, and not said where".to_owned()))?;
    let here = Target::parse(url).map_err(|error| wrong(error.to_string()))?;
    if place.starts_with('/') && !place.starts_with("//") {
        return Ok(format!("{}{place}", here.origin()));
    }
    if let Some(error) = parameter(place, "error") {
        let description = parameter(place, "error_description").unwrap_or_default();
        let found =
            format!("the server sends the browser back to the client with an error: {error} {description}");
        return Err(Finding::new(found, "look at `memory logs` for the request that was refused"));
    }
    match Target::parse(place) {
        Ok(there) if there.origin() == here.origin() => Ok(place.to_owned()),
        _ => Err(wrong(format!("the browser is sent to {place} before anybody decided"))),
    }
}

/// A parameter of an address.
pub(in super::super) fn parameter(url: &str, name: &str) -> Option<String> {
    let query = url.split_once('?')?.1;
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// 43 characters that nobody can guess.
fn random() -> Result<String, Finding> {
    let mut bytes = [0; 32];
    SystemRng
        .fill(&mut bytes)
        .map_err(|error| Finding::new(error.to_string(), "look at the random numbers of this machine"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

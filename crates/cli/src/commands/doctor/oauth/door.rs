//! Requests and answers, as a client sees them.

use std::error::Error;
use std::time::Duration;

use egress::{Egress, EgressError, Limits, Purpose, Reach, Request, Response, Target};
use serde_json::Value;

use super::finding::Finding;

/// The longest answer that is read, in bytes.
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// A server, asked as a client asks it.
pub(super) struct Door {
    egress: Egress,
    patience: Duration,
}

/// An answer of JSON.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Value,
    pub(super) is_kept: bool,
}

impl Door {
    pub(super) fn new(patience: Duration) -> Self {
        let limits = Limits { time: patience, body_bytes: MAX_ANSWER_BYTES };
        Self { egress: Egress::new(Reach::Anywhere, limits), patience }
    }

    /// Asks, and says in words what is wrong when there is no answer.
    pub(super) fn ask(
        &self,
        url: &str,
        fields: &[(&str, &str)],
        purpose: Purpose<'_>,
    ) -> Result<Response, Finding> {
        let target = Target::parse(url).map_err(|error| {
            Finding::new(
                error.to_string(),
                "set MCP_OAUTH_ISSUER to the address of the server as its users see it",
            )
        })?;
        self.egress
            .send(Request { target: &target, fields, purpose })
            .map_err(|error| self.unreachable(&target, &error))
    }

    pub(super) fn get(&self, url: &str) -> Result<Response, Finding> {
        self.ask(url, &[("accept", "application/json")], Purpose::Get)
    }

    /// A document of JSON.
    pub(super) fn document(&self, url: &str) -> Result<Value, Finding> {
        let response = self.get(url)?;
        if response.status != 200 {
            return Err(Finding::new(
                format!("{url} is answered with the status {}", response.status),
                cure_of_status(response.status),
            ));
        }
        Ok(json_of(url, &response)?.body)
    }

    pub(super) fn post_form(&self, url: &str, form: &[(&str, &str)]) -> Result<Answer, Finding> {
        let body = encoded(form);
        let fields = [("accept", "application/json"), ("content-type", "application/x-www-form-urlencoded")];
        json_of(url, &self.ask(url, &fields, Purpose::Post(body.as_bytes()))?)
    }

    pub(super) fn post_json(
        &self,
        url: &str,
        more: &[(&str, &str)],
        body: &Value,
    ) -> Result<Response, Finding> {
        let body = body.to_string();
        let fields =
            [("accept", "application/json, text/event-stream"), ("content-type", "application/json")];
        self.ask(url, &[&fields[..], more].concat(), Purpose::Post(body.as_bytes()))
    }

    fn unreachable(&self, target: &Target, error: &EgressError) -> Finding {
        let mut causes = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            causes.push_str(&format!(": {error}"));
            source = error.source();
        }
        let is_certificate = causes.contains("certificate") || causes.contains("UnknownIssuer");
        let cure = match error {
            _ if is_certificate => {
                "use a certificate of a recognised authority, with its whole chain; a self-signed one is refused"
            }
            EgressError::TimedOut { .. } => {
                "look whether a firewall or proxy keeps the connection open without an answer"
            }
            _ => "look whether the name points to the server, and whether it listens there: `memory health`",
        };
        let patience = self.patience.as_secs();
        Finding::new(
            format!("{} does not answer ({causes}; a client waits {patience} s)", target.origin()),
            cure,
        )
    }
}

/// The JSON of an answer.
pub(super) fn json_of(url: &str, response: &Response) -> Result<Answer, Finding> {
    let media_type = response.media_type().unwrap_or_default();
    let status = response.status;
    let is_json = media_type == "application/json" || media_type.ends_with("+json");
    let body = serde_json::from_slice(&response.body).ok().filter(|_| is_json).ok_or_else(|| {
        let what = if media_type.is_empty() { "something without a type".to_owned() } else { media_type };
        let found = format!("{url} is answered with {what} (status {status}) where JSON is needed");
        Finding::new(found, cure_of_status(status))
    })?;
    let stored = response.fields.get("cache-control").and_then(|value| value.to_str().ok());
    Ok(Answer { status, body, is_kept: !stored.is_some_and(|value| value.contains("no-store")) })
}

/// What to do about a status that a client does not expect.
pub(super) fn cure_of_status(status: u16) -> &'static str {
    match status {
        300..400 => "give the client the address that is redirected to: most clients follow no redirect here",
        404 => "forward /mcp, /.well-known/* and /oauth/* to the server, and set MCP_OAUTH_ENABLED=true",
        403 => "look for a firewall or bot protection in front of the server: clients are no browsers",
        413 | 431 => "look at the limits of the proxy in front of the server",
        421 => "add the name to MCP_ALLOWED_HOSTS",
        429 => "too many attempts: wait a minute",
        502..=504 => "the proxy does not reach the server: look whether it runs, with `memory health`",
        _ => "look whether a proxy in front of the server answers in its place, and at `memory logs`",
    }
}

/// A form as it is sent.
pub(super) fn encoded(form: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish()
}

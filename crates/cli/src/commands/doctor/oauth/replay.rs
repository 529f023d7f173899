//! All steps in a row: the first that fails ends it, as it ends the client's attempt.

use std::time::Duration;

use egress::Target;

use super::client::{From, Profile};
use super::door::Door;
use super::finding::{Finding, Step};
use super::steps::authorization::{Asked, authorization};
use super::steps::challenge::{Challenge, challenge};
use super::steps::page::page;
use super::steps::reach::reach;
use super::steps::registration::registration;
use super::steps::resource::resource;
use super::steps::server::server;
use super::steps::{sign_in, token};

/// How far it goes.
pub(super) enum Until<'a> {
    /// Until somebody would have to decide.
    Consent,
    /// On with a token; somebody opens this address.
    Token(&'a dyn Fn(&str)),
}

/// What was done so far.
struct Steps(Vec<Step>);

/// A step failed, and was noted.
struct Ended;

impl Steps {
    fn take<T>(&mut self, title: &'static str, result: Result<(T, String), Finding>) -> Result<T, Ended> {
        self.0.push(Step::of(title, &result));
        result.map(|(found, _)| found).map_err(|_| Ended)
    }
}

/// Does what a client does, and gives what came of each step.
pub(super) fn replay(profile: &Profile, target: &Target, until: Until<'_>) -> Vec<Step> {
    let mut steps = Steps(Vec::new());
    let _: Result<(), Ended> = go(&mut steps, profile, target, &until);
    steps.0
}

fn go(steps: &mut Steps, profile: &Profile, target: &Target, until: &Until<'_>) -> Result<(), Ended> {
    let door = Door::new(Duration::from_secs(profile.patience_s));
    let url = target.to_string();
    steps.take("address", reach(profile, target))?;
    let Challenge { metadata, scope } = steps.take("call without a token", challenge(&door, &url))?;
    let resource = steps.take("metadata of the resource", resource(&door, target, &metadata))?;
    let server = steps.take("metadata of the authorization server", server(&door, &resource.issuer))?;
    if let From::Page(origin) = profile.from {
        steps.take("asking from a page", page(&door, origin, &[&url, &server.token]))?;
    }
    let Some(endpoint) = &server.registration else {
        steps.0.push(Step::skipped(
            "registration",
            "the server knows clients by their metadata documents alone",
        ));
        return Ok(());
    };
    let listener = match until {
        Until::Token(_) if profile.listens() => {
            let listening = sign_in::listen(profile.redirect_uri);
            Some(steps.take("waiting place", listening.map(|one| (one, "this machine listens".to_owned())))?)
        }
        _ => None,
    };
    let port = listener
        .as_ref()
        .and_then(|listener| listener.local_addr().ok())
        .map_or(33_418, |address| address.port());
    let client = steps.take("registration", registration(&door, profile, endpoint, port))?;
    // Clients ask for what the server proposes.
    let scope = scope.unwrap_or_else(|| resource.scopes.join(" "));
    let scope = Some(scope.as_str()).filter(|scope| !scope.is_empty());
    let asked = Asked::new(&server, &client, &resource.resource, scope);
    let asked =
        steps.take("request for consent", asked.map(|asked| (asked, "PKCE, state, resource".to_owned())))?;
    steps.take("page of consent", authorization(&door, &asked))?;
    steps.take("refusals of the token endpoint", token::refusals(&door, &server, &client))?;
    let Until::Token(tell) = until else { return Ok(()) };
    let Some(listener) = listener else {
        let why = format!("only {} itself can take the answer", profile.title);
        steps.0.push(Step::skipped("sign-in", why));
        return Ok(());
    };
    tell(&asked.url);
    let code = steps.take("sign-in", sign_in::sign_in(&listener, &asked, &server))?;
    let exchanged = token::exchange(&door, &server, &client, &asked, (&code, &resource.resource));
    let tokens = steps.take("token", exchanged)?;
    steps.take("tools", token::tools(&door, &url, &tokens))?;
    let tokens = steps.take("refresh", token::refresh(&door, &server, &client, &tokens))?;
    steps.take("tools with the new token", token::tools(&door, &url, &tokens))?;
    steps.take("giving the token back", token::revoke(&door, (&server, &url), &client, &tokens))
}

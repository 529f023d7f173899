//! Signing in with a provider of identities: the way there (`/sign-in/provider`), the way back (`/sign-in/callback`), and which
//! identities a user has (`/account/identities`).
//!
//! The way there is a link and no form, so that `form-action` needs no other server in it. Before a user goes there to link an
//! identity, the password is shown to this server, and the answer is a page with the link.

use auth::accounts::AccountsError;
use auth::openid::{Arrived, Came, Departure, JOURNEY_LIFETIME_S, OpenIdError, RelyingParty};
use axum::extract::{Request, State};
use axum::http::header::{RETRY_AFTER, SET_COOKIE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::{Account, Identity, LinkedIdentity};

use super::account::{self, answered};
use super::cookie::Kind;
use super::form::Form;
use super::page::{Forms, Sheet, filled, foreign, see_other, time};
use super::set_up::objection;
use super::visit::{Visit, Who};
use super::{ACCOUNT, SIGN_IN, sign_in};
use crate::App;

/// Whence browsers go to the provider.
pub(super) const DEPART: &str = "/sign-in/provider";
/// Where the provider sends them back to.
pub(super) const CALLBACK: &str = auth::openid::Settings::CALLBACK;
/// Where identities are linked and unlinked.
pub(super) const PLACE: &str = "/account/identities";

/// Sends a browser to the provider.
pub(super) async fn depart(State(app): State<App>, request: Request) -> Response {
    visited(&app, request, async |visit, provider| {
        let query = Form::parse(visit.query.as_bytes()).unwrap_or_default();
        let next = sign_in::known_place(query.get("next"));
        if visit.who().await?.is_some() {
            return Ok(visit.go(next));
        }
        match provider.depart(next).await {
            Ok(departure) => Ok(see_other(&departure.address, vec![cookie(visit, &departure)])),
            Err(error) => told(visit, provider, None, next, &error).await,
        }
    })
    .await
}

/// A browser that comes back.
pub(super) async fn arrive(State(app): State<App>, request: Request) -> Response {
    visited(&app, request, async |visit, provider| {
        let who = visit.who().await?;
        let query = Form::parse(visit.query.as_bytes()).unwrap_or_default();
        let came = Came {
            cookie: visit.cookie(Kind::Provider),
            query: &query.fields,
            session: who.as_ref().map(|who| &who.session),
            from: &visit.from,
        };
        let mut answer = match provider.arrive(&came).await {
            Ok(Arrived::SignedIn(signed_in, next)) => {
                sign_in::welcome(visit, &signed_in, sign_in::known_place(&next))
            }
            Ok(Arrived::Linked(_)) => visit.go(ACCOUNT),
            Err(error) => told(visit, provider, who.as_ref(), ACCOUNT, &error).await?,
        };
        answer.headers_mut().append(SET_COOKIE, visit.cookies.clear(Kind::Provider));
        Ok(answer)
    })
    .await
}

/// Links or unlinks an identity, as the form says.
pub(super) async fn change(State(app): State<App>, request: Request) -> Response {
    answered(account::sent(&app, request).await, async |visit, who, form| {
        let Some(provider) = visit.people.provider() else { return Ok(visit.go(ACCOUNT)) };
        let password = form.get("current_password").as_bytes();
        let identities = provider.identities();
        if form.get("step") == "link" {
            if let Err(error) = identities.proven(&who.session, password, &visit.from).await {
                return refused(visit, who, &error).await;
            }
            return match provider.depart_to_link(&who.session).await {
                Ok(departure) => Ok(way_out(visit, provider, &departure)),
                Err(error) => told(visit, provider, Some(who), ACCOUNT, &error).await,
            };
        }
        let meant = form.get("unlink").split_once(' ');
        let meant = meant.and_then(|(issuer, subject)| Identity::new(issuer, subject).ok());
        let unreadable = || visit.trouble(StatusCode::BAD_REQUEST, visit.texts().form_unreadable);
        let identity = meant.ok_or_else(unreadable)?;
        match identities.unlink(&who.session, &identity, password, &visit.from).await {
            Ok(_) => Ok(visit.go(ACCOUNT)),
            Err(error) => refused(visit, who, &error).await,
        }
    })
    .await
}

/// What comes of a browser, where there is a provider.
async fn visited<F>(app: &App, request: Request, work: F) -> Response
where
    F: AsyncFnOnce(&Visit, &RelyingParty) -> Result<Response, Response>,
{
    let (parts, _) = request.into_parts();
    let visit = match Visit::of(app, &parts) {
        Ok(visit) => visit,
        Err(failure) => return failure.into_response(),
    };
    match visit.people.provider() {
        Some(provider) => work(&visit, provider).await.unwrap_or_else(|answer| answer),
        None => visit.go(SIGN_IN),
    }
}

fn cookie(visit: &Visit, departure: &Departure) -> HeaderValue {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "ten minutes")]
    let seconds = JOURNEY_LIFETIME_S as u64;
    visit.cookies.set(Kind::Provider, departure.cookie.reveal(), seconds)
}

/// The page from which somebody who showed the password goes to the provider.
fn way_out(visit: &Visit, provider: &RelyingParty, departure: &Departure) -> Response {
    let (sheet, texts) = (visit.sheet(), visit.texts());
    let body = html! {
        p { a class="button" href=(departure.address) { (named(texts.identity_continue, provider)) } }
        p { a href=(sheet.depth.to(ACCOUNT)) { (texts.account) } }
    };
    let mut answer = sheet.page(StatusCode::OK, texts.identity_link, &Forms::Here, &body);
    answer.headers_mut().append(SET_COOKIE, cookie(visit, departure));
    answer
}

/// A page that says why nothing came of it: the account of whoever is signed in, and signing in for others.
async fn told(
    visit: &Visit,
    provider: &RelyingParty,
    who: Option<&Who>,
    next: &str,
    error: &OpenIdError,
) -> Result<Response, Response> {
    let texts = visit.texts();
    let mut wait_s = None;
    let (status, sentence) = match error {
        OpenIdError::Unreachable => {
            (StatusCode::SERVICE_UNAVAILABLE, named(texts.provider_unreachable, provider))
        }
        OpenIdError::NotBegun => (StatusCode::BAD_REQUEST, html! { (texts.provider_again) }),
        OpenIdError::Denied => (StatusCode::FORBIDDEN, named(texts.provider_denied, provider)),
        OpenIdError::Wrong(_) => (StatusCode::BAD_GATEWAY, named(texts.provider_wrong, provider)),
        OpenIdError::Nobody => (StatusCode::FORBIDDEN, named(texts.provider_nobody, provider)),
        OpenIdError::Taken => (StatusCode::CONFLICT, html! { (texts.identity_taken) }),
        OpenIdError::TooMany => (StatusCode::CONFLICT, html! { (texts.identity_too_many) }),
        OpenIdError::Accounts(AccountsError::Unavailable(error)) => return Err(visit.unavailable(error)),
        OpenIdError::Accounts(error) => {
            if let AccountsError::LockedOut { seconds } = error {
                wait_s = Some(*seconds);
            }
            objection(visit, error)
        }
    };
    let mut answer = match who {
        Some(who) => {
            let told = html! { p class="error" role="alert" { (sentence) } };
            account::page(visit, who, status, Some(&told)).await?
        }
        None => sign_in::page(visit, next, "", status, Some(&sentence)).await,
    };
    if let Some(seconds) = wait_s {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}

/// The account, and why an identity was neither linked nor unlinked.
async fn refused(visit: &Visit, who: &Who, error: &AccountsError) -> Result<Response, Response> {
    let (status, sentence) = match error {
        AccountsError::Unavailable(error) => return Err(visit.unavailable(error)),
        AccountsError::WrongCredentials => {
            (StatusCode::UNPROCESSABLE_ENTITY, html! { (visit.texts().wrong_password) })
        }
        error => objection(visit, error),
    };
    let told = html! { p class="error" role="alert" { (sentence) } };
    account::page(visit, who, status, Some(&told)).await
}

/// A text with `{provider}` in it.
fn named(text: &str, provider: &RelyingParty) -> Markup {
    filled(text, "provider", &html! { (foreign(provider.name())) })
}

/// What the sign-in page has of it.
pub(super) fn link(visit: &Visit, sheet: &Sheet, next: &str) -> Markup {
    let Some(provider) = visit.people.provider() else { return html! {} };
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
    let place = sheet.depth.to(DEPART);
    let address = if next == ACCOUNT { place } else { format!("{place}?{query}") };
    html! { p { a class="button" href=(address) { (named(sheet.texts().sign_in_with, provider)) } } }
}

/// What the account page says of it.
///
/// # Errors
/// What is answered when nobody can tell.
pub(super) async fn section(visit: &Visit, who: &Who, account: Option<&Account>) -> Result<Markup, Response> {
    let Some(provider) = visit.people.provider() else { return Ok(html! {}) };
    let own = provider.identities().of(&who.user.id).await;
    let own = own.map_err(|error| visit.unavailable(&error))?;
    let (sheet, texts) = (visit.sheet(), visit.texts());
    let has_password = account.is_some_and(|account| !account.password.is_of_none());
    Ok(html! {
        h2 { (named(texts.sign_in_with, provider)) }
        form method="post" action=(sheet.depth.to(PLACE)) {
            (sheet.token())
            @if own.is_empty() { p { (texts.identity_none) } } @else {
                ul class="list" { @for one in &own { li { (identity(&sheet, one, has_password)) } } }
            }
            @if has_password {
                label for="identity_password" { (texts.current_password) }
                input id="identity_password" name="current_password" type="password" autocomplete="current-password" required;
                div class="buttons" { button type="submit" name="step" value="link" { (texts.identity_link) } }
            }
        }
    })
}

/// An identity, as far as its user knows it.
fn identity(sheet: &Sheet, own: &LinkedIdentity, has_password: bool) -> Markup {
    let (texts, identity) = (sheet.texts(), &own.identity);
    let label = own.label.as_ref().map_or(identity.subject(), |label| label.as_str());
    html! {
        strong { bdi { (foreign(label)) } }
        p class="hint" { bdi { (foreign(identity.issuer())) } " \u{b7} " (filled(texts.since, "time", &time(own.since))) }
        @if has_password {
            button type="submit" class="plain" name="unlink" value={ (identity.issuer()) " " (identity.subject()) } { (texts.identity_unlink) }
        }
    }
}

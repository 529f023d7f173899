//! `/sign-in`: somebody says who they are.

use auth::accounts::{AccountsError, SignedIn};
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::cookie::Kind;
use super::form::Form;
use super::page::{Forms, filled};
use super::visit::Visit;
use super::{ACCOUNT, AUTHORIZE, SET_UP, SIGN_IN, openid, passkeys};
use crate::App;

/// The form.
pub(super) async fn show(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let visit = match Visit::of(&app, &parts) {
        Ok(visit) => visit,
        Err(failure) => return failure.into_response(),
    };
    let shown = async {
        if visit.who().await?.is_some() {
            return Ok(visit.go(ACCOUNT));
        }
        page_for(&visit, ACCOUNT).await
    };
    shown.await.unwrap_or_else(|answer: Response| answer)
}

/// The form for somebody who is sent to another page afterwards. Before there is any user, the page says that.
pub(super) async fn page_for(visit: &Visit, next: &str) -> Result<Response, Response> {
    let is_set_up = visit.people.accounts().is_set_up().await;
    if !is_set_up.map_err(|error| visit.unavailable(&error))? {
        return Ok(match next {
            ACCOUNT => visit.go(SET_UP),
            _ => visit.trouble(StatusCode::SERVICE_UNAVAILABLE, visit.texts().not_set_up),
        });
    }
    Ok(page(visit, next, "", StatusCode::OK, None).await)
}

/// Looks who it is.
pub(super) async fn sign_in(State(app): State<App>, request: Request) -> Response {
    let (visit, form) = match Visit::with_form(&app, request).await {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    let second = Some(form.get("code").trim()).filter(|code| !code.is_empty());
    let (name, password) = (form.get("name").trim(), form.get("password"));
    let accounts = visit.people.accounts();
    match accounts.sign_in(name.as_bytes(), password.as_bytes(), second, &visit.from).await {
        Ok(signed_in) => welcome(&visit, &signed_in, next(&form)),
        Err(error) => refused(&visit, &form, &error).await,
    }
}

/// Sends somebody on who is signed in now. The session is a new one, whatever cookie the browser had.
pub(super) fn welcome(visit: &Visit, signed_in: &SignedIn, next: &str) -> Response {
    let lasts_s = signed_in.session.expires_at.as_seconds() - signed_in.session.created_at.as_seconds();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "weeks, in seconds")]
    let session = visit.cookies.set(Kind::Session, signed_in.secret.reveal(), lasts_s.max(0.0) as u64);
    visit.go_with(next, vec![session, visit.cookies.clear(Kind::Form)])
}

/// The form again, and why nobody is signed in.
pub(super) async fn refused(visit: &Visit, form: &Form, error: &AccountsError) -> Response {
    let texts = visit.texts();
    let (status, sentence, wait) = match error {
        AccountsError::Unavailable(error) => return visit.unavailable(error),
        AccountsError::LockedOut { seconds } => {
            let minutes = html! { (seconds.div_ceil(60)) };
            (StatusCode::TOO_MANY_REQUESTS, filled(texts.locked_out, "minutes", &minutes), Some(*seconds))
        }
        AccountsError::WrongPasskey => {
            (StatusCode::UNPROCESSABLE_ENTITY, html! { (texts.passkey_refused) }, None)
        }
        _ => (StatusCode::UNPROCESSABLE_ENTITY, html! { (texts.wrong_credentials) }, None),
    };
    let mut answer = page(visit, next(form), form.get("name"), status, Some(&sentence)).await;
    if let Some(seconds) = wait {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// Where somebody goes afterwards.
pub(super) fn next(form: &Form) -> &str {
    known_place(form.get("next"))
}

/// A page of this server that is known to take people who come from here.
pub(super) fn known_place(next: &str) -> &str {
    let is_good = |next: &&str| {
        let query = next.strip_prefix(AUTHORIZE).and_then(|rest| rest.strip_prefix('?'));
        query.is_some_and(|query| query.bytes().all(|byte| byte.is_ascii_graphic()))
    };
    Some(next).filter(is_good).unwrap_or(ACCOUNT)
}

pub(super) async fn page(
    visit: &Visit,
    next: &str,
    name: &str,
    status: StatusCode,
    error: Option<&Markup>,
) -> Response {
    let (mut sheet, texts) = (visit.sheet(), visit.texts());
    let passkey = passkeys::sign_in_form(visit, &sheet, next).await;
    if passkey.is_some() {
        sheet = sheet.running(passkeys::SCRIPT_PATH);
    }
    let body = html! {
        @if let Some(error) = error { p class="error" role="alert" { (error) } }
        @if next != ACCOUNT { p { (texts.sign_in_for_client) } }
        form method="post" action=(sheet.depth.to(SIGN_IN)) {
            (sheet.token())
            input type="hidden" name="next" value=(next);
            label for="name" { (texts.name) }
            input id="name" name="name" value=(name) autocomplete="username" autocapitalize="none" spellcheck="false" required;
            label for="password" { (texts.password) }
            input id="password" name="password" type="password" autocomplete="current-password" required;
            label for="code" { (texts.second_factor) }
            input id="code" name="code" autocomplete="one-time-code" autocapitalize="none" spellcheck="false" aria-describedby="code-hint";
            p class="hint" id="code-hint" { (texts.second_factor_hint) }
            div class="buttons" { button type="submit" class="main" { (texts.sign_in) } }
        }
        @if let Some(passkey) = &passkey { (passkey) }
        (openid::link(visit, &sheet, next))
    };
    sheet.page(status, texts.sign_in, &Forms::Here, &body)
}

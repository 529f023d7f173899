//! `/account`: where somebody is signed in, which programs may use the memories, the password.

use auth::accounts::{AccountsError, MIN_PASSWORD_CHARS};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use model::oauth::{Authorization, AuthorizationId};
use model::{Session, SessionId};

use super::cookie::Kind;
use super::form::Form;
use super::page::{Forms, Sheet, filled, foreign, time};
use super::visit::{Visit, Who};
use super::{ACCOUNT, SIGN_IN, authorize, openid, passkeys, second_factor, set_up};
use crate::App;

/// The account.
pub(super) async fn show(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let visit = match Visit::of(&app, &parts) {
        Ok(visit) => visit,
        Err(failure) => return failure.into_response(),
    };
    let shown = async {
        let who = visit.known().await?;
        page(&visit, &who, StatusCode::OK, None).await
    };
    shown.await.unwrap_or_else(|answer: Response| answer)
}

/// Ends the session of this browser.
pub(super) async fn sign_out(State(app): State<App>, request: Request) -> Response {
    answered(sent(&app, request).await, async |visit, who, _| {
        let ended = visit.people.accounts().sign_out(&who.session, &visit.from).await;
        ended.map_err(|error| visit.unavailable(&error))?;
        let cleared = [Kind::Session, Kind::Form].map(|kind| visit.cookies.clear(kind));
        Ok(visit.go_with(SIGN_IN, cleared.into()))
    })
    .await
}

/// Ends another session, or all others.
pub(super) async fn end_session(State(app): State<App>, request: Request) -> Response {
    answered(sent(&app, request).await, async |visit, who, form| {
        let (accounts, user) = (visit.people.accounts(), &who.user.id);
        let ended = match form.get("session") {
            "others" => accounts.end_other_sessions(user, &who.session.id, &visit.from).await.map(|_| ()),
            id => {
                let id = SessionId::parse(id).map_err(|_| unreadable(visit))?;
                accounts.end_session(user, &id, &visit.from).await.map(|_| ())
            }
        };
        ended.map_err(|error| visit.unavailable(&error))?;
        Ok(visit.go(ACCOUNT))
    })
    .await
}

/// Takes back what a program was allowed.
pub(super) async fn withdraw(State(app): State<App>, request: Request) -> Response {
    answered(sent(&app, request).await, async |visit, who, form| {
        let id = AuthorizationId::parse(form.get("authorization")).map_err(|_| unreadable(visit))?;
        let withdrawn = visit.people.server().withdraw(&who.user.id, &id, visit.from.machine).await;
        withdrawn.map_err(|error| visit.unavailable(&error))?;
        Ok(visit.go(ACCOUNT))
    })
    .await
}

/// Changes the password: every other session ends, and so does all that programs were allowed.
pub(super) async fn change_password(State(app): State<App>, request: Request) -> Response {
    answered(sent(&app, request).await, async |visit, who, form| {
        let texts = visit.texts();
        let (current, new) = (form.get("current_password"), form.get("new_password"));
        let refused = |sentence: Markup| {
            (StatusCode::UNPROCESSABLE_ENTITY, html! { p class="error" role="alert" { (sentence) } })
        };
        if new != form.get("password_again") {
            let (status, told) = refused(html! { (texts.different_passwords) });
            return page(visit, who, status, Some(&told)).await;
        }
        let accounts = visit.people.accounts();
        let changed =
            accounts.change_password(&who.session, current.as_bytes(), new.as_bytes(), &visit.from).await;
        let (status, told) = match changed {
            // What programs were allowed ends with the old password.
            Ok(()) => {
                (StatusCode::OK, html! { p class="warning" role="status" { (texts.password_changed) } })
            }
            Err(AccountsError::Unavailable(error)) => return Err(visit.unavailable(&error)),
            Err(AccountsError::WrongCredentials) => refused(html! { (texts.wrong_password) }),
            Err(error) => {
                let (status, sentence) = set_up::objection(visit, &error);
                (status, refused(sentence).1)
            }
        };
        page(visit, who, status, Some(&told)).await
    })
    .await
}

/// A form of this page, and who sends it.
pub(super) async fn sent(app: &App, request: Request) -> Result<(Visit, Who, Form), Response> {
    let (visit, form) = Visit::with_form(app, request).await?;
    let who = visit.known().await?;
    Ok((visit, who, form))
}

/// What comes of a form.
pub(super) async fn answered<F>(sent: Result<(Visit, Who, Form), Response>, change: F) -> Response
where
    F: AsyncFnOnce(&Visit, &Who, &Form) -> Result<Response, Response>,
{
    match sent {
        Ok((visit, who, form)) => change(&visit, &who, &form).await.unwrap_or_else(|answer| answer),
        Err(answer) => answer,
    }
}

fn unreadable(visit: &Visit) -> Response {
    visit.trouble(StatusCode::BAD_REQUEST, visit.texts().form_unreadable)
}

pub(super) async fn page(
    visit: &Visit,
    who: &Who,
    status: StatusCode,
    told: Option<&Markup>,
) -> Result<Response, Response> {
    let (sheet, texts) = (passkeys::sheet(visit), visit.texts());
    let sessions = visit.people.accounts().sessions_of(&who.user.id).await;
    let sessions = sessions.map_err(|error| visit.unavailable(&error))?;
    let allowed = visit.people.server().authorizations_of(&who.user.id).await;
    let allowed = allowed.map_err(|error| visit.unavailable(&error))?;
    let account = visit.people.accounts().account(&who.user.id).await;
    let account = account.map_err(|error| visit.unavailable(&error))?;
    let passkeys = passkeys::section(visit, &sheet, who).await?;
    let has_password = account.as_ref().is_none_or(|account| !account.password.is_of_none());
    let identities = openid::section(visit, who, account.as_ref()).await?;
    let name = html! { strong { (who.user.name.as_str()) } };
    let body = html! {
        @if let Some(told) = told { (told) }
        p { (filled(texts.signed_in_as, "name", &name)) }
        (sheet.button("/account/sign-out", &[], texts.sign_out))
        h2 { (texts.clients) }
        @if allowed.is_empty() { p { (texts.no_clients) } } @else {
            ul class="list" { @for one in &allowed { li { (program(&sheet, one)) } } }
        }
        h2 { (texts.sessions) }
        ul class="list" { @for one in &sessions { li { (place(&sheet, one, one.id == who.session.id)) } } }
        @if sessions.len() > 1 {
            (sheet.button("/account/sessions", &[("session", "others")], texts.end_other_sessions))
        }
        h2 { (texts.change_password) }
        @if has_password { (password_form(&sheet, who)) } @else { p { (texts.no_password) } }
        (identities)
        @if let Some(account) = &account { (second_factor::section(&sheet, account)) }
        (passkeys)
    };
    Ok(sheet.page(status, texts.account, &Forms::Here, &body))
}

/// A program, and what it was allowed.
fn program(sheet: &Sheet, own: &Authorization) -> Markup {
    let texts = sheet.texts();
    let name = own.client_name.as_ref().map_or_else(|| own.client.as_str(), |name| name.as_str());
    let id = own.id.to_string();
    let able = authorize::abilities(texts, own.capability);
    html! {
        strong { bdi { "\u{201c}" (foreign(name)) "\u{201d}" } }
        @if let Some(host) = &own.redirect_owner { " \u{2014} " span class="host" { bdi { (foreign(host)) } } }
        p class="hint" { (able.join("; ")) }
        p class="hint" {
            (filled(texts.since, "time", &time(own.created_at)))
            " \u{b7} "
            @match own.last_used_at {
                Some(last) => (filled(texts.last_used, "time", &time(last))),
                None => (texts.never_used),
            }
        }
        (sheet.button("/account/programs", &[("authorization", &id)], texts.withdraw))
    }
}

/// A session.
fn place(sheet: &Sheet, session: &Session, is_this: bool) -> Markup {
    let texts = sheet.texts();
    let id = session.id.to_string();
    html! {
        @if is_this { strong { (texts.this_browser) } " \u{2014} " }
        @if let Some(agent) = &session.agent { bdi { (foreign(agent.as_str())) } }
        p class="hint" {
            (filled(texts.since, "time", &time(session.created_at)))
            " \u{b7} "
            (filled(texts.last_used, "time", &time(session.last_used_at)))
        }
        @if !is_this { (sheet.button("/account/sessions", &[("session", &id)], texts.end_session)) }
    }
}

fn password_form(sheet: &Sheet, who: &Who) -> Markup {
    let texts = sheet.texts();
    let length = html! { (MIN_PASSWORD_CHARS) };
    html! {
        form method="post" action=(sheet.depth.to("/account/password")) {
            (sheet.token())
            // For programs that keep passwords: whose it is.
            input name="name" value=(who.user.name.as_str()) autocomplete="username" readonly hidden;
            label for="current_password" { (texts.current_password) }
            input id="current_password" name="current_password" type="password" autocomplete="current-password" required;
            label for="new_password" { (texts.new_password) }
            input id="new_password" name="new_password" type="password" autocomplete="new-password" required aria-describedby="password-hint";
            p class="hint" id="password-hint" { (filled(texts.new_password_hint, "length", &length)) }
            label for="password_again" { (texts.password_again) }
            input id="password_again" name="password_again" type="password" autocomplete="new-password" required;
            div class="buttons" { button type="submit" class="main" { (texts.change_password) } }
        }
    }
}

//! `/account/passkeys`, `/sign-in/passkey`: passkeys are added, removed and used. A script asks the browser for them and sends what it
//! answers with an ordinary form; without it everything else works, and these parts are not shown.

use auth::accounts::{AccountsError, MAX_PASSKEY_NAME_CHARS, PasskeySite};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use model::{Passkey, PasskeyId};
use serde_json::Value;

use super::account::{self, answered};
use super::form::Form;
use super::page::{Forms, Sheet, filled, foreign, time};
use super::set_up::objection;
use super::sign_in::{next, refused as not_signed_in, welcome};
use super::visit::{Visit, Who};
use super::{ACCOUNT, PASSKEY_SIGN_IN, PASSKEYS};
use crate::App;

/// The script.
pub(super) const SCRIPT: &str = include_str!("passkeys.js");
/// Where it is.
pub(super) const SCRIPT_PATH: &str = "/oauth/passkeys.js";

/// The part of the page on which people sign in; none where browsers offer no passkeys, or when nobody can tell now.
pub(super) async fn sign_in_form(visit: &Visit, sheet: &Sheet, next: &str) -> Option<Markup> {
    let site = PasskeySite::of(visit.people.issuer())?;
    let options = visit.people.accounts().ask_for_passkey(&site, &sheet.cookie).await;
    let options = options
        .inspect_err(|error| {
            tracing::error!(error = error as &dyn std::error::Error, "passkeys could not be offered");
        })
        .ok()?;
    let texts = sheet.texts();
    Some(html! {
        form method="post" action=(sheet.depth.to(PASSKEY_SIGN_IN)) id="passkey-sign-in" data-passkey="get" data-options=(options) data-passkey-needed hidden {
            (sheet.token())
            input type="hidden" name="next" value=(next);
            (ask(sheet, "passkey-sign-in-button", texts.passkey_sign_in))
        }
    })
}

/// Looks whose passkey it is.
pub(super) async fn sign_in(State(app): State<App>, request: Request) -> Response {
    let (visit, form) = match Visit::with_form(&app, request).await {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    let Some(site) = PasskeySite::of(visit.people.issuer()) else {
        return visit.trouble(StatusCode::NOT_FOUND, visit.texts().passkeys_not_here);
    };
    let (accounts, browser) = (visit.people.accounts(), visit.sheet().cookie);
    match accounts.sign_in_with_passkey(&site, &browser, form.get("credential"), &visit.from).await {
        Ok(signed_in) => welcome(&visit, &signed_in, next(&form)),
        Err(error) => not_signed_in(&visit, &form, &error).await,
    }
}

/// Begins to add one, adds it or removes one, as the form says.
pub(super) async fn change(State(app): State<App>, request: Request) -> Response {
    answered(account::sent(&app, request).await, async |visit, who, form| {
        let (accounts, password) = (visit.people.accounts(), form.get("current_password").as_bytes());
        let done = match (form.get("step"), PasskeySite::of(visit.people.issuer())) {
            ("begin", Some(site)) => {
                match accounts.begin_passkey(&site, &who.session, password, &visit.from).await {
                    Ok(options) => return Ok(offered(visit, form, &options)),
                    Err(error) => Err(error),
                }
            }
            ("confirm", Some(site)) => {
                let (credential, name) = (form.get("credential"), name(visit, form));
                accounts.add_passkey(&site, &who.session, credential, &name, &visit.from).await.map(|_| ())
            }
            ("begin" | "confirm", None) => {
                return Err(visit.trouble(StatusCode::NOT_FOUND, visit.texts().passkeys_not_here));
            }
            ("remove", _) => match PasskeyId::parse(form.get("passkey")) {
                Ok(id) => accounts.remove_passkey(&who.session, password, &id, &visit.from).await,
                Err(_) => Err(AccountsError::NoPasskey),
            },
            _ => return Err(visit.trouble(StatusCode::BAD_REQUEST, visit.texts().form_unreadable)),
        };
        match done {
            Ok(()) => Ok(visit.go(ACCOUNT)),
            Err(error) => refused(visit, who, &error).await,
        }
    })
    .await
}

/// What somebody calls a passkey.
fn name(visit: &Visit, form: &Form) -> String {
    let name = form.get("name").trim();
    let name = if name.is_empty() { visit.texts().passkey } else { name };
    name.chars().take(MAX_PASSKEY_NAME_CHARS).collect()
}

/// The account, and why nothing was changed.
async fn refused(visit: &Visit, who: &Who, error: &AccountsError) -> Result<Response, Response> {
    let texts = visit.texts();
    let (status, sentence) = match error {
        AccountsError::Unavailable(error) => return Err(visit.unavailable(error)),
        AccountsError::LockedOut { .. } | AccountsError::NoPassword => objection(visit, error),
        other => {
            let sentence = match other {
                AccountsError::WrongCredentials => texts.wrong_password,
                AccountsError::TooManyPasskeys => texts.passkey_limit,
                AccountsError::NoPasskey => texts.passkey_gone,
                _ => texts.passkey_refused,
            };
            (StatusCode::UNPROCESSABLE_ENTITY, html! { (sentence) })
        }
    };
    let told = html! { p class="error" role="alert" { (sentence) } };
    account::page(visit, who, status, Some(&told)).await
}

/// The page on which the browser is asked to make one.
fn offered(visit: &Visit, form: &Form, options: &Value) -> Response {
    let (sheet, texts) = (visit.sheet().running(SCRIPT_PATH), visit.texts());
    let body = html! {
        p class="warning" data-passkey-missing { (texts.passkey_unsupported) }
        form method="post" action=(sheet.depth.to(PASSKEYS)) id="passkey-create" data-passkey="create" data-options=(options) data-passkey-needed hidden {
            p { (texts.passkey_make) }
            (sheet.token())
            input type="hidden" name="step" value="confirm";
            input type="hidden" name="name" value=(name(visit, form));
            (ask(&sheet, "passkey-create-button", texts.passkey_create))
        }
        p { a href=(sheet.depth.to(ACCOUNT)) { (texts.account) } }
    };
    sheet.page(StatusCode::OK, texts.passkeys, &Forms::Here, &body)
}

/// The button with which a browser is asked, where its answer is put, and what is said when nothing comes of it.
fn ask(sheet: &Sheet, id: &str, label: &str) -> Markup {
    html! {
        input type="hidden" name="credential" value="";
        p class="error" role="alert" data-passkey-failed hidden { (sheet.texts().passkey_failed) }
        div class="buttons" { button type="button" id=(id) data-passkey-ask { (label) } }
    }
}

/// What a page is made with on which passkeys are added, if they can be.
pub(super) fn sheet(visit: &Visit) -> Sheet {
    match PasskeySite::of(visit.people.issuer()) {
        Some(_) => visit.sheet().running(SCRIPT_PATH),
        None => visit.sheet(),
    }
}

/// What the account page says of them.
pub(super) async fn section(visit: &Visit, sheet: &Sheet, who: &Who) -> Result<Markup, Response> {
    let own = visit.people.accounts().passkeys_of(&who.user.id).await;
    let own = own.map_err(|error| visit.unavailable(&error))?;
    let (texts, has_site) = (sheet.texts(), PasskeySite::of(visit.people.issuer()).is_some());
    Ok(html! {
        h2 { (texts.passkeys) }
        p { (texts.passkeys_intro) }
        @if !own.is_empty() { (list(sheet, who, &own)) }
        @if has_site { (add_form(sheet, who)) } @else { p class="hint" { (texts.passkeys_not_here) } }
    })
}

/// The passkeys of somebody, of whom one can be removed.
fn list(sheet: &Sheet, who: &Who, own: &[Passkey]) -> Markup {
    let texts = sheet.texts();
    html! {
        form method="post" action=(sheet.depth.to(PASSKEYS)) id="passkey-remove" {
            (sheet.token())
            fieldset {
                legend { (texts.your_passkeys) }
                @for one in own {
                    label {
                        input type="radio" name="passkey" value=(one.id.as_str()) required;
                        " " bdi { (foreign(one.name.as_str())) }
                        span class="hint" {
                            " \u{2014} "
                            (filled(texts.since, "time", &time(one.created_at)))
                            " \u{b7} "
                            @match one.last_used_at {
                                Some(last) => (filled(texts.last_used, "time", &time(last))),
                                None => (texts.never_used),
                            }
                        }
                    }
                }
            }
            (whose(who))
            label for="passkey_remove_password" { (texts.current_password) }
            input id="passkey_remove_password" name="current_password" type="password" autocomplete="current-password" required;
            div class="buttons" { button type="submit" id="passkey-remove-button" name="step" value="remove" { (texts.passkey_remove) } }
        }
    }
}

/// For programs that keep passwords: whose it is. It is not sent.
fn whose(who: &Who) -> Markup {
    html! { input value=(who.user.name.as_str()) autocomplete="username" readonly hidden; }
}

fn add_form(sheet: &Sheet, who: &Who) -> Markup {
    let texts = sheet.texts();
    html! {
        p class="hint" data-passkey-missing { (texts.passkey_unsupported) }
        form method="post" action=(sheet.depth.to(PASSKEYS)) id="passkey-begin" data-passkey-needed hidden {
            (sheet.token())
            label for="passkey_name" { (texts.passkey_name) }
            input id="passkey_name" name="name" maxlength=(MAX_PASSKEY_NAME_CHARS) autocomplete="off" aria-describedby="passkey-name-hint";
            p class="hint" id="passkey-name-hint" { (texts.passkey_name_hint) }
            (whose(who))
            label for="passkey_password" { (texts.current_password) }
            input id="passkey_password" name="current_password" type="password" autocomplete="current-password" required;
            div class="buttons" { button type="submit" id="passkey-begin-button" name="step" value="begin" { (texts.passkey_add) } }
        }
    }
}

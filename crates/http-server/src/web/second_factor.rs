//! `/account/second-factor`: codes of an authenticator app, and recovery codes. Whoever changes something there shows the password once
//! more: a stolen session is not enough.

use auth::Secret;
use auth::accounts::AccountsError;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use model::Account;

use super::account::{self, answered};
use super::form::Form;
use super::page::{Forms, Sheet, filled};
use super::set_up::objection;
use super::visit::{Visit, Who};
use crate::App;

/// Where it is changed.
const PLACE: &str = "/account/second-factor";

/// Begins, confirms, renews or ends it, as the form says.
pub(super) async fn change(State(app): State<App>, request: Request) -> Response {
    answered(account::sent(&app, request).await, async |visit, who, form| {
        let (accounts, password) = (visit.people.accounts(), form.get("current_password").as_bytes());
        match form.get("step") {
            "begin" => match accounts.begin_totp(&who.session, password, &visit.from).await {
                Ok(offer) => Ok(offered(visit, &offer.secret, &offer.address, None)),
                Err(error) => refused(visit, who, &error).await,
            },
            "confirm" => confirmed(visit, who, form).await,
            "renew" => match accounts.new_recovery_codes(&who.session, password, &visit.from).await {
                Ok(codes) => Ok(recovery(visit, &codes)),
                Err(error) => refused(visit, who, &error).await,
            },
            "remove" => match accounts.remove_totp(&who.session, password, &visit.from).await {
                Ok(()) => Ok(visit.go(super::ACCOUNT)),
                Err(error) => refused(visit, who, &error).await,
            },
            _ => Err(visit.trouble(StatusCode::BAD_REQUEST, visit.texts().form_unreadable)),
        }
    })
    .await
}

async fn confirmed(visit: &Visit, who: &Who, form: &Form) -> Result<Response, Response> {
    let code = form.get("code").trim();
    match visit.people.accounts().confirm_totp(&who.session, code, &visit.from).await {
        Ok(codes) => Ok(recovery(visit, &codes)),
        // The key is in the form again: the app has it already.
        Err(AccountsError::WrongCredentials) => {
            let (key, address) = (Secret::new(form.get("key")), Secret::new(form.get("address")));
            Ok(offered(visit, &key, &address, Some(visit.texts().totp_wrong)))
        }
        Err(error) => refused(visit, who, &error).await,
    }
}

/// The account, and why nothing was changed.
async fn refused(visit: &Visit, who: &Who, error: &AccountsError) -> Result<Response, Response> {
    let (status, sentence) = match error {
        AccountsError::Unavailable(error) => return Err(visit.unavailable(error)),
        AccountsError::WrongCredentials => {
            (StatusCode::UNPROCESSABLE_ENTITY, html! { (visit.texts().wrong_password) })
        }
        AccountsError::NothingOffered | AccountsError::NoSecondFactor => {
            (StatusCode::UNPROCESSABLE_ENTITY, html! { (visit.texts().totp_over) })
        }
        error => objection(visit, error),
    };
    let told = html! { p class="error" role="alert" { (sentence) } };
    account::page(visit, who, status, Some(&told)).await
}

/// The key of a second factor that is offered, and where its first code is typed.
fn offered(visit: &Visit, key: &Secret, address: &Secret, error: Option<&str>) -> Response {
    let (sheet, texts) = (visit.sheet(), visit.texts());
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = html! {
        @if let Some(error) = error { p class="error" role="alert" { (error) } }
        p { (texts.totp_key) }
        p { code { (key.reveal()) } }
        @if address.reveal().starts_with("otpauth://totp/") { p { a href=(address.reveal()) { (texts.totp_link) } } }
        form method="post" action=(sheet.depth.to(PLACE)) {
            (sheet.token())
            input type="hidden" name="step" value="confirm";
            input type="hidden" name="key" value=(key.reveal());
            input type="hidden" name="address" value=(address.reveal());
            label for="code" { (texts.totp_code) }
            input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required;
            div class="buttons" { button type="submit" class="main" { (texts.totp_confirm) } }
        }
    };
    sheet.page(status, texts.totp, &Forms::Here, &body)
}

/// The recovery codes, once.
fn recovery(visit: &Visit, codes: &[Secret]) -> Response {
    let (sheet, texts) = (visit.sheet(), visit.texts());
    let body = html! {
        p class="warning" { (texts.totp_recovery) }
        ul class="list" { @for code in codes { li { code { (code.reveal()) } } } }
        p { a href=(sheet.depth.to(super::ACCOUNT)) { (texts.account) } }
    };
    sheet.page(StatusCode::OK, texts.totp, &Forms::Here, &body)
}

/// What the account page says of it.
pub(super) fn section(sheet: &Sheet, account: &Account) -> Markup {
    let texts = sheet.texts();
    let left = html! { (account.recovery_codes) };
    let steps: &[(&str, &str)] = match account.totp {
        Some(_) => &[("renew", texts.totp_new_recovery), ("remove", texts.totp_remove)],
        None => &[("begin", texts.totp_begin)],
    };
    html! {
        h2 { (texts.totp) }
        @if account.totp.is_some() {
            p { (texts.totp_on) " " (filled(texts.totp_codes_left, "count", &left)) }
        } @else {
            p { (texts.totp_off) }
        }
        form method="post" action=(sheet.depth.to(PLACE)) {
            (sheet.token())
            label for="totp_password" { (texts.current_password) }
            input id="totp_password" name="current_password" type="password" autocomplete="current-password" required;
            div class="buttons" {
                @for (step, label) in steps { button type="submit" name="step" value=(step) { (label) } }
            }
        }
    }
}

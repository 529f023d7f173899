//! `/set-up`: the first user, who owns the server. Whoever makes it shows the code that the server told its owner.

use auth::accounts::{AccountsError, MIN_PASSWORD_CHARS};
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};

use super::form::Form;
use super::page::{Forms, filled};
use super::visit::Visit;
use super::{ACCOUNT, SET_UP, SIGN_IN, sign_in};
use crate::App;

/// The form.
pub(super) async fn show(State(app): State<App>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let visit = match Visit::of(&app, &parts) {
        Ok(visit) => visit,
        Err(failure) => return failure.into_response(),
    };
    match visit.people.accounts().is_set_up().await {
        Ok(true) => visit.go(SIGN_IN),
        Ok(false) => {
            let code = Form::parse(visit.query.as_bytes()).unwrap_or_default();
            page(&visit, code.get("code"), "", StatusCode::OK, None)
        }
        Err(error) => visit.unavailable(&error),
    }
}

/// Makes the first user, who is signed in then.
pub(super) async fn set_up(State(app): State<App>, request: Request) -> Response {
    let (visit, form) = match Visit::with_form(&app, request).await {
        Ok(both) => both,
        Err(answer) => return answer,
    };
    let texts = visit.texts();
    let (code, name, password) = (form.get("code").trim(), form.get("name").trim(), form.get("password"));
    if password != form.get("password_again") {
        let sentence = html! { (texts.different_passwords) };
        return page(&visit, code, name, StatusCode::UNPROCESSABLE_ENTITY, Some(&sentence));
    }
    let accounts = visit.people.accounts();
    match accounts.set_up(code.as_bytes(), name, password.as_bytes(), &visit.from).await {
        Ok(signed_in) => sign_in::welcome(&visit, &signed_in, ACCOUNT),
        Err(AccountsError::AlreadySetUp) => visit.trouble(StatusCode::CONFLICT, texts.already_set_up),
        Err(AccountsError::Unavailable(error)) => visit.unavailable(&error),
        Err(error) => {
            let (status, sentence) = objection(&visit, &error);
            let mut answer = page(&visit, code, name, status, Some(&sentence));
            if let AccountsError::LockedOut { seconds } = error {
                answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            answer
        }
    }
}

/// What is wrong with a name, a password or a code, in words.
pub(super) fn objection(visit: &Visit, error: &AccountsError) -> (StatusCode, Markup) {
    let texts = visit.texts();
    let sentence = match error {
        AccountsError::LockedOut { seconds } => {
            let minutes = html! { (seconds.div_ceil(60)) };
            return (StatusCode::TOO_MANY_REQUESTS, filled(texts.locked_out, "minutes", &minutes));
        }
        AccountsError::WrongCode => html! { (texts.wrong_set_up_code) },
        AccountsError::InvalidName => html! { (texts.invalid_name) },
        AccountsError::NameTaken => html! { (texts.taken_name) },
        AccountsError::ShortPassword => {
            filled(texts.short_password, "length", &html! { (MIN_PASSWORD_CHARS) })
        }
        AccountsError::NoPassword => html! { (texts.no_password) },
        AccountsError::LongPassword => html! { (texts.long_password) },
        _ => html! { (texts.wrong_credentials) },
    };
    (StatusCode::UNPROCESSABLE_ENTITY, sentence)
}

fn page(visit: &Visit, code: &str, name: &str, status: StatusCode, error: Option<&Markup>) -> Response {
    let (sheet, texts) = (visit.sheet(), visit.texts());
    let length = html! { (MIN_PASSWORD_CHARS) };
    let body = html! {
        @if let Some(error) = error { p class="error" role="alert" { (error) } }
        p { (texts.set_up_intro) }
        form method="post" action=(sheet.depth.to(SET_UP)) {
            (sheet.token())
            label for="code" { (texts.set_up_code) }
            input id="code" name="code" value=(code) autocomplete="off" autocapitalize="none" spellcheck="false" required aria-describedby="code-hint";
            p class="hint" id="code-hint" { (texts.set_up_code_hint) }
            label for="name" { (texts.name) }
            input id="name" name="name" value=(name) autocomplete="username" autocapitalize="none" spellcheck="false" required aria-describedby="name-hint";
            p class="hint" id="name-hint" { (texts.new_name_hint) }
            label for="password" { (texts.password) }
            input id="password" name="password" type="password" autocomplete="new-password" required aria-describedby="password-hint";
            p class="hint" id="password-hint" { (filled(texts.new_password_hint, "length", &length)) }
            label for="password_again" { (texts.password_again) }
            input id="password_again" name="password_again" type="password" autocomplete="new-password" required;
            div class="buttons" { button type="submit" class="main" { (texts.create_account) } }
        }
    };
    sheet.page(status, texts.set_up, &Forms::Here, &body)
}

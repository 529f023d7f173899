//! Pages on which people sign in, allow programs what they ask for, and take it back. They work without scripts; passkeys alone need
//! one, because browsers have no other way.
//!
//! | part | what |
//! |---|---|
//! | `visit` | a browser that comes: its language, its cookies, who it is signed in as |
//! | `page`, `texts`, `language` | what it is shown, in which language |
//! | `form`, `cookie` | what it sends, and that it comes from a page of this server |
//! | `sign_in`, `set_up` | signing in, and the first user |
//! | `account`, `second_factor` | sessions, programs, the password, codes of an authenticator app |
//! | `passkeys` | signing in with a key of a device; the only script |
//! | `openid` | signing in with a provider of identities |
//! | `authorize` | a program that asks for something |
//!
//! Why `maud`, and why scripts only where nothing else will do: `docs/decisions/0020-pages.md`.

mod account;
mod authorize;
mod cookie;
mod form;
mod language;
mod openid;
mod page;
mod passkeys;
mod second_factor;
mod set_up;
mod sign_in;
#[cfg(test)]
pub(crate) mod tests;
mod texts;
mod visit;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::routing::{get, post};

use crate::App;
pub(crate) use cookie::{Cookies, Kind};
pub(crate) use visit::origin;

/// Where somebody signs in.
const SIGN_IN: &str = "/sign-in";
/// Where the first user is made.
pub(crate) const SET_UP: &str = "/set-up";
/// Where somebody sees the own account.
const ACCOUNT: &str = "/account";
/// Where passkeys are added and removed.
const PASSKEYS: &str = "/account/passkeys";
/// Where somebody signs in with a passkey.
const PASSKEY_SIGN_IN: &str = "/sign-in/passkey";
/// Where programs send browsers.
const AUTHORIZE: &str = "/oauth/authorize";

/// The pages; none where there are no accounts.
pub(crate) fn routes(app: &App) -> Router {
    if app.authenticator().people().is_none() {
        return Router::new();
    }
    let style = [(CONTENT_TYPE, "text/css; charset=utf-8"), (CACHE_CONTROL, "max-age=3600")];
    let script = [(CONTENT_TYPE, "text/javascript; charset=utf-8"), (CACHE_CONTROL, "max-age=3600")];
    Router::new()
        .route(SIGN_IN, get(sign_in::show).post(sign_in::sign_in))
        .route(SET_UP, get(set_up::show).post(set_up::set_up))
        .route(ACCOUNT, get(account::show))
        .route("/account/sign-out", post(account::sign_out))
        .route("/account/sessions", post(account::end_session))
        .route("/account/programs", post(account::withdraw))
        .route("/account/password", post(account::change_password))
        .route("/account/second-factor", post(second_factor::change))
        .route(PASSKEYS, post(passkeys::change))
        .route(PASSKEY_SIGN_IN, post(passkeys::sign_in))
        .route(openid::DEPART, get(openid::depart))
        .route(openid::CALLBACK, get(openid::arrive))
        .route(openid::PLACE, post(openid::change))
        .route(AUTHORIZE, get(authorize::show).post(authorize::decide))
        .route(page::STYLE_PATH, get(async move || (style, page::STYLE)))
        .route(passkeys::SCRIPT_PATH, get(async move || (script, passkeys::SCRIPT)))
        .layer(DefaultBodyLimit::max(app.options().oauth_max_body_bytes))
        .with_state(app.clone())
}

/// Whether a path, without what a proxy puts before it, is a page of these: keys in headers mean nothing there.
pub(crate) fn is_page(path: &str) -> bool {
    let is_beneath =
        |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    [SIGN_IN, SET_UP, ACCOUNT, "/oauth"].into_iter().any(is_beneath)
}

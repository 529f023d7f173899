//! A browser that comes: its language, its cookies, who it is signed in as.

use auth::People;
use auth::accounts::Origin;
use axum::extract::Request;
use axum::http::header::{ORIGIN, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::html;
use model::{Session, User};
use ports::{Rng, StoreError, SystemRng};

use super::cookie::{Cookies, Kind};
use super::form::{Form, NoForm};
use super::language::Language;
use super::page::{Depth, Sheet, see_other};
use super::texts::Texts;
use crate::App;
use crate::error::Failure;
use crate::guard::machine;

/// How many random bytes tie a form to a browser.
const FORM_BYTES: usize = 24;

/// A browser that comes.
pub(super) struct Visit {
    pub(super) people: People,
    pub(super) cookies: Cookies,
    pub(super) from: Origin,
    /// The query of the address, as it came.
    pub(super) query: String,
    headers: HeaderMap,
    language: Language,
    depth: Depth,
    /// What its forms belong to.
    cookie: String,
    set: Vec<HeaderValue>,
}

/// Where a request comes from, as the audit log has it.
pub(crate) fn origin(app: &App, parts: &Parts) -> Origin {
    let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let machine = machine(parts, &app.options().trusted_proxies).map(|machine| machine.address());
    Origin { machine, agent: agent.map(str::to_owned) }
}

/// Somebody who is signed in.
pub(super) struct Who {
    pub(super) session: Session,
    pub(super) user: User,
}

impl Visit {
    /// Who comes. The routes are there only where there are accounts.
    ///
    /// # Errors
    /// What is answered when there is no randomness to be had.
    pub(super) fn of(app: &App, parts: &Parts) -> Result<Self, Failure> {
        let people = app.authenticator().people().cloned().ok_or_else(Failure::internal)?;
        let cookies = Cookies::of(people.issuer());
        let known =
            [Kind::Session, Kind::Form].into_iter().find_map(|kind| cookies.read(kind, &parts.headers));
        let (cookie, set) = match known {
            Some(cookie) => (cookie.to_owned(), Vec::new()),
            None => {
                let cookie = random().map_err(|_| Failure::internal())?;
                let set = cookies.set(Kind::Form, &cookie, 0);
                (cookie, vec![set])
            }
        };
        Ok(Self {
            people,
            cookies,
            from: origin(app, parts),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: parts.headers.clone(),
            language: Language::asked(&parts.headers),
            depth: Depth::of(parts.uri.path(), &app.options().root_path),
            cookie,
            set,
        })
    }

    /// The same, and the form that it sends, if that comes from a page that this browser got.
    ///
    /// # Errors
    /// What is answered otherwise.
    pub(super) async fn with_form(app: &App, request: Request) -> Result<(Self, Form), Response> {
        let (parts, body) = request.into_parts();
        let visit = Self::of(app, &parts).map_err(Failure::into_response)?;
        let form = match Form::read(Request::from_parts(parts, body)).await {
            Ok(form) => form,
            Err(NoForm::TooLarge) => {
                return Err(Failure::too_large(app.options().oauth_max_body_bytes).into_response());
            }
            Err(no_form) => return Err(visit.trouble(no_form.status(), visit.texts().form_unreadable)),
        };
        if !form.is_own(visit.cookies, &visit.headers) || visit.is_in_the_clear() {
            return Err(visit.trouble(StatusCode::FORBIDDEN, visit.texts().form_expired));
        }
        Ok((visit, form))
    }

    /// Whether a page sends this that came without TLS, under the name of a server that is reached with it: anybody on the way
    /// can have written that page. Other origins are refused before.
    fn is_in_the_clear(&self) -> bool {
        let origin = self.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        self.people.issuer().starts_with("https://")
            && origin.is_some_and(|origin| !origin.starts_with(b"https://"))
    }

    /// A cookie that it shows.
    pub(super) fn cookie(&self, kind: Kind) -> Option<&str> {
        self.cookies.read(kind, &self.headers)
    }

    /// Who is signed in, if anybody is.
    ///
    /// # Errors
    /// What is answered when nobody can tell.
    pub(super) async fn who(&self) -> Result<Option<Who>, Response> {
        let Some(cookie) = self.cookies.read(Kind::Session, &self.headers) else { return Ok(None) };
        let found = self.people.accounts().session(cookie.as_bytes()).await;
        let found = found.map_err(|error| self.unavailable(&error))?;
        Ok(found.map(|(session, user)| Who { session, user }))
    }

    /// Who is signed in; others are sent to sign in.
    ///
    /// # Errors
    /// What others are answered.
    pub(super) async fn known(&self) -> Result<Who, Response> {
        self.who().await?.ok_or_else(|| self.go(super::SIGN_IN))
    }

    /// What is said in its language.
    pub(super) fn texts(&self) -> &'static Texts {
        self.language.texts()
    }

    /// What a page for it is made with.
    pub(super) fn sheet(&self) -> Sheet {
        Sheet {
            language: self.language,
            depth: self.depth,
            cookie: self.cookie.clone(),
            set: self.set.clone(),
            script: None,
        }
    }

    /// Sends it to a path of this server (303).
    pub(super) fn go(&self, path: &str) -> Response {
        self.go_with(path, Vec::new())
    }

    /// The same with cookies.
    pub(super) fn go_with(&self, path: &str, cookies: Vec<HeaderValue>) -> Response {
        see_other(&self.depth.to(path), cookies)
    }

    /// A page that says what went wrong.
    pub(super) fn trouble(&self, status: StatusCode, sentence: &str) -> Response {
        self.sheet().notice(status, self.texts().did_not_work, &html! { (sentence) })
    }

    /// A page that says that nobody can tell now; the log says why.
    pub(super) fn unavailable(&self, error: &StoreError) -> Response {
        tracing::error!(error = error as &dyn std::error::Error, "a page could not be made");
        self.trouble(StatusCode::SERVICE_UNAVAILABLE, self.texts().unavailable)
    }
}

fn random() -> std::io::Result<String> {
    let mut bytes = [0; FORM_BYTES];
    SystemRng.fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

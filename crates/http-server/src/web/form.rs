//! Forms: what a browser sends, and that it comes from a page of this server.
//!
//! Each form has a token that only whoever got the page can know: a digest of a cookie that no script can read. It is bound to
//! the session, or to a cookie of its own before somebody signs in. Beside it stand the guards: `Origin`, and the browser's
//! word on which site a request comes from.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::cookie::{Cookies, Kind};

/// The field of the token.
pub(crate) const TOKEN_FIELD: &str = "form_token";
/// How many fields a form may have.
const MAX_FIELDS: usize = 64;

/// What a form says, in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Form {
    /// Names and values.
    pub(crate) fields: Vec<(String, String)>,
}

/// Why a form is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoForm {
    /// It is too long.
    TooLarge,
    /// It says that it is something else.
    OtherType,
    /// It is not UTF-8, does not end, or has too many fields.
    Unreadable,
}

impl NoForm {
    /// The status to answer with.
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::OtherType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
        }
    }
}

impl Form {
    /// Reads the body of a request, up to the limit that its route has.
    ///
    /// # Errors
    /// [`NoForm`].
    pub(crate) async fn read(request: Request) -> Result<Self, NoForm> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(NoForm::OtherType);
        }
        let body = Bytes::from_request(request, &()).await;
        let body = body.map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => NoForm::TooLarge,
            _ => NoForm::Unreadable,
        })?;
        Self::parse(&body).ok_or(NoForm::Unreadable)
    }

    /// What stands in a body or a query.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let fields: Vec<(String, String)> = form_urlencoded::parse(bytes)
            .take(MAX_FIELDS + 1)
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        // What was not UTF-8 has a mark now, and nobody writes that mark.
        let is_text = |text: &str| !text.contains('\u{fffd}');
        let is_good = fields.len() <= MAX_FIELDS && fields.iter().all(|(a, b)| is_text(a) && is_text(b));
        is_good.then_some(Self { fields })
    }

    /// The value of a field; empty when it is not there, or more than once.
    pub(crate) fn get(&self, name: &str) -> &str {
        let mut found =
            self.fields.iter().filter(|(field, _)| field == name).map(|(_, value)| value.as_str());
        let first = found.next().unwrap_or_default();
        if found.next().is_some() { "" } else { first }
    }

    /// Whether it has the token of this cookie.
    pub(crate) fn is_of(&self, cookie: &str) -> bool {
        let (shown, expected) = (self.get(TOKEN_FIELD), token(cookie));
        shown.as_bytes().ct_eq(expected.as_bytes()).into()
    }

    /// Whether it comes from a page that this browser got: with a session that of the session, without one that of the form.
    pub(crate) fn is_own(&self, cookies: Cookies, headers: &HeaderMap) -> bool {
        let kinds = [Kind::Session, Kind::Form];
        let cookie = kinds.into_iter().find_map(|kind| cookies.read(kind, headers));
        cookie.is_some_and(|cookie| self.is_of(cookie))
    }
}

/// The token of the forms for whoever has this cookie.
pub(crate) fn token(cookie: &str) -> String {
    let digest = Sha256::new().chain_update(b"memory form token\0").chain_update(cookie).finalize();
    URL_SAFE_NO_PAD.encode(digest)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::http::HeaderValue;
    use axum::http::header::COOKIE;

    use super::*;

    #[tokio::test]
    async fn a_form_says_what_it_is() {
        let read = |content_type: &str, body: &'static [u8]| {
            let request = Request::post("/").header(CONTENT_TYPE, content_type);
            Form::read(request.body(Body::from(body)).unwrap())
        };
        let form =
            read("application/x-www-form-urlencoded; charset=utf-8", b"a=b+c&d=%C3%A4&e").await.unwrap();
        assert_eq!((form.get("a"), form.get("d"), form.get("e"), form.get("f")), ("b c", "\u{e4}", "", ""));
        for other in ["application/json", "text/plain", "multipart/form-data; boundary=x", ""] {
            assert_eq!(read(other, b"a=b").await, Err(NoForm::OtherType));
        }
        assert_eq!(read("application/x-www-form-urlencoded", b"a=%ff").await, Err(NoForm::Unreadable));
    }

    #[test]
    fn fields_are_counted_and_one_that_is_there_twice_says_nothing() {
        let form = |count: usize| Form::parse("a=b&".repeat(count).as_bytes());
        assert!(form(MAX_FIELDS).is_some() && form(MAX_FIELDS + 1).is_none());
        assert_eq!(form(2).unwrap().get("a"), "");
    }

    #[test]
    fn a_form_belongs_to_the_session_and_before_it_to_the_browser() {
        let cookies = Cookies::of("https://memory.example");
        let headers = |cookie: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(COOKIE, HeaderValue::from_static(cookie));
            headers
        };
        let form = |cookie: &str| Form { fields: vec![(TOKEN_FIELD.to_owned(), token(cookie))] };
        assert!(form("abc").is_own(cookies, &headers("__Host-form=abc")));
        assert!(form("abc").is_own(cookies, &headers("__Host-session=abc; __Host-form=def")));
        assert!(!form("def").is_own(cookies, &headers("__Host-session=abc; __Host-form=def")));
        assert!(!form("abc").is_own(cookies, &headers("__Host-form=def")));
        assert!(!form("abc").is_own(cookies, &HeaderMap::new()));
        assert!(!Form::default().is_own(cookies, &headers("__Host-form=abc")));
        assert_ne!(token("abc"), token("abd"));
    }
}

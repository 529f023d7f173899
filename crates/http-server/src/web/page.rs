//! Pages for people: nothing in them runs but a script of ours on those that need it, nothing in them comes from elsewhere, and whatever somebody else wrote is text.

use axum::http::header::{
    CONTENT_LANGUAGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION, REFERRER_POLICY, SET_COOKIE, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use model::Timestamp;

use super::form::{TOKEN_FIELD, token};
use super::language::Language;
use super::texts::Texts;

/// The style sheet of these pages.
pub(crate) const STYLE: &str = include_str!("style.css");
/// Where it is.
pub(crate) const STYLE_PATH: &str = "/oauth/style.css";
/// How much of a text that somebody else wrote is shown, in characters.
const MAX_SHOWN: usize = 120;

/// Where a form of a page may lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Forms {
    /// To this server.
    Here,
    /// To this server, and from there to a client, wherever that sends the browser next: browsers hold `form-action` against
    /// every station of a redirection.
    AndOn(String),
}

/// How deep a page lies below the root: links are relative, because a proxy may have it all under a path of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// `/account`.
    One,
    /// `/account/password`, `/oauth/authorize`.
    Two,
}

impl Depth {
    /// How deep a path lies that is one of ours, under a proxy's path or not.
    pub(crate) fn of(path: &str, root_path: &str) -> Self {
        let path = path.strip_prefix(root_path).unwrap_or(path);
        if path.matches('/').count() > 1 { Self::Two } else { Self::One }
    }

    /// From there to a path of this server.
    pub(crate) fn to(self, path: &str) -> String {
        let up = match self {
            Self::One => "",
            Self::Two => "../",
        };
        format!("{up}{}", path.trim_start_matches('/'))
    }
}

/// What a page is made for: a language, a place, a browser.
#[derive(Debug, Clone)]
pub(crate) struct Sheet {
    pub(crate) language: Language,
    pub(crate) depth: Depth,
    /// The cookie that its forms belong to.
    pub(crate) cookie: String,
    /// Cookies that the browser is to keep.
    pub(crate) set: Vec<HeaderValue>,
    /// The script that runs on it.
    pub(crate) script: Option<&'static str>,
}

impl Sheet {
    /// The same, and a script of this server runs on it.
    pub(crate) fn running(self, script: &'static str) -> Self {
        Self { script: Some(script), ..self }
    }

    /// What is said in its language.
    pub(crate) fn texts(&self) -> &'static Texts {
        self.language.texts()
    }

    /// The hidden field that every form has.
    pub(crate) fn token(&self) -> Markup {
        html! { input type="hidden" name=(TOKEN_FIELD) value=(token(&self.cookie)); }
    }

    /// A form that is one button.
    pub(crate) fn button(&self, path: &str, hidden: &[(&str, &str)], label: &str) -> Markup {
        html! {
            form method="post" action=(self.depth.to(path)) {
                (self.token())
                @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
                button type="submit" class="plain" { (label) }
            }
        }
    }

    /// The page itself.
    pub(crate) fn page(self, status: StatusCode, title: &str, forms: &Forms, body: &Markup) -> Response {
        let page = html! {
            (DOCTYPE)
            html lang=(self.language.tag()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (title) " \u{b7} Memory" }
                    link rel="stylesheet" href=(self.depth.to(STYLE_PATH));
                    @if let Some(script) = self.script { script src=(self.depth.to(script)) defer {} }
                }
                body {
                    main {
                        h1 { (title) }
                        (body)
                    }
                }
            }
        };
        let mut response = (status, page.into_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CONTENT_SECURITY_POLICY, policy(forms, self.script));
        // With `no-referrer`, browsers send `Origin: null` with a form (Fetch, section 3.2): it would be nobody's.
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.language.tag()));
        headers.insert(VARY, HeaderValue::from_static("accept-language, cookie"));
        keep(headers, self.set);
        response
    }

    /// A page that says one thing.
    pub(crate) fn notice(self, status: StatusCode, title: &str, sentence: &Markup) -> Response {
        let body = html! { p role="alert" { (sentence) } };
        self.page(status, title, &Forms::Here, &body)
    }
}

/// Sends a browser elsewhere, which asks there with `GET` (O7: 303, so that no form is sent on).
pub(crate) fn see_other(place: &str, cookies: Vec<HeaderValue>) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    match HeaderValue::from_str(place) {
        Ok(place) => response.headers_mut().insert(LOCATION, place),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    keep(response.headers_mut(), cookies);
    response
}

fn keep(headers: &mut HeaderMap, cookies: Vec<HeaderValue>) {
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
}

/// What a page may do. One with a script may run those of this server, which can be told nothing by what stands in the page.
fn policy(forms: &Forms, script: Option<&str>) -> HeaderValue {
    let scripts = if script.is_some() { "; script-src 'self'" } else { "" };
    let targets = match forms {
        Forms::Here => String::new(),
        Forms::AndOn(target) => format!(" https: {}", source(target)),
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'{targets}{scripts}"
    );
    let strict =
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static(strict))
}

/// An address as a source of a policy: its scheme, or a port of this machine. What else stands in it is left out, so that nothing
/// in it can become a part of the policy.
fn source(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once(':') else { return String::new() };
    let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    if !is_scheme || scheme.eq_ignore_ascii_case("https") {
        return String::new();
    }
    let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next().unwrap_or_default();
    let is_plain = authority.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-".contains(&byte));
    // A source cannot have an address of IPv6: then it is the scheme alone.
    match scheme.eq_ignore_ascii_case("http") && is_plain && !authority.is_empty() {
        true => format!("http://{authority}"),
        false => format!("{}:", scheme.to_ascii_lowercase()),
    }
}

/// What somebody else wrote, as far as it is shown: one line without characters that change how others are read.
pub(crate) fn foreign(text: &str) -> String {
    let is_misleading = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
    };
    let mut shown: String =
        text.chars().take(MAX_SHOWN).map(|c| if is_misleading(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push('\u{2026}');
    }
    shown
}

/// A time as every language reads it: `2026-11-25 13:05 UTC`.
pub(crate) fn time(at: Timestamp) -> Markup {
    let text = at.to_string();
    let minutes = text.get(..16).unwrap_or(&text).replace('T', " ");
    html! { time datetime=(text) { (minutes) " UTC" } }
}

/// A text with `{name}` in it, and what stands there.
pub(crate) fn filled(text: &str, name: &str, value: &Markup) -> Markup {
    let hole = format!("{{{name}}}");
    let mut parts = text.split(&hole);
    let first = parts.next().unwrap_or_default();
    html! {
        (first)
        @for part in parts { (PreEscaped(value.0.as_str())) (part) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_lets_a_form_go_on_to_the_client_and_takes_nothing_else_from_its_address() {
        let of = |address: &str| policy(&Forms::AndOn(address.to_owned()), None).to_str().unwrap().to_owned();
        let end = |address: &str| of(address).split_once("form-action ").unwrap().1.to_owned();
        assert_eq!(end("https://claude.ai/api/mcp/auth_callback"), "'self' https: ");
        assert_eq!(end("http://localhost:4711/callback?a=b"), "'self' https: http://localhost:4711");
        assert_eq!(end("http://[::1]:4711/callback"), "'self' https: http:");
        assert_eq!(end("cursor://anysphere.cursor-mcp/oauth/callback"), "'self' https: cursor:");
        for evil in
            ["http://a; script-src *", "x; script-src 'unsafe-inline': y", "'unsafe-inline'", "http://a *:b"]
        {
            assert!(!of(evil).contains("script-src") && !of(evil).contains('*'), "{}", of(evil));
        }
        let of_here = |script| policy(&Forms::Here, script).to_str().unwrap().to_owned();
        assert!(of_here(None).ends_with("form-action 'self'") && !of_here(None).contains("script"));
        assert!(of_here(Some("/x.js")).ends_with("form-action 'self'; script-src 'self'"));
    }

    #[test]
    fn what_somebody_else_wrote_is_one_line_of_text() {
        assert_eq!(foreign("a\nb\u{202e}c\u{200b}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
        assert_eq!(foreign(&"x".repeat(MAX_SHOWN)).chars().count(), MAX_SHOWN);
        assert_eq!(foreign(&"x".repeat(MAX_SHOWN + 1)).chars().last(), Some('\u{2026}'));
        let page = filled("<{name}>", "name", &html! { (foreign("<b>\"'&")) }).into_string();
        assert_eq!(page, "&lt;&lt;b&gt;&quot;'&amp;&gt;");
    }

    #[test]
    fn times_are_told_to_the_minute() {
        let at = Timestamp::from_seconds(1_764_075_905.75).unwrap();
        assert!(
            time(at).into_string().ends_with(">2025-11-25 13:05 UTC</time>"),
            "{}",
            time(at).into_string()
        );
    }

    #[test]
    fn links_lead_from_every_depth_to_the_same_place() {
        for (path, expected) in [("/account", "sign-in"), ("/account/password", "../sign-in")] {
            assert_eq!(Depth::of(path, "").to("/sign-in"), expected);
            assert_eq!(Depth::of(&format!("/memory{path}"), "/memory").to("/sign-in"), expected);
        }
    }
}

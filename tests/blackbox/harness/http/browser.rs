//! A browser without a screen: it keeps cookies, reads forms, sends them, and tells where it is sent.

use std::collections::BTreeMap;

use super::{HttpServer, Reply, Request};

/// A browser.
#[derive(Debug, Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<String, String>,
}

/// A page with its forms.
#[derive(Debug)]
pub(crate) struct Page {
    forms: Vec<Form>,
    /// Its source.
    pub(crate) text: String,
}

/// A form.
#[derive(Debug)]
struct Form {
    /// Where it is sent.
    target: String,
    /// What it has already.
    fields: Vec<(String, String)>,
}

/// The path of the link with which the first account is made, and the code in it. The server writes it when it starts.
pub(crate) fn set_up_link(server: &HttpServer) -> (String, String) {
    let whole = |log: &str| {
        let (_, rest) = log.split_once("/set-up?code=")?;
        Some(rest.split_once(char::is_whitespace)?.0.to_owned())
    };
    server.wait_for_log("/set-up?code=");
    while whole(&server.log()).is_none() {
        std::thread::yield_now();
    }
    let code = whole(&server.log()).unwrap();
    (format!("/set-up?code={code}"), code)
}

impl Browser {
    /// Somebody who made the first account with the link that the server wrote.
    pub(crate) fn of_owner(server: &HttpServer, name: &str, password: &str) -> Self {
        let mut browser = Self::default();
        let (link, code) = set_up_link(server);
        let page = browser.open(server, &link);
        let filled =
            [("code", code.as_str()), ("name", name), ("password", password), ("password_again", password)];
        let made = browser.submit(server, &page, "/set-up", &filled);
        assert_eq!((made.status, made.header("location")), (303, "account"), "{}", made.text());
        browser
    }

    /// Opens a page that must be there; follows where it is sent on this server.
    pub(crate) fn open(&mut self, server: &HttpServer, path: &str) -> Page {
        let mut path = path.to_owned();
        for _ in 0..5 {
            let reply = self.send(server, Request::get(&path));
            match reply.status {
                303 => path = resolved(&path, reply.header("location")),
                _ => return Page::read(&path, &reply),
            }
        }
        panic!("{path}: sent round in circles");
    }

    /// Fills in the form of a page that is sent to this path, and sends it; what is answered is not followed.
    pub(crate) fn submit(
        &mut self,
        server: &HttpServer,
        page: &Page,
        path: &str,
        filled: &[(&str, &str)],
    ) -> Reply {
        let meant = |form: &&Form| form.target.split('?').next() == Some(path);
        let form = page.forms.iter().find(meant);
        let form = form.unwrap_or_else(|| panic!("no form is sent to {path}: {}", page.text));
        let mut fields = form.fields.clone();
        fields.retain(|(name, _)| filled.iter().all(|(other, _)| other != name));
        fields.extend(filled.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let origin = server.url().to_owned();
        let request = Request::new("POST", &form.target).form(&fields);
        self.send(server, request.header("origin", &origin).header("sec-fetch-site", "same-origin"))
    }

    /// Asks for a page, and follows nothing.
    pub(crate) fn get(&mut self, server: &HttpServer, path: &str) -> Reply {
        self.send(server, Request::get(path))
    }

    /// Sends a request with its cookies, and keeps those that it is given.
    pub(crate) fn send(&mut self, server: &HttpServer, request: Request) -> Reply {
        let cookies: Vec<String> =
            self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request =
            if cookies.is_empty() { request } else { request.header("cookie", &cookies.join("; ")) };
        let reply = server.send(&request);
        for (name, value) in &reply.headers {
            let Some((cookie, rest)) = value.split_once('=').filter(|_| name == "set-cookie") else {
                continue;
            };
            let value = rest.split(';').next().unwrap_or_default();
            let is_over = rest.to_lowercase().contains("max-age=0");
            match is_over {
                true => self.cookies.remove(cookie),
                false => self.cookies.insert(cookie.to_owned(), value.to_owned()),
            };
        }
        reply
    }
}

impl Page {
    fn read(path: &str, reply: &Reply) -> Self {
        let text = reply.text();
        assert_eq!(reply.status, 200, "{path}: {text}");
        let forms = text.split("<form").skip(1).map(|rest| {
            let form = rest.split("</form>").next().unwrap_or_default();
            let target = attribute(form, "action").unwrap_or_default();
            let inputs = form.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap_or_default());
            let chosen = inputs.filter(|input| {
                let kind = attribute(input, "type").unwrap_or_default();
                kind == "hidden" || (kind == "radio" && input.contains("checked"))
            });
            let fields =
                chosen.filter_map(|input| Some((attribute(input, "name")?, attribute(input, "value")?)));
            Form { target: resolved(path, &target), fields: fields.collect() }
        });
        Self { forms: forms.collect(), text }
    }
}

/// The value of an attribute of the first element of a text.
fn attribute(element: &str, name: &str) -> Option<String> {
    let (_, rest) = element.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    let plain = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    Some(plain.iter().fold(value.to_owned(), |text, (escaped, char)| text.replace(escaped, char)))
}

/// A path as seen from a page (RFC 3986, 5.2), as far as pages here need it.
fn resolved(page: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    assert!(!target.contains("://"), "{page}: sent to another server: {target}");
    let page = page.split('?').next().unwrap_or_default();
    let mut folders: Vec<&str> = page.split('/').collect();
    folders.pop();
    let mut rest = target;
    while let Some(after) = rest.strip_prefix("../") {
        folders.pop();
        rest = after;
    }
    format!("{}/{}", folders.join("/"), rest.trim_start_matches("./"))
}

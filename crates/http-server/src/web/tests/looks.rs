//! Languages, policies, nothing that runs but one script.

use super::town::{Browser, CALLBACK, PASSWORD, Town};
use crate::web::language::Language;

/// The only thing that may run, as it stands on a page of either depth.
const SCRIPTS: [&str; 2] = [
    r#"<script src="oauth/passkeys.js" defer></script>"#,
    r#"<script src="../oauth/passkeys.js" defer></script>"#,
];

/// Every page, as somebody sees it who may.
async fn pages(town: &Town, language: &str) -> Vec<(String, crate::fixture::Reply)> {
    let mut stranger = town.browser().with("accept-language", language);
    let mut pages = vec![("set-up".to_owned(), stranger.get("/set-up").await)];
    let known: Browser = town.owner().await;
    let mut known = known.with("accept-language", language);
    let program = town.program("Claude", CALLBACK).await;
    for path in ["/account", &program.asks(), "/oauth/authorize?client_id=unknown"] {
        pages.push((path.to_owned(), known.get(path).await));
    }
    for path in ["/sign-in", &program.asks()] {
        pages.push((path.to_owned(), stranger.get(path).await));
    }
    let page = stranger.get("/sign-in").await;
    pages.push((
        "wrong".to_owned(),
        stranger.submit(&page, "/sign-in", &[("name", "x"), ("password", "y")]).await,
    ));
    let page = known.get("/account").await;
    let begin = [("step", "begin"), ("current_password", PASSWORD)];
    pages.push(("passkey".to_owned(), known.submit(&page, "/account/passkeys", &begin).await));
    pages.push(("expired".to_owned(), stranger.post("/sign-in", &[]).await));
    pages
}

#[tokio::test]
async fn w1_nothing_on_a_page_runs_but_the_script_of_passkeys_or_comes_from_elsewhere() {
    let mut with_script = Vec::new();
    for (path, page) in pages(&Town::default(), "en").await {
        let mut text = page.text().to_lowercase();
        let runs = SCRIPTS.iter().any(|script| text.contains(script));
        for script in SCRIPTS {
            text = text.replacen(script, "", 1);
        }
        for forbidden in [
            "<script",
            "javascript:",
            " onclick",
            " onload",
            " onsubmit",
            "style=",
            "<iframe",
            "<img",
            "http-equiv",
        ] {
            assert!(!text.contains(forbidden), "{path}: {forbidden}");
        }
        let policy = page.header("content-security-policy");
        let strict = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        assert!(policy.starts_with(strict), "{path}: {policy}");
        // A page on which nothing runs may run nothing, and the others nothing that stands in them.
        assert_eq!(policy.contains("script-src"), runs, "{path}: {policy}");
        assert!(!runs || policy == format!("{strict}; script-src 'self'"), "{path}: {policy}");
        if runs {
            with_script.push(path.clone());
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(page.header(name), value, "{path}: {name}");
        }
        let links = text.split("href=\"").skip(1).chain(text.split("action=\"").skip(1));
        for link in links.map(|rest| rest.split('"').next().unwrap()) {
            assert!(!link.contains("//"), "{path}: {link}");
        }
    }
    // The account, both pages on which somebody signs in, the one that says that it was wrong, and where a passkey is made.
    assert_eq!(with_script.len(), 5, "{with_script:?}");
}

#[tokio::test]
async fn every_page_is_in_every_language() {
    for language in Language::ALL {
        let tag = language.tag();
        for (path, page) in pages(&Town::default(), &format!("{tag}-x;q=0.9, en;q=0.1")).await {
            assert_eq!(page.header("content-language"), tag, "{path}");
            assert!(page.header("vary").contains("accept-language"), "{path}");
            // What the script is told is for the browser.
            let text: String = page
                .text()
                .split("data-options=\"")
                .enumerate()
                .map(|(place, part)| {
                    if place == 0 { part } else { part.split_once('"').unwrap().1 }.to_owned()
                })
                .collect();
            assert!(text.contains(&format!(r#"<html lang="{tag}">"#)), "{path}");
            assert!(!text.contains('{'), "{path}: a hole was left in {text}");
        }
    }
}

#[tokio::test]
async fn the_style_sheet_is_ours() {
    let style = Town::default().browser().get("/oauth/style.css").await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(!style.text().contains("url(") && !style.text().contains("@import"));
}

#[tokio::test]
async fn the_script_is_ours_and_sends_nothing_but_the_form() {
    let script = Town::default().browser().get("/oauth/passkeys.js").await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(script.header("x-content-type-options"), "nosniff");
    for forbidden in
        ["fetch(", "XMLHttpRequest", "eval(", "innerHTML", "import", "//cdn", "http:", "document.write"]
    {
        assert!(!script.text().contains(forbidden), "{forbidden}");
    }
}

#[tokio::test]
async fn w3_cookies_are_of_this_host_and_no_script_reads_them() {
    let town = Town::default();
    let mut browser = town.browser();
    let code = town.code().await;
    let first = browser.get("/set-up").await;
    let set = first.header("set-cookie");
    assert!(set.starts_with("__Host-form="), "{set}");
    let signed_in = browser.set_up(&code).await;
    let lines: Vec<&str> =
        signed_in.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    for line in lines.iter().chain([&set]) {
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(line.contains(part), "{line}: {part}");
        }
        assert!(!line.contains("Domain"), "{line}");
    }
    assert!(lines.iter().any(|line| line.starts_with("__Host-session=mss_")));
}

#[tokio::test]
async fn on_this_machine_it_works_without_tls() {
    let town = Town::at("http://localhost:8000");
    let mut browser = town.owner().await;
    assert!(browser.jar.contains_key("memory-session"));
    let page = browser.get("/account").await;
    browser.submit(&page, "/account/sign-out", &[]).await.goes_to("../sign-in");
}

//! Languages, policies, nothing that runs.

use super::town::{Browser, CALLBACK, Town};
use crate::web::language::Language;

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
    pages.push(("expired".to_owned(), stranger.post("/sign-in", &[]).await));
    pages
}

#[tokio::test]
async fn w1_nothing_on_a_page_runs_or_comes_from_elsewhere() {
    for (path, page) in pages(&Town::default(), "en").await {
        let text = page.text().to_lowercase();
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
}

#[tokio::test]
async fn every_page_is_in_every_language() {
    for language in Language::ALL {
        let tag = language.tag();
        for (path, page) in pages(&Town::default(), &format!("{tag}-x;q=0.9, en;q=0.1")).await {
            assert_eq!(page.header("content-language"), tag, "{path}");
            assert!(page.header("vary").contains("accept-language"), "{path}");
            let text = page.text();
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

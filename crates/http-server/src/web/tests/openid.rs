//! Signing in with a provider of identities, which signs what it says.

use std::sync::Arc;

use auth::openid::SignUp;
use ports::Clock;
use serde_json::{Value, json};
use testkit::FakeIdentityProvider;

use super::town::{Browser, CALLBACK, ISSUER, NAME, PASSWORD, PROVIDER, Town};
use crate::fixture::Reply;

fn provider() -> Arc<FakeIdentityProvider> {
    Arc::new(FakeIdentityProvider::new(PROVIDER, "memory", "hunter2"))
}

fn domain() -> SignUp {
    SignUp::Domains(vec!["example.org".to_owned()])
}

fn person(subject: &str) -> Value {
    json!({ "sub": subject, "email": "cleo@example.org", "email_verified": true })
}

/// Somebody signs in at the provider, which sends the browser back: it comes from another site.
async fn come_back(
    town: &Town,
    provider: &FakeIdentityProvider,
    browser: &mut Browser,
    there: &str,
    person: &Value,
) -> Reply {
    let back = provider.sign_in(there, town.bench.clock.now().as_seconds(), person);
    let mut from_there =
        browser.clone().with("sec-fetch-site", "cross-site").with("sec-fetch-mode", "navigate");
    let reply = from_there.get(back.strip_prefix(ISSUER).unwrap()).await;
    browser.jar = from_there.jar;
    reply
}

/// Links an identity with whoever is signed in.
async fn link(town: &Town, provider: &FakeIdentityProvider, browser: &mut Browser, subject: &str) -> Reply {
    let page = browser.get("/account").await;
    let fields = [("step", "link"), ("current_password", PASSWORD)];
    let way_out = browser.submit(&page, "/account/identities", &fields).await;
    let text = way_out.page(200);
    assert_eq!(way_out.header("content-security-policy").split("form-action ").nth(1), Some("'self'"));
    let there = text.split_once("class=\"button\" href=\"").unwrap().1.split('"').next().unwrap();
    let there = there.replace("&amp;", "&");
    let back = provider.sign_in(&there, town.bench.clock.now().as_seconds(), &person(subject));
    browser.get(back.strip_prefix(ISSUER).unwrap()).await
}

#[tokio::test]
async fn without_a_provider_there_is_nothing_of_it() {
    let town = Town::default();
    let mut browser = town.owner().await;
    assert!(!browser.get("/account").await.page(200).contains("identit"));
    let mut stranger = town.browser();
    assert!(!stranger.get("/sign-in").await.page(200).contains("/provider"));
    for path in ["/sign-in/provider", "/sign-in/callback?code=a&state=b"] {
        stranger.get(path).await.goes_to("../sign-in");
    }
}

#[tokio::test]
async fn a_user_links_an_identity_and_signs_in_with_it_whatever_restarts_in_between() {
    let provider = provider();
    let town = Town::beside(&provider, SignUp::Off);
    let mut browser = town.owner().await;
    link(&town, &provider, &mut browser, "42").await.goes_to("../account");
    let account = browser.get("/account").await.page(200);
    assert!(account.contains("cleo@example.org") && account.contains("https://id.example"), "{account}");

    let mut other = town.browser();
    let page = other.get("/sign-in").await.page(200);
    assert!(
        page.contains("Sign in with Ex&lt;ample") && page.contains("href=\"sign-in/provider\""),
        "{page}"
    );
    let away = other.get("/sign-in/provider").await;
    let there = away.header("location").to_owned();
    assert!(there.starts_with("https://id.example/authorize?"), "{there}");
    let set = away.header("set-cookie");
    assert!(
        set.starts_with("__Host-provider=") && set.ends_with("HttpOnly; SameSite=Lax; Max-Age=600; Secure"),
        "{set}"
    );
    other.before(town.server());
    let back = come_back(&town, &provider, &mut other, &there, &person("42")).await;
    back.goes_to("../account");
    assert!(other.jar.get("__Host-provider").is_none_or(String::is_empty));
    assert!(other.get("/account").await.page(200).contains(&format!("<strong>{NAME}</strong>")));
}

#[tokio::test]
async fn whoever_came_for_a_program_goes_back_to_it() {
    let provider = provider();
    let town = Town::beside(&provider, domain());
    town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let mut browser = town.browser();
    let page = browser.get(&program.asks()).await.page(200);
    let link = page.split_once("href=\"../sign-in/provider").unwrap().1.split('"').next().unwrap();
    let there = browser.get(&format!("/sign-in/provider{}", link.replace("&amp;", "&"))).await;
    let there = there.header("location").to_owned();
    let back = come_back(&town, &provider, &mut browser, &there, &person("42")).await;
    back.goes_to(&format!("..{}", program.asks()));
    let consent = browser.get(&program.asks()).await.page(200);
    assert!(consent.contains("Allow access?"), "{consent}");
    for evil in ["https://evil.example", "//evil.example", "/oauth/authorize", "/account/sign-out"] {
        let mut browser = town.browser();
        let away = browser.get(&format!("/sign-in/provider?next={evil}")).await.header("location").to_owned();
        come_back(&town, &provider, &mut browser, &away, &person("42")).await.goes_to("../account");
    }
}

#[tokio::test]
async fn whoever_signed_up_has_an_account_without_a_password() {
    let provider = provider();
    let town = Town::beside(&provider, domain());
    town.owner().await;
    let mut browser = town.browser();
    let there = browser.get("/sign-in/provider").await.header("location").to_owned();
    come_back(&town, &provider, &mut browser, &there, &person("42")).await.goes_to("../account");
    let page = browser.get("/account").await;
    let text = page.page(200);
    assert!(text.contains("<strong>cleo</strong>") && text.contains("has no password"), "{text}");
    assert!(!text.contains("name=\"new_password\"") && !text.contains("name=\"unlink\""), "{text}");
    // What asks for one says so, however it is asked.
    for (path, step) in
        [("/account/second-factor", "begin"), ("/account/passkeys", "begin"), ("/account/identities", "link")]
    {
        let fields = [("step", step), ("current_password", "!")];
        let told = browser.submit(&page, path, &fields).await.page(422);
        assert!(
            told.contains("class=\"error\" role=\"alert\">Your account has no password"),
            "{path}: {told}"
        );
    }
}

#[tokio::test]
async fn who_is_nobody_here_is_told_so_and_signed_in_nowhere() {
    let provider = provider();
    let town = Town::beside(&provider, SignUp::Off);
    town.owner().await;
    let mut browser = town.browser();
    let there = browser.get("/sign-in/provider").await.header("location").to_owned();
    let told = come_back(&town, &provider, &mut browser, &there, &person("42")).await.page(403);
    assert!(told.contains("Nobody here has this identity of Ex&lt;ample"), "{told}");
    assert!(browser.session().is_none());
    // Another one's answer, one that is used up, none at all.
    let back = provider.sign_in(&there, town.bench.clock.now().as_seconds(), &person("42"));
    for path in [
        back.strip_prefix(ISSUER).unwrap(),
        "/sign-in/callback",
        "/sign-in/callback?state=a&state=b&code=%ff",
    ] {
        let told = town.browser().get(path).await.page(400);
        assert!(told.contains("Begin again"), "{told}");
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_and_the_password_still_lets_in() {
    let provider = provider();
    let town = Town::beside(&provider, SignUp::Off);
    town.owner().await;
    provider.be_down(true);
    let mut browser = town.browser();
    browser.get("/sign-in").await.page(200);
    let told = browser.get("/sign-in/provider").await.page(503);
    assert!(told.contains("Ex&lt;ample cannot be reached now"), "{told}");
    browser.sign_in(NAME, PASSWORD).await.goes_to("account");
    let page = browser.get("/account").await;
    let fields = [("step", "link"), ("current_password", PASSWORD)];
    let told = browser.submit(&page, "/account/identities", &fields).await.page(503);
    assert!(told.contains("cannot be reached now"), "{told}");
}

#[tokio::test]
async fn an_identity_is_linked_and_unlinked_with_the_password_alone() {
    let provider = provider();
    let town = Town::beside(&provider, SignUp::Off);
    let mut browser = town.owner().await;
    let page = browser.get("/account").await;
    let fields = [("step", "link"), ("current_password", "wrong")];
    let told = browser.submit(&page, "/account/identities", &fields).await.page(422);
    assert!(
        told.contains("The current password is wrong") && !told.contains("id.example/authorize"),
        "{told}"
    );
    link(&town, &provider, &mut browser, "42").await.goes_to("../account");
    let again = link(&town, &provider, &mut browser, "42").await.page(409);
    assert!(again.contains("linked with an account already"), "{again}");
    let page = browser.get("/account").await;
    let unlink =
        |password: &'static str| [("unlink", "https://id.example 42"), ("current_password", password)];
    browser.submit(&page, "/account/identities", &unlink("wrong")).await.page(422);
    assert!(browser.get("/account").await.page(200).contains("cleo@example.org"));
    browser.submit(&page, "/account/identities", &unlink(PASSWORD)).await.goes_to("../account");
    assert!(browser.get("/account").await.page(200).contains("No identity is linked"));
    let garbled = [("unlink", "https://id.example"), ("current_password", PASSWORD)];
    browser.submit(&page, "/account/identities", &garbled).await.page(400);
    // A form of another page does nothing.
    browser.post("/account/identities", &unlink(PASSWORD)).await.page(403);
}

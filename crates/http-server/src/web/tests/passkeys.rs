//! Passkeys: added on the account page, used on the page where people sign in.

use model::Space;
use serde_json::Value;
use testkit::FakeAuthenticator;

use super::town::{Browser, CALLBACK, ISSUER, NAME, PASSWORD, Town};
use crate::fixture::Reply;

const PLACE: &str = "/account/passkeys";

/// What a page tells its script to ask the browser.
fn options(page: &Reply) -> Value {
    let text = page.text();
    let (_, rest) = text.split_once("data-options=\"").unwrap_or_else(|| panic!("no options: {text}"));
    let options = rest.split('"').next().unwrap().replace("&quot;", "\"");
    serde_json::from_str(&options).unwrap()
}

/// Adds what an authenticator makes.
async fn add(browser: &mut Browser, authenticator: &mut FakeAuthenticator, name: &str) -> Reply {
    let page = browser.get("/account").await;
    let begin = [("step", "begin"), ("name", name), ("current_password", PASSWORD)];
    let offered = browser.submit(&page, PLACE, &begin).await;
    assert!(offered.page(200).contains("id=\"passkey-create\""), "{}", offered.text());
    let made = authenticator.make(&options(&offered));
    browser.submit(&offered, PLACE, &[("step", "confirm"), ("name", name), ("credential", &made)]).await
}

/// Signs in with it.
async fn sign_in(browser: &mut Browser, authenticator: &mut FakeAuthenticator) -> Reply {
    let page = browser.get("/sign-in").await;
    let signed = authenticator.sign(&options(&page));
    browser.submit(&page, "/sign-in/passkey", &[("next", "/account"), ("credential", &signed)]).await
}

#[tokio::test]
async fn a_passkey_is_added_with_the_password_and_is_enough_to_sign_in() {
    let town = Town::default();
    let (mut browser, mut authenticator) = (town.owner().await, FakeAuthenticator::new(ISSUER, 1));
    add(&mut browser, &mut authenticator, " <b>phone</b> ").await.goes_to("../account");
    let text = browser.get("/account").await.page(200);
    assert!(text.contains("&lt;b&gt;phone&lt;/b&gt;") && text.contains("Never used"), "{text}");

    let mut other = town.browser();
    sign_in(&mut other, &mut authenticator).await.goes_to("../account");
    assert!(other.session().unwrap().starts_with("mss_"));
    let text = other.get("/account").await.page(200);
    assert!(text.contains(NAME) && !text.contains("Never used"), "{text}");
}

#[tokio::test]
async fn a_program_waits_until_its_user_has_signed_in_with_a_passkey() {
    let town = Town::default();
    let (mut browser, mut authenticator) = (town.owner().await, FakeAuthenticator::new(ISSUER, 1));
    add(&mut browser, &mut authenticator, "phone").await.goes_to("../account");
    let program = town.program("Claude", CALLBACK).await;
    let mut other = town.browser();
    let page = other.get(&program.asks()).await;
    assert!(page.page(200).contains("A program wants to use your memories"));
    let signed = authenticator.sign(&options(&page));
    let fields = [("next", program.asks()), ("credential", signed)];
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = other.submit(&page, "/sign-in/passkey", &fields).await;
    answer.goes_to(&format!("..{}", program.asks()));
    let code = other.allow(&program, &Space::Default).await;
    town.tokens(&program, &code).await.unwrap();
    // Nobody is sent anywhere else.
    let mut other = town.browser();
    let page = other.get("/sign-in").await;
    let signed = authenticator.sign(&options(&page));
    let evil = [("next", "https://evil.example/"), ("credential", signed.as_str())];
    other.submit(&page, "/sign-in/passkey", &evil).await.goes_to("../account");
}

#[tokio::test]
async fn whatever_is_wrong_is_answered_alike_and_the_page_can_be_tried_again() {
    let town = Town::default();
    let (mut browser, mut authenticator) = (town.owner().await, FakeAuthenticator::new(ISSUER, 1));
    add(&mut browser, &mut authenticator, "phone").await.goes_to("../account");
    let mut other = town.browser();
    let page = other.get("/sign-in").await;
    let mut unknown = FakeAuthenticator::new(ISSUER, 2);
    unknown.user_handle = authenticator.user_handle.clone();
    let mut late = page;
    for wrong in [unknown.sign(&options(&late)), "{}".to_owned(), String::new()] {
        let fields = [("next", "/account"), ("credential", wrong.as_str())];
        late = other.submit(&late, "/sign-in/passkey", &fields).await;
        assert!(late.page(422).contains("This passkey was not accepted."), "{}", late.text());
        assert!(other.session().is_none());
    }
    town.bench.clock.advance(300.0);
    let over = authenticator.sign(&options(&late));
    late = other.submit(&late, "/sign-in/passkey", &[("credential", &over)]).await;
    assert!(late.page(422).contains("This passkey was not accepted."));
    let right = authenticator.sign(&options(&late));
    other.submit(&late, "/sign-in/passkey", &[("credential", &right)]).await.goes_to("../account");
    // Once, and in the browser that asked.
    for mut thief in [town.browser(), town.browser()] {
        let page = thief.get("/sign-in").await;
        thief.submit(&page, "/sign-in/passkey", &[("credential", &right)]).await.page(422);
    }
}

#[tokio::test]
async fn a_machine_that_sends_too_much_is_told_to_wait() {
    let town = Town::default();
    town.owner().await;
    let mut browser = town.browser();
    let page = browser.get("/sign-in").await;
    for _ in 0..20 {
        browser.submit(&page, "/sign-in/passkey", &[("credential", "{}")]).await.page(422);
    }
    let told = browser.submit(&page, "/sign-in/passkey", &[("credential", "{}")]).await;
    told.page(429);
    assert!(told.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn adding_and_removing_need_the_password() {
    let town = Town::default();
    let (mut browser, mut authenticator) = (town.owner().await, FakeAuthenticator::new(ISSUER, 1));
    let page = browser.get("/account").await;
    let wrong = [("step", "begin"), ("name", "x"), ("current_password", "not the password")];
    let told = browser.submit(&page, PLACE, &wrong).await.page(422);
    assert!(told.contains("The current password is wrong") && !told.contains("data-options"), "{told}");
    let rubbish = browser.submit(&page, PLACE, &[("step", "confirm"), ("credential", "{}")]).await;
    assert!(rubbish.page(422).contains("This passkey was not accepted."));

    add(&mut browser, &mut authenticator, "").await.goes_to("../account");
    let page = browser.get("/account").await;
    let text = page.page(200);
    let (_, rest) = text.split_once("name=\"passkey\" value=\"").unwrap();
    let id = rest.split('"').next().unwrap().to_owned();
    let remove = |id: &str, password: &str| {
        [("step", "remove"), ("passkey", id), ("current_password", password)]
            .map(|(name, value)| (name, value.to_owned()))
    };
    for (id, password, status, told) in [
        (id.as_str(), "not the password", 422, "The current password is wrong"),
        ("aaaaaaaaaaaaaaaa", PASSWORD, 422, "Choose one of your passkeys"),
        ("", PASSWORD, 422, "Choose one of your passkeys"),
    ] {
        let fields = remove(id, password);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert!(browser.submit(&page, PLACE, &fields).await.page(status).contains(told), "{id}");
    }
    let fields = remove(&id, PASSWORD);
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.submit(&page, PLACE, &fields).await.goes_to("../account");
    sign_in(&mut town.browser(), &mut authenticator).await.page(422);
    browser.submit(&page, PLACE, &[("step", "other")]).await.page(400);
}

#[tokio::test]
async fn nobody_adds_more_than_there_is_room_for() {
    let town = Town::default();
    let mut browser = town.owner().await;
    for number in 0..20 {
        let mut authenticator = FakeAuthenticator::new(ISSUER, number + 1);
        add(&mut browser, &mut authenticator, "x").await.goes_to("../account");
    }
    let page = browser.get("/account").await;
    let begin = [("step", "begin"), ("current_password", PASSWORD)];
    let told = browser.submit(&page, PLACE, &begin).await.page(422);
    assert!(told.contains("no room for another passkey"), "{told}");
}

#[tokio::test]
async fn where_browsers_offer_no_passkeys_the_pages_say_why() {
    let town = Town::at("http://127.0.0.1:8000");
    let mut browser = town.owner().await;
    let page = browser.get("/account").await;
    let text = page.page(200);
    assert!(text.contains("browsers offer them for names over https only") && !text.contains("<script"));
    let told = browser.submit(&page, PLACE, &[("step", "begin"), ("current_password", PASSWORD)]).await;
    told.page(404);
    let mut other = town.browser();
    let page = other.get("/sign-in").await;
    assert!(!page.page(200).contains("passkey"));
    assert!(!page.header("content-security-policy").contains("script-src"));
    other.submit(&page, "/sign-in/passkey", &[("credential", "{}")]).await.page(404);
    // By its name this machine has them, without TLS too.
    let town = Town::at("http://localhost:8000");
    let mut browser = town.owner().await;
    let mut authenticator = FakeAuthenticator::new("http://localhost:8000", 1);
    add(&mut browser, &mut authenticator, "phone").await.goes_to("../account");
    sign_in(&mut town.browser(), &mut authenticator).await.goes_to("../account");
}

#[tokio::test]
async fn looking_at_the_page_writes_nothing_down_but_one_key() {
    let town = Town::default();
    town.owner().await;
    let first = options(&town.browser().get("/sign-in").await);
    let mut seen = vec![first["challenge"].clone()];
    for _ in 0..10 {
        let page = town.browser().get("/sign-in").await;
        let challenge = options(&page)["challenge"].clone();
        assert!(!seen.contains(&challenge));
        seen.push(challenge);
    }
    let swept = town.people().accounts().sweep().await.unwrap();
    assert_eq!(swept, 0);
    town.bench.clock.advance(400.0 * 86_400.0);
    // One session of the owner is over, and nothing else was kept.
    assert_eq!(town.people().accounts().sweep().await.unwrap(), 1);
}

#[tokio::test]
async fn the_form_works_without_the_script_and_the_parts_that_need_it_are_hidden() {
    let town = Town::default();
    let mut browser = town.owner().await;
    for path in ["/account", "/sign-in"] {
        let text = match path {
            "/account" => browser.get(path).await.page(200),
            _ => town.browser().get(path).await.page(200),
        };
        let forms = text.split("<form").skip(1).filter(|form| form.contains("data-passkey-needed"));
        for form in forms {
            assert!(form.split('>').next().unwrap().ends_with(" hidden"), "{form}");
        }
        assert!(text.contains("data-passkey-needed"), "{path}");
    }
    town.browser().sign_in(NAME, PASSWORD).await.goes_to("account");
}

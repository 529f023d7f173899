//! Setting up, signing in, signing out.

use super::town::{NAME, PASSWORD, Town};

#[tokio::test]
async fn o21_the_first_user_shows_the_code_of_the_server_and_owns_it() {
    let town = Town::default();
    let mut browser = town.browser();
    browser.get("/account").await.goes_to("sign-in");
    browser.get("/sign-in").await.goes_to("set-up");
    let wrong = browser.set_up("mset_guess").await.page(422);
    assert!(wrong.contains("This code is wrong"), "{wrong}");
    assert!(browser.session().is_none());

    browser.set_up(&town.code().await).await.goes_to("account");
    assert!(browser.get("/account").await.page(200).contains(NAME));
    assert!(town.owner_user(&browser).await.is_owner);
    // From now on there is nothing to set up.
    browser.get("/set-up").await.goes_to("sign-in");
    let page = town.browser().get("/sign-in").await.page(200);
    assert!(!page.contains("set-up"), "{page}");
}

#[tokio::test]
async fn a_code_in_the_link_of_the_server_fills_the_form() {
    let town = Town::default();
    let code = town.code().await;
    let page = town.browser().get(&format!("/set-up?code={code}")).await.page(200);
    assert!(page.contains(&format!(r#"value="{code}""#)));
    let page = town.browser().get("/set-up?code=%22%3E%3Cscript%3E").await.page(200);
    assert!(page.contains(r#"value="&quot;&gt;&lt;script&gt;""#), "{page}");
}

#[tokio::test]
async fn a_new_password_is_typed_twice_and_long_enough() {
    let town = Town::default();
    let (mut browser, code) = (town.browser(), town.code().await);
    let page = browser.get("/set-up").await;
    for (password, again, told) in
        [(PASSWORD, "four plain words hero", "are different"), ("tiny-pw", "tiny-pw", "fewer than")]
    {
        let fields =
            [("code", code.as_str()), ("name", NAME), ("password", password), ("password_again", again)];
        let answer = browser.submit(&page, "/set-up", &fields).await.page(422);
        assert!(answer.contains(told), "{answer}");
        assert!(!answer.contains(password), "a password is not sent back");
        assert!(answer.contains(&code) && answer.contains(NAME), "what is right need not be typed again");
    }
    browser.set_up(&code).await.goes_to("account");
}

#[tokio::test]
async fn o17_an_unknown_name_and_a_wrong_password_are_answered_alike() {
    let town = Town::default();
    town.owner().await;
    let told = async |name: &str, password: &str| {
        let mut browser = town.browser();
        let page = browser.sign_in(name, password).await.page(422);
        assert!(browser.session().is_none());
        // Both forms have random things in them.
        let (before, after) = (page.find("<form").unwrap(), page.rfind("</form>").unwrap());
        page[..before].to_owned() + &page[after..]
    };
    assert_eq!(told("nobody", PASSWORD).await, told(NAME, "wrong words are here").await);
    town.browser().sign_in(NAME, PASSWORD).await.goes_to("account");
}

#[tokio::test]
async fn w3_a_session_is_new_at_each_sign_in_and_ends_on_the_server() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let first = browser.session().unwrap().to_owned();
    let page = browser.get("/account").await;
    browser.submit(&page, "/account/sign-out", &[]).await.goes_to("../sign-in");
    assert!(browser.jar.is_empty());

    browser.sign_in(NAME, PASSWORD).await.goes_to("account");
    assert_ne!(browser.session().unwrap(), first);
    let mut thief = town.browser();
    thief.jar.insert("__Host-session".to_owned(), first);
    thief.get("/account").await.goes_to("sign-in");
    browser.get("/account").await.page(200);
}

#[tokio::test]
async fn whoever_changes_the_password_is_signed_in_nowhere_else_and_no_program_has_access() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let mut other = town.browser();
    other.sign_in(NAME, PASSWORD).await.goes_to("account");
    let program = town.program("Claude", super::town::CALLBACK).await;
    let token = town.token(&mut other, &program).await;
    town.bearer(&token).get("/api/tags").await.of(200);

    let page = browser.get("/account").await;
    let change = |current: &'static str| {
        [
            ("current_password", current),
            ("new_password", "other words that are new"),
            ("password_again", "other words that are new"),
        ]
    };
    let wrong = browser.submit(&page, "/account/password", &change("not the password")).await.page(422);
    assert!(wrong.contains("The current password is wrong"));
    town.bearer(&token).get("/api/tags").await.of(200);
    other.get("/account").await.page(200);

    let told = browser.submit(&page, "/account/password", &change(PASSWORD)).await.page(200);
    assert!(told.contains("The password is changed"));
    other.get("/account").await.goes_to("sign-in");
    town.bearer(&token).get("/api/tags").await.of(401);
    browser.get("/account").await.page(200);
    town.browser().sign_in(NAME, PASSWORD).await.page(422);
    town.browser().sign_in(NAME, "other words that are new").await.goes_to("account");
}

#[tokio::test]
async fn sessions_are_listed_and_ended_from_another_one() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let mut others = [town.browser().with("user-agent", "Firefox <1>"), town.browser(), town.browser()];
    for other in &mut others {
        other.sign_in(NAME, PASSWORD).await.goes_to("account");
    }
    let page = browser.get("/account").await;
    let text = page.page(200);
    assert!(text.contains("Firefox &lt;1&gt;") && text.contains("This browser"), "{text}");
    let ids: Vec<&str> =
        text.split(r#"name="session" value=""#).skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(ids.len(), 4, "three other sessions, and all of them");

    browser.submit(&page, "/account/sessions", &[("session", ids[0])]).await.goes_to("../account");
    let mut alive = 0;
    for other in &mut others {
        alive += usize::from(other.get("/account").await.status == 200);
    }
    assert_eq!(alive, 2);
    browser.submit(&page, "/account/sessions", &[("session", "others")]).await.goes_to("../account");
    for other in &mut others {
        other.get("/account").await.goes_to("sign-in");
    }
    browser.get("/account").await.page(200);
    browser.submit(&page, "/account/sessions", &[("session", "x")]).await.page(400);
}

#[tokio::test]
async fn whoever_came_for_a_program_goes_back_to_it_and_nowhere_else() {
    let town = Town::default();
    town.owner().await;
    let program = town.program("Claude", super::town::CALLBACK).await;
    let mut browser = town.browser();
    let page = browser.get(&program.asks()).await;
    assert!(page.page(200).contains("A program wants to use your memories"));
    let fields = |next| [("name", NAME), ("password", PASSWORD), ("next", next)];
    let asks = program.asks();
    browser.submit(&page, "/sign-in", &fields(&asks)).await.goes_to(asks.trim_start_matches('/'));
    browser.get(&asks).await.page(200);

    for elsewhere in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/oauth/authorize",
        "/oauth/authorize/../../evil",
        "/oauth/authorizes?x",
        "/oauth/authorize?a\r\nset-cookie: x",
        "/api/memories",
        "",
    ] {
        let mut browser = town.browser();
        let page = browser.get("/sign-in").await;
        browser.submit(&page, "/sign-in", &fields(elsewhere)).await.goes_to("account");
    }
}

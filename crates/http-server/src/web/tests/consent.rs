//! The page that asks, and what a malicious program could do with it (S5).

use auth::spaces::Actor;
use model::{Role, Space, SpaceName, UserId};

use super::town::{CALLBACK, ISSUER, Program, Town, parameter};

#[tokio::test]
async fn s5_the_page_says_who_asks_for_what_and_where_the_browser_goes() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let page = browser.get(&program.asks()).await.page(200);
    for told in [
        "\u{201c}Claude\u{201d}",
        "Nobody has checked it",
        "claude.ai</bdi>",
        "find and read memories",
        "add, change and delete memories",
        "while you are away",
        "You have not allowed this program anything before",
        "You are signed in as ada",
    ] {
        assert!(page.contains(told), "{told}: {page}");
    }
    for not_told in ["administer", "on the computer in front of you"] {
        assert!(!page.contains(not_told), "{not_told}: {page}");
    }
    let reader = Program { scope: "read".to_owned(), ..program };
    let page = browser.get(&reader.asks()).await.page(200);
    assert!(page.contains("find and read") && !page.contains("change and delete"), "{page}");
}

#[tokio::test]
async fn s5_a_malicious_program_shows_its_own_host_whatever_it_calls_itself() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let name = "Claude (claude.ai)</strong><script>alert(1)</script>\u{202e}";
    let program = town.program(name, "https://evil.example/api/mcp/auth_callback?claude.ai").await;
    let answer = browser.get(&program.asks()).await;
    let page = answer.page(200);
    assert!(page.contains(r#"<span class="host"><bdi>evil.example</bdi></span>"#), "{page}");
    assert!(!page.contains("<script") && !page.contains('\u{202e}'), "{page}");
    let policy = answer.header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'self'; frame-ancestors 'none'"), "{policy}");
    assert_eq!(answer.header("x-frame-options"), "DENY");

    // Where the browser goes must be the program's own, byte for byte.
    for redirect_uri in [
        "https://claude.ai/api/mcp/auth_callback",
        "https://evil.example.claude.ai/api/mcp/auth_callback",
        "https://evil.example/api/mcp/auth_callback",
        "https://evil.example/api/mcp/auth_callback?claude.ai&x",
    ] {
        let other = Program { redirect_uri: redirect_uri.to_owned(), ..program.clone() };
        let page = browser.get(&other.asks()).await;
        assert!(page.page(400).contains("not one of its own"), "O2: {redirect_uri}");
        assert!(page.headers.get("location").is_none());
    }
}

#[tokio::test]
async fn a_program_on_the_users_own_machine_is_warned_of() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Codex", "http://127.0.0.1/callback").await;
    let used = Program { redirect_uri: "http://127.0.0.1:4711/callback".to_owned(), ..program };
    let answer = browser.get(&used.asks()).await;
    assert!(answer.page(200).contains("on the computer in front of you"));
    let policy = answer.header("content-security-policy");
    assert!(policy.ends_with("form-action 'self' https: http://127.0.0.1:4711"), "{policy}");
}

#[tokio::test]
async fn o7_o19_s6_a_yes_and_a_no_go_back_to_the_program_with_its_state_and_the_issuer() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let yes = browser.decide(&program, "allow", "default").await;
    let no = browser.decide(&program, "deny", "default").await;
    for answer in [&yes, &no] {
        assert!(answer.header("location").starts_with(&format!("{CALLBACK}?")));
        assert_eq!(parameter(answer, "state").as_deref(), Some("a+b/c=~"), "O19");
        assert_eq!(parameter(answer, "iss").as_deref(), Some(ISSUER), "S6");
    }
    assert_eq!(parameter(&no, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&no, "code"), None);
    let code = parameter(&yes, "code").unwrap();
    let tokens = town.tokens(&program, &code).await.unwrap();
    assert_eq!(tokens["token_type"], "Bearer");
    // It is known now.
    let page = browser.get(&program.asks()).await.page(200);
    assert!(!page.contains("You have not allowed this program"), "{page}");

    let names = town.log.names();
    let count = |name: &str| names.iter().filter(|known| *known == name).count();
    assert_eq!((count("authorization.grant.done"), count("authorization.grant.refused")), (1, 1));
}

#[tokio::test]
async fn nothing_is_decided_by_a_form_that_says_neither_yes_nor_no() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    for decision in ["", "ALLOW", "yes"] {
        browser.decide(&program, decision, "default").await.page(400);
    }
    for space in ["", "aaaaaaaaaaaaaaaa", "../default"] {
        browser.decide(&program, "allow", space).await.page(400);
    }
    assert!(!town.log.names().iter().any(|name| name == "authorization.grant.done"));
}

#[tokio::test]
async fn a_person_chooses_among_the_own_spaces_and_no_others() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let user = town.owner_user(&browser).await;
    let people = town.people();
    let make = async |name: &str| {
        people.spaces().create(&Actor::Installation, SpaceName::new(name).unwrap()).await.unwrap()
    };
    let (shared, foreign) = (make("Team <1>").await, make("Other team").await);
    people
        .spaces()
        .set_member(&Actor::Installation, &shared.id, user.id.clone(), Role::Reader)
        .await
        .unwrap();
    let stranger = UserId::from_bytes([9; 10]);
    people.spaces().set_member(&Actor::Installation, &foreign.id, stranger, Role::Owner).await.unwrap();

    let program = town.program("Claude", CALLBACK).await;
    let page = browser.get(&program.asks()).await.page(200);
    assert!(page.contains("Team &lt;1&gt;") && page.contains("you may only read here"), "{page}");
    assert!(!page.contains("Other team") && !page.contains(foreign.id.as_str()), "{page}");
    browser.decide(&program, "allow", foreign.id.as_str()).await.page(400);

    // A reader's program reads, whatever it asked for.
    let code = browser.allow(&program, &Space::Named(shared.id.clone())).await;
    let token = town.tokens(&program, &code).await.unwrap()["access_token"].as_str().unwrap().to_owned();
    town.bearer(&token).get("/api/tags").await.of(200);
    town.bearer(&token).post("/api/memories", serde_json::json!({"content": "x"})).await.of(403);
}

#[tokio::test]
async fn a_person_allows_less_than_a_program_asks_for() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let program = Program { scope: "read write offline_access".to_owned(), ..program };
    let address = program.asks();
    let page = browser.get(&address).await;
    let text = page.page(200);
    assert!(text.contains("Only find and read") && !text.contains("All but administration"), "{text}");
    for (extent, told, stored, deleted) in [
        ("read", "read offline_access", 403, 403),
        ("add", "read offline_access", 200, 403),
        ("write", "read write offline_access", 200, 200),
        // More than was asked for is what was asked for.
        ("admin", "read write offline_access", 200, 200),
    ] {
        let fields = [("decision", "allow"), ("space", "default"), ("extent", extent)];
        let answer = browser.submit(&page, &address, &fields).await;
        let tokens = town.tokens(&program, &parameter(&answer, "code").unwrap()).await.unwrap();
        assert_eq!(tokens["scope"], told, "{extent}: RFC 6749, section 5.1");
        let bearer = town.bearer(tokens["access_token"].as_str().unwrap());
        bearer.get("/api/tags").await.of(200);
        let memory = serde_json::json!({"content": format!("by a program that may {extent}")});
        let kept = bearer.post("/api/memories", memory).await.of(stored);
        if let Some(hash) = kept["content_hash"].as_str() {
            bearer.delete(&format!("/api/memories/{hash}")).await.of(deleted);
        }
        bearer.get("/api/keys").await.of(403);
    }
    let unknown = [("decision", "allow"), ("space", "default"), ("extent", "everything")];
    browser.submit(&page, &address, &unknown).await.page(400);
    let reader = Program { scope: "read".to_owned(), ..program };
    let text = browser.get(&reader.asks()).await.page(200);
    assert!(!text.contains("Only find and read"), "there is nothing less: {text}");
}

#[tokio::test]
async fn what_was_allowed_is_listed_and_taken_back() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude <1>", CALLBACK).await;
    let token = town.token(&mut browser, &program).await;
    town.bearer(&token).get("/api/tags").await.of(200);
    let page = browser.get("/account").await;
    let text = page.page(200);
    assert!(text.contains("Claude &lt;1&gt;") && text.contains("claude.ai"), "{text}");
    let id = text.split_once(r#"name="authorization" value=""#).unwrap().1.split('"').next().unwrap();
    browser.submit(&page, "/account/programs", &[("authorization", id)]).await.goes_to("../account");
    town.bearer(&token).get("/api/tags").await.of(401);
    assert!(!browser.get("/account").await.page(200).contains("Claude &lt;1&gt;"));
}

#[tokio::test]
async fn what_the_client_did_wrong_is_told_to_it_when_it_is_known_and_to_the_person_otherwise() {
    let town = Town::default();
    let mut browser = town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    for (from, to, error) in [
        ("response_type=code", "response_type=token", "unsupported_response_type"),
        ("code_challenge_method=S256", "code_challenge_method=plain", "invalid_request"),
    ] {
        let answer = browser.get(&program.asks().replace(from, to)).await;
        assert_eq!(parameter(&answer, "error").as_deref(), Some(error));
        assert!(answer.header("location").starts_with(CALLBACK));
    }
    for path in ["/oauth/authorize", "/oauth/authorize?client_id=unknown&redirect_uri=https://evil.example"] {
        let page = browser.get(path).await;
        assert!(page.page(400).contains("That did not work"), "O2");
        assert!(page.headers.get("location").is_none());
    }
}

#[tokio::test]
async fn nothing_of_a_program_is_told_before_somebody_signs_in() {
    let town = Town::default();
    town.owner().await;
    let program = town.program("Claude", CALLBACK).await;
    let known = town.browser().get(&program.asks()).await.page(200);
    let unknown = Program { id: "unknown".to_owned(), ..program };
    let page = town.browser().get(&unknown.asks()).await.page(200);
    for page in [&known, &page] {
        assert!(page.contains("A program wants to use your memories") && !page.contains("Claude"), "{page}");
    }
}

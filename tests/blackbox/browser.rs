//! What people see and do, in a browser that is really one: Chromium without a screen, before the real server.

use serde_json::{Value, json};

use crate::harness::chromium::{ORDINARY, Seen, Settings, play};
use crate::harness::http::browser::set_up_link;
use crate::harness::http::{Request, encoded};
use crate::harness::process;
use crate::harness::town::{AUTHORIZE, NAME, PASSWORD, Town, part};

/// The verifier of a client and its challenge (RFC 7636, appendix B).
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
/// What the program wants to have back as it is.
const STATE: &str = "x y/+z&=%25";
/// A browser in which nothing runs.
const STILL: Settings = Settings { runs_scripts: false, ..ORDINARY };
/// What other people's browsers ask for, which language that is, and what their account is called in it.
const LANGUAGES: [(&str, &str, &str); 2] =
    [("de-AT", "de", "Ihr Konto"), ("ja-JP", "ja", "\u{30a2}\u{30ab}\u{30a6}\u{30f3}\u{30c8}")];

/// A town with an owner.
fn town() -> Town {
    let town = Town::start();
    town.owner();
    town
}

/// A plan of somebody with an account.
fn plan_of(town: &Town) -> Value {
    json!({"url": town.server().url(), "name": NAME, "password": PASSWORD})
}

/// Where a program sends people; `redirect_uri` as it stands in an address.
fn asking(client: &str, redirect_uri: &str, scope: &str) -> String {
    let (state, scope) = (encoded(STATE), encoded(scope));
    format!(
        "{AUTHORIZE}?response_type=code&client_id={client}&redirect_uri={redirect_uri}&state={state}&scope={scope}\
         &code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

/// What comes of decisions about a program whose own site is on the same machine: its id, what was seen, where the browser was
/// sent.
fn decided(town: &Town, settings: Settings, scope: &str, decisions: &Value) -> (String, Seen, Vec<String>) {
    let client = town.register("http://127.0.0.1/callback");
    let redirect_uri = format!("{}$port{}", encoded("http://127.0.0.1:"), encoded("/callback"));
    let mut plan = plan_of(town);
    plan["authorize"] = format!("{}{}", town.server().url(), asking(&client, &redirect_uri, scope)).into();
    plan["decisions"] = decisions.clone();
    let seen = play("decide.mjs", settings, plan);
    seen.assert_clean();
    let sent = seen.told["sent"].as_array().unwrap().iter().map(|sent| sent.as_str().unwrap().to_owned());
    let sent: Vec<String> = sent.collect();
    for address in &sent {
        assert!(address.starts_with("http://127.0.0.1:"), "{address}");
        assert_eq!(part(address, "state"), Some(encoded(STATE)), "{address}");
        assert_eq!(part(address, "iss"), Some(encoded(town.server().url())), "{address}");
    }
    (client, seen, sent)
}

/// The token that a program gets for the code in an address.
fn token(town: &Town, client: &str, sent: &str) -> Value {
    let code = part(sent, "code").unwrap_or_else(|| panic!("{sent}"));
    let (redirect_uri, _) = sent.split_once('?').unwrap();
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", redirect_uri),
        ("client_id", client),
        ("code_verifier", VERIFIER),
    ];
    town.token(&fields).of(200)
}

/// The status of an attempt to store something.
fn write(town: &Town, token: &str) -> u16 {
    let request = Request::post("/api/memories", &json!({"content": "Ada likes tea"}));
    town.server().send(&request.header("authorization", &format!("Bearer {token}"))).status
}

#[test]
fn what_a_page_must_not_do_is_noticed_when_it_does_it() {
    let seen = play("control.mjs", ORDINARY, json!({}));
    assert_eq!(seen.told, json!({"before": 0, "ran": [true, false]}));
    for way in ["event: script-src", "console: "] {
        assert!(seen.violations.iter().any(|violation| violation.starts_with(way)), "{way}: {seen:#?}");
    }
    for fault in [
        "light: critical: image-alt",
        "dark: critical: button-name",
        "html-has-lang",
        "dark: serious: color-contrast",
    ] {
        let is_told = seen.page("lax").faults.iter().any(|told| told.contains(fault));
        assert!(is_told, "{fault}: {seen:#?}");
    }
    let faults = &seen.page("lax").faults;
    assert!(!faults.iter().any(|told| told.contains("light: serious: color-contrast")), "{faults:#?}");
}

#[test]
fn the_first_person_makes_an_account_signs_out_and_in_again() {
    for settings in [ORDINARY, STILL] {
        let town = Town::start();
        let (link, _) = set_up_link(town.server());
        let link = format!("{}{link}", town.server().url());
        let seen =
            play("first_user.mjs", settings, json!({"link": link, "name": NAME, "password": PASSWORD}));
        seen.assert_clean();
        for (page, told) in [
            ("set-up", "Whoever makes the first one owns it."),
            ("account", "You are signed in as ada."),
            ("sign-in", "Code of your authenticator app"),
            ("wrong password", "Name, password or code is wrong."),
            ("account again", "You are signed in as ada."),
        ] {
            assert!(seen.page(page).text.contains(told), "{page}: {seen:#?}");
        }
        assert!(!seen.page("account").address.contains("code="), "{seen:#?}");
        let cookies = seen.told["cookies"].as_array().unwrap();
        let session = |cookie: &&Value| cookie["name"] == "memory-session";
        assert_eq!(cookies.iter().filter(session).count(), 1, "{cookies:?}");
        for cookie in cookies {
            let kept = (&cookie["httpOnly"], &cookie["sameSite"], &cookie["path"]);
            assert_eq!(kept, (&json!(true), &json!("Lax"), &json!("/")), "{cookie}");
        }
        let after = seen.told["cookies_after"].as_array().unwrap();
        assert!(!after.iter().any(|cookie| session(&cookie)), "{after:?}");
        let log = town.stop();
        assert!(!log.contains(PASSWORD), "{log}");
    }
}

#[test]
fn somebody_signs_in_with_an_authenticator_app_and_with_a_recovery_code() {
    for settings in [ORDINARY, STILL] {
        let town = town();
        let seen = play("second_factor.mjs", settings, plan_of(&town));
        seen.assert_clean();
        for (page, told) in [
            ("key", "Enter this key into your authenticator app"),
            ("recovery codes", "They are not shown again."),
            ("account", "10 recovery codes are left."),
            ("without a code", "Name, password or code is wrong."),
            ("with a code", "10 recovery codes are left."),
            ("with a recovery code", "9 recovery codes are left."),
        ] {
            assert!(seen.page(page).text.contains(told), "{page}: {seen:#?}");
        }
        assert_eq!(seen.told["recovery_codes"], 10);
    }
}

#[test]
fn a_program_is_allowed_what_it_asks_for_and_loses_it_on_the_account_page() {
    for settings in [ORDINARY, STILL] {
        let town = town();
        let allow = json!([{"press": "Allow", "extent": null}]);
        let (client, seen, sent) = decided(&town, settings, "read write offline_access", &allow);
        assert!(seen.page("sign-in").text.contains("A program wants to use your memories."), "{seen:#?}");
        for told in [
            "\u{201c}a client\u{201d} wants to use your memories",
            "127.0.0.1",
            "while you are away",
            "You have not allowed this program anything before.",
            "a program on the computer in front of you",
        ] {
            assert!(seen.page("consent").text.contains(told), "{told}: {seen:#?}");
        }
        let tokens = token(&town, &client, &sent[0]);
        let access = tokens["access_token"].as_str().unwrap();
        let refresh = tokens["refresh_token"].as_str().unwrap();
        assert_eq!((town.call(access), write(&town, access)), (200, 200));
        let seen = play("withdraw.mjs", settings, plan_of(&town));
        seen.assert_clean();
        assert!(
            seen.page("before").text.contains("\u{201c}a client\u{201d} \u{2014} 127.0.0.1"),
            "{seen:#?}"
        );
        let programs = "Programs that may use your memories\n\nNone.";
        assert!(seen.page("after").text.contains(programs), "{seen:#?}");
        assert_eq!(town.call(access), 401);
        let again = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", &client)];
        assert_eq!(town.token(&again).of(400)["error"], "invalid_grant");
    }
}

#[test]
fn a_program_is_refused_or_allowed_less_than_it_asks_for() {
    for settings in [ORDINARY, STILL] {
        let town = town();
        let decisions =
            json!([{"press": "Deny", "extent": null}, {"press": "Allow", "extent": "Only find and read"}]);
        let (client, _, sent) = decided(&town, settings, "read write", &decisions);
        assert_eq!(part(&sent[0], "error").as_deref(), Some("access_denied"), "{sent:?}");
        assert_eq!(part(&sent[0], "code"), None, "{sent:?}");
        let tokens = token(&town, &client, &sent[1]);
        assert_eq!(tokens["scope"], "read", "{tokens}");
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!((town.call(access), write(&town, access)), (200, 403));
    }
}

#[test]
fn a_malicious_program_runs_nothing_and_shows_where_it_lives() {
    let town = town();
    let name = "Claude (claude.ai)</strong><script>alert(1)</script><img src=x onerror=alert(2)>\u{202e}ia.edualc\u{2066}";
    let home = "https://claude.ai.evil.example/cb";
    let request = json!({"client_name": name, "redirect_uris": [home], "token_endpoint_auth_method": "none"});
    let registered = town.server().send(&Request::post("/oauth/register", &request)).of(201);
    let address = asking(registered["client_id"].as_str().unwrap(), &encoded(home), "read write");
    let mut plan = plan_of(&town);
    plan["addresses"] = json!([address]);
    for settings in [ORDINARY, STILL] {
        let seen = play("look.mjs", settings, plan.clone());
        seen.assert_clean();
        assert_eq!(seen.told["alerts"], 0);
        let page = &seen.page(&address).text;
        for told in [
            "<script>alert(1)</script>",
            "The program chose this name itself. Nobody has checked it.",
            "your browser is sent to claude.ai.evil.example.",
            "You have not allowed this program anything before.",
        ] {
            assert!(page.contains(told), "{told}: {page}");
        }
        assert!(!page.contains(['\u{202e}', '\u{2066}']), "{page}");
    }
}

#[test]
fn pages_speak_the_language_of_the_browser() {
    let town = town();
    let client = town.register("https://client.example/cb");
    let address = asking(&client, &encoded("https://client.example/cb"), "admin offline_access");
    let mut plan = plan_of(&town);
    plan["addresses"] = json!(["/account", address, "/oauth/authorize?client_id=nobody"]);
    for (language, tag, account) in LANGUAGES {
        let seen = play("look.mjs", Settings { language, ..ORDINARY }, plan.clone());
        seen.assert_clean();
        assert_eq!(seen.pages.len(), 4, "{seen:#?}");
        assert!(seen.pages.iter().all(|page| page.language == tag), "{tag}: {seen:#?}");
        assert!(seen.page("/account").text.contains(account), "{tag}: {seen:#?}");
    }
}

#[test]
fn no_page_opens_in_a_frame_of_another_site() {
    let town = town();
    let client = town.register("https://client.example/cb");
    let address = asking(&client, &encoded("https://client.example/cb"), "read");
    let pages = ["/sign-in", "/set-up", "/account", &address];
    let addresses = pages.map(|page| format!("{}{page}", town.server().url()));
    let seen = play("frame.mjs", ORDINARY, json!({"addresses": addresses}));
    let expected = json!(["", "", "", "", "a page that may be framed"]);
    assert_eq!(seen.told["inside"], expected, "{seen:#?}");
}

#[test]
fn somebody_signs_in_with_a_passkey_until_it_is_removed() {
    // Browsers give passkeys to names alone, and to this one without TLS.
    let (town, address) = Town::known_as("localhost");
    let (link, _) = set_up_link(town.server());
    let plan = json!({"link": format!("{address}{link}"), "name": NAME, "password": PASSWORD});
    let seen = play("passkey.mjs", ORDINARY, plan);
    seen.assert_clean();
    let failed = "The browser gave no passkey. You can try again.";
    for (page, told) in [
        ("offered", "Continue, and confirm it on your device."),
        ("not made", failed),
        ("made", "my device"),
        ("not signed in", failed),
        ("signed in", "You are signed in as ada."),
        ("refused", "This passkey was not accepted."),
    ] {
        assert!(seen.page(page).text.contains(told), "{page}: {seen:#?}");
    }
    for page in ["offered", "sign-in"] {
        assert!(!seen.page(page).text.contains(failed), "{page}: {seen:#?}");
    }
    assert!(!seen.page("removed").text.contains("my device"), "{seen:#?}");
    assert_eq!(seen.told["kept"], 1, "the device has it still, and it opens nothing");
    let log = town.stop();
    assert!(!log.contains(PASSWORD), "{log}");
}

#[test]
fn where_there_can_be_no_passkeys_the_page_says_why() {
    let unsupported = "Passkeys need JavaScript, and a browser that knows them.";
    let elsewhere = "This server has no passkeys at its address";
    for (name, settings, told) in [
        ("localhost", STILL, unsupported),
        ("127.0.0.1", ORDINARY, elsewhere),
        ("127.0.0.1", STILL, elsewhere),
    ] {
        let (town, address) = Town::known_as(name);
        let added = process::output(town.home().command(&["users", "add", NAME]), PASSWORD.as_bytes());
        assert!(added.status.success(), "{added:?}");
        let plan = json!({"url": address, "name": NAME, "password": PASSWORD, "addresses": ["/account"]});
        let seen = play("look.mjs", settings, plan);
        seen.assert_clean();
        assert!(seen.page("/account").text.contains(told), "{name}: {seen:#?}");
        for button in ["Add a passkey", "Sign in with a passkey"] {
            assert!(seen.pages.iter().all(|page| !page.text.contains(button)), "{name}: {seen:#?}");
        }
    }
}

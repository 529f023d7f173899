use super::super::tests::{
    BACK, Bed, ISSUER, STATE, VERIFIER, challenge, changed, parameter, query, said, text, user, wait,
};
use super::*;
use model::Space;
use proptest::prelude::*;
use serde_json::json;

fn shown(answer: Result<Asked, AskError>) -> Objection {
    match answer.unwrap_err() {
        AskError::Shown(objection) => objection,
        AskError::Sent { location, .. } => panic!("a browser is sent to {location}"),
    }
}

fn sent(answer: Result<Asked, AskError>) -> (String, &'static str) {
    match answer.unwrap_err() {
        AskError::Sent { location, code } => (location, code),
        AskError::Shown(objection) => panic!("the user is told: {objection}"),
    }
}

fn with_redirects(bed: &Bed, uris: &[&str]) -> String {
    let mut said = said();
    said["redirect_uris"] = json!(uris);
    text(&bed.register(&said).unwrap(), "client_id")
}

#[test]
fn what_is_asked_for_is_told() {
    let bed = Bed::new();
    let client = bed.client();
    let asked = bed.ask(&query(&client)).unwrap();
    assert_eq!(asked.client.id.as_str(), client);
    assert_eq!((asked.redirect_owner(), asked.is_loopback()), ("client.example", false));
    assert_eq!(
        (asked.capability, asked.scopes.to_string().as_str()),
        (Capability::Write, "read write offline_access")
    );
    assert_eq!((asked.resource.as_str(), asked.document(), asked.is_offline()), (ISSUER, None, true));
    assert!(wait(bed.server.is_first_time(&asked, &user(1))).unwrap());
    bed.code(&query(&client), &user(1));
    assert!(!wait(bed.server.is_first_time(&asked, &user(1))).unwrap());
    assert!(wait(bed.server.is_first_time(&asked, &user(2))).unwrap());
}

#[test]
fn what_is_not_said_is_what_an_assistant_needs() {
    let bed = Bed::new();
    let client = bed.client();
    let bare =
        changed(&changed(&changed(&query(&client), "scope", None), "resource", None), "redirect_uri", None);
    let asked = bed.ask(&bare).unwrap();
    assert_eq!((asked.capability, asked.resource.as_str()), (Capability::Write, ISSUER));
    assert_eq!(asked.redirect_uri.as_str(), BACK);
}

#[test]
fn o2_a_browser_is_sent_nowhere_for_an_unknown_client() {
    let bed = Bed::new();
    let client = bed.client();
    let good = query(&client);
    for (id, is_missing) in [
        (None, true),
        (Some(""), true),
        (Some("unknown"), false),
        (Some("a b"), false),
        (Some("https://client.example/client.json"), false),
    ] {
        let objection = shown(bed.ask(&changed(&good, "client_id", id)));
        assert_eq!(matches!(objection, Objection::NoClient), is_missing, "{id:?}");
        assert_eq!(objection.status(), 400);
    }
    let twice = [&good[..], &[("client_id", client.as_str())]].concat();
    assert!(matches!(shown(bed.ask(&twice)), Objection::NoClient));
    bed.store.become_busy(true);
    assert_eq!(shown(bed.ask(&good)).status(), 503);
}

#[test]
fn o1_o2_v4_a_browser_is_sent_nowhere_but_to_an_address_of_the_client() {
    let bed = Bed::new();
    let client = bed.client();
    let good = query(&client);
    for uri in [
        "https://client.example/back/",
        "https://client.example/Back",
        "https://client.example/back?x=1",
        "https://client.example/back#x",
        "https://client.example/%62ack",
        "https://client.example:443/back",
        "https://client.example./back",
        "https://CLIENT.example/back",
        "HTTPS://client.example/back",
        "https://user@client.example/back",
        "https://client.example@evil.example/back",
        "https://client.example.evil.example/back",
        "https://evil.example/https://client.example/back",
        "https://client.example\\@evil.example/back",
        "https://client.example/back/../back",
        "http://client.example/back",
        "//client.example/back",
        "javascript:alert(1)//https://client.example/back",
        "data:text/html,https://client.example/back",
        " https://client.example/back",
        "https://client.example/back ",
        "https://client.exämple/back",
        "http://localhost/back",
    ] {
        let objection = shown(bed.ask(&changed(&good, "redirect_uri", Some(uri))));
        assert!(matches!(objection, Objection::ForeignRedirect), "{uri}: {objection}");
    }
    let twice = [&good[..], &[("redirect_uri", BACK)]].concat();
    assert!(matches!(shown(bed.ask(&twice)), Objection::ForeignRedirect));
    let two = with_redirects(&bed, &[BACK, "https://client.example/other"]);
    let objection = shown(bed.ask(&changed(&changed(&good, "client_id", Some(&two)), "redirect_uri", None)));
    assert!(matches!(objection, Objection::NoRedirect));
}

#[test]
fn o1_the_port_of_the_users_own_machine_is_free_and_nothing_else_of_it() {
    let bed = Bed::new();
    let client = with_redirects(&bed, &["http://localhost/callback", "http://127.0.0.1:33418/"]);
    let good = query(&client);
    for uri in [
        "http://localhost/callback",
        "http://localhost:51234/callback",
        "http://127.0.0.1/",
        "http://127.0.0.1:1/",
    ] {
        let asked = bed.ask(&changed(&good, "redirect_uri", Some(uri))).unwrap();
        assert!(asked.is_loopback());
        assert_eq!(asked.redirect_uri.as_str(), uri);
    }
    for uri in [
        "http://127.0.0.1:51234/callback",
        "http://localhost:51234/callback/",
        "http://localhost:51234/",
        "http://localhost:0/callback",
        "http://localhost:99999/callback",
        "https://localhost:51234/callback",
        "http://localhost.evil.example:51234/callback",
        "http://[::1]:51234/callback",
    ] {
        let objection = shown(bed.ask(&changed(&good, "redirect_uri", Some(uri))));
        assert!(matches!(objection, Objection::ForeignRedirect), "{uri}");
    }
}

#[test]
fn s2_o3_a_code_needs_pkce_with_s256() {
    let bed = Bed::new();
    let client = bed.client();
    let good = query(&client);
    let long = format!("{}A", challenge());
    for (name, value) in [
        ("code_challenge", None),
        ("code_challenge", Some("short")),
        ("code_challenge", Some(long.as_str())),
        ("code_challenge", Some("!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!")),
        ("code_challenge", Some("+/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        ("code_challenge_method", None),
        ("code_challenge_method", Some("plain")),
        ("code_challenge_method", Some("s256")),
    ] {
        let (location, code) = sent(bed.ask(&changed(&good, name, value)));
        assert_eq!(code, "invalid_request", "{name}={value:?}");
        assert!(location.starts_with("https://client.example/back?error=invalid_request&"));
    }
    let twice = [&good[..], &[("code_challenge", challenge())]].concat();
    assert_eq!(sent(bed.ask(&twice)).1, "invalid_request");
}

#[test]
fn o5_there_is_nothing_but_codes() {
    let bed = Bed::new();
    let client = bed.client();
    for (value, code) in [
        (Some("token"), "unsupported_response_type"),
        (Some("code token"), "unsupported_response_type"),
        (Some("id_token"), "unsupported_response_type"),
        (None, "invalid_request"),
    ] {
        assert_eq!(sent(bed.ask(&changed(&query(&client), "response_type", value))).1, code, "{value:?}");
    }
    let said = json!({ "redirect_uris": [BACK], "grant_types": ["client_credentials"] });
    let machine = text(&bed.register(&said).unwrap(), "client_id");
    assert_eq!(sent(bed.ask(&query(&machine))).1, "unauthorized_client");
}

#[test]
fn h5_only_scopes_that_exist_are_asked_for() {
    let bed = Bed::new();
    let client = bed.client();
    let ask = |scope: &str| bed.ask(&changed(&query(&client), "scope", Some(scope)));
    for (scope, capability, told) in [
        ("read", Capability::Read, "read"),
        ("openid write profile", Capability::Write, "write"),
        ("admin superpower", Capability::Admin, "admin"),
        ("offline_access", Capability::Write, "offline_access"),
    ] {
        let asked = ask(scope).unwrap();
        assert_eq!((asked.capability, asked.scopes.to_string().as_str()), (capability, told));
    }
    for scope in ["superpower", "Read", "read,write", &format!("read {}", "x".repeat(1020))] {
        assert_eq!(sent(ask(scope)).1, "invalid_scope", "{scope}");
    }
    assert!(ask(&format!("read {}", "x".repeat(1019))).is_ok());
}

#[test]
fn o10_only_resources_of_this_server_are_asked_for() {
    let bed = Bed::new();
    let client = bed.client();
    let ask = |resource| bed.ask(&changed(&query(&client), "resource", Some(resource)));
    assert_eq!(ask("https://memory.example/mcp").unwrap().resource, "https://memory.example/mcp");
    assert_eq!(ask("https://memory.example/").unwrap().resource, ISSUER);
    assert_eq!(sent(ask("https://evil.example")).1, "invalid_target");
}

#[test]
fn s6_o19_state_comes_back_as_it_came_and_iss_says_from_whom() {
    let bed = Bed::new();
    let client = bed.client();
    let asking = changed(&query(&client), "state", Some(STATE));
    let asked = bed.ask(&asking).unwrap();
    let yes = wait(bed.server.allow(&asked, &user(1), &Space::Default, Capability::Write, None)).unwrap();
    let no = wait(bed.server.deny(&asked, &user(1), None));
    let (wrong, _) = sent(bed.ask(&changed(&asking, "response_type", Some("token"))));
    for location in [&yes, &no, &wrong] {
        assert_eq!(parameter(location, "state").as_deref(), Some(STATE), "{location}");
        assert_eq!(parameter(location, "iss").as_deref(), Some(ISSUER));
        assert!(!location.contains('+') && !location.contains('#') && !location.contains(' '));
    }
    assert!(yes.starts_with("https://client.example/back?code=mac_"));
    assert!(yes.ends_with("&iss=https%3A%2F%2Fmemory.example"));
    assert_eq!(parameter(&no, "error").as_deref(), Some("access_denied"));
    assert_eq!(parameter(&no, "code"), None);
    let without = bed.ask(&query(&client)).unwrap();
    assert_eq!(parameter(&wait(bed.server.deny(&without, &user(1), None)), "state"), None);
}

#[test]
fn state_ends_at_its_limit_and_is_ascii() {
    let bed = Bed::new();
    let client = bed.client();
    let long = "x".repeat(4096);
    assert!(bed.ask(&changed(&query(&client), "state", Some(&long))).is_ok());
    for state in [&format!("{long}x"), "é", "a\nb", "\u{fffd}"] {
        assert!(matches!(
            shown(bed.ask(&changed(&query(&client), "state", Some(state)))),
            Objection::Malformed(_)
        ));
    }
    let twice = [&query(&client)[..], &[("state", "a"), ("state", "b")]].concat();
    assert!(matches!(shown(bed.ask(&twice)), Objection::Malformed(_)));
}

#[test]
fn a_query_of_the_redirect_uri_stays() {
    let bed = Bed::new();
    for (uri, start) in [
        ("https://client.example/back?a=b%20c", "https://client.example/back?a=b%20c&error="),
        ("https://client.example/back?", "https://client.example/back?error="),
        ("https://client.example", "https://client.example?error="),
        (
            "cursor://anysphere.cursor-mcp/oauth/callback",
            "cursor://anysphere.cursor-mcp/oauth/callback?error=",
        ),
    ] {
        let client = with_redirects(&bed, &[uri]);
        let asked = bed.ask(&changed(&query(&client), "redirect_uri", Some(uri))).unwrap();
        let location = wait(bed.server.deny(&asked, &user(1), None));
        assert!(location.starts_with(start), "{location}");
    }
}

#[test]
fn s4_a_redirect_uri_that_was_left_out_at_registration_is_never_used() {
    let bed = Bed::new();
    let client = with_redirects(&bed, &[BACK, "javascript:alert(1)", "http://evil.example/"]);
    for uri in ["javascript:alert(1)", "http://evil.example/"] {
        let objection = shown(bed.ask(&changed(&query(&client), "redirect_uri", Some(uri))));
        assert!(matches!(objection, Objection::ForeignRedirect));
    }
}

proptest! {
    #[test]
    fn o1_no_other_text_is_the_redirect_uri(place in any::<prop::sample::Index>(), byte in any::<u8>(), kind in 0..3_u8) {
        let bed = Bed::new();
        let client = bed.client();
        let mut bytes = BACK.as_bytes().to_vec();
        let place = place.index(bytes.len());
        match kind {
            0 => bytes[place] = byte,
            1 => bytes.insert(place, byte),
            _ => { bytes.remove(place); }
        }
        let other = String::from_utf8_lossy(&bytes).into_owned();
        prop_assume!(other != BACK);
        let answer = bed.ask(&changed(&query(&client), "redirect_uri", Some(&other)));
        let is_shown = matches!(answer, Err(AskError::Shown(_)));
        prop_assert!(is_shown);
    }

    #[test]
    fn o19_any_state_comes_back(state in "[ -~]{1,200}") {
        let bed = Bed::new();
        let client = bed.client();
        let asked = bed.ask(&changed(&query(&client), "state", Some(&state))).unwrap();
        let location = wait(bed.server.deny(&asked, &user(1), None));
        prop_assert_eq!(parameter(&location, "state"), Some(state));
    }

    #[test]
    fn whatever_is_asked_something_is_answered(query in prop::collection::vec(("[a-z_]{1,16}", ".{0,40}"), 0..8)) {
        let bed = Bed::new();
        let _ = wait(bed.server.ask(&query));
        let _ = wait(bed.server.token(&query, None, None));
    }
}

#[test]
fn the_verifier_of_the_tests_is_one() {
    assert!((43..=128).contains(&VERIFIER.len()));
}

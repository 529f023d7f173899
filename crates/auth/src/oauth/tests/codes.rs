//! The tokens for a code.

use super::*;

/// What is told of a code that is not good.
fn refusal(answer: Result<Value, Error>) -> (u16, &'static str) {
    let error = answer.unwrap_err();
    (error.status, error.code)
}

const GONE: (u16, &str) = (400, "invalid_grant");

#[test]
fn what_is_answered_has_what_clients_read() {
    let bed = Bed::new();
    let client = bed.client();
    let code = bed.code(&query(&client), &user(1));
    let told = bed.redeem(&client, &code, VERIFIER).unwrap();
    assert_eq!(told["token_type"], "Bearer");
    assert_eq!(told["expires_in"], 3600);
    assert_eq!(told["scope"], "read write offline_access");
    assert!(text(&told, "access_token").starts_with("mat_"));
    assert!(text(&told, "refresh_token").starts_with("mrt_"));
}

#[test]
fn o4_a_code_is_good_once_and_its_second_use_ends_what_came_of_the_first() {
    let bed = Bed::new();
    let connected = bed.connected();
    assert!(bed.bearer(&connected.access).is_some());
    assert_eq!(refusal(bed.redeem(&connected.client, &connected.code, VERIFIER)), GONE);
    assert_eq!(bed.bearer(&connected.access), None);
    assert_eq!(refusal(bed.refresh(&connected.client, &connected.refresh)), GONE);
    assert_eq!(bed.log.names().last().unwrap(), "token.reuse.refused");
}

#[test]
fn o4_a_used_code_ends_its_family_whoever_shows_it() {
    let bed = Bed::new();
    let connected = bed.connected();
    let other = bed.client();
    bed.clock.advance(80_000.0);
    assert_eq!(refusal(bed.redeem(&other, &connected.code, VERIFIER)), GONE);
    assert_eq!(refusal(bed.refresh(&connected.client, &connected.refresh)), GONE);
}

#[test]
fn o4_of_32_redemptions_at_the_same_time_one_gets_tokens() {
    let bed = Bed::new();
    let client = bed.client();
    let code = bed.code(&query(&client), &user(1));
    let form = pairs(&[
        ("grant_type", "authorization_code"),
        ("client_id", &client),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ]);
    let server = Arc::new(bed.server);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let answers = runtime.block_on(async {
        let calls: Vec<_> = (0..32)
            .map(|_| {
                let (server, form) = (Arc::clone(&server), form.clone());
                tokio::spawn(async move { server.token(&form, None, None).await })
            })
            .collect();
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.unwrap());
        }
        answers
    });
    let good: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().ok()).collect();
    assert_eq!(good.len(), 1);
    // Two had it: nobody keeps what came of it.
    let access = text(good[0], "access_token");
    assert_eq!(wait(server.bearer(access.as_bytes())).unwrap(), None);
}

#[test]
fn o4_a_code_is_of_its_client_redirect_uri_and_verifier_and_a_wrong_try_does_not_use_it_up() {
    let bed = Bed::new();
    let client = bed.client();
    let other = bed.client();
    let code = bed.code(&query(&client), &user(1));
    let good = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code.as_str()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let longer = format!("{VERIFIER}A");
    for (name, value) in [
        ("client_id", other.as_str()),
        ("redirect_uri", "https://client.example/back/"),
        ("redirect_uri", "https://client.example/back?"),
        ("code_verifier", &longer),
    ] {
        assert_eq!(refusal(bed.token(&changed(&good, name, Some(value)))), GONE, "{name}={value}");
        assert_eq!(bed.log.names().last().unwrap(), "token.issue.refused");
    }
    let mut twisted = code.clone().into_bytes();
    let last = twisted.last_mut().unwrap();
    *last = if *last == b'A' { b'B' } else { b'A' };
    assert_eq!(refusal(bed.redeem(&client, std::str::from_utf8(&twisted).unwrap(), VERIFIER)), GONE);
    assert!(bed.token(&good).is_ok());
}

#[test]
fn o3_a_code_without_its_verifier_is_worth_nothing() {
    let bed = Bed::new();
    let client = bed.client();
    let code = bed.code(&query(&client), &user(1));
    let form =
        [("grant_type", "authorization_code"), ("client_id", client.as_str()), ("code", code.as_str())];
    assert_eq!(refusal(bed.token(&form)), (400, "invalid_request"));
    for verifier in ["short", &"a".repeat(42), &"a".repeat(129), &format!("{}!", "a".repeat(43)), challenge()]
    {
        let answer = bed.token(&changed(&form, "code_verifier", Some(verifier)));
        assert!(answer.is_err(), "{verifier}");
    }
    assert!(bed.redeem(&client, &code, VERIFIER).is_ok());
}

#[test]
fn o22_a_code_is_good_until_the_moment_in_which_it_expires() {
    for (seconds, is_good) in [(59.0, true), (60.0, false), (61.0, false)] {
        let bed = Bed::new();
        let client = bed.client();
        let code = bed.code(&query(&client), &user(1));
        bed.clock.advance(seconds);
        assert_eq!(bed.redeem(&client, &code, VERIFIER).is_ok(), is_good, "{seconds}");
    }
}

#[test]
fn a_client_of_oauth_2_1_need_not_say_the_redirect_uri_again() {
    let bed = Bed::new();
    let client = bed.client();
    let code = bed.code(&query(&client), &user(1));
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", code.as_str()),
        ("code_verifier", VERIFIER),
    ];
    assert!(bed.token(&form).is_ok());
}

#[test]
fn o10_a_token_may_be_for_a_part_of_what_was_allowed_and_for_nothing_more() {
    for (allowed, asked, got) in [
        (ISSUER, None, Ok(ISSUER)),
        (ISSUER, Some("https://memory.example/mcp"), Ok("https://memory.example/mcp")),
        ("https://memory.example/mcp", None, Ok("https://memory.example/mcp")),
        ("https://memory.example/mcp", Some(ISSUER), Err("invalid_target")),
        (ISSUER, Some("https://evil.example"), Err("invalid_target")),
    ] {
        let bed = Bed::new();
        let client = bed.client();
        let code = bed.code(&changed(&query(&client), "resource", Some(allowed)), &user(1));
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", client.as_str()),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
        ];
        let answer = bed.token(&changed(&form, "resource", asked));
        let resource = answer.map(|told| bed.bearer(&text(&told, "access_token")).unwrap().resource);
        assert_eq!(resource.as_deref().map_err(|error| error.code), got);
    }
}

#[test]
fn a_client_that_may_not_refresh_gets_no_refresh_token_and_its_authorization_ends_with_the_token() {
    let bed = Bed::new();
    let mut without = said();
    without["grant_types"] = serde_json::json!(["authorization_code"]);
    let client = text(&bed.register(&without).unwrap(), "client_id");
    let code = bed.code(&query(&client), &user(1));
    let told = bed.redeem(&client, &code, VERIFIER).unwrap();
    assert_eq!(told.get("refresh_token"), None);
    bed.clock.advance(3660.0);
    assert_eq!(wait(bed.server.authorizations_of(&user(1))).unwrap(), []);
}

#[test]
fn o23_what_cannot_be_written_down_is_not_given() {
    let bed = Bed::new();
    let client = bed.client();
    let code = bed.code(&query(&client), &user(1));
    bed.log.become_busy();
    assert_eq!(refusal(bed.redeem(&client, &code, VERIFIER)), (503, "temporarily_unavailable"));
    assert_eq!(wait(bed.server.authorizations_of(&user(1))).unwrap(), []);
}

#[test]
fn a_store_that_is_busy_is_no_wrong_code() {
    let bed = Bed::new();
    let client = bed.client();
    let code = bed.code(&query(&client), &user(1));
    bed.store.become_busy(true);
    assert_eq!(refusal(bed.redeem(&client, &code, VERIFIER)), (503, "temporarily_unavailable"));
    bed.store.become_busy(false);
    assert!(bed.redeem(&client, &code, VERIFIER).is_ok());
}

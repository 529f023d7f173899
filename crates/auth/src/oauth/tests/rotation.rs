//! New tokens for a refresh token.

use super::*;

fn is_refused(answer: Result<Value, Error>) -> bool {
    answer.is_err_and(|error| (error.status, error.code) == (400, "invalid_grant"))
}

#[test]
fn s8_o11_a_refresh_token_is_good_once_and_gives_the_next_one() {
    let bed = Bed::new();
    let one = bed.connected();
    bed.clock.advance(100.0);
    let told = bed.refresh(&one.client, &one.refresh).unwrap();
    let (access, refresh) = (text(&told, "access_token"), text(&told, "refresh_token"));
    assert!(refresh != one.refresh && access != one.access);
    assert_eq!(told["expires_in"], 3600);
    assert_eq!(told["scope"], "read write offline_access");
    // The access token before it is good until its own end.
    assert!(bed.bearer(&one.access).is_some() && bed.bearer(&access).is_some());
    bed.clock.advance(100.0);
    assert!(bed.refresh(&one.client, &refresh).is_ok());
}

#[test]
fn o12_a_client_that_did_not_get_the_answer_gets_the_same_once_more() {
    let bed = Bed::new();
    let one = bed.connected();
    let told = bed.refresh(&one.client, &one.refresh).unwrap();
    bed.clock.advance(10.0);
    let again = bed.refresh(&one.client, &one.refresh).unwrap();
    for name in ["access_token", "refresh_token", "scope"] {
        assert_eq!(told[name], again[name]);
    }
    assert_eq!(again["expires_in"], 3590);
    assert!(bed.bearer(&text(&again, "access_token")).is_some());
    assert!(bed.refresh(&one.client, &text(&again, "refresh_token")).is_ok());
}

#[test]
fn o12_a_refresh_token_that_comes_again_later_ends_its_family() {
    let bed = Bed::new();
    let one = bed.connected();
    let told = bed.refresh(&one.client, &one.refresh).unwrap();
    bed.clock.advance(10.001);
    assert!(is_refused(bed.refresh(&one.client, &one.refresh)));
    assert_eq!(bed.log.names().last().unwrap(), "token.reuse.refused");
    for access in [one.access, text(&told, "access_token")] {
        assert_eq!(bed.bearer(&access), None);
    }
    assert!(is_refused(bed.refresh(&one.client, &text(&told, "refresh_token"))));
}

#[test]
fn o12_a_refresh_token_whose_successor_was_used_ends_its_family_at_once() {
    let bed = Bed::new();
    let one = bed.connected();
    let two = bed.refresh(&one.client, &one.refresh).unwrap();
    let three = bed.refresh(&one.client, &text(&two, "refresh_token")).unwrap();
    assert!(is_refused(bed.refresh(&one.client, &one.refresh)));
    assert!(is_refused(bed.refresh(&one.client, &text(&three, "refresh_token"))));
    assert_eq!(bed.bearer(&text(&three, "access_token")), None);
}

#[test]
fn o12_of_many_refreshes_at_the_same_time_all_get_the_same() {
    let bed = Bed::new();
    let one = bed.connected();
    let server = Arc::new(bed.server);
    let form = pairs(&[
        ("grant_type", "refresh_token"),
        ("client_id", &one.client),
        ("refresh_token", &one.refresh),
    ]);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    let answers: Vec<_> = runtime.block_on(async {
        let calls: Vec<_> = (0..16)
            .map(|_| {
                let (server, form) = (Arc::clone(&server), form.clone());
                tokio::spawn(async move { server.token(&form, None, None).await.unwrap() })
            })
            .collect();
        let mut answers = Vec::new();
        for call in calls {
            answers.push(text(&call.await.unwrap(), "refresh_token"));
        }
        answers
    });
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[test]
fn o11_o22_what_nobody_uses_ends_and_so_does_what_is_used_all_the_time() {
    let day = 86_400.0;
    for (days, is_good) in [(29.999, true), (30.0, false), (30.001, false)] {
        let bed = Bed::new();
        let one = bed.connected();
        bed.clock.advance(days * day);
        assert_eq!(bed.refresh(&one.client, &one.refresh).is_ok(), is_good, "{days}");
    }
    let bed = Bed::new();
    let one = bed.connected();
    let mut refresh = one.refresh;
    for _ in 0..8 {
        bed.clock.advance(10.0 * day);
        refresh = text(&bed.refresh(&one.client, &refresh).unwrap(), "refresh_token");
    }
    bed.clock.advance(10.0 * day - 60.0);
    let told = bed.refresh(&one.client, &refresh).unwrap();
    // Nothing outlives what was allowed.
    assert_eq!(told["expires_in"], 60);
    bed.clock.advance(60.0);
    assert_eq!(bed.bearer(&text(&told, "access_token")), None);
    assert!(is_refused(bed.refresh(&one.client, &text(&told, "refresh_token"))));
}

#[test]
fn o13_a_refresh_may_ask_for_less_and_not_for_more() {
    let bed = Bed::new();
    let one = bed.connected();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", one.client.as_str()),
        ("refresh_token", one.refresh.as_str()),
    ];
    for scope in ["admin", "read admin", "superpower"] {
        let error = bed.token(&changed(&form, "scope", Some(scope))).unwrap_err();
        assert_eq!((error.status, error.code), (400, "invalid_scope"), "{scope}");
    }
    let told = bed.token(&changed(&form, "scope", Some("read"))).unwrap();
    assert_eq!(told["scope"], "read");
    assert_eq!(bed.bearer(&text(&told, "access_token")).unwrap().capability, Capability::Read);
    // Less is less for this token alone (RFC 6749 section 6).
    let told = bed.refresh(&one.client, &text(&told, "refresh_token")).unwrap();
    assert_eq!(bed.bearer(&text(&told, "access_token")).unwrap().capability, Capability::Write);
}

#[test]
fn o10_a_refresh_may_ask_for_a_part_of_the_resource_and_not_for_more() {
    let bed = Bed::new();
    let client = bed.client();
    let mcp = "https://memory.example/mcp";
    let code = bed.code(&changed(&query(&client), "resource", Some(mcp)), &user(1));
    let told = bed.redeem(&client, &code, VERIFIER).unwrap();
    let refresh = text(&told, "refresh_token");
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", client.as_str()),
        ("refresh_token", refresh.as_str()),
    ];
    let error = bed.token(&changed(&form, "resource", Some(ISSUER))).unwrap_err();
    assert_eq!(error.code, "invalid_target");
    assert!(bed.token(&changed(&form, "resource", Some(mcp))).is_ok());
}

#[test]
fn o12_the_refresh_token_of_another_client_is_refused_and_stays_good() {
    let bed = Bed::new();
    let one = bed.connected();
    let other = bed.client();
    assert!(is_refused(bed.refresh(&other, &one.refresh)));
    assert_eq!(bed.log.names().last().unwrap(), "token.refresh.refused");
    assert!(bed.refresh(&one.client, &one.refresh).is_ok());
}

#[test]
fn access_tokens_and_codes_are_no_refresh_tokens() {
    let bed = Bed::new();
    let one = bed.connected();
    for token in [&one.access, &one.code, "", "mrt_", "x"] {
        assert!(bed.refresh(&one.client, token).is_err(), "{token}");
    }
    assert_eq!(bed.bearer(&one.refresh), None);
    assert_eq!(bed.bearer(&one.code), None);
}

#[test]
fn o23_an_answer_that_was_not_written_down_is_given_when_the_client_asks_again() {
    let bed = Bed::new();
    let one = bed.connected();
    bed.log.become_busy();
    let error = bed.refresh(&one.client, &one.refresh).unwrap_err();
    assert_eq!((error.status, error.code), (503, "temporarily_unavailable"));
    bed.log.recover();
    let told = bed.refresh(&one.client, &one.refresh).unwrap();
    assert_eq!(bed.log.names().last().unwrap(), "token.refresh.done");
    assert!(bed.bearer(&text(&told, "access_token")).is_some());
}

use super::super::tests::{Bed, ISSUER, changed, pairs, query, text, user, wait};
use super::*;
use ports::Clock;

#[test]
fn a4_o22_an_access_token_is_good_until_the_moment_in_which_it_expires() {
    for (seconds, is_good) in [(3599.0, true), (3600.0, false), (3601.0, false)] {
        let bed = Bed::new();
        let connected = bed.connected();
        bed.clock.advance(seconds);
        assert_eq!(bed.bearer(&connected.access).is_some(), is_good, "{seconds}");
    }
}

#[test]
fn a4_what_is_no_access_token_of_this_server_is_nobodys() {
    let bed = Bed::new();
    let connected = bed.connected();
    let elsewhere = Bed::new().connected();
    let cut = &connected.access[..connected.access.len() - 1];
    // A JWT without a signature, as the original would have looked at.
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInNjb3BlIjoiYWRtaW4ifQ.";
    let upper = connected.access.to_uppercase();
    for token in [cut, unsigned, &upper, "", "mat_", &connected.refresh, &connected.code, &connected.client] {
        assert_eq!(bed.bearer(token), None, "{token}");
    }
    // Made with the same random numbers by another installation, whose file this one does not have.
    let other = Bed::new();
    assert_eq!(other.bearer(&elsewhere.access), None);
}

#[test]
fn a4_a_token_for_mcp_is_not_good_for_anything_else() {
    let bed = Bed::new();
    let client = bed.client();
    let mcp = "https://memory.example/mcp";
    let code = bed.code(&changed(&query(&client), "resource", Some(mcp)), &user(1));
    let told = bed.redeem(&client, &code, super::super::tests::VERIFIER).unwrap();
    let bearer = bed.bearer(&text(&told, "access_token")).unwrap();
    assert_eq!(bearer.resource, mcp);
    assert!(bed.server.is_good_at(&bearer, "/mcp") && !bed.server.is_good_at(&bearer, "/api/memories"));
    let everything = bed.bearer(&bed.connected().access).unwrap();
    assert_eq!(everything.resource, ISSUER);
    assert!(
        bed.server.is_good_at(&everything, "/mcp") && bed.server.is_good_at(&everything, "/api/memories")
    );
}

#[test]
fn the_use_of_a_token_is_noted_once_a_minute() {
    let bed = Bed::new();
    let connected = bed.connected();
    // It was used when it was made.
    bed.bearer(&connected.access);
    assert_eq!(bed.store.uses(), 0);
    bed.clock.advance(60.0);
    for _ in 0..3 {
        bed.bearer(&connected.access);
    }
    assert_eq!(bed.store.uses(), 1);
    bed.clock.advance(60.0);
    bed.bearer(&connected.access);
    assert_eq!(bed.store.uses(), 2);
    let own = wait(bed.server.authorizations_of(&user(1))).unwrap();
    assert_eq!(own[0].last_used_at, Some(bed.clock.now()));
}

#[test]
fn a_store_that_is_busy_is_no_wrong_token() {
    let bed = Bed::new();
    let connected = bed.connected();
    bed.store.become_busy(true);
    assert!(wait(bed.server.bearer(connected.access.as_bytes())).is_err());
}

#[test]
fn every_call_can_be_made_from_any_thread() {
    fn sent<T: Send>(_: &T) {}
    let bed = Bed::new();
    let (server, client) = (&bed.server, bed.client());
    let form = pairs(&[]);
    let asked = bed.ask(&query(&client)).unwrap();
    let id = AuthorizationId::from_bytes([1; 10]);
    let client = model::oauth::ClientId::from_bytes([1; 10]);
    let someone = user(1);
    sent(&server.register(b"", None, None));
    sent(&server.ask(&form));
    sent(&server.allow(&asked, &someone, &Space::Default, Capability::Read, None));
    sent(&server.deny(&asked, &someone, None));
    sent(&server.token(&form, None, None));
    sent(&server.revoke(&form, None, None));
    sent(&server.introspect(&form, None));
    sent(&server.bearer(b""));
    sent(&server.authorizations_of(&someone));
    sent(&server.withdraw(&someone, &id, None));
    sent(&server.end_all_of(&someone, "x"));
    sent(&server.remove_client(&client, "x"));
    sent(&server.approve(&client, &someone, &Space::Default, Capability::Read));
}

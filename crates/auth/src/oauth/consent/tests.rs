use super::super::tests::{Bed, VERIFIER, changed, parameter, query, text, user, wait};
use super::*;
use ports::{AuditLog, MAX_AUTHORIZATIONS_OF_ONE};

#[test]
fn a_user_allows_less_than_was_asked_for_and_never_more() {
    for (asked, allowed, got) in [
        ("read write", Capability::Read, Capability::Read),
        ("read write", Capability::Admin, Capability::Write),
        ("admin", Capability::Admin, Capability::Admin),
        ("read", Capability::Write, Capability::Read),
    ] {
        let bed = Bed::new();
        let client = bed.client();
        let asked = bed.ask(&changed(&query(&client), "scope", Some(asked))).unwrap();
        let location = wait(bed.server.allow(&asked, &user(1), &Space::Default, allowed, None)).unwrap();
        let told = bed.redeem(&client, &parameter(&location, "code").unwrap(), VERIFIER).unwrap();
        assert_eq!(bed.bearer(&text(&told, "access_token")).unwrap().capability, got);
    }
}

#[test]
fn o13_what_is_told_of_the_scope_is_what_was_asked_for_and_allowed() {
    let bed = Bed::new();
    let client = bed.client();
    for (scope, told) in [
        ("write", "write"),
        ("read write admin", "read write"),
        ("admin offline_access", "read write offline_access"),
    ] {
        let asked = bed.ask(&changed(&query(&client), "scope", Some(scope))).unwrap();
        let location =
            wait(bed.server.allow(&asked, &user(1), &Space::Default, Capability::Write, None)).unwrap();
        let answer = bed.redeem(&client, &parameter(&location, "code").unwrap(), VERIFIER).unwrap();
        assert_eq!(answer["scope"], told, "{scope}");
    }
}

#[test]
fn no_is_written_down_and_gives_nothing() {
    let bed = Bed::new();
    let client = bed.client();
    let asked = bed.ask(&query(&client)).unwrap();
    let machine = "192.0.2.7".parse().unwrap();
    wait(bed.server.deny(&asked, &user(1), Some(machine)));
    assert_eq!(wait(bed.server.authorizations_of(&user(1))).unwrap(), []);
    let entries = wait(bed.log.entries(&Default::default(), 1)).unwrap();
    assert_eq!(entries[0].name(), "authorization.grant.refused");
    assert_eq!(entries[0].machine.as_ref().unwrap().as_str(), "192.0.2.7");
    assert_eq!(entries[0].actor.as_ref().unwrap().as_str(), format!("user:{}", user(1)));
}

#[test]
fn o23_what_cannot_be_written_down_is_not_allowed() {
    let bed = Bed::new();
    let client = bed.client();
    let asked = bed.ask(&query(&client)).unwrap();
    bed.log.become_busy();
    let error =
        wait(bed.server.allow(&asked, &user(1), &Space::Default, Capability::Read, None)).unwrap_err();
    assert_eq!((error.status, error.code), (503, "temporarily_unavailable"));
    assert_eq!(wait(bed.server.authorizations_of(&user(1))).unwrap(), []);
    let location = bed.server.give_up(&asked, &error);
    assert_eq!(parameter(&location, "error").as_deref(), Some("temporarily_unavailable"));
}

#[test]
fn a_user_allows_no_more_than_the_limit() {
    let bed = Bed::new();
    let client = bed.client();
    for _ in 0..MAX_AUTHORIZATIONS_OF_ONE {
        bed.code(&query(&client), &user(1));
    }
    let asked = bed.ask(&query(&client)).unwrap();
    let one_more = wait(bed.server.allow(&asked, &user(1), &Space::Default, Capability::Read, None));
    assert_eq!(one_more.unwrap_err().code, "access_denied");
    assert!(wait(bed.server.allow(&asked, &user(2), &Space::Default, Capability::Read, None)).is_ok());
    // Those of which no code was redeemed are given up.
    bed.clock.advance(3600.0);
    assert!(wait(bed.server.allow(&asked, &user(1), &Space::Default, Capability::Read, None)).is_ok());
}

//! Who asks at the token endpoint; ending and examining tokens.

use super::*;
use serde_json::json;

/// A client with a secret that may do everything, and its secret.
fn confidential(bed: &Bed) -> (String, String) {
    let told = bed
        .register(&json!({
            "redirect_uris": [BACK],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
        }))
        .unwrap();
    (text(&told, "client_id"), text(&told, "client_secret"))
}

fn form(code: &str) -> Vec<(&str, &str)> {
    vec![("grant_type", "authorization_code"), ("code", code), ("code_verifier", VERIFIER)]
}

#[test]
fn o6_a_client_with_a_secret_shows_it_in_the_header_or_in_the_form() {
    let bed = Bed::new();
    let (id, secret) = confidential(&bed);
    let code = bed.code(&query(&id), &user(1));
    let header = basic(&id, &secret);
    assert!(wait(bed.server.token(&pairs(&form(&code)), Some(&header), None)).is_ok());
    let code = bed.code(&query(&id), &user(1));
    let mut posted = form(&code);
    posted.extend([("client_id", id.as_str()), ("client_secret", secret.as_str())]);
    assert!(bed.token(&posted).is_ok());
    let code = bed.code(&query(&id), &user(1));
    let lower = [b"basic".as_slice(), &header[5..]].concat();
    assert!(wait(bed.server.token(&pairs(&form(&code)), Some(&lower), None)).is_ok());
}

#[test]
fn o6_whoever_is_not_itself_is_told_the_same_as_nobody() {
    let bed = Bed::new();
    let (id, secret) = confidential(&bed);
    let public = bed.client();
    let other = confidential(&bed).1;
    let code = bed.code(&query(&id), &user(1));
    let shown: [&[(&str, &str)]; 7] = [
        &[("client_id", &id)],
        &[("client_id", &id), ("client_secret", &other)],
        &[("client_id", &id), ("client_secret", "wrong")],
        &[("client_id", &public), ("client_secret", &secret)],
        &[("client_id", "unknown")],
        &[("client_id", "un known")],
        &[],
    ];
    for shown in shown {
        let error = bed.token(&[&form(&code)[..], shown].concat()).unwrap_err();
        assert_eq!((error.status, error.code), (401, "invalid_client"), "{shown:?}");
        assert_eq!(error.description, Error::invalid_client().description);
    }
    for header in [
        basic(&id, &other),
        basic(&id, ""),
        basic(&id, "wrong"),
        basic("unknown", &secret),
        b"Basic !".to_vec(),
        b"Basic eA==".to_vec(),
    ] {
        let error = wait(bed.server.token(&pairs(&form(&code)), Some(&header), None)).unwrap_err();
        assert_eq!((error.status, error.code), (401, "invalid_client"));
        assert_eq!(error.challenge, Some("Basic realm=\"oauth\""));
    }
    // The code was not used up by any of them.
    assert!(wait(bed.server.token(&pairs(&form(&code)), Some(&basic(&id, &secret)), None)).is_ok());
}

#[test]
fn o6_what_is_there_twice_is_refused_and_what_is_unknown_is_ignored() {
    let bed = Bed::new();
    let (id, secret) = confidential(&bed);
    let code = bed.code(&query(&id), &user(1));
    for twice in
        [("code", "x"), ("grant_type", "refresh_token"), ("code_verifier", "x"), ("client_secret", "x")]
    {
        let form = [&form(&code)[..], &[twice]].concat();
        let error = wait(bed.server.token(&pairs(&form), Some(&basic(&id, &secret)), None)).unwrap_err();
        assert_eq!((error.status, error.code), (400, "invalid_request"), "{twice:?}");
    }
    let two = [&form(&code)[..], &[("client_id", "another")]].concat();
    let error = wait(bed.server.token(&pairs(&two), Some(&basic(&id, &secret)), None)).unwrap_err();
    assert_eq!(error.code, "invalid_request");
    let more = [&form(&code)[..], &[("audience", "x"), ("audience", "y"), ("client_id", &id), ("scope", "")]]
        .concat();
    assert!(wait(bed.server.token(&pairs(&more), Some(&basic(&id, &secret)), None)).is_ok());
}

#[test]
fn o5_other_grants_are_unknown_and_unregistered_ones_refused() {
    let bed = Bed::new();
    let client = bed.client();
    for (grant, code) in [
        ("password", "unsupported_grant_type"),
        ("urn:ietf:params:oauth:grant-type:device_code", "unsupported_grant_type"),
        ("client_credentials", "unauthorized_client"),
    ] {
        let error = bed.token(&[("grant_type", grant), ("client_id", &client)]).unwrap_err();
        assert_eq!((error.status, error.code), (400, code));
        // Before anything is looked up that was allowed to it.
        assert!(code != "unauthorized_client" || error.description.contains("did not register"));
    }
    assert_eq!(bed.token(&[("client_id", &client)]).unwrap_err().code, "invalid_request");
}

#[test]
fn o14_a_client_ends_its_tokens() {
    let bed = Bed::new();
    let one = bed.connected();
    let revoke = |client: &str, token: &str| {
        wait(bed.server.revoke(&pairs(&[("client_id", client), ("token", token)]), None, None))
    };
    // What is unknown or another's is told nothing of.
    let other = bed.client();
    for token in [one.access.as_str(), &one.refresh, "unknown", "mat_", &one.code] {
        revoke(&other, token).unwrap();
    }
    assert!(bed.bearer(&one.access).is_some());
    revoke(&one.client, &one.access).unwrap();
    assert_eq!(bed.bearer(&one.access), None);
    let told = bed.refresh(&one.client, &one.refresh).unwrap();
    // The refresh token ends all of it.
    revoke(&one.client, &text(&told, "refresh_token")).unwrap();
    assert_eq!(bed.bearer(&text(&told, "access_token")), None);
    assert!(bed.refresh(&one.client, &text(&told, "refresh_token")).is_err());
    let names = bed.log.names();
    let ends: Vec<_> = names.iter().filter(|name| name.contains("revoke")).collect();
    assert_eq!(ends, ["token.revoke.done", "authorization.revoke.done"]);
    let error = revoke("unknown", "x").unwrap_err();
    assert_eq!((error.status, error.code), (401, "invalid_client"));
    assert_eq!(revoke(&one.client, "").unwrap_err().code, "invalid_request");
}

#[test]
fn o15_only_a_client_with_a_secret_examines_tokens_and_only_its_own() {
    let bed = Bed::new();
    let (id, secret) = confidential(&bed);
    let code = bed.code(&query(&id), &user(1));
    let told = wait(bed.server.token(&pairs(&form(&code)), Some(&basic(&id, &secret)), None)).unwrap();
    let (access, refresh) = (text(&told, "access_token"), text(&told, "refresh_token"));
    let examine = |shown: (&str, &str), token: &str| {
        let header = basic(shown.0, shown.1);
        wait(bed.server.introspect(&pairs(&[("token", token)]), Some(&header))).unwrap()
    };
    let seconds = bed.clock.now().as_microseconds() / 1_000_000;
    assert_eq!(
        examine((&id, &secret), &access),
        json!({
            "active": true, "client_id": id, "sub": user(1).as_str(), "scope": "read write offline_access",
            "aud": ISSUER, "iss": ISSUER, "iat": seconds, "exp": seconds + 3600, "token_type": "Bearer",
        })
    );
    assert_eq!(examine((&id, &secret), &refresh)["active"], true);
    let other = confidential(&bed);
    let nothing = json!({ "active": false });
    for token in [access.as_str(), &refresh, "unknown", &code] {
        assert_eq!(examine((&other.0, &other.1), token), nothing);
    }
    let public = bed.connected();
    let own = pairs(&[("client_id", &public.client), ("token", &public.access)]);
    let error = wait(bed.server.introspect(&own, None)).unwrap_err();
    assert_eq!((error.status, error.code), (401, "invalid_client"));
    bed.clock.advance(3600.0);
    assert_eq!(examine((&id, &secret), &access), nothing);
    assert_eq!(examine((&id, &secret), &refresh)["active"], true);
    wait(bed.server.end_all_of(&user(1), "test")).unwrap();
    assert_eq!(examine((&id, &secret), &refresh), nothing);
}

//! Going there and coming back: whose answer it is.

use std::collections::HashMap;

use super::*;
use crate::accounts::AccountsError;

#[tokio::test]
async fn a_browser_is_sent_with_all_that_its_answer_is_known_by() {
    let bed = Bed::new().await;
    let departure = bed.party.depart("/account").await.unwrap();
    let (endpoint, query) = departure.address.split_once('?').unwrap();
    assert_eq!(endpoint, "https://id.example/realm/authorize");
    let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", BACK),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked[name], value);
    }
    let secrets = [&asked["state"], &asked["nonce"], &asked["code_challenge"]];
    assert!(
        secrets
            .iter()
            .all(|secret| secret.len() == 43 && !departure.cookie.reveal().contains(secret.as_str()))
    );
    let other = bed.party.depart("/account").await.unwrap();
    assert_ne!(other.address, departure.address);
    assert!(!departure.address.contains("hunter2") && !departure.cookie.reveal().contains("hunter2"));
}

#[tokio::test]
async fn an_endpoint_with_a_query_keeps_it() {
    let bed = Bed::new().await;
    bed.provider.say("authorization_endpoint", json!("https://id.example/go?p=policy"));
    let departure = bed.party.depart("").await.unwrap();
    assert!(departure.address.starts_with("https://id.example/go?p=policy&response_type=code&"));
}

#[tokio::test]
async fn a_user_with_an_identity_is_signed_in_and_goes_where_it_wanted_to() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    let departure = bed.party.depart("/oauth/authorize?a=b").await.unwrap();
    let query = bed.visit(&departure, &json!({"sub": "42"}));
    let Arrived::SignedIn(signed_in, next) = bed.arrive(&departure, &query, None).await.unwrap() else {
        panic!("nothing was to be linked")
    };
    assert_eq!((signed_in.user.name.as_str(), next.as_str()), ("ben", "/oauth/authorize?a=b"));
    let shown = signed_in.secret.reveal().as_bytes();
    assert!(bed.accounts.session(shown).await.unwrap().is_some());
    let entries = bed.log.entries(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(entries[0].name(), "sign_in.done");
    assert_eq!(entries[0].detail.as_ref().unwrap().as_str(), "42 at https://id.example/realm");
}

#[tokio::test]
async fn csrf_an_answer_of_another_browser_is_nobodys() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    let (own, evil) = (bed.party.depart("").await.unwrap(), bed.party.depart("").await.unwrap());
    let query = bed.visit(&evil, &json!({"sub": "42"}));
    // What an attacker's sign-in came to is put into somebody's browser: with its cookie, with none, with an empty state.
    assert!(matches!(bed.arrive(&own, &query, None).await, Err(OpenIdError::NotBegun)));
    let came = Came { cookie: None, query: &query, session: None, from: &from(1) };
    assert!(matches!(bed.party.arrive(&came).await, Err(OpenIdError::NotBegun)));
    for state in ["", "x", &departure_state(&own)[1..]] {
        let told = bed.arrive(&evil, &with(&query, "state", state), None).await;
        assert!(matches!(told, Err(OpenIdError::NotBegun)), "{state}");
    }
    let twice = [query.clone(), with(&query, "code", "")].concat();
    assert!(
        matches!(bed.arrive(&evil, &twice, None).await, Err(OpenIdError::NotBegun)),
        "state is there twice"
    );
    assert_eq!(bed.refusals().await.len(), 6);
    // None of that used it up.
    assert!(bed.arrive(&evil, &query, None).await.is_ok());
}

fn departure_state(departure: &Departure) -> String {
    let (_, query) = departure.address.split_once('?').unwrap();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "state").unwrap().1.into_owned()
}

#[tokio::test]
async fn replay_an_answer_counts_once() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    let departure = bed.party.depart("").await.unwrap();
    let query = bed.visit(&departure, &json!({"sub": "42"}));
    assert!(bed.arrive(&departure, &query, None).await.is_ok());
    assert!(matches!(bed.arrive(&departure, &query, None).await, Err(OpenIdError::NotBegun)));
    // Nor does a second answer to the same question.
    let again = bed.visit(&departure, &json!({"sub": "42"}));
    assert!(matches!(bed.arrive(&departure, &again, None).await, Err(OpenIdError::NotBegun)));
}

#[tokio::test]
async fn injection_a_code_of_another_sign_in_is_of_no_use() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    let (own, victims) = (bed.party.depart("").await.unwrap(), bed.party.depart("").await.unwrap());
    let stolen = bed.visit(&victims, &json!({"sub": "42"}));
    let code = &stolen.iter().find(|(name, _)| name == "code").unwrap().1;
    let query = with(&bed.visit(&own, &json!({"sub": "7"})), "code", code);
    // The provider knows for whom the code was (PKCE); one that did not look is found out by the nonce.
    let told = bed.arrive(&own, &query, None).await;
    assert!(matches!(told, Err(OpenIdError::Wrong(why)) if why.contains("invalid_grant")), "{told:?}");
    assert!(matches!(
        bed.come(&json!({"sub": "42", "nonce": "another"})).await,
        Err(OpenIdError::Wrong(why)) if why.contains("nonce")
    ));
}

#[tokio::test]
async fn mix_up_an_answer_of_another_provider_is_refused() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    for evil in ["https://evil.example", "https://id.example/realm/", "https://id.example"] {
        let departure = bed.party.depart("").await.unwrap();
        let query = with(&bed.visit(&departure, &json!({"sub": "42"})), "iss", evil);
        let told = bed.arrive(&departure, &query, None).await;
        assert!(matches!(told, Err(OpenIdError::Wrong(why)) if why.contains("(iss)")), "{evil}");
    }
    // The provider says that it always names itself, so a missing name is another one's answer.
    let departure = bed.party.depart("").await.unwrap();
    let query = with(&bed.visit(&departure, &json!({"sub": "42"})), "iss", "");
    assert!(matches!(bed.arrive(&departure, &query, None).await, Err(OpenIdError::Wrong(_))));
}

#[tokio::test]
async fn a_provider_that_never_names_itself_is_believed_without() {
    let bed = Bed::new().await;
    bed.provider.say("authorization_response_iss_parameter_supported", json!(false));
    bed.link("ben", "42").await;
    let departure = bed.party.depart("").await.unwrap();
    let query = with(&bed.visit(&departure, &json!({"sub": "42"})), "iss", "");
    assert!(bed.arrive(&departure, &query, None).await.is_ok());
    let departure = bed.party.depart("").await.unwrap();
    let twice =
        [bed.visit(&departure, &json!({"sub": "42"})), vec![("iss".to_owned(), ISSUER.to_owned())]].concat();
    assert!(bed.arrive(&departure, &twice, None).await.is_err());
}

#[tokio::test]
async fn somebody_may_stay_there_for_ten_minutes() {
    for (stay_s, is_good) in [(0.0, true), (599.0, true), (599.999, true), (600.0, false), (601.0, false)] {
        let bed = Bed::new().await;
        bed.link("ben", "42").await;
        let departure = bed.party.depart("").await.unwrap();
        bed.clock.advance(stay_s);
        let query = bed.visit(&departure, &json!({"sub": "42"}));
        assert_eq!(bed.arrive(&departure, &query, None).await.is_ok(), is_good, "{stay_s}");
    }
}

#[tokio::test]
async fn whoever_cancels_is_told_that() {
    let bed = Bed::new().await;
    let departure = bed.party.depart("").await.unwrap();
    let query = bed.visit(&departure, &json!({}));
    let query = with(&with(&query, "code", ""), "error", "access_denied");
    assert!(matches!(bed.arrive(&departure, &query, None).await, Err(OpenIdError::Denied)));
    assert_eq!(bed.refusals().await, ["sign_in.refused: the provider did not sign anybody in"]);
    let departure = bed.party.depart("").await.unwrap();
    let query = with(&bed.visit(&departure, &json!({})), "code", "");
    assert!(matches!(bed.arrive(&departure, &query, None).await, Err(OpenIdError::Wrong(_))));
}

#[tokio::test]
async fn returns_are_counted_by_machine_and_good_ones_are_not() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    for _ in 0..25 {
        bed.come(&json!({"sub": "42"})).await.unwrap();
    }
    let told =
        async || bed.party.arrive(&Came { cookie: None, query: &[], session: None, from: &from(1) }).await;
    for _ in 0..20 {
        assert!(matches!(told().await, Err(OpenIdError::NotBegun)));
    }
    assert!(matches!(told().await, Err(OpenIdError::Accounts(AccountsError::LockedOut { seconds: 5 }))));
    assert_eq!(bed.refusals().await.len(), 20, "what comes too early is not written down");
    let elsewhere = Came { cookie: None, query: &[], session: None, from: &from(2) };
    assert!(matches!(bed.party.arrive(&elsewhere).await, Err(OpenIdError::NotBegun)));
}

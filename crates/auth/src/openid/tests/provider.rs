//! The provider itself: when it is asked, and what becomes of it when it does not answer.

use testkit::ProviderKey;

use super::*;

#[tokio::test]
async fn a_provider_is_not_asked_before_somebody_goes_there_and_then_once_an_hour() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    assert!(bed.provider.reads().is_empty());
    let both = ["https://id.example/realm/.well-known/openid-configuration", "https://id.example/realm/keys"];
    for (wait_s, reads) in [(0.0, 2), (3599.0, 2), (1.0, 4)] {
        bed.clock.advance(wait_s);
        bed.come(&json!({"sub": "42"})).await.unwrap();
        assert_eq!(bed.provider.reads().len(), reads);
        assert_eq!(bed.provider.reads()[..2], both);
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_told_and_left_in_peace_for_a_while() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    bed.provider.be_down(true);
    for (wait_s, reads) in [(0.0, 1), (4.999, 1), (0.001, 2)] {
        bed.clock.advance(wait_s);
        assert!(matches!(bed.party.depart("").await, Err(OpenIdError::Unreachable)));
        assert_eq!(bed.provider.reads().len(), reads, "{wait_s}");
    }
    bed.provider.be_down(false);
    bed.clock.advance(5.0);
    assert!(bed.come(&json!({"sub": "42"})).await.is_ok());
}

#[tokio::test]
async fn what_is_known_of_a_provider_is_used_for_a_day_while_it_cannot_be_asked() {
    let bed = Bed::new().await;
    assert!(bed.party.depart("").await.is_ok());
    bed.provider.be_down(true);
    bed.clock.advance(86_399.0);
    assert!(bed.party.depart("").await.is_ok());
    bed.clock.advance(1.0);
    assert!(matches!(bed.party.depart("").await, Err(OpenIdError::Unreachable)));
}

#[tokio::test]
async fn a_provider_that_goes_down_meanwhile_signs_nobody_in() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    let departure = bed.party.depart("").await.unwrap();
    let query = bed.visit(&departure, &json!({"sub": "42"}));
    bed.provider.be_down(true);
    assert!(matches!(bed.arrive(&departure, &query, None).await, Err(OpenIdError::Unreachable)));
}

#[tokio::test]
async fn new_keys_are_read_when_a_token_names_one_but_no_more_than_once_a_minute() {
    let bed = Bed::new().await;
    bed.link("ben", "42").await;
    bed.come(&json!({"sub": "42"})).await.unwrap();
    bed.provider.sign_with(ProviderKey::ed25519("second"), true);
    bed.clock.advance(59.0);
    assert!(bed.come(&json!({"sub": "42"})).await.is_err());
    bed.clock.advance(1.0);
    assert!(bed.come(&json!({"sub": "42"})).await.is_ok());
    let reads = bed.provider.reads().len();
    // One that nobody knows is looked for, and not again and again.
    bed.provider.sign_with(ProviderKey::ed25519("evil"), false);
    for _ in 0..3 {
        bed.clock.advance(30.0);
        assert!(bed.come(&json!({"sub": "42"})).await.is_err());
    }
    assert_eq!(bed.provider.reads().len(), reads + 1);
}

#[tokio::test]
async fn a_provider_of_another_name_is_none() {
    let bed = Bed::new().await;
    bed.provider.say("issuer", json!("https://evil.example"));
    assert!(matches!(bed.party.depart("").await, Err(OpenIdError::Unreachable)));
}

#[tokio::test]
async fn this_server_proves_who_it_is_as_the_provider_likes() {
    for methods in [json!(["client_secret_basic"]), json!(["client_secret_post"]), json!(null)] {
        let bed = Bed::new().await;
        bed.link("ben", "42").await;
        bed.provider.say("token_endpoint_auth_methods_supported", methods.clone());
        assert!(bed.come(&json!({"sub": "42"})).await.is_ok(), "{methods}");
    }
    let bed = Bed::new().await;
    let provider = Arc::new(FakeIdentityProvider::new(ISSUER, CLIENT, "another secret"));
    let party = RelyingParty { provider: provider.clone(), ..bed.party };
    let bed = Bed { party, provider, ..bed };
    let told = bed.come(&json!({"sub": "42"})).await.map(|_| ());
    assert!(matches!(told, Err(OpenIdError::Wrong(why)) if why.contains("MCP_OIDC_CLIENT_SECRET")));
}

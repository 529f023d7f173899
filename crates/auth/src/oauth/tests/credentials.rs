//! Clients that act on their own.

use super::*;
use model::oauth::ClientId;
use serde_json::json;

fn machine(bed: &Bed) -> (String, String) {
    let told =
        bed.register(&json!({ "grant_types": ["client_credentials"], "client_name": "Machine" })).unwrap();
    assert_eq!((&told["redirect_uris"], &told["response_types"]), (&json!([]), &json!([])));
    (text(&told, "client_id"), text(&told, "client_secret"))
}

fn ask(bed: &Bed, (id, secret): &(String, String), scope: Option<&str>) -> Result<Value, Error> {
    let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
    bed.token(&changed(&form, "scope", scope))
}

fn approve(bed: &Bed, client: &(String, String), capability: Capability) {
    let id = ClientId::parse(&client.0).unwrap();
    wait(bed.server.approve(&id, &user(1), &Space::Default, capability)).unwrap();
}

#[test]
fn h1_registering_gives_nobody_access() {
    let bed = Bed::new();
    let client = machine(&bed);
    let error = ask(&bed, &client, None).unwrap_err();
    assert_eq!((error.status, error.code), (400, "unauthorized_client"));
    approve(&bed, &client, Capability::Write);
    let told = ask(&bed, &client, None).unwrap();
    assert_eq!((&told["scope"], told.get("refresh_token")), (&json!("read write"), None));
    let bearer = bed.bearer(&text(&told, "access_token")).unwrap();
    assert_eq!((bearer.user, bearer.space, bearer.capability), (user(1), Space::Default, Capability::Write));
    // What one client was approved another one was not.
    assert_eq!(ask(&bed, &machine(&bed), None).unwrap_err().code, "unauthorized_client");
}

#[test]
fn a_consent_of_a_user_is_no_approval_of_the_owner() {
    let bed = Bed::new();
    let said =
        json!({ "redirect_uris": [BACK], "grant_types": ["authorization_code", "client_credentials"] });
    let told = bed.register(&said).unwrap();
    let client = (text(&told, "client_id"), text(&told, "client_secret"));
    bed.code(&query(&client.0), &user(1));
    assert_eq!(ask(&bed, &client, None).unwrap_err().code, "unauthorized_client");
}

#[test]
fn a_client_on_its_own_gets_no_more_than_was_approved() {
    let bed = Bed::new();
    let client = machine(&bed);
    approve(&bed, &client, Capability::Read);
    assert_eq!(ask(&bed, &client, Some("write")).unwrap_err().code, "invalid_scope");
    assert_eq!(ask(&bed, &client, Some("offline_access read")).unwrap_err().code, "invalid_scope");
    assert_eq!(ask(&bed, &client, Some("read")).unwrap()["scope"], "read");
}

#[test]
fn an_approval_takes_the_place_of_the_one_before_and_can_be_taken_back() {
    let bed = Bed::new();
    let client = machine(&bed);
    approve(&bed, &client, Capability::Admin);
    let before = text(&ask(&bed, &client, None).unwrap(), "access_token");
    approve(&bed, &client, Capability::Read);
    assert_eq!(bed.bearer(&before), None);
    let all = wait(bed.server.authorizations_of(&user(1))).unwrap();
    assert_eq!(all.len(), 1);
    let token = text(&ask(&bed, &client, None).unwrap(), "access_token");
    assert!(bed.bearer(&token).is_some());
    wait(bed.server.withdraw(&user(1), &all[0].id, None)).unwrap();
    assert_eq!(bed.bearer(&token), None);
    assert_eq!(ask(&bed, &client, None).unwrap_err().code, "unauthorized_client");
}

#[test]
fn only_a_client_that_has_a_secret_and_registered_for_it_is_approved() {
    let bed = Bed::new();
    let public = bed.client();
    let said = json!({ "redirect_uris": [BACK], "grant_types": ["authorization_code"] });
    let browser = text(&bed.register(&said).unwrap(), "client_id");
    for id in [public, browser, "unknown".to_owned()] {
        let id = ClientId::parse(&id).unwrap();
        let approved = wait(bed.server.approve(&id, &user(1), &Space::Default, Capability::Read));
        assert_eq!(approved.unwrap_err().code, "unauthorized_client");
    }
}

#[test]
fn o23_what_cannot_be_written_down_is_not_approved_and_not_given() {
    let bed = Bed::new();
    let client = machine(&bed);
    let other = machine(&bed);
    approve(&bed, &client, Capability::Read);
    bed.log.become_busy();
    assert_eq!(ask(&bed, &client, None).unwrap_err().status, 503);
    let id = ClientId::parse(&other.0).unwrap();
    let approved = wait(bed.server.approve(&id, &user(1), &Space::Default, Capability::Read));
    assert_eq!(approved.unwrap_err().status, 503);
    assert_eq!(wait(bed.server.authorizations_of(&user(1))).unwrap().len(), 1);
}

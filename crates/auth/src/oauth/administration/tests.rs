use super::super::tests::{Bed, VERIFIER, query, text, user, wait};
use super::*;

#[test]
fn a_user_sees_what_it_allowed_and_takes_it_back() {
    let bed = Bed::new();
    let one = bed.connected();
    let all = wait(bed.server.authorizations_of(&user(1))).unwrap();
    assert_eq!(all.len(), 1);
    assert_eq!(all[0].client.as_str(), one.client);
    assert_eq!(all[0].redirect_owner.as_deref(), Some("client.example"));
    let id = &all[0].id;
    // What is another's is as what is not there.
    assert_eq!(wait(bed.server.withdraw(&user(2), id, None)).unwrap(), Withdrawal::NotFound);
    let nothing = AuthorizationId::from_bytes([7; 10]);
    assert_eq!(wait(bed.server.withdraw(&user(1), &nothing, None)).unwrap(), Withdrawal::NotFound);
    assert!(bed.bearer(&one.access).is_some());
    assert!(wait(bed.server.authorization(id)).unwrap().is_some());
    assert_eq!(wait(bed.server.withdraw(&user(1), id, None)).unwrap(), Withdrawal::Done);
    assert_eq!(bed.bearer(&one.access), None);
    assert!(bed.refresh(&one.client, &one.refresh).is_err());
    assert_eq!(wait(bed.server.authorizations_of(&user(1))).unwrap(), []);
    assert_eq!(wait(bed.server.authorization(id)).unwrap(), None);
    assert_eq!(bed.log.names().last().unwrap(), "authorization.revoke.done");
}

#[test]
fn o16_a_code_that_was_not_redeemed_yet_ends_with_everything_else_of_its_user() {
    let bed = Bed::new();
    let one = bed.connected();
    let code = bed.code(&query(&one.client), &user(1));
    let others = bed.code(&query(&one.client), &user(2));
    assert_eq!(wait(bed.server.end_all_of(&user(1), "user:x")).unwrap(), 2);
    assert_eq!(wait(bed.server.end_all_of(&user(1), "user:x")).unwrap(), 0);
    assert_eq!(bed.bearer(&one.access), None);
    assert!(bed.refresh(&one.client, &one.refresh).is_err());
    assert!(bed.redeem(&one.client, &code, VERIFIER).is_err());
    let told = bed.redeem(&one.client, &others, VERIFIER).unwrap();
    assert_eq!(bed.bearer(&text(&told, "access_token")).unwrap().user, user(2));
    let ends = bed.log.names().iter().filter(|name| *name == "authorization.revoke.done").count();
    assert_eq!(ends, 1);
}

#[test]
fn o16_a_client_that_is_removed_has_nothing_any_more() {
    let bed = Bed::new();
    let one = bed.connected();
    let id = ClientId::parse(&one.client).unwrap();
    assert_eq!(wait(bed.server.clients()).unwrap().len(), 1);
    assert!(wait(bed.server.remove_client(&id, "user:x")).unwrap());
    assert!(!wait(bed.server.remove_client(&id, "user:x")).unwrap());
    assert_eq!(bed.bearer(&one.access), None);
    let error = bed.refresh(&one.client, &one.refresh).unwrap_err();
    // The client is told to register again.
    assert_eq!((error.status, error.code), (401, "invalid_client"));
    assert_eq!(bed.log.names().last().unwrap(), "client.remove.done");
}

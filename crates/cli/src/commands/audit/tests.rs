use super::*;
use crate::render::time::noon;
use testkit::FakeAuditLog;

fn at(text: &str) -> Timestamp {
    Timestamp::from_stored_iso(text).unwrap()
}

fn log() -> Vec<AuditEntry> {
    vec![
        AuditEntry::new(at("2026-11-20T08:00:00Z"), AuditAction::KeyCreate, AuditOutcome::Done)
            .by("command line")
            .on("key:1111")
            .saying("write"),
        AuditEntry::new(at("2026-11-23T09:00:00Z"), AuditAction::SignIn, AuditOutcome::Refused)
            .from_machine("203.0.113.9")
            .saying("wrong password"),
        AuditEntry::new(at("2026-11-24T09:30:00Z"), AuditAction::KeyRevoke, AuditOutcome::Done)
            .by("key:1111")
            .on("key:2222"),
    ]
}

fn asked() -> Audit {
    Audit { actions: Vec::new(), refused: false, about: None, since: None, until: None, limit: 100 }
}

async fn shown(audit: Audit) -> Vec<&'static str> {
    let kept = FakeAuditLog::default();
    for entry in log() {
        kept.record(entry).await.unwrap();
    }
    let entries = audit.entries(&kept, &TimeZone::UTC).await.unwrap();
    entries.iter().map(|entry| entry.action.name()).collect()
}

#[tokio::test]
async fn entries_come_newest_first_and_each_condition_has_to_fit() {
    assert_eq!(shown(asked()).await, ["key.revoke", "sign_in", "key.create"]);
    assert_eq!(shown(Audit { limit: 1, ..asked() }).await, ["key.revoke"]);
    assert_eq!(shown(Audit { refused: true, ..asked() }).await, ["sign_in"]);
    let about = |id: &str| Audit { about: Some(id.to_owned()), ..asked() };
    assert_eq!(shown(about("key:1111")).await, ["key.revoke", "key.create"]);
    assert_eq!(shown(about("key:3333")).await, [""; 0]);
    let days = Audit {
        since: Some("2026-11-21".to_owned()),
        until: Some("2026-11-24T00:00:00Z".to_owned()),
        ..asked()
    };
    assert_eq!(shown(days).await, ["sign_in"]);
}

#[tokio::test]
async fn one_action_or_several_can_be_asked_for() {
    let of = |actions: &[AuditAction]| Audit { actions: actions.to_vec(), ..asked() };
    assert_eq!(shown(of(&[AuditAction::KeyCreate])).await, ["key.create"]);
    let keys = [AuditAction::KeyCreate, AuditAction::KeyRevoke];
    assert_eq!(shown(of(&keys)).await, ["key.revoke", "key.create"]);
    assert_eq!(shown(Audit { limit: 1, ..of(&keys) }).await, ["key.revoke"]);
}

#[tokio::test]
async fn a_time_that_is_none_is_refused_and_the_flag_named() {
    let wrong = Audit { since: Some("soon".to_owned()), ..asked() };
    let refused = wrong.entries(&FakeAuditLog::default(), &TimeZone::UTC).await.unwrap_err();
    assert!(
        matches!(&refused, Failure::Known { message, .. } if message.starts_with("--since: ")),
        "{refused:?}"
    );
}

#[test]
fn numbers_outside_the_limits_and_unknown_actions_are_refused() {
    assert_eq!((limit("1"), limit("10000")), (Ok(1), Ok(MAX_AUDIT_PAGE)));
    for text in ["0", "10001", "-1", "many"] {
        assert!(limit(text).is_err(), "{text}");
    }
    assert!(action("sign_in").is_ok() && action("sign_in.refused").is_err());
}

#[test]
fn people_see_a_table_and_programs_the_fields() {
    let rows = for_people(&log(), &noon(), Width::Columns(100), Headings::Plain);
    insta::assert_snapshot!(rows);
    let programs: Vec<Value> = log().iter().map(for_programs).collect();
    insta::assert_json_snapshot!(programs);
    assert_eq!(for_people(&[], &noon(), Width::Columns(100), Headings::Plain), "no entries");
}

use std::path::Path;

use super::*;
use crate::settings::{Environment, FlagValue};

fn settings() -> Settings {
    let work = tempfile::tempdir().unwrap();
    std::fs::write(work.path().join(".env"), "# mine\nMCP_AGENT_ID=planner\n").unwrap();
    let flag =
        FlagValue { variable: "MCP_MEMORY_SQLITE_PATH", flag: "--db", text: "/data/\u{1b}]0;x.db".into() };
    let variables = [
        ("MCP_HYBRID_KEYWORD_WEIGHT", "0.25"),
        ("MCP_API_KEY", "hunter2"),
        ("MCP_OAUTH_SECRET_KEY", "hunter4"),
        ("MCP_CONSOLIDATION_BATCH_SIZE", "50"),
        ("MCP_MEMORY_OFFLINE", "1"),
        ("MCP_AGNT_ID", "hunter3"),
    ];
    let environment = Environment::of(&variables, Some(Path::new("/home/u")), work.path());
    let mut settings = Settings::resolve(vec![flag], environment).unwrap();
    if let Origin::DotEnv { path, .. } = &mut settings.agent_id.origin {
        *path = "/work/.env".into();
    }
    settings.backups.value = "/data/backups".into();
    settings.base = None;
    settings
}

#[test]
fn settings_are_told_with_their_origin_and_without_secrets() {
    let text = for_people(&settings(), Extent::All, Width::Unlimited, Headings::Plain);
    assert!(!text.contains("hunter"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn what_has_no_effect_is_told_when_it_is_asked_for() {
    let text = for_people(&settings(), Extent::InForce, Width::Unlimited, Headings::Plain);
    assert!(!text.contains("MCP_CONSOLIDATION_BATCH_SIZE") && text.contains("MCP_AGNT_ID"), "{text}");
    assert_eq!(
        left_out(&settings(), Extent::InForce).as_deref(),
        Some("3 more variables are set and have no effect: --all says which and why")
    );
    assert_eq!(left_out(&settings(), Extent::All), None);
}

#[test]
fn programs_get_the_same_and_no_secret() {
    let report = for_programs(&settings(), Extent::All);
    assert!(!report.to_string().contains("hunter"), "{report}");
    let agent =
        report["settings"].as_array().unwrap().iter().find(|row| row["name"] == "MCP_AGENT_ID").unwrap();
    assert_eq!(agent["value"], "planner");
    assert_eq!(
        agent["origin"],
        json!({ "kind": "file", "name": "MCP_AGENT_ID", "path": "/work/.env", "line": 2 })
    );
    assert_eq!(report["unknown"], json!([{ "name": "MCP_AGNT_ID", "perhaps_meant": "MCP_AGENT_ID" }]));
    let secrets = report["without_effect"].as_array().unwrap().iter().filter(|row| row["is_secret"] == true);
    assert_eq!(secrets.count(), 1);
    assert!(for_programs(&settings(), Extent::InForce).get("without_effect").is_none());
}

#[test]
fn one_setting_is_told_whole_whether_it_has_effect_or_not() {
    let one = |name: &str| {
        let one = One::of(&settings(), name).unwrap();
        anstream::adapter::strip_str(&one.for_people()).to_string()
    };
    let weight = one("MCP_HYBRID_KEYWORD_WEIGHT");
    assert!(weight.contains("MCP_HYBRID_KEYWORD_WEIGHT in the environment"), "{weight}");
    let batch = one("MCP_CONSOLIDATION_BATCH_SIZE");
    assert!(batch.contains("comes later: "), "{batch}");
    assert!(one("MCP_API_KEY").contains("set (not shown)"));
    assert!(one("LOG_LEVEL").contains("MCP_LOG_LEVEL, if that is not set"));
    assert!(One::of(&settings(), "MCP_AGNT_ID").is_none());
}

//! The official conformance suite asks the HTTP door: once in front of a server that has every tool, prompt and resource
//! that its scenarios want (`tests/conformance`), and once as users have it, where those scenarios cannot pass.
//!
//! What may fail is listed in `tests/conformance/baseline`, each with its reason. An entry that does not fail any more
//! fails the test.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::http::HttpServer;
use crate::harness::{Home, node, process};

const REVISIONS: [&str; 2] = ["2026-07-28", "2025-11-25"];

#[test]
fn the_door_meets_the_suite_with_all_that_it_asks_for() {
    let server = HttpServer::start(Command::new(env!("CARGO_BIN_EXE_conformance")));
    for revision in REVISIONS {
        let verdict = ask(&server, "door", revision);
        // What the suite finds not to apply it does not count: there must be enough of what it does.
        assert!(verdict.passed >= 60, "{revision}: {verdict:?}");
        assert!(verdict.not_yet.is_empty(), "{revision}: {verdict:?}");
    }
}

#[test]
fn the_product_meets_the_suite_where_no_fixture_is_needed() {
    let home = Home::new().set("MCP_ALLOW_ANONYMOUS_ACCESS", "true");
    let server = home.http_server();
    // These call tools of a fixture.
    let not_yet =
        [&["json-schema-2020-12", "http-custom-header-server-validation"][..], &["json-schema-2020-12"]];
    for (revision, not_yet) in REVISIONS.into_iter().zip(not_yet) {
        let verdict = ask(&server, "product", revision);
        assert!(verdict.passed >= 35, "{revision}: {verdict:?}");
        assert_eq!(verdict.not_yet, not_yet, "{revision}");
    }
    server.stop();
}

#[test]
fn every_expected_failure_has_a_reason() {
    for name in ["door", "product"] {
        for path in REVISIONS.map(|revision| baseline(name, revision)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let bare = text.lines().filter(|line| line.trim_start().starts_with("- "));
            let bare: Vec<&str> = bare.filter(|line| !line.contains(" # ")).collect();
            assert!(bare.is_empty(), "{}: {bare:#?}", path.display());
        }
    }
}

/// What the suite says.
#[derive(Debug)]
struct Verdict {
    /// How many checks passed.
    passed: usize,
    /// The scenarios that failed, are not in the baseline, and that it will hold against servers one day, but does not yet.
    /// Those of an extension, `tasks`, are left out: the product does not have it.
    not_yet: Vec<String>,
}

fn baseline(name: &str, revision: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("conformance/baseline/{name}-{revision}.yml"))
}

/// Lets the suite ask all that a revision requires. No failure may be missing in the baseline, nor be there for nothing.
fn ask(server: &HttpServer, name: &str, revision: &str) -> Verdict {
    let results = tempfile::tempdir().unwrap();
    let mut suite = node::conformance();
    suite.args(["server", "--url", &format!("{}/mcp", server.url()), "--requirements", revision]);
    suite.arg("--expected-failures").arg(baseline(name, revision)).arg("-o").arg(results.path());
    let output = process::output(suite, b"");
    let (said, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let summary = said.split_once("SUMMARY").map_or(&*said, |(_, summary)| summary);
    assert!(output.status.success(), "{name} {revision}: {summary}{errors}");
    let listed = std::fs::read_to_string(baseline(name, revision)).unwrap();
    let failed = summary
        .lines()
        .filter_map(|line| line.strip_prefix("✗ ")?.split_once(':'))
        .map(|(scenario, _)| scenario);
    let not_yet = failed
        .filter(|scenario| !scenario.starts_with("tasks-") && !listed.contains(&format!("- {scenario}")))
        .map(str::to_owned);
    let total = summary.lines().find_map(|line| line.strip_prefix("Total: ")).unwrap_or_default();
    let passed = total.split(' ').next().and_then(|count| count.parse().ok());
    Verdict {
        passed: passed.unwrap_or_else(|| panic!("no total: {summary}{errors}")),
        not_yet: not_yet.collect(),
    }
}

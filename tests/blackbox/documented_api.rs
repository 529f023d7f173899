//! The OpenAPI document held against the server: Schemathesis makes requests of it, right ones and wrong ones, and checks the
//! answers. The same requests are made in every run.
//!
//! Of its checks these are left out, each for a reason:
//!
//! | check | why |
//! |---|---|
//! | `negative_data_rejection` | the original takes what it does not know, and numbers in texts; so do we |
//! | `positive_data_acceptance` | rules between fields, words for times and names of operations are in no schema |
//! | `ignored_auth` | it tries many wrong keys, which costs attempts: what is answered then is 429. The check `scopes` of `tests/python` and the authorisation matrix of crate `http-server` are stricter |
//!
//! `GET /api/events` does not end, so it is only asked by who is refused.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::http::Request;
use crate::harness::python::interpreter;
use crate::harness::{Home, process};

/// How many requests are made up for each operation, beside those at the edges of its parameters.
const EXAMPLES: &str = "10";
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,missing_required_header,\
                      unsupported_method,allow_header_conformance,use_after_free,ensure_resource_availability,scopes";
/// The key of the settings.
const OWNERS_KEY: &str = "the-key-of-whom-the-server-belongs-to";
/// What is left of a key in a report that has none.
const MASK: &str = "[Filtered]";

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(name)
}

/// Checks a server as somebody who was granted a scope; none is somebody without a key.
fn check(scope: Option<&str>) {
    let home = Home::new().set("MCP_RATE_LIMIT_PER_MINUTE", "0").set("MCP_API_KEY", OWNERS_KEY);
    let key = scope.map(|scope| match scope {
        // Whoever may do everything revokes the keys that are listed: this one is not among them.
        "admin" => OWNERS_KEY.to_owned(),
        scope => home.api_key(scope),
    });
    home.store("The ferry leaves at nine", &["--tags", "travel"]);
    let server = home.http_server();
    let document = server.send(&Request::get("/openapi.json")).of(200);
    let operations: usize =
        document["paths"].as_object().unwrap().values().map(|item| item.as_object().unwrap().len()).sum();

    let mut command = Command::new(interpreter().with_file_name("st"));
    command.args(["run", &format!("{}/openapi.json", server.url()), "--url", server.url()]);
    command.args(["--checks", CHECKS, "--max-examples", EXAMPLES, "--generation-deterministic"]);
    command.args(["--phases", "examples,coverage,fuzzing,stateful", "--no-color", "--continue-on-failure"]);
    command.env("SCHEMATHESIS_HOOKS", script("scopes.py")).env("GRANTED", scope.unwrap_or_default());
    if let Some(key) = &key {
        command.args(["--header", &format!("X-API-Key: {key}"), "--exclude-path", "/api/events"]);
        command.env("KEY", key);
    }
    command.current_dir(home.path());
    let output = process::output(command, b"");
    let report = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{report}\n{}", String::from_utf8_lossy(&output.stderr));
    let expected = operations - usize::from(key.is_some());
    assert!(report.contains(&format!("Tested: {expected}\n")), "{expected} of {operations}: {report}");
    if let Some(key) = &key {
        assert!(!report.contains(key), "a report has the key, not {MASK}");
        assert!(!server.log().contains(key), "{}", server.log());
    }
    let log = server.stop();
    assert!(!log.contains("ERROR"), "{log}");
}

#[test]
fn somebody_without_a_key_is_refused_as_the_document_says() {
    check(None);
}

#[test]
fn somebody_who_may_read_is_answered_as_the_document_says() {
    check(Some("read"));
}

#[test]
fn somebody_who_may_do_everything_is_answered_as_the_document_says() {
    check(Some("admin"));
}

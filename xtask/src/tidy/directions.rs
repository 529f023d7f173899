//! Which crate may know which: `model <- ports <- {ranking, engine} <- mcp <- cli`, adapters know `ports` and `model`,
//! and each foreign library has one home.

use std::process::Command;

use serde_json::Value;

/// What each crate of the product may depend on, among ours.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("ports", &["model"]),
    ("ranking", &["model", "ports"]),
    ("lexical", &[]),
    ("graph", &[]),
    ("transfer", &["model"]),
    ("engine", &["model", "ports", "ranking", "graph"]),
    ("embed", &["model", "ports"]),
    ("embed-http", &["model", "ports"]),
    ("embed-local", &["model", "ports"]),
    ("store-sqlite", &["model", "ports", "lexical"]),
    ("auth", &["model", "ports"]),
    ("egress", &["model", "ports"]),
    ("mcp", &["model", "ports", "engine"]),
    ("http-server", &["model", "ports", "engine", "auth", "mcp"]),
    (
        "cli",
        &[
            "model",
            "ports",
            "engine",
            "embed",
            "embed-http",
            "embed-local",
            "store-sqlite",
            "auth",
            "egress",
            "mcp",
            "http-server",
            "transfer",
        ],
    ),
];

/// Crates that only tests and developers use: they may depend on anything, and nothing of the product on them.
const DEVELOPMENT: &[&str] = &["testkit", "tests", "xtask"];

/// Foreign libraries, and the crates of the product that may know each: one, unless a row says more.
const HOMES: &[(&str, &str)] = &[
    ("rusqlite", "store-sqlite"),
    ("sqlite-vec", "store-sqlite"),
    ("rmcp", "mcp"),
    ("tokenizers", "embed-local"),
    ("candle-core", "embed-local"),
    ("candle-nn", "embed-local"),
    ("snowball_stemmers_rs", "lexical"),
    ("unicode-segmentation", "lexical"),
    // Texts go to the one endpoint that the owner set; what others name goes through `egress`.
    ("ureq", "embed-http"),
    ("ureq", "egress"),
    ("whichlang", "lexical"),
    ("axum", "http-server"),
    ("axum-server", "http-server"),
    ("tower-http", "http-server"),
    ("mdns-sd", "http-server"),
    ("prometheus-client", "http-server"),
    ("governor", "http-server"),
    ("maud", "http-server"),
    ("rcgen", "http-server"),
    ("rustls", "http-server"),
    ("utoipa", "http-server"),
    // Passkeys: what authenticators write, and their signatures.
    ("ciborium", "auth"),
    ("ring", "auth"),
    ("ring", "testkit"),
    ("clap", "cli"),
    ("toml", "cli"),
];

/// Every dependency that points the wrong way.
pub(crate) fn breaches() -> Result<Vec<String>, String> {
    let packages = workspace_packages()?;
    let names: Vec<&str> = packages.iter().filter_map(|package| package["name"].as_str()).collect();
    let mut breaches = Vec::new();
    for package in &packages {
        let name = package["name"].as_str().unwrap_or_default();
        if DEVELOPMENT.contains(&name) {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            breaches.push(format!("crate {name} has no row in xtask/src/tidy/directions.rs"));
            continue;
        };
        for dependency in normal_dependencies(package) {
            if names.contains(&dependency) && !allowed.contains(&dependency) {
                breaches.push(format!("crate {name} must not depend on {dependency}"));
            }
            let homes: Vec<&str> =
                HOMES.iter().filter(|(library, _)| *library == dependency).map(|(_, home)| *home).collect();
            if !homes.is_empty() && !homes.contains(&name) {
                breaches
                    .push(format!("library {dependency} is known to another crate than its home: {name}"));
            }
        }
    }
    Ok(breaches)
}

fn normal_dependencies(package: &Value) -> impl Iterator<Item = &str> {
    let dependencies = package["dependencies"].as_array().into_iter().flatten();
    dependencies
        .filter(|dependency| dependency["kind"].is_null())
        .filter_map(|dependency| dependency["name"].as_str())
}

fn workspace_packages() -> Result<Vec<Value>, String> {
    let output = Command::new("cargo")
        .args(["metadata", "--format-version", "1", "--no-deps", "--locked"])
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    Ok(metadata["packages"].as_array().cloned().unwrap_or_default())
}

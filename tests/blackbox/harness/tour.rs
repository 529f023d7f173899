//! A walk over everything that the server has: every tool called, every resource read, every prompt got. The rows are
//! those of `tests/clients/tour.json`; official clients walk it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::server::Answer;
use super::{Home, executable, node, process};

/// What came of a walk.
pub(crate) struct Report {
    /// The revision that client and server agreed on.
    pub(crate) version: String,
    /// The names of the tools.
    pub(crate) tools: Vec<String>,
    /// What each call was answered, in order, by the names of the tools.
    pub(crate) answers: Vec<(String, Answer)>,
    /// The templates of the resources.
    pub(crate) templates: Vec<String>,
    /// The resources that were read, by their addresses.
    pub(crate) resources: BTreeMap<String, String>,
    /// The texts of the prompts, by their names.
    pub(crate) prompts: BTreeMap<String, String>,
    /// What each completion gave, in the order of the rows.
    pub(crate) completions: Vec<Vec<String>>,
}

/// The rows.
pub(crate) fn rows() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/tour.json");
    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap_or_else(|error| panic!("{error}: {path:?}"))
}

/// The way to a server of a home that the client starts itself.
pub(crate) fn over_stdio(home: &Home) -> Value {
    by_command(executable::memory(), &["server"], home)
}

/// The way to a server over HTTP that is there already. `transport` is `streamable` or `sse`.
pub(crate) fn over_http(url: &str, transport: &str, header: (&str, &str)) -> Value {
    json!({"url": url, "transport": transport, "headers": {header.0: header.1}})
}

/// The way to a server by `mcp-remote`, which the client starts, and which asks the server over HTTP.
pub(crate) fn by_bridge(home: &Home, url: &str, header: (&str, &str)) -> Value {
    let (program, header) = (node::package("mcp-remote/dist/proxy.js"), format!("{}:{}", header.0, header.1));
    let arguments = [&program, url, "--transport", "http-only", "--header", &header];
    by_command("node", &arguments, home)
}

fn by_command(program: impl AsRef<Path>, arguments: &[&str], home: &Home) -> Value {
    let environment: serde_json::Map<String, Value> =
        home.environment().into_iter().map(|(name, value)| (name, value.into())).collect();
    json!({"command": program.as_ref(), "arguments": arguments, "environment": environment})
}

/// Lets a client walk, on its way to a server that lists every tool. `choice` says which revision, as the script of the
/// client has it.
pub(crate) fn walk(way: Value, client: Command, choice: (&str, Value)) -> Report {
    let mut plan = way;
    plan["tour"] = rows();
    plan[choice.0] = choice.1;
    let output = process::output(client, plan.to_string().as_bytes());
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {errors}"));
    let answer = |value: &Value| {
        let answer = Answer {
            is_error: value["is_error"].as_bool().unwrap(),
            text: text(&value["text"]),
            structured: value["structured"].clone(),
        };
        (text(&value["tool"]), answer)
    };
    Report {
        version: text(&report["version"]),
        tools: texts(&report["tools"]),
        answers: report["answers"].as_array().unwrap().iter().map(answer).collect(),
        templates: texts(&report["templates"]),
        resources: by_name(&report["resources"]),
        prompts: by_name(&report["prompts"]),
        completions: report["completions"].as_array().unwrap().iter().map(texts).collect(),
    }
}

impl Report {
    /// Checks that the walk left nothing out and that everything answered what it should.
    pub(crate) fn assert_complete(&self) {
        let listed: BTreeSet<&str> = self.tools.iter().map(String::as_str).collect();
        let called: BTreeSet<&str> = self.answers.iter().map(|(tool, _)| tool.as_str()).collect();
        assert_eq!(called, listed, "tests/clients/tour.json needs a row for every tool");
        for (tool, answer) in &self.answers {
            assert!(!answer.is_error && !answer.text.is_empty(), "{tool}: {answer:?}");
            assert!(answer.structured.is_object(), "{tool} has nothing for programs: {answer:?}");
        }
        let key = self.first("memory_store").hash();
        for tool in ["memory_search", "retrieve_memory", "recall_memory", "exact_match_retrieve"] {
            assert!(self.first(tool).hashes().contains(&key), "{tool}: {:?}", self.first(tool));
        }
        let deleted = |tool: &str| self.first(tool).structured["deleted_count"].clone();
        for (tool, count) in [
            ("delete_by_timeframe", 0),
            ("delete_by_all_tags", 1),
            ("delete_by_tags", 1),
            ("delete_memory", 1),
        ] {
            assert_eq!(deleted(tool), count, "{tool}: {:?}", self.first(tool));
        }

        let templates: BTreeSet<&str> = self.templates.iter().map(String::as_str).collect();
        let rows = rows();
        let known: BTreeSet<&str> =
            rows["addresses"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(templates, known);
        assert!(self.resources.len() > templates.len(), "no resource is listed");
        let documents = |address: &&String| !address.starts_with("memory://onboarding/");
        for address in self.resources.keys().filter(documents) {
            let document = &self.resources[address];
            let document: Value =
                serde_json::from_str(document).unwrap_or_else(|error| panic!("{address}: {error}"));
            assert!(document.is_object(), "{address}: {document}");
        }
        let memory = &self.resources[&format!("memory://memory/{key}")];
        assert!(memory.contains("port 5433"), "{memory}");

        let prompts: BTreeSet<&str> = self.prompts.keys().map(String::as_str).collect();
        assert_eq!(prompts, rows["prompts"].as_object().unwrap().keys().map(String::as_str).collect());
        for name in ["memory_review", "memory_analysis", "knowledge_export"] {
            assert!(self.prompts[name].contains("infra"), "{name}: {}", self.prompts[name]);
        }
        let completed = self.completions.iter().map(|values| values[0].as_str()).collect::<Vec<_>>();
        assert_eq!(completed, ["last week", "markdown", "infra", "10", "Keeper of the Archive"]);
    }

    /// What the first call of a tool was answered.
    fn first(&self, tool: &str) -> &Answer {
        let answer = self.answers.iter().find(|(name, _)| name == tool);
        answer.map_or_else(|| panic!("{tool} was not called"), |(_, answer)| answer)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(text).collect()
}

fn by_name(value: &Value) -> BTreeMap<String, String> {
    value.as_object().unwrap().iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

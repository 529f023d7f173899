//! The page of tools.

use mcp::tools::{Effect, OLDER, Repeat, TOOLS, Tool};
use serde_json::{Map, Value};

use super::markdown::{Page, code};

const ABOUT: &str = "The tools that an assistant sees over the Model Context Protocol. Each answers with a text and with structured \
content of the schema told here; a failure is one of [errors.md](errors.md).";

pub(super) fn page() -> String {
    let mut page = Page::new("Tools", ABOUT);
    page.table(
        ["Tool", "What it is", "Needs", "Changes", "Again", "Listed from"],
        TOOLS.iter().map(|tool| overview(tool)),
    );
    for tool in &TOOLS {
        describe(&mut page, tool);
    }
    page.heading(2, "Names of older releases");
    page.paragraph(
        "They can be called in every profile, are listed in `legacy` only, and answer in the form of today's tools.",
    );
    page.table(
        ["Tool", "What it does", "Parameters"],
        OLDER.iter().map(|tool| {
            let parameters = tool.parameters.iter().map(|parameter| code(parameter.name));
            let parameters = parameters.collect::<Vec<_>>().join(", ");
            [code(tool.name), tool.description.to_owned(), parameters]
        }),
    );
    page.finish()
}

fn overview(tool: &Tool) -> [String; 6] {
    let changes = match tool.annotations.effect {
        Effect::ReadOnly => "nothing",
        Effect::Additive => "adds",
        Effect::Destructive => "can lose something",
    };
    let again = match tool.annotations.repeat {
        Repeat::Idempotent => "changes nothing more",
        Repeat::Repeated => "does it again",
    };
    [
        code(tool.name),
        tool.title.to_owned(),
        code(tool.capability.name()),
        changes.to_owned(),
        again.to_owned(),
        code(tool.profile.name()),
    ]
}

fn describe(page: &mut Page, tool: &Tool) {
    page.heading(2, tool.name);
    page.paragraph(tool.description);
    let schema = tool.input_schema();
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let rows = tool.parameters.iter().map(|parameter| {
        let property = &schema["properties"][parameter.name];
        let mut text = parameter.description.to_owned();
        if !parameter.aliases.is_empty() {
            let aliases: Vec<String> = parameter.aliases.iter().map(|alias| code(alias)).collect();
            text.push_str(&format!(" (also {})", aliases.join(", ")));
        }
        let default = match property.get("default") {
            Some(default) => code(&default.to_string()),
            None if required.contains(&parameter.name) => "required".to_owned(),
            None => String::new(),
        };
        [code(parameter.name), kind(property), default, text]
    });
    page.table(["Parameter", "Type", "Default", "Meaning"], rows);
    if !tool.unsupported.is_empty() {
        page.paragraph("Parameters of the original that do nothing here yet, and what works instead:");
        let rows = tool
            .unsupported
            .iter()
            .map(|unsupported| [code(unsupported.name), unsupported.instead.to_owned()]);
        page.table(["Parameter", "Instead"], rows);
    }
    page.paragraph("Example of a call:");
    page.code("json", &format!("{:#}", Value::Object(tool.example())));
    page.paragraph("Answer:");
    let mut fields = Vec::new();
    flatten("", &tool.output_schema(), &mut fields);
    page.table(["Field", "Type", "Meaning"], fields);
}

/// The type of a property and which values it takes.
fn kind(property: &Value) -> String {
    let name = property["type"].as_str().unwrap_or("any");
    let kind = match property["items"]["type"].as_str() {
        Some(items) => format!("{name} of {items}s"),
        None => name.to_owned(),
    };
    let values = property["enum"].as_array().map(|values| {
        let values: Vec<String> = values.iter().filter_map(Value::as_str).map(code).collect();
        values.join(", ")
    });
    let bound = |name: &str| property.get(name).map(Value::to_string);
    match (values, bound("minimum"), bound("maximum")) {
        (Some(values), ..) => values,
        (None, Some(lowest), Some(highest)) => format!("{kind}, {lowest} to {highest}"),
        (None, Some(lowest), None) => format!("{kind} from {lowest}"),
        _ => kind,
    }
}

/// The fields of an answer; those of objects inside it as `outer.inner`.
fn flatten(above: &str, schema: &Map<String, Value>, fields: &mut Vec<[String; 3]>) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    for (name, property) in properties.into_iter().flatten() {
        let is_always = required.is_some_and(|required| required.iter().any(|always| always == name));
        let path = format!("{above}{name}");
        let kind = kind(property) + if is_always { "" } else { ", if there is one" };
        let meaning = property["description"].as_str().unwrap_or_default().to_owned();
        fields.push([code(&path), kind, meaning]);
        let (inner, below) = match property.get("items") {
            Some(items) => (items, format!("{path}[].")),
            None => (property, format!("{path}.")),
        };
        if let Some(inner) = inner.as_object() {
            flatten(&below, inner, fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_and_every_parameter_is_on_the_page() {
        let page = page();
        for tool in TOOLS.iter().chain(OLDER) {
            assert!(page.contains(&code(tool.name)), "{}", tool.name);
            for parameter in tool.parameters {
                assert!(page.contains(&code(parameter.name)), "{}.{}", tool.name, parameter.name);
            }
        }
    }
}

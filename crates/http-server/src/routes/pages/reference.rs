//! The reference: the OpenAPI document as a page.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value};

use super::html::{escaped, page as html_page, prose};

/// The document as a page.
pub(super) fn page(document: &Value) -> String {
    let info = &document["info"];
    let mut html = format!(
        "<main>\n<h1>{} {}</h1>\n<p>{}</p>\n<p>Show an API key as <code>X-API-Key</code> or as <code>Authorization: Bearer</code>. \
         The same as a document for programs: <a href=\"../openapi.json\">OpenAPI</a>. Assistants use MCP at \
         <code>/mcp</code>.</p>\n",
        escaped(text(&info["title"])),
        escaped(text(&info["version"])),
        prose(text(&info["description"]))
    );
    for (tag, operations) in by_tag(document) {
        html.push_str(&format!("<h2>{}</h2>\n", escaped(tag)));
        for (method, path, operation) in operations {
            write_operation(&mut html, method, path, operation);
        }
    }
    html.push_str("<h2>Shapes</h2>\n");
    for (name, schema) in entries(&document["components"]["schemas"]) {
        let name = escaped(name);
        let _ = write!(
            html,
            "<h3 id=\"{name}\"><code>{name}</code></h3>\n<p>{}</p>\n",
            prose(text(&schema["description"]))
        );
        write_fields(&mut html, schema);
    }
    html.push_str("</main>\n");
    html_page("Memory: reference", "docs/style.css", &html)
}

type Operation<'d> = (&'d str, &'d str, &'d Value);

fn by_tag(document: &Value) -> BTreeMap<&str, Vec<Operation<'_>>> {
    let mut tags: BTreeMap<&str, Vec<Operation<'_>>> = BTreeMap::new();
    for (path, item) in entries(&document["paths"]) {
        for (method, operation) in entries(item).filter(|(_, operation)| operation["responses"].is_object()) {
            tags.entry(text(&operation["tags"][0])).or_default().push((method, path, operation));
        }
    }
    tags
}

fn write_operation(html: &mut String, method: &str, path: &str, operation: &Value) {
    let method = escaped(&method.to_uppercase());
    let _ =
        write!(html, "<h3><span class=\"method\">{method}</span> <code>{}</code></h3>\n<p>", escaped(path));
    html.push_str(&prose(text(&operation["summary"])));
    if let Some(description) = operation["description"].as_str() {
        let _ = write!(html, ". {}", prose(description));
    }
    match operation["security"][0]["key"][0].as_str() {
        Some(scope) => {
            let _ = write!(html, " (scope <code>{}</code>)", escaped(scope));
        }
        None => html.push_str(" (for everybody)"),
    }
    html.push_str("</p>\n");
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows = parameters.iter().map(|parameter| {
        let place = format!("{} ({})", text(&parameter["name"]), text(&parameter["in"]));
        let is_required = parameter["required"] == true;
        (place, kind(&parameter["schema"]), is_required, text(&parameter["description"]).to_owned())
    });
    write_table(html, "Parameters", rows);
    let body = &operation["requestBody"]["content"]["application/json"]["schema"];
    if body.is_object() {
        let _ = writeln!(html, "<p>Body: {}</p>", kind(body));
    }
    html.push_str("<table>\n<caption>Answers</caption>\n");
    let own = entries(&operation["responses"]).filter(|(_, response)| response.get("$ref").is_none());
    for (status, response) in own {
        let schemas = entries(&response["content"]).map(|(_, content)| kind(&content["schema"]));
        let schemas = schemas.collect::<Vec<_>>().join(", ");
        let meaning = prose(text(&response["description"]));
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\">{}</th><td>{schemas}</td><td>{meaning}</td></tr>",
            escaped(status)
        );
    }
    html.push_str("</table>\n");
}

/// The fields of a shape, also of those that it is put together from.
fn write_fields(html: &mut String, schema: &Value) {
    let parts = schema["allOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    for part in parts {
        match part.get("$ref") {
            Some(_) => {
                let _ = writeln!(html, "<p>All of {}</p>", kind(part));
            }
            None => write_fields(html, part),
        }
    }
    let required = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let rows = entries(&schema["properties"]).map(|(name, field)| {
        let is_required = required.iter().any(|required| required == name);
        (name.to_owned(), kind(field), is_required, text(&field["description"]).to_owned())
    });
    write_table(html, "Fields", rows);
}

/// Rows of a name, a type as HTML, whether it must be there, and what it means.
fn write_table(html: &mut String, caption: &str, rows: impl Iterator<Item = (String, String, bool, String)>) {
    let mut rows = rows.peekable();
    if rows.peek().is_none() {
        return;
    }
    let _ = writeln!(html, "<table>\n<caption>{caption}</caption>");
    for (name, kind, is_required, meaning) in rows {
        let (name, needed) = (escaped(&name), if is_required { ", required" } else { "" });
        let meaning = prose(&meaning);
        let _ = writeln!(
            html,
            "<tr><th scope=\"row\"><code>{name}</code></th><td>{kind}{needed}</td><td>{meaning}</td></tr>"
        );
    }
    html.push_str("</table>\n");
}

/// A type, as HTML: a name with its bounds, or a link to a shape.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = escaped(reference.rsplit('/').next().unwrap_or_default());
        return format!("<a href=\"#{name}\"><code>{name}</code></a>");
    }
    for joined in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[joined].as_array() {
            return choices.iter().map(kind).collect::<Vec<_>>().join(" or ");
        }
    }
    let names: Vec<&str> = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        Value::String(name) => vec![name],
        _ => vec!["any"],
    };
    let mut html = escaped(&names.join(" or "));
    if schema["items"].is_object() {
        let _ = write!(html, " of {}", kind(&schema["items"]));
    }
    for (name, word) in [("minimum", "from"), ("maximum", "to"), ("default", "default")] {
        if let Some(value) = schema.get(name) {
            let _ = write!(html, " {word} {}", escaped(&value.to_string()));
        }
    }
    html
}

fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

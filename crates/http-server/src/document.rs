//! The OpenAPI document: what the routes say of themselves, and what is true of all of them.

use serde_json::{Map, Value, json};
use utoipa::openapi::OpenApi;

use crate::error::{ErrorDetail, InvalidRequest, Refused};

/// What every route can answer, because the guards around it do: status, name, what it means.
const EVERYWHERE: [(&str, &str, &str); 10] = [
    ("400", "BadRequest", "The head of the request cannot be understood"),
    ("403", "Forbidden", "The credential does not include what is asked, or another site asks"),
    ("408", "RequestTimeout", "The request took too long to arrive"),
    ("414", "TargetTooLong", "The address is too long"),
    ("421", "Misdirected", "This server is not called so"),
    ("429", "TooManyRequests", "Too many requests: `Retry-After` says when to try again"),
    ("431", "HeadersTooLong", "The head of the request is too long"),
    ("500", "Internal", "Something went wrong inside: the log says more"),
    ("503", "Unavailable", "The store, the model or the server cannot do it now: try again"),
    ("507", "StorageFull", "The disk is full"),
];
/// What routes can answer that take parameters, a body, a credential.
const WITH_INPUT: [(&str, &str, &str); 1] = [("422", "Invalid", "The request cannot be understood")];
const WITH_BODY: [(&str, &str, &str); 2] =
    [("413", "TooLarge", "The body is too long"), ("415", "UnsupportedEncoding", "The body is compressed")];
const WITH_CREDENTIAL: [(&str, &str, &str); 1] = [("401", "Unauthorized", "No credential, or a wrong one")];

/// Shapes that no route names.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Memory",
        description = "Long-term memory: store, and find again by meaning, words, tags and time."
    ),
    components(schemas(ErrorDetail, InvalidRequest, Refused))
)]
struct Base;

/// The whole document, from that of the routes.
pub(crate) fn complete(routes: OpenApi) -> Value {
    let mut document = <Base as utoipa::OpenApi>::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document.merge(routes);
    let mut document = serde_json::to_value(document).unwrap_or_default();
    for path in objects(document.get_mut("paths")) {
        objects(Some(path)).for_each(complete_operation);
    }
    let components = &mut document["components"];
    components["responses"] =
        all().map(|(_, name, meaning)| (name.to_owned(), response(name, meaning))).collect();
    components["securitySchemes"] = json!({
        "key": { "type": "apiKey", "in": "header", "name": "X-API-Key" },
        "bearer": { "type": "http", "scheme": "bearer" },
    });
    document
}

fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    EVERYWHERE.into_iter().chain(WITH_INPUT).chain(WITH_BODY).chain(WITH_CREDENTIAL)
}

/// The objects in an object.
fn objects(value: Option<&mut Value>) -> impl Iterator<Item = &mut Value> {
    value
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(Map::values_mut)
        .filter(|value| value.is_object())
}

fn complete_operation(operation: &mut Value) {
    let has = |name: &str| operation[name].as_array().is_some_and(|list| !list.is_empty());
    let (has_credential, has_body) = (has("security"), operation["requestBody"].is_object());
    let has_input = has_body || has("parameters");
    let kinds = [
        (true, &EVERYWHERE[..]),
        (has_input, &WITH_INPUT[..]),
        (has_body, &WITH_BODY[..]),
        (has_credential, &WITH_CREDENTIAL[..]),
    ];
    for (status, name, _) in kinds.into_iter().filter(|(is_so, _)| *is_so).flat_map(|(_, rows)| rows) {
        let reference = json!({ "$ref": format!("#/components/responses/{name}") });
        if let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) {
            responses.entry(*status).or_insert(reference);
        }
    }
    if let Some(security) = operation.get_mut("security").and_then(Value::as_array_mut) {
        // What a key may do, the same credential may do as a bearer token.
        let bearer = security.iter().filter_map(|one| Some(json!({ "bearer": one.get("key")? })));
        let bearer: Vec<Value> = bearer.collect();
        security.extend(bearer);
    }
}

fn response(name: &str, meaning: &str) -> Value {
    let schema = match name {
        "Unauthorized" => json!({ "$ref": "#/components/schemas/Refused" }),
        // A guard refuses with a sentence, a scope with an object.
        "Forbidden" => json!({
            "anyOf": [{ "$ref": "#/components/schemas/Refused" }, { "$ref": "#/components/schemas/ErrorDetail" }]
        }),
        "Invalid" => json!({
            "anyOf": [
                { "$ref": "#/components/schemas/InvalidRequest" },
                { "$ref": "#/components/schemas/ErrorDetail" },
            ]
        }),
        "TooLarge" => json!({
            "type": "object",
            "required": ["error", "error_description"],
            "properties": { "error": { "type": "string" }, "error_description": { "type": "string" } },
        }),
        _ => json!({ "$ref": "#/components/schemas/ErrorDetail" }),
    };
    json!({ "description": meaning, "content": { "application/json": { "schema": schema } } })
}

#[cfg(test)]
mod tests {
    use auth::oauth::Settings;
    use serde_json::Value;

    use crate::Options;
    use crate::fixture::{Door, ISSUER};

    fn operations(document: &Value) -> impl Iterator<Item = (String, &Value)> {
        document["paths"].as_object().unwrap().iter().flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .iter()
                .map(move |(method, operation)| (format!("{method} {path}"), operation))
        })
    }

    #[test]
    fn every_route_says_what_it_is_for_and_what_it_answers() {
        let document = crate::openapi();
        assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
        assert!(operations(&document).count() >= 25);
        for (name, operation) in operations(&document) {
            assert!(operation["summary"].is_string() && operation["tags"].is_array(), "{name}");
            let answers = operation["responses"].as_object().unwrap();
            for status in ["400", "403", "429", "500", "503"] {
                assert!(answers.contains_key(status), "{name}: {status}");
            }
            assert!(answers.contains_key("200") || answers.contains_key("201"), "{name}");
            let is_open = operation.get("security").is_none();
            if is_open && operation["tags"][0] == "oauth" {
                // A client that is not known there is told so.
                assert_eq!(operation["requestBody"].is_object(), answers.contains_key("401"), "{name}");
                continue;
            }
            assert!(
                is_open || operation["security"].as_array().is_some_and(|ways| ways.len() == 2),
                "{name}"
            );
            assert_eq!(is_open, !answers.contains_key("401"), "{name}");
            assert_eq!(operation["requestBody"].is_object(), answers.contains_key("413"), "{name}");
        }
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn references<'v>(value: &'v Value, found: &mut Vec<&'v str>) {
            match value {
                Value::Object(fields) => {
                    found.extend(fields.get("$ref").and_then(Value::as_str));
                    fields.values().for_each(|value| references(value, found));
                }
                Value::Array(list) => list.iter().for_each(|value| references(value, found)),
                _ => {}
            }
        }
        let (document, mut found) = (crate::openapi(), Vec::new());
        references(&document, &mut found);
        assert!(!found.is_empty());
        for reference in found {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }

    #[tokio::test]
    async fn anybody_may_read_the_document() {
        let all = Door::issuing(Settings::at(ISSUER), Options::default(), None).await;
        assert_eq!(all.stranger().get("/openapi.json").await.of(200), crate::openapi());
        // What is not there is not told of.
        let served = Door::open().await.stranger().get("/openapi.json").await.of(200);
        let paths = served["paths"].as_object().unwrap();
        assert!(paths.contains_key("/api/memories") && !paths.contains_key("/oauth/token"));
    }
}

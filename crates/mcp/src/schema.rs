//! JSON schemas in the profile that every client accepts: an object at the root, one scalar type and a description for
//! each property, typed items, and none of `anyOf`, `oneOf`, `allOf`, `$ref` or unions with null.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::parameter::{Kind, Parameter};

/// The schema of a tool's arguments.
pub(crate) fn of_parameters(parameters: &[Parameter]) -> Map<String, Value> {
    let properties: Map<String, Value> =
        parameters.iter().map(|parameter| (parameter.name.to_owned(), property(parameter))).collect();
    let required: Vec<&str> =
        parameters.iter().filter(|parameter| parameter.required).map(|parameter| parameter.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

fn property(parameter: &Parameter) -> Value {
    let mut schema = match parameter.kind {
        Kind::Text { default } => with_default(json!({"type": "string"}), default),
        Kind::Choice { values, default } => json!({"type": "string", "enum": values, "default": default}),
        Kind::Integer { default, lowest, highest } => {
            let mut schema = with_default(json!({"type": "integer", "minimum": lowest}), default);
            if highest < u64::MAX {
                schema["maximum"] = json!(highest);
            }
            schema
        }
        Kind::Number { default, lowest, highest } => {
            json!({"type": "number", "minimum": lowest, "maximum": highest, "default": default})
        }
        Kind::Flag { default } => json!({"type": "boolean", "default": default}),
        Kind::Tags => json!({"type": "array", "items": {"type": "string"}}),
        Kind::Object => json!({"type": "object"}),
        Kind::Records { fields } => json!({"type": "array", "items": of_parameters(fields)}),
    };
    schema["description"] = json!(parameter.description);
    schema
}

fn with_default(mut schema: Value, default: Option<impl Into<Value>>) -> Value {
    if let Some(default) = default {
        schema["default"] = default.into();
    }
    schema
}

/// The schema of an answer, from its wire type. The doc comments of its fields are the descriptions.
pub(crate) fn of_answer<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    simplify(&mut schema);
    match schema {
        Value::Object(mut schema) => {
            schema.remove("title");
            schema.remove("description");
            schema
        }
        _ => Map::new(),
    }
}

/// A schema of what is always there, without the fields of objects inside it.
pub(crate) fn outline(mut schema: Map<String, Value>) -> Map<String, Value> {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required =
        |name: &str| required.as_array().is_some_and(|names| names.iter().any(|own| own == name));
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return schema };
    properties.retain(|name, _| is_required(name));
    for property in properties.values_mut() {
        let nested = if property["type"] == "array" { property.get_mut("items") } else { Some(property) };
        if let Some(Value::Object(nested)) = nested {
            nested.shift_remove("properties");
            nested.shift_remove("required");
        }
    }
    schema
}

/// Takes out what clients stumble over: null as an alternative (such fields are left out of an answer instead), formats of
/// numbers, and names of Rust types.
fn simplify(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    if let Some(Value::Array(types)) = fields.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            fields.insert("type".to_owned(), only);
        }
    }
    for key in ["format", "additionalProperties", "minimum"] {
        fields.shift_remove(key);
    }
    if let Some(Value::Object(properties)) = fields.get_mut("properties") {
        for property in properties.values_mut() {
            simplify(property);
        }
    }
    if let Some(items) = fields.get_mut("items") {
        simplify(items);
        if let Some(items) = items.as_object_mut() {
            items.shift_remove("description");
            items.shift_remove("title");
        }
    }
}

//! What the tests of this crate share: tools on an engine of fakes, and a check of values against schemas.

use engine::{Capability, Grant};
use serde_json::{Map, Value};
use testkit::Bench;

use crate::answer::ToolError;
use crate::tools;

/// The tools on an engine of fakes, called as an administrator.
pub(crate) struct Tools {
    pub(crate) bench: Bench,
    grant: Grant,
}

/// What a tool answers, with its value as JSON.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) structured: Value,
    pub(crate) text: String,
    pub(crate) is_error: bool,
}

impl Default for Tools {
    fn default() -> Self {
        Self::granted(Capability::Admin)
    }
}

impl Tools {
    /// Tools on an engine that behaves so.
    pub(crate) fn with(settings: engine::Settings) -> Self {
        let bench = Bench::with(settings);
        let grant = bench.grant(Capability::Admin);
        Self { bench, grant }
    }

    pub(crate) fn granted(capability: Capability) -> Self {
        let bench = Bench::default();
        let grant = bench.grant(capability);
        Self { bench, grant }
    }

    /// Calls a tool. An answer that does not conform to the tool's schemas fails the test.
    pub(crate) async fn call(&self, name: &str, arguments: Value) -> Result<Answer, ToolError> {
        let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
        let answer = tools::call(&self.grant, name, arguments).await?;
        let structured = answer.structured()?;
        let answer = Answer { structured, text: answer.text, is_error: answer.is_error };
        let tool = tools::find(name).unwrap();
        let (schema, outline) = (tool.output_schema(), tool.output_outline());
        assert_eq!(conforms(&Value::Object(schema), &answer.structured), Ok(()), "{:#}", answer.structured);
        let mut outlined = answer.structured.as_object().unwrap().clone();
        outlined.retain(|name, _| outline["properties"].get(name).is_some());
        assert_eq!(
            conforms(&Value::Object(outline), &Value::Object(outlined)),
            Ok(()),
            "{:#}",
            answer.structured
        );
        Ok(answer)
    }

    /// Calls a tool that answers.
    pub(crate) async fn answer(&self, name: &str, arguments: Value) -> Answer {
        self.call(name, arguments).await.unwrap()
    }

    /// Calls a tool that fails, and gives the failure's text.
    pub(crate) async fn failure(&self, name: &str, arguments: Value) -> String {
        self.call(name, arguments).await.unwrap_err().to_string()
    }

    /// Stores a text and gives its key.
    pub(crate) async fn store(&self, arguments: Value) -> String {
        let answer = self.answer("memory_store", arguments).await;
        assert!(!answer.is_error, "{}", answer.text);
        answer.structured["content_hash"].as_str().unwrap().to_owned()
    }

    /// Moves the clock by a day.
    pub(crate) fn next_day(&self) {
        self.bench.clock.advance(86_400.0);
    }
}

/// The texts of found memories, in order.
pub(crate) fn contents(answer: &Answer) -> Vec<&str> {
    let memories = answer.structured["memories"].as_array().unwrap();
    memories.iter().map(|memory| memory["content"].as_str().unwrap()).collect()
}

/// Whether a value meets a schema of our profile.
pub(crate) fn conforms(schema: &Value, value: &Value) -> Result<(), String> {
    let kind = schema["type"].as_str().ok_or_else(|| format!("no single type in {schema}"))?;
    let is_of_kind = match kind {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        other => return Err(format!("unknown type {other}")),
    };
    if !is_of_kind {
        return Err(format!("{value} is not of type {kind}"));
    }
    if let Some(words) = schema["enum"].as_array()
        && !words.contains(value)
    {
        return Err(format!("{value} is not one of {words:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        if value.get(name.as_str().unwrap_or_default()).is_none() {
            return Err(format!("{name} is missing"));
        }
    }
    for item in value.as_array().into_iter().flatten() {
        conforms(&schema["items"], item)?;
    }
    if let Some(properties) = schema["properties"].as_object() {
        for (name, field) in value.as_object().into_iter().flatten() {
            let schema = properties.get(name).ok_or_else(|| format!("{name} is not in the schema"))?;
            conforms(schema, field).map_err(|error| format!("{name}: {error}"))?;
        }
    }
    Ok(())
}

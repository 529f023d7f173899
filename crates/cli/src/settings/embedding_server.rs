//! The settings of a server that embeds instead of the built-in model.

use embed_http::{Endpoint, Key, MAX_DIMENSION, known_dimension};

use super::layers::Layers;
use super::resolve::checked;
use super::variables as var;
use super::{InvalidSetting, Setting, parse};

/// The original's default.
const MODEL: &str = "nomic-embed-text";

/// A server that embeds. Its `Debug` shows neither the key nor the query of the address.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddingServer {
    /// The endpoint, all of it together; none leaves embedding to the built-in model.
    pub endpoint: Setting<Option<Endpoint>>,
    /// The name of its model.
    pub model: Setting<String>,
    /// Its key.
    pub key: Setting<Option<Key>>,
    /// How many numbers a vector has, as it was set or as it is known of the model.
    pub dimension: Setting<Option<usize>>,
}

impl EmbeddingServer {
    pub(super) fn resolve(layers: &Layers) -> Result<Self, InvalidSetting> {
        let model = checked(
            layers.get(var::EXTERNAL_EMBEDDING_MODEL),
            |raw| raw.as_text().map(str::to_owned),
            MODEL.to_owned(),
        )?;
        let key = checked(
            layers.secret(var::EXTERNAL_EMBEDDING_KEY, var::EXTERNAL_EMBEDDING_KEY_FILE)?,
            |raw| {
                let key = Key::new(raw.as_text()?);
                key.map(Some).map_err(|error| InvalidSetting::value(raw, error.to_string()))
            },
            None,
        )?;
        let dimension = checked(
            layers.get(var::EXTERNAL_EMBEDDING_DIMENSION),
            |raw| parse::number(raw, 1, MAX_DIMENSION).map(Some),
            known_dimension(&model.value),
        )?;
        let endpoint = endpoint(layers, &model.value, key.value.clone(), dimension.value)?;
        Ok(Self { endpoint, model, key, dimension })
    }

    /// The address without what may be secret in it; empty when none is set.
    #[must_use]
    pub fn shown_address(&self) -> &str {
        self.endpoint.value.as_ref().map_or("", Endpoint::shown)
    }
}

fn endpoint(
    layers: &Layers,
    model: &str,
    key: Option<Key>,
    dimension: Option<usize>,
) -> Result<Setting<Option<Endpoint>>, InvalidSetting> {
    let set = layers.secret(var::EXTERNAL_EMBEDDING_URL, var::EXTERNAL_EMBEDDING_URL_FILE)?;
    let Some(raw) = set else { return Ok(Setting::default(None)) };
    let Some(dimension) = dimension else {
        let allowed = format!(
            "how many numbers a vector of its model {model:?} has is not known: set {} (the model's page says it)",
            var::EXTERNAL_EMBEDDING_DIMENSION
        );
        return Err(InvalidSetting::value(&raw, allowed));
    };
    let endpoint = Endpoint::new(raw.as_text()?, model, dimension)
        .map_err(|error| InvalidSetting::value(&raw, error.to_string()))?;
    let endpoint = match key {
        Some(key) => endpoint.with_key(key),
        None => endpoint,
    };
    Ok(Setting { value: Some(endpoint), origin: raw.origin })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::{Environment, Settings};

    const URL: (&str, &str) = (var::EXTERNAL_EMBEDDING_URL, "http://host:1/v1/embeddings?token=hunter2");

    fn with(variables: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
        let home = Path::new("/home/u");
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home))
    }

    fn model(variables: &[(&str, &str)]) -> String {
        with(variables).unwrap().embedding_server.endpoint.value.unwrap().model().to_string()
    }

    fn error(variables: &[(&str, &str)]) -> String {
        with(variables).unwrap_err().to_string()
    }

    #[test]
    fn without_an_address_the_built_in_model_embeds() {
        let settings = with(&[("MCP_EXTERNAL_EMBEDDING_MODEL", "some-model")]).unwrap();
        assert_eq!(settings.embedding_server.endpoint, Setting::default(None));
    }

    #[test]
    fn the_dimension_is_that_of_a_well_known_model_or_set() {
        assert_eq!(model(&[URL]), "nomic-embed-text/external/768");
        assert_eq!(model(&[URL, ("MCP_EXTERNAL_EMBEDDING_MODEL", "bge-m3")]), "bge-m3/external/1024");
        let other = ("MCP_EXTERNAL_EMBEDDING_MODEL", "some-model");
        let dimension = |text| ("MCP_EXTERNAL_EMBEDDING_DIMENSION", text);
        assert_eq!(model(&[URL, other, dimension("8192")]), "some-model/external/8192");
        let unknown = error(&[URL, other]);
        assert!(
            unknown.contains("some-model") && unknown.contains("set MCP_EXTERNAL_EMBEDDING_DIMENSION"),
            "{unknown}"
        );
        for text in ["0", "8193", "many"] {
            assert!(error(&[URL, dimension(text)]).contains("from 1 to 8192"), "{text}");
        }
    }

    #[test]
    fn o20_secrets_are_shown_nowhere() {
        let key = ("MCP_EXTERNAL_EMBEDDING_API_KEY", "hunter2");
        let settings = with(&[URL, key]).unwrap();
        assert!(settings.embedding_server.key.value.is_some());
        let shown: Vec<String> = settings.effective().iter().map(|effective| effective.shown()).collect();
        let told = format!("{settings:?} {:?} {shown:?}", settings.effective());
        assert!(!told.contains("hunter2"), "{told}");
        assert_eq!(settings.embedding_server.shown_address(), "http://host:1/v1/embeddings");
        for wrong in [
            error(&[("MCP_EXTERNAL_EMBEDDING_URL", "https://u:hunter2@host/v1")]),
            error(&[("MCP_EXTERNAL_EMBEDDING_URL", "hunter2")]),
            error(&[URL, ("MCP_EXTERNAL_EMBEDDING_API_KEY", "hunter2 hunter2")]),
        ] {
            assert!(wrong.contains("not shown") && !wrong.contains("hunter2"), "{wrong}");
        }
    }
}

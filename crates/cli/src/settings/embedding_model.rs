//! Which model embeds, when no server does: the one that is built in, or one in a directory.

use std::fmt;
use std::path::{Path, PathBuf};

use embed_local::hub;

use super::layers::{Layers, Raw};
use super::resolve::checked;
use super::variables as var;
use super::{Environment, InvalidSetting, Setting, paths};

/// The name of the model that is built in.
const BUILT_IN: &str = "all-MiniLM-L6-v2";

/// Which model embeds, when no server does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EmbeddingModel {
    /// The one inside the binary.
    BuiltIn,
    /// One in a directory, which was there when the settings were read. Absolute.
    Directory(PathBuf),
}

impl EmbeddingModel {
    pub(super) fn resolve(layers: &Layers) -> Result<Setting<Self>, InvalidSetting> {
        let parse = |raw: &Raw| Self::parse(raw, layers.environment());
        checked(layers.get(var::EMBEDDING_MODEL), parse, Self::BuiltIn)
    }

    /// The built-in model by its name; else a directory; else what Hugging Face's tools have downloaded by that name.
    fn parse(raw: &Raw, environment: &Environment) -> Result<Self, InvalidSetting> {
        if let Ok(text) = raw.as_text() {
            let name = text.strip_prefix("sentence-transformers/").unwrap_or(text);
            if name.eq_ignore_ascii_case(BUILT_IN) {
                return Ok(Self::BuiltIn);
            }
        }
        let path = paths::absolute(raw, environment)?;
        if path.is_dir() {
            return Ok(Self::Directory(path));
        }
        let downloaded = raw.as_text().ok().and_then(|name| hub::find(name, &caches(environment)));
        downloaded.map(Self::Directory).ok_or_else(|| {
            let allowed = format!(
                "it is neither a directory nor a model that Hugging Face's tools have downloaded here. Use {BUILT_IN}, which is built in, the path of a directory with a model, or a server ({})",
                var::EXTERNAL_EMBEDDING_URL
            );
            InvalidSetting::value(raw, allowed)
        })
    }
}

impl fmt::Display for EmbeddingModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str(BUILT_IN),
            Self::Directory(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Where Hugging Face's tools keep what they download, the first that they would look at first.
fn caches(environment: &Environment) -> Vec<PathBuf> {
    let set = |name: &str| environment.get(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let huggingface = |path: PathBuf| path.join("huggingface/hub");
    let in_home = |path: &Path| huggingface(path.join(".cache"));
    let found = [
        set("SENTENCE_TRANSFORMERS_HOME"),
        set("HF_HUB_CACHE"),
        set("HF_HOME").map(|path| path.join("hub")),
        set("XDG_CACHE_HOME").map(huggingface),
        environment.home().map(in_home),
    ];
    found.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn with(home: &Path, variables: &[(&str, &str)]) -> Result<Settings, InvalidSetting> {
        Settings::resolve(Vec::new(), Environment::of(variables, Some(home), home))
    }

    fn model(home: &Path, text: &str) -> EmbeddingModel {
        with(home, &[("MCP_EMBEDDING_MODEL", text)]).unwrap().model.value
    }

    #[test]
    fn the_built_in_model_has_its_name_in_every_form() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(BUILT_IN)).unwrap();
        for name in [BUILT_IN, "sentence-transformers/all-MiniLM-L6-v2", "all-minilm-l6-v2"] {
            assert_eq!(model(home.path(), name), EmbeddingModel::BuiltIn, "{name}");
        }
        assert_eq!(with(home.path(), &[]).unwrap().model, Setting::default(EmbeddingModel::BuiltIn));
    }

    #[test]
    fn a_directory_is_named_by_its_path_in_every_form() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("models/mine");
        std::fs::create_dir_all(&path).unwrap();
        for text in [path.to_str().unwrap(), "~/models/mine", "models/mine", "./models/mine"] {
            let EmbeddingModel::Directory(found) = model(home.path(), text) else { panic!("{text}") };
            assert_eq!(found.canonicalize().unwrap(), path.canonicalize().unwrap(), "{text}");
        }
    }

    #[test]
    fn a_model_that_was_downloaded_is_found_by_its_name_and_its_directory_is_told() {
        let home = tempfile::tempdir().unwrap();
        for (variables, cache) in [
            (vec![], ".cache/huggingface/hub"),
            (vec![("HF_HOME", "hf")], "hf/hub"),
            (vec![("HF_HUB_CACHE", "hub")], "hub"),
            (vec![("SENTENCE_TRANSFORMERS_HOME", "st")], "st"),
            (vec![("XDG_CACHE_HOME", "xdg")], "xdg/huggingface/hub"),
        ] {
            let name = format!("e5-{}", cache.len());
            let repository = home.path().join(cache).join(format!("models--intfloat--{name}"));
            let snapshot = repository.join("snapshots/abc");
            std::fs::create_dir_all(&snapshot).unwrap();
            std::fs::create_dir_all(repository.join("refs")).unwrap();
            std::fs::write(repository.join("refs/main"), "abc").unwrap();
            let absolute: Vec<(&str, String)> = variables
                .iter()
                .map(|(name, path)| (*name, home.path().join(path).to_str().unwrap().to_owned()))
                .collect();
            let wanted = format!("intfloat/{name}");
            let mut all: Vec<(&str, &str)> =
                absolute.iter().map(|(name, path)| (*name, path.as_str())).collect();
            all.push(("MCP_EMBEDDING_MODEL", &wanted));
            let settings = with(home.path(), &all).unwrap();
            assert_eq!(settings.model.value, EmbeddingModel::Directory(snapshot.clone()), "{cache}");
            let effective = settings.effective();
            let row = effective.iter().find(|row| row.variable.name == "MCP_EMBEDDING_MODEL").unwrap();
            assert_eq!(row.value.as_deref(), snapshot.to_str());
        }
    }

    #[test]
    fn anything_else_is_an_error_that_tells_the_choices() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("file"), "no directory").unwrap();
        for text in ["all-mpnet-base-v2", "/nowhere/model", "~/file", "org/name/more"] {
            let error = with(home.path(), &[("MCP_EMBEDDING_MODEL", text)]).unwrap_err().to_string();
            let choices = ["all-MiniLM-L6-v2", "a directory", "MCP_EXTERNAL_EMBEDDING_URL"];
            assert!(error.contains(text) && choices.iter().all(|choice| error.contains(choice)), "{error}");
        }
    }
}

//! A directory, looked through.

use std::path::{Path, PathBuf};

use model::ModelIdentity;

use crate::DirectoryError;
use crate::configuration::Configuration;
use crate::files::{Files, Json};
use crate::identity::Identity;
use crate::modules::{Modules, Step, inside, required};
use crate::sentence::SentenceModel;
use crate::tokens::Vocabulary;
use crate::weights::Weights;
use crate::{encoder, hub, tokens};

/// A directory with a model, looked through: what it is, and that its files are there and whole. No weights are in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelDirectory {
    path: PathBuf,
    model: ModelIdentity,
    configuration: Configuration,
    modules: Modules,
}

impl ModelDirectory {
    /// Looks through a directory: reads its small files, the headers of its weights and samples of them.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub fn open(path: &Path) -> Result<Self, DirectoryError> {
        let files = Files::open(path)?;
        let config = required(&files, "config.json")?;
        let configuration = Configuration::read(&config)?;
        let mut read = vec![config];
        let modules = Modules::read(&files, &configuration, &mut read)?;
        let vocabulary = Vocabulary::read(&files)?;
        let revision = revision(&files, &modules, &read, &vocabulary)?;
        let model =
            ModelIdentity { name: hub::name_of(files.real()), revision, dimension: modules.dimension };
        Ok(Self { path: path.to_owned(), model, configuration, modules })
    }

    /// How many numbers the encoder in a directory gives, if that much can be told of one that cannot be used.
    pub(crate) fn width(path: &Path) -> Option<usize> {
        let config = Files::open(path).ok()?.json("config.json").ok()??;
        Configuration::read(&config).ok().map(|configuration| configuration.width)
    }

    /// Which model it is.
    #[must_use]
    pub fn model(&self) -> &ModelIdentity {
        &self.model
    }

    /// Where it is, as it was named.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Loads tokenizer and weights. They must still be those that were looked through.
    pub(crate) fn load(&self) -> Result<SentenceModel, DirectoryError> {
        if Self::open(&self.path)? != *self {
            return Err(DirectoryError::Changed);
        }
        let files = Files::open(&self.path)?;
        let tokenizer = tokens::Tokenizer::load(&files, &self.modules)?;
        let unfit = |error: candle_core::Error| DirectoryError::Unfit { reason: encoder::reason(&error) };
        let source = Weights::open(&files, "model")?.source()?;
        let encoder = encoder::Encoder::load(&self.configuration, &source).map_err(unfit)?;
        let mut dense = Vec::new();
        for step in &self.modules.steps {
            dense.push(match step {
                Step::Normalize => None,
                Step::Dense { path, inputs, outputs, has_bias, .. } => {
                    let source = Weights::open(&files, &inside(path, "model"))?.source()?;
                    let layer = encoder::linear(*inputs, *outputs, *has_bias, &source.pp("linear"));
                    Some(layer.map_err(unfit)?)
                }
            });
        }
        Ok(SentenceModel::new(tokenizer, encoder, self.modules.clone(), dense))
    }
}

fn revision(
    files: &Files,
    modules: &Modules,
    read: &[Json],
    vocabulary: &Vocabulary,
) -> Result<String, DirectoryError> {
    let mut identity = Identity::new();
    for json in read {
        identity.add(&json.name, &json.bytes);
    }
    identity.add(vocabulary.name, &vocabulary.bytes);
    identity.add_weights("model", &Weights::open(files, "model")?)?;
    for step in &modules.steps {
        if let Step::Dense { path, .. } = step {
            let name = inside(path, "model");
            identity.add_weights(&name, &Weights::open(files, &name)?)?;
        }
    }
    Ok(identity.revision())
}

//! What the files of sentence-transformers say: how rows become one vector, how long a text may be, what is put before it.

use std::path::PathBuf;

use serde_json::Value;

use crate::DirectoryError;
use crate::configuration::Configuration;
use crate::files::{Files, Json};

/// More modules than any model has.
const MAX_MODULES: usize = 16;
/// Longer texts are cut here whatever the model could take: attention grows with the square of the length.
pub(crate) const MAX_TOKENS: usize = 1024;
/// The longest prompt in bytes.
const MAX_PROMPT_BYTES: usize = 4096;

/// How the rows of a text become one vector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pooling {
    /// The first row.
    First,
    /// The last row.
    Last,
    /// The mean.
    Mean,
    /// The sum, divided by the root of the number of rows.
    MeanSqrt,
    /// The largest of each column.
    Max,
}

/// A step behind pooling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// A matrix, and tanh if it says so.
    Dense {
        /// Its directory.
        path: String,
        inputs: usize,
        outputs: usize,
        has_bias: bool,
        is_tanh: bool,
    },
    /// Length 1.
    Normalize,
}

/// What is put before texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Prompts {
    pub(crate) query: String,
    pub(crate) document: String,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Modules {
    pub(crate) pooling: Pooling,
    pub(crate) steps: Vec<Step>,
    /// Longer texts are cut, in tokens.
    pub(crate) max_tokens: usize,
    /// Whether texts are lower-cased before they are tokenized.
    pub(crate) is_lower_case: bool,
    pub(crate) prompts: Prompts,
    /// How many numbers a vector has.
    pub(crate) dimension: usize,
}

impl Modules {
    /// Reads them; every file that was read is added to `read`.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub(crate) fn read(
        files: &Files,
        configuration: &Configuration,
        read: &mut Vec<Json>,
    ) -> Result<Self, DirectoryError> {
        // A model that was not made for sentences: its mean, as sentence-transformers takes it then.
        let (mut pooling, mut steps) = (Pooling::Mean, Vec::new());
        let mut dimension = configuration.width;
        let mut prompt_is_pooled = true;
        if let Some(json) = files.json("modules.json")? {
            for (kind, path) in list(&json)? {
                match kind.as_str() {
                    "Transformer" if path.is_empty() => {}
                    "Pooling" => {
                        let own = required(files, &format!("{path}/config.json"))?;
                        pooling = pooling_of(&own, dimension)?;
                        prompt_is_pooled = own.value["include_prompt"].as_bool().unwrap_or(true);
                        read.push(own);
                    }
                    "Dense" => {
                        let own = required(files, &format!("{path}/config.json"))?;
                        let step = dense(&own, path, dimension)?;
                        if let Step::Dense { outputs, .. } = step {
                            dimension = outputs;
                        }
                        steps.push(step);
                        read.push(own);
                    }
                    "Normalize" => steps.push(Step::Normalize),
                    other => {
                        let what = format!("a module {other} (in {path:?})");
                        return Err(json.unsupported(&what, "Transformer, Pooling, Dense and Normalize are"));
                    }
                }
            }
            read.push(json);
        }
        let prompts = prompts(files, read)?;
        if !prompt_is_pooled && prompts != Prompts::default() {
            let file = Files::shown("config_sentence_transformers.json");
            let what = "prompts that are left out when rows are pooled".to_owned();
            let advice = "models without `include_prompt: false` are".to_owned();
            return Err(DirectoryError::Unsupported { file, what, advice });
        }
        let (max_tokens, is_lower_case) = lengths(files, configuration, read)?;
        Ok(Self { pooling, steps, max_tokens, is_lower_case, prompts, dimension })
    }
}

/// A configuration file that has to be there.
pub(crate) fn required(files: &Files, relative: &str) -> Result<Json, DirectoryError> {
    let advice = "the directory is not whole, copy or download all of its files";
    files.json(relative)?.ok_or_else(|| DirectoryError::Missing { file: Files::shown(relative), advice })
}

/// Kind and directory of each module, in their order.
fn list(json: &Json) -> Result<Vec<(String, String)>, DirectoryError> {
    let malformed = || json.malformed(format!("it must list 1 to {MAX_MODULES} modules, each with its type"));
    let modules = json.value.as_array().filter(|modules| (1..=MAX_MODULES).contains(&modules.len()));
    let named = modules.ok_or_else(malformed)?.iter().map(|module| {
        let kind = module["type"].as_str().and_then(|kind| kind.rsplit('.').next()).ok_or_else(malformed)?;
        Ok((kind.to_owned(), module["path"].as_str().unwrap_or_default().to_owned()))
    });
    named.collect()
}

fn pooling_of(json: &Json, width: usize) -> Result<Pooling, DirectoryError> {
    let own = json.optional("word_embedding_dimension", usize::MAX)?.unwrap_or(width);
    if own != width {
        return Err(json.malformed(format!("word_embedding_dimension is {own}, the encoder's is {width}")));
    }
    let modes = [
        ("cls", "pooling_mode_cls_token", Some(Pooling::First)),
        ("mean", "pooling_mode_mean_tokens", Some(Pooling::Mean)),
        ("max", "pooling_mode_max_tokens", Some(Pooling::Max)),
        ("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens", Some(Pooling::MeanSqrt)),
        ("lasttoken", "pooling_mode_lasttoken", Some(Pooling::Last)),
        ("weightedmean", "pooling_mode_weightedmean_tokens", None),
    ];
    let by_name = json.text("pooling_mode");
    let wanted: Vec<_> = modes
        .iter()
        .filter(|(name, key, _)| by_name.map_or_else(|| json.says(key), |wanted| wanted == *name))
        .collect();
    match wanted[..] {
        [(_, _, Some(pooling))] => Ok(*pooling),
        _ => {
            Err(json
                .unsupported("another way of pooling", "one of mean, cls, max, mean_sqrt_len, lasttoken is"))
        }
    }
}

fn dense(json: &Json, path: String, inputs: usize) -> Result<Step, DirectoryError> {
    let own = json.number("in_features", usize::MAX)?;
    if own != inputs {
        return Err(json.malformed(format!("in_features is {own}, what comes before gives {inputs}")));
    }
    let is_tanh = match json.text("activation_function").and_then(|name| name.rsplit('.').next()) {
        Some("Tanh") | None => true,
        Some("Identity") => false,
        Some(other) => {
            return Err(json.unsupported(&format!("the activation {other}"), "Tanh and Identity are"));
        }
    };
    let outputs = json.number("out_features", 8192)?;
    let has_bias = json.value["bias"].as_bool().unwrap_or(true);
    Ok(Step::Dense { path, inputs, outputs, has_bias, is_tanh })
}

/// What is put before texts that are stored and before those that are searched.
fn prompts(files: &Files, read: &mut Vec<Json>) -> Result<Prompts, DirectoryError> {
    let Some(json) = files.json("config_sentence_transformers.json")? else { return Ok(Prompts::default()) };
    let named = |name: &str| json.value["prompts"][name].as_str();
    let usual = json.text("default_prompt_name").and_then(named);
    let first = |names: &[&str]| names.iter().find_map(|name| named(name)).or(usual).unwrap_or("").to_owned();
    let prompts = Prompts { query: first(&["query"]), document: first(&["document", "passage", "corpus"]) };
    if prompts.query.len().max(prompts.document.len()) > MAX_PROMPT_BYTES {
        return Err(json.malformed(format!("a prompt has more than {MAX_PROMPT_BYTES} bytes")));
    }
    read.push(json);
    Ok(prompts)
}

/// How long a text may be in tokens, and whether it is lower-cased.
fn lengths(
    files: &Files,
    configuration: &Configuration,
    read: &mut Vec<Json>,
) -> Result<(usize, bool), DirectoryError> {
    let highest = configuration.max_tokens().min(MAX_TOKENS);
    let own = files.json("sentence_bert_config.json")?;
    let is_lower_case = own.as_ref().is_some_and(|json| json.says("do_lower_case"));
    let mut wanted = own.as_ref().and_then(|json| length(&json.value["max_seq_length"]));
    read.extend(own);
    if wanted.is_none()
        && let Some(json) = files.json("tokenizer_config.json")?
    {
        wanted = length(&json.value["model_max_length"]);
        read.push(json);
    }
    Ok((wanted.unwrap_or(highest).clamp(3, highest), is_lower_case))
}

/// A length; `model_max_length` may be a float beyond all integers.
fn length(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|number| usize::try_from(number).ok())
}

/// The directory of a module as a name of a file in it.
pub(crate) fn inside(path: &str, file: &str) -> String {
    let joined: PathBuf = [path, file].iter().collect();
    joined.to_string_lossy().into_owned()
}

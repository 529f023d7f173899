//! Text to tokens.

use std::collections::HashMap;
use std::path::PathBuf;

use serde::Deserialize;
use serde_json::{Value, json};
use tokenizers::{TruncationDirection, TruncationParams, TruncationStrategy};

use crate::DirectoryError;
use crate::files::Files;
use crate::modules::Modules;

/// The largest tokenizer in bytes: that of XLM-RoBERTa, with 250,002 words, has 17 MB.
const MAX_TOKENIZER_BYTES: u64 = 64 << 20;
/// Characters of a text for each token that it may have: what is behind them is not tokenized. A token of any language has
/// fewer, and a text of megabytes would be tokenized to its end only to be cut.
const CHARS_PER_TOKEN: usize = 32;
/// How much longer a text may become before it is cut into tokens.
const MAX_GROWTH: usize = 1024;
/// More steps than any normalizer has.
const MAX_STEPS: usize = 64;

/// The file that says what tokens there are.
pub(crate) struct Vocabulary {
    pub(crate) name: &'static str,
    pub(crate) bytes: Vec<u8>,
    file: PathBuf,
}

impl Vocabulary {
    /// Reads `tokenizer.json` or, where there is none, `vocab.txt`.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub(crate) fn read(files: &Files) -> Result<Self, DirectoryError> {
        for name in ["tokenizer.json", "vocab.txt"] {
            if let Some(bytes) = files.read(name, MAX_TOKENIZER_BYTES)? {
                return Ok(Self { name, bytes, file: Files::shown(name) });
            }
        }
        let advice = "the directory must have it, or a vocab.txt; a sentencepiece.bpe.model alone is not read: save the model with its fast tokenizer";
        Err(DirectoryError::Missing { file: Files::shown("tokenizer.json"), advice })
    }
}

/// A tokenizer that cuts at the model's length.
pub(crate) struct Tokenizer {
    inner: tokenizers::Tokenizer,
    max_chars: usize,
    is_lower_case: bool,
}

impl Tokenizer {
    /// Loads it.
    ///
    /// # Errors
    /// [`DirectoryError`].
    pub(crate) fn load(files: &Files, modules: &Modules) -> Result<Self, DirectoryError> {
        let vocabulary = Vocabulary::read(files)?;
        let malformed = |reason: &str| DirectoryError::Malformed {
            file: vocabulary.file.clone(),
            reason: reason.to_owned(),
        };
        let mut inner = match vocabulary.name {
            "vocab.txt" => of_words(files, &vocabulary)?,
            _ => {
                refuse_growth(&vocabulary.bytes).map_err(malformed)?;
                tokenizers::Tokenizer::from_bytes(&vocabulary.bytes)
                    .map_err(|_| malformed("it describes no tokenizer that is known"))?
            }
        };
        let added = inner.encode("", true).map_err(|_| malformed("it gives no tokens"))?.len();
        if added >= modules.max_tokens {
            return Err(malformed("it adds more tokens than the model has room for"));
        }
        inner.with_padding(None);
        let truncation = TruncationParams {
            direction: TruncationDirection::Right,
            max_length: modules.max_tokens,
            strategy: TruncationStrategy::LongestFirst,
            stride: 0,
        };
        inner.with_truncation(Some(truncation)).map_err(|_| malformed("texts cannot be cut for it"))?;
        let max_chars = modules.max_tokens * CHARS_PER_TOKEN;
        Ok(Self { inner, max_chars, is_lower_case: modules.is_lower_case })
    }

    /// The tokens of a text: at least one, at most as many as the model takes.
    ///
    /// # Errors
    /// A sentence why there are none.
    pub(crate) fn tokens(&self, prompt: &str, text: &str) -> Result<Vec<u32>, String> {
        let end = text.char_indices().nth(self.max_chars).map_or(text.len(), |(at, _)| at);
        let mut text = format!("{prompt}{}", &text[..end]);
        if self.is_lower_case {
            text = text.to_lowercase();
        }
        let encoding = self.inner.encode_fast(text, true).map_err(|_| "the text could not be tokenized")?;
        match encoding.get_ids() {
            [] => Err("the text has no tokens".to_owned()),
            ids => Ok(ids.to_vec()),
        }
    }
}

/// The tokenizer of BERT over a list of words, one a line.
fn of_words(files: &Files, vocabulary: &Vocabulary) -> Result<tokenizers::Tokenizer, DirectoryError> {
    let malformed =
        |reason: &str| DirectoryError::Malformed { file: vocabulary.file.clone(), reason: reason.to_owned() };
    let text = str::from_utf8(&vocabulary.bytes).map_err(|_| malformed("it is no UTF-8"))?;
    let words: HashMap<&str, u32> = text.lines().zip(0_u32..).collect();
    let id = |name| words.get(name).ok_or_else(|| malformed("it has not all of [CLS], [SEP] and [UNK]"));
    let (first, last, _) = (id("[CLS]")?, id("[SEP]")?, id("[UNK]")?);
    let is_cased =
        files.json("tokenizer_config.json")?.is_some_and(|json| json.value["do_lower_case"] == false);
    let described = json!({
        "version": "1.0",
        "truncation": null,
        "padding": null,
        "added_tokens": [],
        "normalizer": {
            "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null,
            "lowercase": !is_cased
        },
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", last], "cls": ["[CLS]", first]},
        "decoder": null,
        "model": {
            "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": words
        }
    });
    tokenizers::Tokenizer::from_bytes(described.to_string()).map_err(|_| malformed("it is no list of words"))
}

/// What a tokenizer's file says of changes before texts are cut.
#[derive(Deserialize)]
struct Described {
    #[serde(default)]
    normalizer: Value,
    #[serde(default)]
    pre_tokenizer: Value,
}

/// Refuses a tokenizer that makes texts very long.
fn refuse_growth(bytes: &[u8]) -> Result<(), &'static str> {
    let described: Described = serde_json::from_slice(bytes).map_err(|_| "it is no JSON of a tokenizer")?;
    let mut steps = 0;
    let growth = growth(&described.normalizer, &mut steps)
        .saturating_mul(growth(&described.pre_tokenizer, &mut steps));
    match growth <= MAX_GROWTH && steps <= MAX_STEPS {
        true => Ok(()),
        false => Err("it would make texts very much longer"),
    }
}

/// How many times longer a text may become, at most.
fn growth(step: &Value, steps: &mut usize) -> usize {
    *steps += 1;
    let within = |key: &str, steps: &mut usize| {
        let inner = step[key].as_array().into_iter().flatten();
        inner.fold(1_usize, |all, step| all.saturating_mul(growth(step, steps)))
    };
    let length = |value: &Value| value.as_str().map_or(0, str::len);
    match step["type"].as_str() {
        Some("Sequence") => within("normalizers", steps).saturating_mul(within("pretokenizers", steps)),
        Some("Replace") => match length(&step["pattern"]["String"]) {
            // A pattern may match nothing, before each character.
            0 => length(&step["content"]) + 1,
            pattern => length(&step["content"]).div_ceil(pattern).max(1),
        },
        Some("Prepend") => length(&step["prepend"]) + 1,
        Some("Metaspace") => length(&step["replacement"]).max(1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacements_of_replacements_are_refused_before_they_are_tried() {
        let described = |count: usize| {
            let step = serde_json::json!({"type": "Replace", "pattern": {"String": "a"}, "content": "aa"});
            let all =
                serde_json::json!({"normalizer": {"type": "Sequence", "normalizers": vec![step; count]}});
            refuse_growth(all.to_string().as_bytes())
        };
        assert_eq!(described(10), Ok(()));
        assert!(described(11).is_err());
    }

    #[test]
    fn the_steps_of_published_tokenizers_are_taken() {
        let e5 = serde_json::json!({
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": "AAA="},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}
            ]},
            "pre_tokenizer": {"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always"}
        });
        assert_eq!(refuse_growth(e5.to_string().as_bytes()), Ok(()));
        assert_eq!(refuse_growth(br#"{"normalizer": null, "pre_tokenizer": null}"#), Ok(()));
    }
}

//! A tiny embedding model as a directory, laid out as sentence-transformers writes it. Its weights follow from the names of its
//! tensors, so that every run writes the same bytes. Texts that share words are near, and so are texts with words that mean
//! the same ([`SYNONYMS`]).

use std::fs;
use std::io;
use std::path::Path;

/// How many numbers its vectors have.
pub const TINY_DIMENSION: usize = 16;
/// Words with one row of the table for both.
pub const SYNONYMS: [(&str, &str); 2] = [("car", "automobile"), ("sleeps", "naps")];

const LAYERS: usize = 2;
const HEADS: usize = 2;
const INTERMEDIATE: usize = 32;
const POSITIONS: usize = 42;
const WORDS: [&str; 28] = [
    "the",
    "a",
    "my",
    "is",
    "on",
    "in",
    "car",
    "automobile",
    "cat",
    "dog",
    "sleeps",
    "naps",
    "mat",
    "road",
    "red",
    "fast",
    "tea",
    "kettle",
    "boils",
    "water",
    "##s",
    "##ing",
    "drive",
    "query",
    "passage",
    ":",
    ".",
    "sky",
];

/// What to write.
#[derive(Debug, Clone, Copy)]
pub struct TinyModel {
    /// `bert`, `roberta`, `xlm-roberta`, `distilbert` or `mpnet`.
    pub kind: &'static str,
    /// `mean`, `cls`, `max`, `mean_sqrt_len_tokens` or `lasttoken`.
    pub pooling: &'static str,
    /// Whether a matrix stands behind pooling.
    pub has_dense: bool,
    /// Prompts, as JSON.
    pub prompts: Option<&'static str>,
    /// Another number gives other weights.
    pub seed: u64,
}

impl Default for TinyModel {
    fn default() -> Self {
        Self { kind: "bert", pooling: "mean", has_dense: false, prompts: None, seed: 0 }
    }
}

impl TinyModel {
    /// Writes it into a directory, which is made.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(&self, directory: &Path) -> io::Result<()> {
        fs::create_dir_all(directory.join("1_Pooling"))?;
        let write = |name: &str, text: &str| fs::write(directory.join(name), text);
        write("config.json", &self.config())?;
        write("tokenizer.json", &self.tokenizer())?;
        write("sentence_bert_config.json", r#"{"max_seq_length": 32, "do_lower_case": false}"#)?;
        let pooling = format!(
            r#"{{"word_embedding_dimension": {TINY_DIMENSION}, "pooling_mode_cls_token": {}, "pooling_mode_mean_tokens": {}, "pooling_mode_max_tokens": {}, "pooling_mode_mean_sqrt_len_tokens": {}, "pooling_mode_weightedmean_tokens": false, "pooling_mode_lasttoken": {}}}"#,
            self.pooling == "cls",
            self.pooling == "mean",
            self.pooling == "max",
            self.pooling == "mean_sqrt_len_tokens",
            self.pooling == "lasttoken",
        );
        write("1_Pooling/config.json", &pooling)?;
        let mut modules = vec![("", "Transformer"), ("1_Pooling", "Pooling")];
        if self.has_dense {
            fs::create_dir_all(directory.join("2_Dense"))?;
            let config = format!(
                r#"{{"in_features": {TINY_DIMENSION}, "out_features": {TINY_DIMENSION}, "bias": true, "activation_function": "torch.nn.modules.activation.Tanh"}}"#
            );
            write("2_Dense/config.json", &config)?;
            let square = vec![TINY_DIMENSION, TINY_DIMENSION];
            let tensors =
                [("linear.weight".to_owned(), square), ("linear.bias".to_owned(), vec![TINY_DIMENSION])];
            fs::write(directory.join("2_Dense/model.safetensors"), self.safetensors(&tensors))?;
            modules.push(("2_Dense", "Dense"));
        }
        modules.push(("3_Normalize", "Normalize"));
        let modules: Vec<String> = modules
            .iter()
            .enumerate()
            .map(|(at, (path, kind))| {
                format!(r#"{{"idx": {at}, "name": "{at}", "path": "{path}", "type": "sentence_transformers.models.{kind}"}}"#)
            })
            .collect();
        write("modules.json", &format!("[{}]", modules.join(", ")))?;
        if let Some(prompts) = self.prompts {
            let config = format!(r#"{{"prompts": {prompts}, "default_prompt_name": null}}"#);
            write("config_sentence_transformers.json", &config)?;
        }
        fs::write(directory.join("model.safetensors"), self.safetensors(&self.tensors()))
    }

    fn is_word_piece(&self) -> bool {
        ["bert", "distilbert", "mpnet"].contains(&self.kind)
    }

    /// Its words, in the order of their numbers.
    fn words(&self) -> Vec<String> {
        let special = match self.kind {
            "bert" | "distilbert" => ["[PAD]", "[UNK]", "[CLS]", "[SEP]"],
            "mpnet" => ["[UNK]", "[PAD]", "[CLS]", "[SEP]"],
            _ => ["<s>", "<pad>", "</s>", "<unk>"],
        };
        let own = WORDS.iter().map(|word| match (self.is_word_piece(), word.strip_prefix("##")) {
            (true, _) => (*word).to_owned(),
            (false, Some(rest)) => rest.to_owned(),
            (false, None) => format!("\u{2581}{word}"),
        });
        special.iter().map(|word| (*word).to_owned()).chain(own).collect()
    }

    fn config(&self) -> String {
        let vocabulary = self.words().len();
        let padding = usize::from(self.kind != "bert" && self.kind != "distilbert");
        if self.kind == "distilbert" {
            return format!(
                r#"{{"model_type": "distilbert", "architectures": ["DistilBertModel"], "vocab_size": {vocabulary}, "dim": {TINY_DIMENSION}, "n_layers": {LAYERS}, "n_heads": {HEADS}, "hidden_dim": {INTERMEDIATE}, "max_position_embeddings": {POSITIONS}, "activation": "gelu", "pad_token_id": {padding}, "sinusoidal_pos_embds": false}}"#
            );
        }
        let types = if self.kind == "bert" { 2 } else { 1 };
        let kind = self.kind;
        format!(
            r#"{{"model_type": "{kind}", "vocab_size": {vocabulary}, "hidden_size": {TINY_DIMENSION}, "num_hidden_layers": {LAYERS}, "num_attention_heads": {HEADS}, "intermediate_size": {INTERMEDIATE}, "hidden_act": "gelu", "max_position_embeddings": {POSITIONS}, "type_vocab_size": {types}, "layer_norm_eps": 1e-05, "pad_token_id": {padding}, "relative_attention_num_buckets": 32}}"#
        )
    }

    fn tokenizer(&self) -> String {
        let words = self.words();
        let template = |first: &str, last: &str, ids: (usize, usize)| {
            let special = |name: &str, id: usize| {
                format!(r#""{name}": {{"id": "{name}", "ids": [{id}], "tokens": ["{name}"]}}"#)
            };
            let token =
                |name: &str, of: &str| format!(r#"{{"SpecialToken": {{"id": "{name}", "type_id": {of}}}}}"#);
            format!(
                r#"{{"type": "TemplateProcessing", "single": [{}, {{"Sequence": {{"id": "A", "type_id": 0}}}}, {}], "pair": [{{"Sequence": {{"id": "A", "type_id": 0}}}}, {{"Sequence": {{"id": "B", "type_id": 0}}}}], "special_tokens": {{{}, {}}}}}"#,
                token(first, "0"),
                token(last, "0"),
                special(first, ids.0),
                special(last, ids.1)
            )
        };
        let start =
            r#""version": "1.0", "truncation": null, "padding": null, "added_tokens": [], "decoder": null"#;
        if self.is_word_piece() {
            let vocabulary: Vec<String> =
                words.iter().enumerate().map(|(id, word)| format!(r#""{word}": {id}"#)).collect();
            return format!(
                r###"{{{start}, "normalizer": {{"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true}}, "pre_tokenizer": {{"type": "BertPreTokenizer"}}, "post_processor": {}, "model": {{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {{{}}}}}}}"###,
                template("[CLS]", "[SEP]", (2, 3)),
                vocabulary.join(", ")
            );
        }
        let vocabulary: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(id, word)| format!(r#"["{word}", {}]"#, if id < 4 { "0.0" } else { "-3.0" }))
            .collect();
        format!(
            r#"{{{start}, "normalizer": {{"type": "Lowercase"}}, "pre_tokenizer": {{"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": true}}, "post_processor": {}, "model": {{"type": "Unigram", "unk_id": 3, "vocab": [{}], "byte_fallback": false}}}}"#,
            template("<s>", "</s>", (0, 2)),
            vocabulary.join(", ")
        )
    }

    /// Names and shapes of its tensors.
    fn tensors(&self) -> Vec<(String, Vec<usize>)> {
        let (width, wide) = (TINY_DIMENSION, INTERMEDIATE);
        let mut tensors = vec![
            ("embeddings.word_embeddings.weight".to_owned(), vec![self.words().len(), width]),
            ("embeddings.position_embeddings.weight".to_owned(), vec![POSITIONS, width]),
        ];
        let mut pair = |name: String, shape: Vec<usize>| {
            let outputs = vec![shape[0]];
            tensors.extend([(format!("{name}.weight"), shape), (format!("{name}.bias"), outputs)]);
        };
        pair("embeddings.LayerNorm".to_owned(), vec![width]);
        let (layers, square, norms, feed) = match self.kind {
            "distilbert" => (
                "transformer.layer",
                ["attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"],
                ["sa_layer_norm", "output_layer_norm"],
                ["ffn.lin1", "ffn.lin2"],
            ),
            "mpnet" => (
                "encoder.layer",
                ["attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o"],
                ["attention.LayerNorm", "output.LayerNorm"],
                ["intermediate.dense", "output.dense"],
            ),
            _ => (
                "encoder.layer",
                [
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                    "attention.output.dense",
                ],
                ["attention.output.LayerNorm", "output.LayerNorm"],
                ["intermediate.dense", "output.dense"],
            ),
        };
        for layer in 0..LAYERS {
            square.iter().for_each(|name| pair(format!("{layers}.{layer}.{name}"), vec![width, width]));
            norms.iter().for_each(|name| pair(format!("{layers}.{layer}.{name}"), vec![width]));
            pair(format!("{layers}.{layer}.{}", feed[0]), vec![wide, width]);
            pair(format!("{layers}.{layer}.{}", feed[1]), vec![width, wide]);
        }
        match self.kind {
            "bert" => tensors.push(("embeddings.token_type_embeddings.weight".to_owned(), vec![2, width])),
            "roberta" | "xlm-roberta" => {
                tensors.push(("embeddings.token_type_embeddings.weight".to_owned(), vec![1, width]));
            }
            "mpnet" => tensors.push(("encoder.relative_attention_bias.weight".to_owned(), vec![32, HEADS])),
            _ => {}
        }
        tensors
    }

    fn safetensors(&self, tensors: &[(String, Vec<usize>)]) -> Vec<u8> {
        let (mut entries, mut data) = (Vec::new(), Vec::new());
        for (name, shape) in tensors {
            let begin = data.len();
            data.extend(self.numbers(name, shape).iter().flat_map(|number| number.to_le_bytes()));
            let end = data.len();
            entries.push(format!(
                r#""{name}": {{"dtype": "F32", "shape": {shape:?}, "data_offsets": [{begin}, {end}]}}"#
            ));
        }
        let header = format!(r#"{{"__metadata__": {{"format": "pt"}}, {}}}"#, entries.join(", "));
        let mut file = (header.len() as u64).to_le_bytes().to_vec();
        file.extend(header.as_bytes());
        file.extend(data);
        file
    }

    #[expect(clippy::cast_precision_loss, reason = "24 bits fit into a float")]
    fn numbers(&self, name: &str, shape: &[usize]) -> Vec<f32> {
        let (middle, scale) = match name {
            _ if name.contains("orm.weight") => (1.0, 0.1),
            _ if name.ends_with("bias") || name.contains("position") || name.contains("type") => (0.0, 0.1),
            _ if name.contains("word") => (0.0, 1.0),
            _ => (0.0, 0.3),
        };
        let start = name.bytes().fold(self.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut state = start;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            ((mixed ^ (mixed >> 31)) >> 40) as f32 / 8_388_608.0 - 1.0
        };
        let mut numbers: Vec<f32> = (0..shape.iter().product()).map(|_| middle + scale * next()).collect();
        if name.ends_with("word_embeddings.weight") {
            let row = |word: &str| WORDS.iter().position(|known| *known == word).map_or(0, |at| at + 4);
            for (one, other) in SYNONYMS {
                let (from, to) = (row(one) * TINY_DIMENSION, row(other) * TINY_DIMENSION);
                numbers.copy_within(from..from + TINY_DIMENSION, to);
            }
        }
        numbers
    }
}

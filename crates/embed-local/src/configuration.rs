//! What `config.json` says: which encoder it is, and its measures.

use crate::DirectoryError;
use crate::files::Json;

/// Encoders that are supported, by `model_type`.
pub(crate) const ARCHITECTURES: &[(&str, Architecture)] = &[
    ("bert", Architecture::Bert),
    ("roberta", Architecture::Roberta),
    ("xlm-roberta", Architecture::Roberta),
    ("camembert", Architecture::Roberta),
    ("distilbert", Architecture::DistilBert),
    ("mpnet", Architecture::MpNet),
];

/// The most that each measure may be: several times what published encoders of this family have.
const MAX_VOCABULARY: usize = 2_000_000;
const MAX_WIDTH: usize = 8192;
const MAX_LAYERS: usize = 128;
const MAX_POSITIONS: usize = 1 << 17;

/// A kind of encoder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Architecture {
    /// BERT.
    Bert,
    /// RoBERTa, and XLM-RoBERTa, which is the same with another tokenizer: positions are counted from that of the padding on.
    Roberta,
    /// DistilBERT: no token types.
    DistilBert,
    /// MPNet: no token types, and what is near counts by its distance.
    MpNet,
}

/// What is done between the two halves of the feed-forward part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Activation {
    /// GELU, exactly.
    Gelu,
    /// GELU, by tanh.
    GeluTanh,
    /// Rectified.
    Relu,
}

/// An encoder's measures.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Configuration {
    pub(crate) architecture: Architecture,
    pub(crate) vocabulary: usize,
    pub(crate) width: usize,
    pub(crate) layers: usize,
    pub(crate) heads: usize,
    pub(crate) intermediate: usize,
    /// Rows of the table of positions.
    pub(crate) positions: usize,
    /// The position of the first token.
    pub(crate) first_position: usize,
    /// Rows of the table of token types; 0 has none.
    pub(crate) token_types: usize,
    pub(crate) norm_epsilon: f64,
    pub(crate) activation: Activation,
}

impl Configuration {
    /// Reads it.
    ///
    /// # Errors
    /// [`DirectoryError`] for measures that cannot be, and for other kinds of models.
    pub(crate) fn read(json: &Json) -> Result<Self, DirectoryError> {
        let architecture = architecture(json)?;
        let is_distilbert = architecture == Architecture::DistilBert;
        let key = |usual, of_distilbert| if is_distilbert { of_distilbert } else { usual };
        let width = json.number(key("hidden_size", "dim"), MAX_WIDTH)?;
        let heads = json.number(key("num_attention_heads", "n_heads"), width)?;
        if !width.is_multiple_of(heads) {
            return Err(json.malformed(format!("{heads} attention heads do not divide {width} numbers")));
        }
        if let Some(other) = json.text("position_embedding_type").filter(|kind| *kind != "absolute") {
            return Err(json.unsupported(&format!("positions of the kind {other}"), "only absolute ones are"));
        }
        let counted_from_padding = matches!(architecture, Architecture::Roberta | Architecture::MpNet);
        let padding = json.optional("pad_token_id", MAX_VOCABULARY)?.unwrap_or(1);
        let token_types = match architecture {
            Architecture::Bert => json.optional("type_vocab_size", MAX_WIDTH)?.unwrap_or(2),
            Architecture::Roberta => json.optional("type_vocab_size", MAX_WIDTH)?.unwrap_or(1),
            Architecture::DistilBert | Architecture::MpNet => 0,
        };
        let configuration = Self {
            architecture,
            vocabulary: json.number("vocab_size", MAX_VOCABULARY)?,
            width,
            layers: json.number(key("num_hidden_layers", "n_layers"), MAX_LAYERS)?,
            heads,
            intermediate: json.number(key("intermediate_size", "hidden_dim"), MAX_WIDTH * 8)?,
            positions: json.number("max_position_embeddings", MAX_POSITIONS)?,
            first_position: if counted_from_padding { padding + 1 } else { 0 },
            token_types,
            norm_epsilon: norm_epsilon(json)?,
            activation: activation(json, key("hidden_act", "activation"))?,
        };
        if configuration.max_tokens() < 3 {
            return Err(json.malformed("there are not enough positions for a text".to_owned()));
        }
        Ok(configuration)
    }

    /// For how many tokens there are positions.
    pub(crate) fn max_tokens(&self) -> usize {
        self.positions.saturating_sub(self.first_position)
    }
}

fn architecture(json: &Json) -> Result<Architecture, DirectoryError> {
    let supported = || {
        let names: Vec<&str> = ARCHITECTURES.iter().map(|(name, _)| *name).collect();
        format!("models of these kinds are: {}", names.join(", "))
    };
    let Some(kind) = json.text("model_type") else {
        return Err(json.unsupported("a model of a kind that it does not name (`model_type`)", supported()));
    };
    let known = ARCHITECTURES.iter().find(|(name, _)| *name == kind);
    let (_, architecture) =
        known.ok_or_else(|| json.unsupported(&format!("a model of the kind {kind}"), supported()))?;
    Ok(*architecture)
}

fn norm_epsilon(json: &Json) -> Result<f64, DirectoryError> {
    match json.value["layer_norm_eps"].as_f64() {
        None => Ok(1e-12),
        Some(epsilon) if epsilon > 0.0 && epsilon < 1.0 => Ok(epsilon),
        Some(_) => Err(json.malformed("layer_norm_eps must be between 0 and 1".to_owned())),
    }
}

fn activation(json: &Json, key: &str) -> Result<Activation, DirectoryError> {
    match json.text(key).unwrap_or("gelu") {
        "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" | "gelu_fast" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        other => Err(json.unsupported(&format!("the activation {other}"), "gelu, gelu_new and relu are")),
    }
}

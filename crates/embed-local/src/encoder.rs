//! Tokens to rows: encoders of the family of BERT, in float.
//!
//! Texts of a batch are rows one after the other, without padding: matrices are multiplied for all rows at once, and only
//! attention knows where a text begins and ends.

mod attention;
mod names;

use candle_core::{D, IndexOp, Result, Tensor};
use candle_nn::{Embedding, LayerNorm, Linear, Module, VarBuilder};

use crate::configuration::{Activation, Architecture, Configuration};
use attention::{Attention, Distances};
use names::Names;

/// An encoder with its weights: about 4 bytes for each of its parameters.
pub(crate) struct Encoder {
    configuration: Configuration,
    words: Embedding,
    positions: Embedding,
    /// The row of the first token type; all tokens are of it.
    token_type: Option<Tensor>,
    norm: LayerNorm,
    distances: Option<Distances>,
    layers: Vec<Layer>,
}

/// One layer.
struct Layer {
    attention: Attention,
    attention_norm: LayerNorm,
    intermediate: Linear,
    output: Linear,
    output_norm: LayerNorm,
}

/// What went wrong, in one line and without a stack.
pub(crate) fn reason(error: &candle_core::Error) -> String {
    match error {
        candle_core::Error::WithBacktrace { inner, .. } => reason(inner),
        candle_core::Error::Context { inner, .. } => reason(inner),
        other => other.to_string().lines().next().unwrap_or_default().to_owned(),
    }
}

/// A matrix, and what is added behind it.
pub(crate) fn linear(
    inputs: usize,
    outputs: usize,
    has_bias: bool,
    source: &VarBuilder<'_>,
) -> Result<Linear> {
    let weight = source.get((outputs, inputs), "weight")?;
    let bias = has_bias.then(|| source.get(outputs, "bias")).transpose()?;
    Ok(Linear::new(weight, bias))
}

fn norm(width: usize, epsilon: f64, source: &VarBuilder<'_>) -> Result<LayerNorm> {
    Ok(LayerNorm::new(source.get(width, "weight")?, source.get(width, "bias")?, epsilon))
}

fn table(rows: usize, width: usize, source: &VarBuilder<'_>) -> Result<Embedding> {
    Ok(Embedding::new(source.get((rows, width), "weight")?, width))
}

impl Encoder {
    /// Reads the weights.
    ///
    /// # Errors
    /// When a tensor is not there, or of another shape than the configuration says.
    pub(crate) fn load(configuration: &Configuration, source: &VarBuilder<'_>) -> Result<Self> {
        let of = configuration.clone();
        let (names, tables) = (Names::of(of.architecture), source.pp("embeddings"));
        let token_type = match of.token_types {
            0 => None,
            rows => Some(tables.get((rows, of.width), "token_type_embeddings.weight")?.i(0)?),
        };
        let distances = match of.architecture {
            Architecture::MpNet => Some(Distances::load(of.heads, &source.pp("encoder"))?),
            _ => None,
        };
        let layer =
            |number: usize| Layer::load(&of, &names, &source.pp(format!("{}.{number}", names.layers)));
        Ok(Self {
            words: table(of.vocabulary, of.width, &tables.pp("word_embeddings"))?,
            positions: table(of.positions, of.width, &tables.pp("position_embeddings"))?,
            token_type,
            norm: norm(of.width, of.norm_epsilon, &tables.pp("LayerNorm"))?,
            distances,
            layers: (0..of.layers).map(layer).collect::<Result<_>>()?,
            configuration: of,
        })
    }

    /// The rows of some texts, one after the other. No text is empty, none longer than the model's positions, and no token
    /// beyond its vocabulary.
    ///
    /// # Errors
    /// Whatever `candle` says.
    pub(crate) fn encode(&self, texts: &[Vec<u32>]) -> Result<Tensor> {
        let device = self.words.embeddings().device();
        let tokens: Vec<u32> = texts.iter().flatten().copied().collect();
        let first = self.configuration.first_position;
        #[expect(clippy::cast_possible_truncation, reason = "there are 131,072 positions at most")]
        let positions: Vec<u32> = texts
            .iter()
            .flat_map(|text| (first..first + text.len()).map(|position| position as u32))
            .collect();
        let count = tokens.len();
        let mut rows = self.words.forward(&Tensor::from_vec(tokens, count, device)?)?;
        rows = (rows + self.positions.forward(&Tensor::from_vec(positions, count, device)?)?)?;
        if let Some(token_type) = &self.token_type {
            rows = rows.broadcast_add(token_type)?;
        }
        rows = self.norm.forward(&rows)?;
        let lengths: Vec<usize> = texts.iter().map(Vec::len).collect();
        let longest = lengths.iter().copied().max().unwrap_or(0);
        let bias = self.distances.as_ref().map(|distances| distances.bias(longest)).transpose()?;
        for layer in &self.layers {
            rows = layer.forward(&rows, &lengths, bias.as_ref(), self.configuration.activation)?;
        }
        Ok(rows)
    }

    /// How many tokens it knows.
    pub(crate) fn vocabulary(&self) -> usize {
        self.configuration.vocabulary
    }
}

impl Layer {
    fn load(of: &Configuration, names: &Names, source: &VarBuilder<'_>) -> Result<Self> {
        Ok(Self {
            attention: Attention::load(of, names, source)?,
            attention_norm: norm(of.width, of.norm_epsilon, &source.pp(names.attention_norm))?,
            intermediate: linear(of.width, of.intermediate, true, &source.pp(names.intermediate))?,
            output: linear(of.intermediate, of.width, true, &source.pp(names.output))?,
            output_norm: norm(of.width, of.norm_epsilon, &source.pp(names.output_norm))?,
        })
    }

    fn forward(
        &self,
        rows: &Tensor,
        lengths: &[usize],
        bias: Option<&Tensor>,
        activation: Activation,
    ) -> Result<Tensor> {
        let attended = self.attention.forward(rows, lengths, bias)?;
        let rows = self.attention_norm.forward(&(rows + attended)?)?;
        let wide = self.intermediate.forward(&rows)?;
        let wide = match activation {
            Activation::Gelu => wide.gelu_erf()?,
            Activation::GeluTanh => wide.gelu()?,
            Activation::Relu => wide.relu()?,
        };
        self.output_norm.forward(&(rows + self.output.forward(&wide)?)?)
    }
}

/// Numbers of length 1 in the last dimension.
pub(crate) fn unit(rows: &Tensor) -> Result<Tensor> {
    let length = rows.sqr()?.sum_keepdim(D::Minus1)?.sqrt()?.maximum(1e-12)?;
    rows.broadcast_div(&length)
}

//! The forward pass in `f32`, plainly. Its use is to show the inputs of the linear layers on real text.

use embed::shape::{DIMENSION, HEAD, HEADS, INNER, LAYERS, NORM_EPSILON, TOKENS, WORDS};

use super::source::Source;

/// A linear layer: a row of inputs for each output.
pub(crate) struct Linear {
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
    /// The weights, a row of outputs for each input.
    turned: Vec<f32>,
}

/// A layer normalisation.
pub(crate) struct Norm {
    pub(crate) gamma: Vec<f32>,
    pub(crate) beta: Vec<f32>,
}

/// An encoder layer; `linears` in the order of [`embed::layout::LINEARS`].
pub(crate) struct Layer {
    pub(crate) linears: [Linear; 4],
    pub(crate) attention_norm: Norm,
    pub(crate) feed_norm: Norm,
}

/// The float model.
pub(crate) struct Model {
    pub(crate) words: Vec<f32>,
    /// Position embeddings, the token type's row added.
    pub(crate) positions: Vec<f32>,
    pub(crate) norm: Norm,
    pub(crate) layers: Vec<Layer>,
}

impl Model {
    /// Reads the tensors; queries are scaled by `1 / sqrt(HEAD)` here, so that scores need no factor.
    pub(crate) fn read(source: &Source) -> Result<Self, String> {
        let kind = source.tensor("embeddings.token_type_embeddings.weight", 2 * DIMENSION)?;
        let mut positions = source.tensor("embeddings.position_embeddings.weight", 512 * DIMENSION)?;
        positions.truncate(TOKENS * DIMENSION);
        for row in positions.chunks_exact_mut(DIMENSION) {
            row.iter_mut().zip(&kind).for_each(|(number, kind)| *number += kind);
        }
        Ok(Self {
            words: source.tensor("embeddings.word_embeddings.weight", WORDS * DIMENSION)?,
            positions,
            norm: norm(source, "embeddings.LayerNorm")?,
            layers: (0..LAYERS).map(|layer| read_layer(source, layer)).collect::<Result<_, _>>()?,
        })
    }

    /// Runs one sequence; `see` gets the number of a layer, the place of the linear layer in it and its rows of inputs.
    pub(crate) fn run(&self, tokens: &[u16], see: &mut impl FnMut(usize, usize, &[f32])) {
        let mut hidden = Vec::with_capacity(tokens.len() * DIMENSION);
        for (position, token) in tokens.iter().enumerate() {
            let word = &self.words[usize::from(*token) * DIMENSION..][..DIMENSION];
            let place = &self.positions[position * DIMENSION..][..DIMENSION];
            hidden.extend(word.iter().zip(place).map(|(word, place)| word + place));
        }
        self.norm.apply(&mut hidden);
        for (number, layer) in self.layers.iter().enumerate() {
            let mut go = |which: usize, rows: &[f32]| {
                see(number, which, rows);
                layer.linears[which].apply(rows)
            };
            let context = attention(&go(0, &hidden));
            add(&mut hidden, &go(1, &context));
            layer.attention_norm.apply(&mut hidden);
            let mut inner = go(2, &hidden);
            inner.iter_mut().for_each(|x| *x = gelu(*x));
            add(&mut hidden, &go(3, &inner));
            layer.feed_norm.apply(&mut hidden);
        }
    }
}

impl Linear {
    fn new(weights: Vec<f32>, bias: Vec<f32>) -> Self {
        let (outputs, inputs) = (bias.len(), weights.len() / bias.len());
        let turned = (0..inputs).flat_map(|input| (0..outputs).map(move |output| output * inputs + input));
        let turned = turned.map(|at| weights[at]).collect();
        Self { weights, bias, turned }
    }

    fn apply(&self, rows: &[f32]) -> Vec<f32> {
        let (outputs, inputs) = (self.bias.len(), self.weights.len() / self.bias.len());
        let mut out = Vec::with_capacity(rows.len() / inputs * outputs);
        for row in rows.chunks_exact(inputs) {
            let mut sums = self.bias.clone();
            for (x, weights) in row.iter().zip(self.turned.chunks_exact(outputs)) {
                sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += x * weight);
            }
            out.extend_from_slice(&sums);
        }
        out
    }
}

impl Norm {
    fn apply(&self, rows: &mut [f32]) {
        for row in rows.chunks_exact_mut(DIMENSION) {
            let mean = row.iter().sum::<f32>() / DIMENSION as f32;
            let variance = row.iter().map(|x| (x - mean) * (x - mean)).sum::<f32>() / DIMENSION as f32;
            let factor = 1.0 / (variance + NORM_EPSILON).sqrt();
            for (x, (gamma, beta)) in row.iter_mut().zip(self.gamma.iter().zip(&self.beta)) {
                *x = (*x - mean) * factor * gamma + beta;
            }
        }
    }
}

/// Attention over rows of queries, keys and values.
fn attention(qkv: &[f32]) -> Vec<f32> {
    let rows = qkv.len() / (3 * DIMENSION);
    let part = |row: usize, part: usize, head: usize| {
        &qkv[row * 3 * DIMENSION + part * DIMENSION + head * HEAD..][..HEAD]
    };
    let mut out = vec![0.0; rows * DIMENSION];
    for head in 0..HEADS {
        for row in 0..rows {
            let query = part(row, 0, head);
            let scores: Vec<f32> =
                (0..rows).map(|key| query.iter().zip(part(key, 1, head)).map(|(q, k)| q * k).sum()).collect();
            let high = scores.iter().copied().fold(f32::MIN, f32::max);
            let weights: Vec<f32> = scores.iter().map(|score| libm::expf(score - high)).collect();
            let total: f32 = weights.iter().sum();
            let mixed = &mut out[row * DIMENSION + head * HEAD..][..HEAD];
            for (key, weight) in weights.iter().enumerate() {
                mixed
                    .iter_mut()
                    .zip(part(key, 2, head))
                    .for_each(|(sum, value)| *sum += weight / total * value);
            }
        }
    }
    out
}

fn add(rows: &mut [f32], added: &[f32]) {
    rows.iter_mut().zip(added).for_each(|(x, y)| *x += y);
}

fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + libm::erff(x * std::f32::consts::FRAC_1_SQRT_2))
}

fn norm(source: &Source, name: &str) -> Result<Norm, String> {
    Ok(Norm {
        gamma: source.tensor(&format!("{name}.weight"), DIMENSION)?,
        beta: source.tensor(&format!("{name}.bias"), DIMENSION)?,
    })
}

fn linear(source: &Source, name: &str, inputs: usize, outputs: usize) -> Result<Linear, String> {
    let weights = source.tensor(&format!("{name}.weight"), inputs * outputs)?;
    Ok(Linear::new(weights, source.tensor(&format!("{name}.bias"), outputs)?))
}

fn read_layer(source: &Source, layer: usize) -> Result<Layer, String> {
    let name = |part: &str| format!("encoder.layer.{layer}.{part}");
    let (mut weights, mut bias) = (vec![], vec![]);
    for (part, factor) in [("query", 1.0 / (HEAD as f32).sqrt()), ("key", 1.0), ("value", 1.0)] {
        let one = linear(source, &name(&format!("attention.self.{part}")), DIMENSION, DIMENSION)?;
        weights.extend(one.weights.iter().map(|x| x * factor));
        bias.extend(one.bias.iter().map(|x| x * factor));
    }
    Ok(Layer {
        linears: [
            Linear::new(weights, bias),
            linear(source, &name("attention.output.dense"), DIMENSION, DIMENSION)?,
            linear(source, &name("intermediate.dense"), DIMENSION, INNER)?,
            linear(source, &name("output.dense"), INNER, DIMENSION)?,
        ],
        attention_norm: norm(source, &name("attention.output.LayerNorm"))?,
        feed_norm: norm(source, &name("output.LayerNorm"))?,
    })
}

//! Attention inside of each text.

use candle_core::{Device, IndexOp, Result, Tensor};
use candle_nn::ops::softmax_last_dim;
use candle_nn::{Linear, Module, VarBuilder};

use super::{linear, names::Names};
use crate::configuration::Configuration;

/// Attention of several heads.
pub(super) struct Attention {
    heads: usize,
    query: Linear,
    key: Linear,
    value: Linear,
    attended: Linear,
}

impl Attention {
    pub(super) fn load(of: &Configuration, names: &Names, source: &VarBuilder<'_>) -> Result<Self> {
        let square = |name: &str| linear(of.width, of.width, true, &source.pp(name));
        Ok(Self {
            heads: of.heads,
            query: square(names.query)?,
            key: square(names.key)?,
            value: square(names.value)?,
            attended: square(names.attended)?,
        })
    }

    /// `rows` are those of texts of these `lengths`, one after the other; `bias` is added to the scores, for texts up to its
    /// size.
    pub(super) fn forward(&self, rows: &Tensor, lengths: &[usize], bias: Option<&Tensor>) -> Result<Tensor> {
        let (query, key, value) =
            (self.query.forward(rows)?, self.key.forward(rows)?, self.value.forward(rows)?);
        let width = rows.dim(1)?;
        #[expect(clippy::cast_precision_loss, reason = "a head has a few hundred numbers")]
        let scale = ((width / self.heads) as f64).sqrt().recip();
        let mut texts = Vec::with_capacity(lengths.len());
        let mut begin = 0;
        for &length in lengths {
            let of_heads = |all: &Tensor| {
                let text = all.narrow(0, begin, length)?;
                text.reshape((length, self.heads, width / self.heads))?.transpose(0, 1)?.contiguous()
            };
            let (query, key, value) = ((of_heads(&query)? * scale)?, of_heads(&key)?, of_heads(&value)?);
            let mut scores = query.matmul(&key.t()?)?;
            if let Some(bias) = bias {
                scores = (scores + bias.i((.., ..length, ..length))?)?;
            }
            let attended = softmax_last_dim(&scores)?.matmul(&value)?;
            texts.push(attended.transpose(0, 1)?.reshape((length, width))?);
            begin += length;
        }
        self.attended.forward(&Tensor::cat(&texts, 0)?)
    }
}

/// Distances are put into so many classes, half of them for each direction.
const CLASSES: usize = 32;
/// Distances from here on are one class.
const FAR: f64 = 128.0;

/// What MPNet adds to the scores of two tokens by their distance.
pub(super) struct Distances {
    /// A row for each class, a column for each head.
    table: Vec<Vec<f32>>,
}

impl Distances {
    pub(super) fn load(heads: usize, source: &VarBuilder<'_>) -> Result<Self> {
        Ok(Self { table: source.get((CLASSES, heads), "relative_attention_bias.weight")?.to_vec2()? })
    }

    /// Heads by tokens by tokens.
    pub(super) fn bias(&self, length: usize) -> Result<Tensor> {
        let heads = self.table.first().map_or(0, Vec::len);
        let mut numbers = Vec::with_capacity(heads * length * length);
        for head in 0..heads {
            for from in 0..length {
                numbers.extend((0..length).map(|to| self.table[class(from, to)][head]));
            }
        }
        Tensor::from_vec(numbers, (heads, length, length), &Device::Cpu)
    }
}

/// The class of a distance: each of its own up to 7, then ever wider ones.
fn class(from: usize, to: usize) -> usize {
    let half = CLASSES / 2;
    let direction = if to > from { half } else { 0 };
    let distance = from.abs_diff(to);
    let exact = half / 2;
    if distance < exact {
        return direction + distance;
    }
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "distances are small, and the logarithm of one from 8 on is positive"
    )]
    let wider = {
        let exact = exact as f64;
        ((distance as f64 / exact).ln() / (FAR / exact).ln() * (half as f64 - exact)) as usize
    };
    direction + (exact + wider).min(half - 1)
}

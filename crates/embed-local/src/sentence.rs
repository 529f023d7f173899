//! Rows to one vector for each text.

use candle_core::{D, IndexOp, Result, Tensor};
use candle_nn::{Linear, Module};
use model::Vector;

use crate::encoder::{self, Encoder, unit};
use crate::modules::{Modules, Pooling, Step};
use crate::tokens::Tokenizer;

/// What a text is for: some models put another prompt before each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be found.
    Document,
    /// To find.
    Query,
}

/// A loaded model.
pub(crate) struct SentenceModel {
    tokenizer: Tokenizer,
    encoder: Encoder,
    modules: Modules,
    /// The matrix of each step that has one.
    dense: Vec<Option<Linear>>,
}

impl SentenceModel {
    pub(crate) fn new(
        tokenizer: Tokenizer,
        encoder: Encoder,
        modules: Modules,
        dense: Vec<Option<Linear>>,
    ) -> Self {
        Self { tokenizer, encoder, modules, dense }
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// A sentence why there are none.
    pub(crate) fn tokens(&self, purpose: Purpose, text: &str) -> std::result::Result<Vec<u32>, String> {
        let prompts = &self.modules.prompts;
        let prompt = match purpose {
            Purpose::Document => &prompts.document,
            Purpose::Query => &prompts.query,
        };
        let tokens = self.tokenizer.tokens(prompt, text)?;
        let known = self.encoder.vocabulary();
        match tokens.iter().find(|token| **token as usize >= known) {
            Some(token) => Err(format!("the tokenizer gives token {token}, the weights know {known}")),
            None => Ok(tokens),
        }
    }

    /// One vector for each text.
    ///
    /// # Errors
    /// A sentence why there is none.
    pub(crate) fn vectors(&self, texts: &[Vec<u32>]) -> std::result::Result<Vec<Vector>, String> {
        let numbers = self.numbers(texts).map_err(|error| encoder::reason(&error))?;
        numbers.into_iter().map(|numbers| Vector::new(numbers).map_err(|error| error.to_string())).collect()
    }

    fn numbers(&self, texts: &[Vec<u32>]) -> Result<Vec<Vec<f32>>> {
        let rows = self.encoder.encode(texts)?;
        let (mut pooled, mut begin) = (Vec::with_capacity(texts.len()), 0);
        for text in texts {
            pooled.push(pool(self.modules.pooling, &rows.narrow(0, begin, text.len())?)?);
            begin += text.len();
        }
        let mut vectors = Tensor::stack(&pooled, 0)?;
        for (step, dense) in self.modules.steps.iter().zip(&self.dense) {
            vectors = match (step, dense) {
                (Step::Dense { is_tanh: true, .. }, Some(dense)) => dense.forward(&vectors)?.tanh()?,
                (_, Some(dense)) => dense.forward(&vectors)?,
                (_, None) => unit(&vectors)?,
            };
        }
        // Whatever the model does: vectors of the port have length 1.
        unit(&vectors)?.to_vec2()
    }
}

fn pool(pooling: Pooling, rows: &Tensor) -> Result<Tensor> {
    match pooling {
        Pooling::First => rows.i(0),
        Pooling::Last => rows.i(rows.dim(0)? - 1),
        Pooling::Mean => rows.mean(0),
        #[expect(clippy::cast_precision_loss, reason = "a text has about a thousand tokens at most")]
        Pooling::MeanSqrt => rows.sum(0)? / (rows.dim(0)? as f64).sqrt(),
        Pooling::Max => rows.transpose(0, 1)?.contiguous()?.max(D::Minus1),
    }
}

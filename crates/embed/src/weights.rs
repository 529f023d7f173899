//! The model's data, used where they lie: in the binary's read-only pages, which processes share.

use bytemuck::Pod;

use crate::kernels::{EmbeddingTables, Norm};
use crate::layout::{self, LayoutError};
use crate::shape::LAYERS;
use crate::wordpiece::Words;

#[cfg(target_endian = "big")]
compile_error!("the model's data are little-endian and used in place");

/// Gives the data the alignment of a cache line.
#[repr(C, align(64))]
struct Aligned<T: ?Sized>(T);

static FILE: &Aligned<[u8]> = &Aligned(*include_bytes!("../model/all-MiniLM-L6-v2.q8.bin"));

/// The file of the model, as it was committed.
#[must_use]
pub fn model_file() -> &'static [u8] {
    &FILE.0
}

/// A linear layer of 8-bit weights.
pub(crate) struct Linear<'a> {
    pub(crate) inputs: usize,
    pub(crate) outputs: usize,
    /// Packed by [`layout::pack`].
    pub(crate) weights: &'a [i8],
    /// What a step of each output's weights is worth.
    pub(crate) scales: &'a [f32],
    /// The sum of each output's weights: undoes the zero point of the inputs.
    pub(crate) sums: &'a [i32],
    pub(crate) bias: &'a [f32],
    /// What each input is multiplied by before it is quantised.
    pub(crate) factors: &'a [f32],
}

/// An encoder layer.
pub(crate) struct Layer<'a> {
    pub(crate) attention_in: Linear<'a>,
    pub(crate) attention_out: Linear<'a>,
    pub(crate) feed_in: Linear<'a>,
    pub(crate) feed_out: Linear<'a>,
    pub(crate) attention_norm: Norm<'a>,
    pub(crate) feed_norm: Norm<'a>,
}

/// The whole model.
pub(crate) struct Weights<'a> {
    pub(crate) words: Words<'a>,
    pub(crate) embeddings: EmbeddingTables<'a>,
    pub(crate) layers: Vec<Layer<'a>>,
}

impl<'a> Weights<'a> {
    /// Finds the parts of a model's file; copies nothing.
    pub(crate) fn of(file: &'a [u8]) -> Result<Self, LayoutError> {
        let mut parts = Parts { names: layout::sections(), contents: layout::read(file)?, next: 0 };
        let words = Words { text: parts.take()?, ends: parts.take()?, table: parts.take()? };
        let embeddings = EmbeddingTables {
            words: parts.take()?,
            scales: parts.take()?,
            positions: parts.take()?,
            norm: parts.norm()?,
        };
        let layers = (0..LAYERS).map(|_| parts.layer()).collect::<Result<_, _>>()?;
        Ok(Self { words, embeddings, layers })
    }
}

/// Hands the sections out one after another.
struct Parts<'a> {
    names: Vec<layout::Section>,
    contents: Vec<&'a [u8]>,
    next: usize,
}

impl<'a> Parts<'a> {
    fn take<T: Pod>(&mut self) -> Result<&'a [T], LayoutError> {
        let at = self.next;
        self.next += 1;
        bytemuck::try_cast_slice(self.contents[at])
            .map_err(|_| LayoutError::Section { name: self.names[at].name.clone() })
    }

    fn norm(&mut self) -> Result<Norm<'a>, LayoutError> {
        Ok(Norm { gamma: self.take()?, beta: self.take()? })
    }

    fn linear(&mut self, which: usize) -> Result<Linear<'a>, LayoutError> {
        let (_, inputs, outputs) = layout::LINEARS[which];
        Ok(Linear {
            inputs,
            outputs,
            weights: self.take()?,
            scales: self.take()?,
            sums: self.take()?,
            bias: self.take()?,
            factors: self.take()?,
        })
    }

    fn layer(&mut self) -> Result<Layer<'a>, LayoutError> {
        Ok(Layer {
            attention_in: self.linear(0)?,
            attention_out: self.linear(1)?,
            feed_in: self.linear(2)?,
            feed_out: self.linear(3)?,
            attention_norm: self.norm()?,
            feed_norm: self.norm()?,
        })
    }
}

//! Texts to vectors, on the threads of this machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use model::Vector;
use thiserror::Error;

use crate::forward::{Arena, Forward};
use crate::kernels::Kernel;
use crate::layout::LayoutError;
use crate::weights::{Weights, model_file};

/// Rows of a group of texts that go through the model together.
const GROUP_ROWS: usize = 192;

/// The model, ready to encode.
pub struct Encoder {
    weights: Weights<'static>,
    kernel: Kernel,
    threads: usize,
    arenas: Mutex<Vec<Arena>>,
}

/// Why the encoder cannot be had, or gave no vectors.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// The model inside the binary is damaged.
    #[error("the model inside the program is damaged: {0}")]
    Damaged(#[from] LayoutError),
    /// This processor lacks instructions.
    #[error("this processor cannot run the {kernel} kernel; leave the choice to the program")]
    Kernel {
        /// The kernel's name.
        kernel: &'static str,
    },
    /// The forward pass ended in numbers that are no direction.
    #[error("text {text} of the batch has no usable vector")]
    Vector {
        /// Its place in the batch, from 0.
        text: usize,
    },
}

impl Encoder {
    /// The encoder with the fastest kernel of this processor. Copies nothing and takes microseconds: the weights are used
    /// where they lie in the binary.
    ///
    /// # Errors
    /// [`EncodeError::Damaged`].
    pub fn load() -> Result<Self, EncodeError> {
        Self::with_kernel(Kernel::detect())
    }

    /// The encoder with a given kernel.
    ///
    /// # Errors
    /// [`EncodeError::Kernel`] when this processor lacks the kernel's instructions; [`EncodeError::Damaged`].
    pub fn with_kernel(kernel: Kernel) -> Result<Self, EncodeError> {
        if !kernel.is_available() {
            return Err(EncodeError::Kernel { kernel: kernel.name() });
        }
        let weights = Weights::of(model_file())?;
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Ok(Self { weights, kernel, threads, arenas: Mutex::default() })
    }

    /// At most so many threads for a call; at least one.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self
    }

    /// Which kernel it runs.
    #[must_use]
    pub fn kernel(&self) -> Kernel {
        self.kernel
    }

    /// The tokens of a text, `[CLS]` and `[SEP]` included; at most 256.
    #[must_use]
    pub fn tokens(&self, text: &str) -> Vec<u16> {
        self.weights.words.tokens(text)
    }

    /// One vector of length 1 for each text, in order.
    ///
    /// # Errors
    /// [`EncodeError::Vector`], which sound weights never give.
    pub fn encode(&self, texts: &[&str]) -> Result<Vec<Vector>, EncodeError> {
        let sequences: Vec<_> = texts.iter().map(|text| self.tokens(text)).collect();
        let groups = groups(&sequences);
        let numbers = if groups.len() >= self.threads && self.threads > 1 {
            self.groups_at_once(&sequences, &groups)
        } else {
            let forward = self.forward(self.threads);
            let mut arena = self.arena();
            let each = groups.iter().map(|group| forward.run(&sequences[group.clone()], &mut arena));
            let numbers = each.flatten().collect();
            self.keep(arena);
            numbers
        };
        let vectors = numbers.into_iter().enumerate();
        vectors
            .map(|(text, numbers)| Vector::new(numbers).map_err(|_| EncodeError::Vector { text }))
            .collect()
    }

    /// Each group on one thread, the threads taking the next group when they are free.
    fn groups_at_once(&self, sequences: &[Vec<u16>], groups: &[std::ops::Range<usize>]) -> Vec<Vec<f32>> {
        let results: Vec<Mutex<Vec<Vec<f32>>>> = groups.iter().map(|_| Mutex::default()).collect();
        let next = AtomicUsize::new(0);
        let work = || {
            let forward = self.forward(1);
            let mut arena = self.arena();
            while let Some((group, result)) = {
                let number = next.fetch_add(1, Ordering::Relaxed);
                groups.get(number).zip(results.get(number))
            } {
                let vectors = forward.run(&sequences[group.clone()], &mut arena);
                *result.lock().unwrap_or_else(PoisonError::into_inner) = vectors;
            }
            self.keep(arena);
        };
        thread::scope(|scope| {
            for _ in 1..self.threads.min(groups.len()) {
                scope.spawn(work);
            }
            work();
        });
        let results = results.into_iter();
        results.flat_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
    }

    fn forward(&self, threads: usize) -> Forward<'_> {
        // The kernel was found to be available when the encoder was made.
        let kernels = self.kernel.set().unwrap_or(&crate::kernels::scalar::SET);
        Forward { kernels, weights: &self.weights, threads }
    }

    fn arena(&self) -> Arena {
        self.arenas.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn keep(&self, arena: Arena) {
        self.arenas.lock().unwrap_or_else(PoisonError::into_inner).push(arena);
    }
}

/// Cuts texts into groups of about [`GROUP_ROWS`] rows.
fn groups(sequences: &[Vec<u16>]) -> Vec<std::ops::Range<usize>> {
    let mut groups = vec![];
    let (mut start, mut rows) = (0, 0);
    for (at, tokens) in sequences.iter().enumerate() {
        if at > start && rows + tokens.len() > GROUP_ROWS {
            groups.push(start..at);
            (start, rows) = (at, 0);
        }
        rows += tokens.len();
    }
    if start < sequences.len() {
        groups.push(start..sequences.len());
    }
    groups
}

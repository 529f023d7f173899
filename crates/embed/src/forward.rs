//! The forward pass: tokens of some sequences in, one vector for each out.
//!
//! Sequences lie one after another without padding; only attention and pooling know their borders. What follows the
//! attention is done in blocks of rows that stay in the cache.

use std::ops::Range;
use std::thread;

use crate::kernels::{Codes, CodesMut, KernelSet};
use crate::shape::{DIMENSION, INNER, QKV};
use crate::weights::{Layer, Linear, Weights};

/// Rows of a block.
const BLOCK: usize = 96;
/// Fewest rows that are worth a thread of their own.
const ROWS_PER_THREAD: usize = 48;

/// Memory of a forward pass, reused by the next one. At most 256 rows are kept: 2.5 MB.
#[derive(Default)]
pub(crate) struct Arena {
    hidden: Vec<f32>,
    qkv: Vec<f32>,
    workers: Vec<Worker>,
}

/// What one thread needs besides.
#[derive(Default)]
struct Worker {
    codes: Vec<u8>,
    scales: Vec<f32>,
    zeros: Vec<i32>,
    context: Vec<f32>,
    inner: Vec<f32>,
    added: Vec<f32>,
    scores: Vec<f32>,
}

/// Consecutive rows, all of one sequence.
#[derive(Clone)]
struct Piece {
    /// The rows of its whole sequence.
    sequence: Range<usize>,
    /// Its own rows.
    rows: Range<usize>,
}

/// A forward pass over some sequences.
pub(crate) struct Forward<'a> {
    pub(crate) kernels: &'static KernelSet,
    pub(crate) weights: &'a Weights<'a>,
    /// Threads that share the rows of this pass.
    pub(crate) threads: usize,
}

impl Forward<'_> {
    /// The vectors of sequences of tokens, of length 1.
    pub(crate) fn run(&self, sequences: &[Vec<u16>], arena: &mut Arena) -> Vec<Vec<f32>> {
        let borders = borders(sequences);
        let rows = borders.last().map_or(0, |last| last.end);
        let shares = shares(&borders, rows, self.threads);
        let Arena { hidden, qkv, workers } = arena;
        hidden.resize(rows * DIMENSION, 0.0);
        qkv.resize(rows * QKV, 0.0);
        workers.resize_with(shares.len().max(workers.len()), Worker::default);
        for (sequence, tokens) in borders.iter().zip(sequences) {
            let rows = &mut hidden[sequence.start * DIMENSION..sequence.end * DIMENSION];
            (self.kernels.embed)(tokens, 0, &self.weights.embeddings, rows);
        }
        for layer in &self.weights.layers {
            self.on_shares(&shares, workers, hidden, qkv, |worker, _, hidden, qkv| {
                worker.linear_blocks(self.kernels, hidden, &layer.attention_in, qkv);
            });
            let qkv: &[f32] = qkv;
            let mut nothing = vec![];
            self.on_shares(&shares, workers, hidden, &mut nothing, |worker, pieces, hidden, _| {
                worker.attend(self.kernels, qkv, pieces);
                worker.feed_blocks(self.kernels, hidden, layer);
            });
        }
        let vectors = borders
            .iter()
            .map(|sequence| pool(&hidden[sequence.start * DIMENSION..sequence.end * DIMENSION]));
        vectors.collect()
    }

    /// Runs work on each share's rows; on a thread of its own for all shares but the first.
    fn on_shares<F>(
        &self,
        shares: &[Vec<Piece>],
        workers: &mut [Worker],
        hidden: &mut [f32],
        qkv: &mut [f32],
        work: F,
    ) where
        F: Fn(&mut Worker, &[Piece], &mut [f32], &mut [f32]) + Sync,
    {
        let work = &work;
        thread::scope(|scope| {
            let (mut hidden, mut qkv) = (hidden, qkv);
            let mut own = None;
            for (share, worker) in shares.iter().zip(workers) {
                let rows = share.iter().map(|piece| piece.rows.len()).sum::<usize>();
                let (mine, rest) = hidden.split_at_mut(rows * DIMENSION);
                hidden = rest;
                let (mine_qkv, rest) = qkv.split_at_mut(qkv.len().min(rows * QKV));
                qkv = rest;
                let run = move || work(worker, share, mine, mine_qkv);
                if own.is_none() {
                    own = Some(run);
                } else {
                    scope.spawn(run);
                }
            }
            if let Some(mut own) = own {
                own();
            }
        });
    }
}

impl Worker {
    /// A linear layer over rows, a block at a time.
    fn linear_blocks(&mut self, kernels: &KernelSet, rows: &[f32], layer: &Linear<'_>, out: &mut [f32]) {
        let blocks = rows.chunks(BLOCK * layer.inputs).zip(out.chunks_mut(BLOCK * layer.outputs));
        for (rows, out) in blocks {
            let codes = quantise(kernels, rows, layer, (&mut self.codes, &mut self.scales, &mut self.zeros));
            (kernels.linear)(&codes, layer, out);
        }
    }

    /// Attention of all pieces into `self.context`.
    fn attend(&mut self, kernels: &KernelSet, qkv: &[f32], pieces: &[Piece]) {
        let rows = pieces.iter().map(|piece| piece.rows.len()).sum::<usize>();
        self.context.resize(rows * DIMENSION, 0.0);
        let mut context = self.context.as_mut_slice();
        for piece in pieces {
            let (out, rest) = context.split_at_mut(piece.rows.len() * DIMENSION);
            let sequence = &qkv[piece.sequence.start * QKV..piece.sequence.end * QKV];
            let within = piece.rows.start - piece.sequence.start..piece.rows.end - piece.sequence.start;
            (kernels.attend)(sequence, within, &mut self.scores, out);
            context = rest;
        }
    }

    /// What follows the attention in a layer, a block of rows at a time.
    fn feed_blocks(&mut self, kernels: &KernelSet, hidden: &mut [f32], layer: &Layer<'_>) {
        let Self { codes, scales, zeros, context, inner, added, .. } = self;
        let blocks = hidden.chunks_mut(BLOCK * DIMENSION).zip(context.chunks(BLOCK * DIMENSION));
        for (hidden, context) in blocks {
            let rows = hidden.len() / DIMENSION;
            added.resize(rows * DIMENSION, 0.0);
            inner.resize(rows * INNER, 0.0);
            let context = quantise(kernels, context, &layer.attention_out, (codes, scales, zeros));
            (kernels.linear)(&context, &layer.attention_out, added);
            (kernels.add_norm)(hidden, added, &layer.attention_norm);
            let input = quantise(kernels, hidden, &layer.feed_in, (codes, scales, zeros));
            (kernels.linear_gelu)(&input, &layer.feed_in, inner);
            let input = quantise(kernels, inner, &layer.feed_out, (codes, scales, zeros));
            (kernels.linear)(&input, &layer.feed_out, added);
            (kernels.add_norm)(hidden, added, &layer.feed_norm);
        }
    }
}

/// The codes of rows, as the inputs of a layer.
fn quantise<'a>(
    kernels: &KernelSet,
    rows: &[f32],
    layer: &Linear<'_>,
    (codes, scales, zeros): (&'a mut Vec<u8>, &'a mut Vec<f32>, &'a mut Vec<i32>),
) -> Codes<'a> {
    let count = rows.len() / layer.inputs;
    codes.resize(rows.len(), 0);
    scales.resize(count, 0.0);
    zeros.resize(count, 0);
    (kernels.quantise)(rows, layer.factors, &mut CodesMut { codes, scales, zeros });
    Codes { codes, scales, zeros }
}

/// The rows of each sequence.
fn borders(sequences: &[Vec<u16>]) -> Vec<Range<usize>> {
    let mut end = 0;
    let rows = sequences.iter().map(|tokens| {
        let start = end;
        end += tokens.len();
        start..end
    });
    rows.collect()
}

/// Cuts the rows into one run for each thread that is worth it.
fn shares(borders: &[Range<usize>], rows: usize, threads: usize) -> Vec<Vec<Piece>> {
    let count = (rows / ROWS_PER_THREAD).clamp(1, threads.max(1));
    let cut = |share: usize| rows * share / count;
    let share = |number: usize| {
        let run = cut(number)..cut(number + 1);
        let pieces = borders.iter().filter_map(|sequence| {
            let rows = sequence.start.max(run.start)..sequence.end.min(run.end);
            (!rows.is_empty()).then(|| Piece { sequence: sequence.clone(), rows })
        });
        pieces.collect()
    };
    (0..count).map(share).collect()
}

/// The mean of rows, brought to length 1.
fn pool(rows: &[f32]) -> Vec<f32> {
    let mut mean = vec![0.0_f32; DIMENSION];
    for row in rows.chunks_exact(DIMENSION) {
        for (sum, number) in mean.iter_mut().zip(row) {
            *sum += number;
        }
    }
    let length = mean.iter().map(|number| number * number).sum::<f32>().sqrt();
    for number in &mut mean {
        *number /= length;
    }
    mean
}

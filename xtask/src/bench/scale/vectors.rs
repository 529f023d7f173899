//! Vectors that lie as real encodings do.

use std::thread;

use embed::Encoder;

use crate::bench::workload::{Query, Workload};
use crate::bench::{machine, words};

/// Numbers of a vector.
pub(crate) const DIMENSION: usize = 384;
/// How many texts are encoded.
const BASES: usize = 8_000;
/// How far a made vector is from the encoding that it comes from, in lengths of it.
const DISTANCES: (f32, f32) = (0.25, 1.0);
/// One word in so many of a text is replaced.
const REPLACED: u64 = 3;
/// How many vectors are asked for their neighbours.
const SAMPLED: usize = 50;

/// How they are made, for the report.
pub(crate) const DESCRIPTION: &str = "The first 8,000 vectors are encodings of memories of the workload. Each of the others is one \
    of these, moved by .25 to 1 times its length in the direction between two more of them, and made of length 1 again: so \
    they keep the clusters, the mean and the spread of real encodings, which numbers at random would not. Its text is that of \
    the encoding it comes from, with every third word replaced by one of a vocabulary of 100,000 by Zipf's law. Queries are \
    paraphrases and fragments.";

/// All vectors so far, one after the other.
pub(crate) struct Vectors {
    numbers: Vec<f32>,
}

impl Vectors {
    /// Encodes the first of them.
    pub(crate) fn new(encoder: &Encoder, workload: &Workload) -> Result<Self, String> {
        let texts: Vec<String> = (0..BASES).map(|number| workload.memory(number)).collect();
        Ok(Self { numbers: encode(encoder, &texts)?.concat() })
    }

    /// What is asked.
    pub(crate) fn queries(workload: &Workload, count: usize) -> Vec<String> {
        let texts = workload.queries(BASES, count).into_iter();
        texts.map(|Query { text, .. }| text).collect()
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.numbers.len() / DIMENSION
    }

    /// One of them.
    pub(crate) fn vector(&self, number: usize) -> &[f32] {
        &self.numbers[number * DIMENSION..(number + 1) * DIMENSION]
    }

    /// The text of one of them.
    pub(crate) fn text(workload: &Workload, number: usize) -> String {
        if number < BASES {
            return workload.memory(number);
        }
        let mut random = Random(number as u64);
        let base = workload.memory((random.next() % BASES as u64) as usize);
        let replaced = |word: &str| match random.next() % REPLACED {
            0 => words::word((random.next() >> 11) as f64 / (1_u64 << 53) as f64),
            _ => word.to_owned(),
        };
        base.split(' ').map(replaced).collect::<Vec<_>>().join(" ")
    }

    /// Makes more, until there are so many.
    pub(crate) fn grow(&mut self, size: usize) {
        self.numbers.reserve_exact((size * DIMENSION).saturating_sub(self.numbers.len()));
        for number in self.len()..size {
            let mut random = Random(number as u64);
            let [base, from, to] = [0; 3].map(|_| (random.next() % BASES as u64) as usize);
            let share = (random.next() >> 40) as f32 / (1_u64 << 24) as f32;
            let distance = DISTANCES.0 + (DISTANCES.1 - DISTANCES.0) * share;
            let way: Vec<f32> =
                self.vector(to).iter().zip(self.vector(from)).map(|(to, from)| to - from).collect();
            let scale = distance / length(&way).max(1e-6);
            let moved: Vec<f32> =
                self.vector(base).iter().zip(way).map(|(base, way)| base + scale * way).collect();
            let length = length(&moved);
            self.numbers.extend(moved.iter().map(|number| number / length));
        }
    }

    /// The numbers of the memories nearest to each query, by all numbers of every vector.
    pub(crate) fn nearest(&self, queries: &[Vec<f32>], count: usize) -> Vec<Vec<i64>> {
        let share = queries.len().div_ceil(machine::cores()).max(1);
        thread::scope(|scope| {
            let parts: Vec<_> = queries
                .chunks(share)
                .map(|queries| {
                    scope.spawn(move || {
                        queries.iter().map(|query| self.best(query, count)).collect::<Vec<_>>()
                    })
                })
                .collect();
            parts.into_iter().flat_map(|part| part.join().unwrap_or_default()).collect::<Vec<_>>()
        })
        .into_iter()
        .map(|best: Vec<(f32, usize)>| best.into_iter().map(|(_, number)| number as i64 + 1).collect())
        .collect()
    }

    /// The mean cosine of a vector to its nearest and to its tenth neighbour.
    pub(crate) fn neighbours(&self) -> (f64, f64) {
        let step = self.len() / SAMPLED;
        let sampled = (0..SAMPLED).map(|n| self.best(self.vector(n * step), 11));
        let (mut nearest, mut tenth) = (0.0, 0.0);
        for best in sampled {
            // The first is the vector itself.
            nearest += f64::from(best[1].0);
            tenth += f64::from(best[10].0);
        }
        (nearest / SAMPLED as f64, tenth / SAMPLED as f64)
    }

    fn best(&self, query: &[f32], count: usize) -> Vec<(f32, usize)> {
        let mut best: Vec<(f32, usize)> = Vec::with_capacity(count + 1);
        for (number, vector) in self.numbers.chunks_exact(DIMENSION).enumerate() {
            let cosine = dot(query, vector);
            if best.len() < count || cosine > best[count - 1].0 {
                let at = best.partition_point(|(found, _)| *found >= cosine);
                best.insert(at, (cosine, number));
                best.truncate(count);
            }
        }
        best
    }
}

/// The vectors of texts.
pub(crate) fn encode(encoder: &Encoder, texts: &[String]) -> Result<Vec<Vec<f32>>, String> {
    let mut encoded = Vec::with_capacity(texts.len());
    for batch in texts.chunks(64) {
        let batch: Vec<&str> = batch.iter().map(String::as_str).collect();
        let vectors = encoder.encode(&batch).map_err(|error| error.to_string())?;
        encoded.extend(vectors.iter().map(|vector| vector.as_slice().to_vec()));
    }
    Ok(encoded)
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 16;
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a.chunks_exact(LANES).zip(b.chunks_exact(LANES)) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum()
}

fn length(numbers: &[f32]) -> f32 {
    dot(numbers, numbers).sqrt()
}

/// Numbers that look random, the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

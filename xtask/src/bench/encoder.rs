//! The encoder beside the machine's peak and beside ONNX Runtime.

use std::time::{Duration, Instant};

use embed::{Encoder, Kernel};

use super::machine;
use super::onnx::{OnnxRuntime, Precision};
use super::peak::{self, Instruction};
use super::statistics::Samples;
use super::table::{Figure, Row, Table};

/// Each case has at least so many rounds, and at most [`MOST_ROUNDS`].
const FEWEST_ROUNDS: usize = 3;
const MOST_ROUNDS: usize = 40;
/// After this time a case has no further round.
const TIME_PER_CASE: Duration = Duration::from_secs(4);
/// The threads of ONNX Runtime look for work for a while after a run; ours must not meet them.
const PAUSE: Duration = Duration::from_millis(5);

/// Words that are one token each, so that a text of `n` of them has `n + 2` tokens.
const WORDS: &[&str] = &[
    "the", "old", "river", "house", "keeps", "its", "water", "for", "people", "who", "work", "in", "a",
    "garden", "near", "school", "and", "every", "winter", "morning", "two", "children", "bring", "paper",
    "letters", "from", "their", "doctor", "to", "market", "street", "where", "music", "plays", "under",
    "small", "bridge", "while", "summer", "rain", "falls", "on", "kitchen", "window", "because", "nobody",
    "closed", "it", "last", "night",
];

/// Texts of one length that are encoded together.
struct Case {
    name: &'static str,
    tokens: usize,
    texts: usize,
}

const CASES: [Case; 4] = [
    Case { name: "12 tokens", tokens: 12, texts: 1 },
    Case { name: "60 tokens", tokens: 60, texts: 1 },
    Case { name: "250 tokens", tokens: 250, texts: 1 },
    Case { name: "32 x 60 tokens", tokens: 60, texts: 32 },
];

impl Case {
    /// Different texts of exactly so many tokens.
    fn texts(&self) -> Vec<String> {
        let text = |first: usize| {
            let words = (0..self.tokens - 2).map(|word| WORDS[(first + word) % WORDS.len()]);
            words.collect::<Vec<_>>().join(" ")
        };
        (0..self.texts).map(text).collect()
    }

    /// Multiply-adds of the linear layers and of attention; everything else is little beside them.
    fn multiply_adds(&self) -> f64 {
        let (dimension, inner, layers) = (384.0, 1536.0, 6.0);
        let linear = 4.0 * dimension * dimension + 2.0 * dimension * inner;
        let attention = 2.0 * self.tokens as f64 * dimension;
        layers * (linear + attention) * (self.tokens * self.texts) as f64
    }
}

/// Times of one case on one kernel, with those of ONNX Runtime in the same rounds.
#[derive(Default)]
struct Rounds {
    ours: Samples,
    int8: Samples,
    fp32: Samples,
}

/// Every kernel that this processor runs, on one thread and on all.
pub(crate) fn measure() -> Result<Table, String> {
    let mut table = Table::new("Encoder");
    let cases: Vec<(String, Vec<String>)> =
        CASES.iter().map(|case| (case.name.to_owned(), case.texts())).collect();
    let mut onnx = match OnnxRuntime::start(&cases) {
        Ok(onnx) => {
            table.note(fidelity(&onnx, &cases)?);
            Some(onnx)
        }
        Err(reason) => {
            table.note(format!("ONNX Runtime: not measured: {reason}."));
            None
        }
    };
    let fastest = Kernel::detect();
    for kernel in Kernel::ALL.into_iter().filter(|kernel| kernel.is_available()) {
        for threads in thread_counts() {
            let encoder =
                Encoder::with_kernel(kernel).map_err(|error| error.to_string())?.with_threads(threads);
            let instruction = instruction(kernel);
            let peak = instruction.peak(threads).unwrap_or(f64::NAN);
            for (case, (_, texts)) in CASES.iter().zip(&cases) {
                // The other kernels are for other machines: there ONNX Runtime would not have these instructions either.
                let beside = onnx.as_mut().filter(|_| kernel == fastest);
                let rounds = rounds(&encoder, case, texts, threads, beside)?;
                let what = format!("{}, {}, `{}`", case.name, thread_name(threads), kernel.name());
                rows(&mut table, what, case, &rounds, instruction, peak, onnx.as_ref());
            }
        }
    }
    let all = machine::cores();
    let peaks = peak::available().into_iter().filter_map(|instruction| {
        let (one, all) = (instruction.peak(1)?, instruction.peak(all)?);
        Some(format!("{} {:.0} and {:.0}", instruction.name, 2.0 * one, 2.0 * all))
    });
    table.note(format!(
        "Peaks on 1 and on {all} threads, in Gop/s: {}.",
        peaks.collect::<Vec<_>>().join("; ")
    ));
    table.note(format!(
        "Ours: text to vector, tokenising included. ONNX Runtime: token numbers to vector. {FEWEST_ROUNDS} to {MOST_ROUNDS} rounds, \
         each with all of them. A multiply-add is two operations. The peaks are those of loops over registers, on as many threads. An import, and what \
         is embedded in the background, is encoded 32 texts at a time on all cores."
    ));
    Ok(table)
}

fn thread_counts() -> Vec<usize> {
    let mut counts = vec![1, machine::cores()];
    counts.dedup();
    counts
}

fn thread_name(threads: usize) -> String {
    if threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") }
}

/// The instruction that bounds a kernel.
fn instruction(kernel: Kernel) -> &'static Instruction {
    #[cfg(target_arch = "x86_64")]
    match kernel {
        Kernel::Avx512Vnni => return &peak::AVX512_VNNI,
        Kernel::AvxVnni => return &peak::AVX_VNNI,
        Kernel::Avx2 => return &peak::AVX2_INT8,
        _ => {}
    }
    let _ = kernel;
    &peak::PORTABLE
}

fn rounds(
    encoder: &Encoder,
    case: &Case,
    texts: &[String],
    threads: usize,
    mut onnx: Option<&mut OnnxRuntime>,
) -> Result<Rounds, String> {
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut rounds = Rounds::default();
    let encode = || encoder.encode(&texts).map_err(|error| error.to_string());
    encode()?;
    let begin = Instant::now();
    while rounds.ours.len() < FEWEST_ROUNDS
        || (rounds.ours.len() < MOST_ROUNDS && begin.elapsed() < TIME_PER_CASE)
    {
        let start = Instant::now();
        std::hint::black_box(encode()?);
        rounds.ours.push(start.elapsed());
        if let Some(onnx) = &mut onnx {
            rounds.int8.push(onnx.run(case.name, Precision::Int8, threads)?);
            rounds.fp32.push(onnx.run(case.name, Precision::Fp32, threads)?);
            std::thread::sleep(PAUSE);
        }
    }
    Ok(rounds)
}

fn rows(
    table: &mut Table,
    what: String,
    case: &Case,
    rounds: &Rounds,
    instruction: &Instruction,
    peak: f64,
    onnx: Option<&OnnxRuntime>,
) {
    let giga = case.multiply_adds() / 1e9;
    let ours = Figure::times(&rounds.ours);
    let reached = giga / rounds.ours.p50() * 1e3;
    let texts = case.texts as f64 / rounds.ours.p50() * 1e3;
    let throughput = if case.texts > 1 { format!(", {texts:.0} texts/s") } else { String::new() };
    table.row(Row {
        what: format!(
            "{what}: {:.0} Gop/s, {:.0} % of the peak{throughput}",
            2.0 * reached,
            100.0 * reached / peak
        ),
        ours,
        floor_name: format!("{:.2} Gop at {:.0} Gop/s ({})", 2.0 * giga, 2.0 * peak, instruction.name),
        floor: Figure::times(&Samples::from_iter([giga / peak * 1e3])),
        aim: None,
    });
    let Some(onnx) = onnx.filter(|_| rounds.int8.len() > 0) else { return };
    for (precision, samples) in [("int8", &rounds.int8), ("fp32", &rounds.fp32)] {
        table.row(Row {
            what: what.clone(),
            ours,
            floor_name: format!("ONNX Runtime {} {precision}", onnx.version),
            floor: Figure::times(samples),
            aim: (precision == "int8").then(|| samples.p50()),
        });
    }
}

/// That both compute the same: the lowest cosine of our vectors, and of ONNX Runtime's int8, to its float vectors.
fn fidelity(onnx: &OnnxRuntime, cases: &[(String, Vec<String>)]) -> Result<String, String> {
    let encoder = Encoder::load().map_err(|error| error.to_string())?;
    let mut lowest = 1.0_f32;
    for (case, (name, texts)) in CASES.iter().zip(cases) {
        if onnx.tokens.get(name) != Some(&(case.tokens as u64)) {
            return Err(format!("the texts of {name} have {:?} tokens", onnx.tokens.get(name)));
        }
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = encoder.encode(&texts).map_err(|error| error.to_string())?;
        for (ours, theirs) in vectors.iter().zip(&onnx.vectors[name]) {
            lowest = lowest.min(ours.as_slice().iter().zip(theirs).map(|(a, b)| a * b).sum());
        }
    }
    Ok(format!(
        "Lowest cosine to the float vectors over these texts: ours {lowest:.4}, ONNX Runtime int8 {:.4}.",
        onnx.int8_cosine
    ))
}

#[cfg(test)]
mod tests {
    use super::CASES;

    #[test]
    fn the_work_of_a_text_is_that_of_its_layers() {
        // 6 x (4 x 384^2 + 2 x 384 x 1536 + 2 x 12 x 384) x 12
        assert_eq!(CASES[0].multiply_adds(), 128_065_536.0);
        assert_eq!(CASES[3].multiply_adds(), 32.0 * CASES[1].multiply_adds());
    }

    #[test]
    fn the_texts_of_a_case_differ() {
        let texts = CASES[3].texts();
        assert_eq!(texts.len(), 32);
        assert_ne!(texts[0], texts[1]);
    }
}

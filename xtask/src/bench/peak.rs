//! How many multiply-adds this machine does in a second, measured with a loop of registers only.

use std::hint::black_box;
use std::sync::Barrier;
use std::time::Instant;

#[cfg(target_arch = "x86_64")]
mod x86;

/// An instruction that multiplies and adds, with a loop over it.
pub(crate) struct Instruction {
    /// Its name, for reports.
    pub(crate) name: &'static str,
    /// Whether this processor has it.
    pub(crate) is_available: fn() -> bool,
    /// Runs so many rounds and gives the number of multiply-adds. Only to be called when it is available.
    run: fn(u64) -> u64,
}

/// `f32`, as the compiler arranges it: what any processor has.
pub(crate) static PORTABLE: Instruction =
    Instruction { name: "f32 in portable code", is_available: || true, run: portable };

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{AVX_VNNI, AVX2_INT8, AVX512_VNNI};

/// What this processor has.
pub(crate) fn available() -> Vec<&'static Instruction> {
    let mut instructions = vec![&PORTABLE];
    #[cfg(target_arch = "x86_64")]
    instructions.extend([&AVX512_VNNI, &AVX_VNNI, &x86::AVX512_F32, &AVX2_INT8, &x86::FMA_F32]);
    instructions.retain(|instruction| (instruction.is_available)());
    instructions
}

impl Instruction {
    /// 10^9 multiply-adds a second on so many threads at once: the best of some short runs. None if the processor lacks it.
    pub(crate) fn peak(&self, threads: usize) -> Option<f64> {
        const ROUNDS: u64 = 2_000_000;
        const RUNS: usize = 24;
        if !(self.is_available)() {
            return None;
        }
        let best = (0..RUNS).map(|_| self.rate(threads, ROUNDS)).fold(0.0, f64::max);
        Some(best)
    }

    fn rate(&self, threads: usize, rounds: u64) -> f64 {
        let barrier = Barrier::new(threads);
        let run = || {
            barrier.wait();
            let start = Instant::now();
            let count = (self.run)(black_box(rounds));
            count as f64 / start.elapsed().as_secs_f64() / 1e9
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
            workers.into_iter().filter_map(|worker| worker.join().ok()).sum()
        })
    }
}

fn portable(rounds: u64) -> u64 {
    const LANES: usize = 64;
    let factor = black_box([0.999_f32; LANES]);
    let mut sums = [1.0_f32; LANES];
    for _ in 0..rounds {
        for (sum, factor) in sums.iter_mut().zip(&factor) {
            *sum = *sum * *factor + *factor;
        }
    }
    black_box(sums);
    rounds * LANES as u64
}

#[cfg(test)]
mod tests {
    use super::available;

    #[test]
    fn a_loop_reports_its_multiply_adds() {
        for instruction in available() {
            let lanes = (instruction.run)(1);
            assert!(lanes >= 64, "{}", instruction.name);
            assert_eq!((instruction.run)(3), 3 * lanes, "{}", instruction.name);
        }
    }
}

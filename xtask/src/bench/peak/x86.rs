//! Loops over the multiply-add instructions of x86-64.

#![expect(
    unsafe_code,
    reason = "instructions that not every processor has; each call stands behind its check"
)]

use std::arch::x86_64::{
    _mm256_add_epi32, _mm256_dpbusd_avx_epi32, _mm256_fmadd_ps, _mm256_madd_epi16, _mm256_maddubs_epi16,
    _mm256_set1_epi8, _mm256_set1_epi16, _mm256_set1_ps, _mm256_setzero_si256, _mm512_dpbusd_epi32,
    _mm512_fmadd_ps, _mm512_set1_epi8, _mm512_set1_ps, _mm512_setzero_si512,
};
use std::hint::black_box;

use super::Instruction;

/// Enough sums that no instruction waits for the one before: latency 4 to 5, two in a cycle, and a reserve.
const CHAINS: usize = 12;

/// `vpdpbusd` on 512 bits: 64 products of 8 bits in one instruction.
pub(crate) static AVX512_VNNI: Instruction = Instruction {
    name: "int8 `vpdpbusd`, 512 bits",
    is_available: || is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vnni"),
    // SAFETY: `peak` runs it only after `is_available`.
    run: |rounds| unsafe { vnni(rounds) },
};

/// `vpdpbusd` on 256 bits, as processors without AVX-512 have it: 32 products of 8 bits in one instruction.
pub(crate) static AVX_VNNI: Instruction = Instruction {
    name: "int8 `vpdpbusd`, 256 bits",
    is_available: || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("avxvnni"),
    // SAFETY: as above.
    run: |rounds| unsafe { vnni_256(rounds) },
};

/// `vfmadd` on 512 bits: 16 products of `f32`.
pub(crate) static AVX512_F32: Instruction = Instruction {
    name: "f32 `vfmadd`, 512 bits",
    is_available: || is_x86_feature_detected!("avx512f"),
    // SAFETY: as above.
    run: |rounds| unsafe { fma_512(rounds) },
};

/// `vpmaddubsw`, `vpmaddwd`, `vpaddd` on 256 bits: 32 products of 8 bits in three instructions.
pub(crate) static AVX2_INT8: Instruction = Instruction {
    name: "int8 `vpmaddubsw` and two more, 256 bits",
    is_available: || is_x86_feature_detected!("avx2"),
    // SAFETY: as above.
    run: |rounds| unsafe { maddubs(rounds) },
};

/// `vfmadd` on 256 bits: 8 products of `f32`.
pub(crate) static FMA_F32: Instruction = Instruction {
    name: "f32 `vfmadd`, 256 bits",
    is_available: || is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
    // SAFETY: as above.
    run: |rounds| unsafe { fma_256(rounds) },
};

#[target_feature(enable = "avx512f,avx512vnni")]
fn vnni(rounds: u64) -> u64 {
    let (left, right) = (_mm512_set1_epi8(black_box(3)), _mm512_set1_epi8(black_box(5)));
    let mut sums = [_mm512_setzero_si512(); CHAINS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm512_dpbusd_epi32(*sum, left, right);
        }
    }
    black_box(sums);
    rounds * CHAINS as u64 * 64
}

#[target_feature(enable = "avx2,avxvnni")]
fn vnni_256(rounds: u64) -> u64 {
    let (left, right) = (_mm256_set1_epi8(black_box(3)), _mm256_set1_epi8(black_box(5)));
    let mut sums = [_mm256_setzero_si256(); CHAINS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm256_dpbusd_avx_epi32(*sum, left, right);
        }
    }
    black_box(sums);
    rounds * CHAINS as u64 * 32
}

#[target_feature(enable = "avx512f")]
fn fma_512(rounds: u64) -> u64 {
    let (left, right) = (_mm512_set1_ps(black_box(0.999)), _mm512_set1_ps(black_box(0.5)));
    let mut sums = [right; CHAINS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm512_fmadd_ps(*sum, left, right);
        }
    }
    black_box(sums);
    rounds * CHAINS as u64 * 16
}

#[target_feature(enable = "avx2")]
fn maddubs(rounds: u64) -> u64 {
    let mut left = _mm256_set1_epi8(black_box(3));
    let (right, ones) = (_mm256_set1_epi8(black_box(5)), _mm256_set1_epi16(black_box(1)));
    let mut sums = [_mm256_setzero_si256(); CHAINS];
    for _ in 0..rounds {
        for sum in &mut sums {
            // Else the compiler sees that all products are the same and takes them out of the loop.
            left = black_box_register(left);
            let products = _mm256_madd_epi16(_mm256_maddubs_epi16(left, right), ones);
            *sum = _mm256_add_epi32(*sum, products);
        }
    }
    black_box(sums);
    rounds * CHAINS as u64 * 32
}

/// Makes the compiler forget what a register holds, without writing it to memory.
#[target_feature(enable = "avx2")]
fn black_box_register(mut register: std::arch::x86_64::__m256i) -> std::arch::x86_64::__m256i {
    // SAFETY: an empty instruction that says it changes one register.
    unsafe {
        std::arch::asm!("/* {0} */", inout(ymm_reg) register, options(pure, nomem, nostack, preserves_flags));
    }
    register
}

#[target_feature(enable = "avx2,fma")]
fn fma_256(rounds: u64) -> u64 {
    let (left, right) = (_mm256_set1_ps(black_box(0.999)), _mm256_set1_ps(black_box(0.5)));
    let mut sums = [right; CHAINS];
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = _mm256_fmadd_ps(*sum, left, right);
        }
    }
    black_box(sums);
    rounds * CHAINS as u64 * 8
}

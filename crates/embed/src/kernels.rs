//! The inner loops, once for each kind of processor, chosen at run time.
//!
//! [`ops`] has every loop once, written against the two traits [`Simd`] (a register of `f32`) and [`Tile`] (the integer
//! products). A processor kind implements both and gets its own compilation of all loops from [`kernel_set!`].
//! [`scalar`] is the twin that the others are held against.

#![expect(unsafe_code, reason = "intrinsics of the processor; every block says why it is sound")]

pub(crate) mod ops;
pub(crate) mod scalar;
pub(crate) mod simd;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
#[cfg(test)]
mod tests;

pub(crate) use ops::{Codes, CodesMut, EmbeddingTables, Norm};

use crate::weights::Linear;

/// A kind of processor that the inner loops were written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// x86-64 with AVX-512 and its 8-bit dot product.
    Avx512Vnni,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// AArch64 with the 8-bit dot product.
    NeonDot,
    /// Any processor.
    Scalar,
}

impl Kernel {
    /// All of them, the fastest first.
    pub const ALL: [Self; 4] = [Self::Avx512Vnni, Self::Avx2, Self::NeonDot, Self::Scalar];

    /// The fastest that this processor runs.
    #[must_use]
    pub fn detect() -> Self {
        Self::ALL.into_iter().find(|kernel| kernel.is_available()).unwrap_or(Self::Scalar)
    }

    /// Whether this processor runs it.
    #[must_use]
    pub fn is_available(self) -> bool {
        self.set().is_some()
    }

    /// Its name, for reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Avx512Vnni => "avx512-vnni",
            Self::Avx2 => "avx2",
            Self::NeonDot => "neon-dotprod",
            Self::Scalar => "scalar",
        }
    }

    /// Its loops; none when this processor lacks an instruction that they use.
    pub(crate) fn set(self) -> Option<&'static KernelSet> {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => avx512::detected().then_some(&avx512::SET),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::detected().then_some(&avx2::SET),
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => neon::detected().then_some(&neon::SET),
            Self::Scalar => Some(&scalar::SET),
            _ => None,
        }
    }
}

/// The loops of one kind of processor. A set is only handed out by [`Kernel::set`], after the instructions that it uses
/// were found: that makes its functions safe to call.
pub(crate) struct KernelSet {
    /// Word and position embeddings of a run of tokens, normalised: `tokens`, first position, tables, rows out.
    pub(crate) embed: fn(&[u16], usize, &EmbeddingTables<'_>, &mut [f32]),
    /// Rows of numbers to rows of 8-bit codes: rows, factor of each column, codes out.
    pub(crate) quantise: fn(&[f32], &[f32], &mut CodesMut<'_>),
    /// A linear layer: codes, layer, rows out.
    pub(crate) linear: fn(&Codes<'_>, &Linear<'_>, &mut [f32]),
    /// A linear layer followed by GELU.
    pub(crate) linear_gelu: fn(&Codes<'_>, &Linear<'_>, &mut [f32]),
    /// `rows = norm(rows + added)`.
    pub(crate) add_norm: fn(&mut [f32], &[f32], &Norm<'_>),
    /// Attention of some rows of one sequence: the whole sequence's queries, keys and values, the rows, scratch, rows out.
    pub(crate) attend: fn(&[f32], std::ops::Range<usize>, &mut Vec<f32>, &mut [f32]),
    /// The integer products of one tile, for tests: codes of the rows, panel, rows, sums out.
    #[cfg(test)]
    pub(crate) tile: fn(&[u8], &[i8], usize, &mut [i32]),
}

/// Compiles every loop of [`ops`] for one kind of processor: `kernel_set!(Type, "feature,feature")` defines `SET`.
macro_rules! kernel_set {
    ($kernel:ty $(, $features:literal)?) => {
        /// The loops, compiled for this kind of processor.
        pub(crate) static SET: $crate::kernels::KernelSet = {
            use $crate::kernels::{Codes, CodesMut, EmbeddingTables, KernelSet, Norm, ops};
            use $crate::weights::Linear;

            $(#[target_feature(enable = $features)])?
            fn embed_with(tokens: &[u16], first: usize, tables: &EmbeddingTables<'_>, out: &mut [f32]) {
                // SAFETY: the features that the kernel's intrinsics need are enabled here.
                unsafe { ops::embed::<$kernel>(tokens, first, tables, out) }
            }
            $(#[target_feature(enable = $features)])?
            fn quantise_with(rows: &[f32], factors: &[f32], out: &mut CodesMut<'_>) {
                // SAFETY: as above.
                unsafe { ops::quantise::<$kernel>(rows, factors, out) }
            }
            $(#[target_feature(enable = $features)])?
            fn linear_with(codes: &Codes<'_>, layer: &Linear<'_>, out: &mut [f32]) {
                // SAFETY: as above.
                unsafe { ops::linear::<$kernel, false>(codes, layer, out) }
            }
            $(#[target_feature(enable = $features)])?
            fn linear_gelu_with(codes: &Codes<'_>, layer: &Linear<'_>, out: &mut [f32]) {
                // SAFETY: as above.
                unsafe { ops::linear::<$kernel, true>(codes, layer, out) }
            }
            $(#[target_feature(enable = $features)])?
            fn add_norm_with(rows: &mut [f32], added: &[f32], norm: &Norm<'_>) {
                // SAFETY: as above.
                unsafe { ops::add_norm::<$kernel>(rows, added, norm) }
            }
            $(#[target_feature(enable = $features)])?
            fn attend_with(qkv: &[f32], rows: std::ops::Range<usize>, scratch: &mut Vec<f32>, out: &mut [f32]) {
                // SAFETY: as above.
                unsafe { ops::attend::<$kernel>(qkv, rows, scratch, out) }
            }
            #[cfg(test)]
            $(#[target_feature(enable = $features)])?
            fn tile_with(codes: &[u8], panel: &[i8], rows: usize, out: &mut [i32]) {
                // SAFETY: as above.
                unsafe { ops::one_tile::<$kernel>(codes, panel, rows, out) }
            }

            // SAFETY of every call: `Kernel::set` hands this set out only after the processor was found to have the features.
            KernelSet {
                embed: |tokens, first, tables, out| {
                    #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
                    unsafe { embed_with(tokens, first, tables, out) }
                },
                quantise: |rows, factors, out| {
                    #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
                    unsafe { quantise_with(rows, factors, out) }
                },
                linear: |codes, layer, out| {
                    #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
                    unsafe { linear_with(codes, layer, out) }
                },
                linear_gelu: |codes, layer, out| {
                    #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
                    unsafe { linear_gelu_with(codes, layer, out) }
                },
                add_norm: |rows, added, norm| {
                    #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
                    unsafe { add_norm_with(rows, added, norm) }
                },
                attend: |qkv, rows, scratch, out| {
                    #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
                    unsafe { attend_with(qkv, rows, scratch, out) }
                },
                #[cfg(test)]
                tile: |codes, panel, rows, out| {
                    #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
                    unsafe { tile_with(codes, panel, rows, out) }
                },
            }
        };
    };
}
pub(crate) use kernel_set;

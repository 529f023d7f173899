//! The loops of one kind of processor, as a table of functions, and the macro that compiles them.

use std::ops::Range;

use super::ops::{Codes, CodesMut, EmbeddingTables, Norm};
use crate::weights::Linear;

/// The loops of one kind of processor. A set is only handed out by [`super::Kernel::set`], after the instructions that it
/// uses were found: that makes its functions safe to call.
pub(crate) struct KernelSet {
    /// Word and position embeddings of a run of tokens, normalised: tokens, first position, tables, rows out.
    pub(crate) embed: fn(&[u16], usize, &EmbeddingTables<'_>, &mut [f32]),
    /// Rows of numbers to rows of 8-bit codes: rows, factor of each column, codes out.
    pub(crate) quantise: fn(&[f32], &[f32], &mut CodesMut<'_>),
    /// A linear layer: codes, layer, rows out.
    pub(crate) linear: fn(&Codes<'_>, &Linear<'_>, &mut [f32]),
    /// A linear layer followed by GELU.
    pub(crate) linear_gelu: fn(&Codes<'_>, &Linear<'_>, &mut [f32]),
    /// `rows = norm(rows + added)`: rows, added, norm.
    pub(crate) add_norm: fn(&mut [f32], &[f32], &Norm<'_>),
    /// Attention of some rows of a sequence: its queries, keys and values, the rows, scratch, rows out.
    pub(crate) attend: Attend,
    /// The integer products of one tile: codes of the rows, panel, rows, sums out.
    #[cfg(test)]
    pub(crate) tile: fn(&[u8], &[i8], usize, &mut [i32]),
}

/// The type of [`KernelSet::attend`].
pub(crate) type Attend = fn(&[f32], Range<usize>, &mut Vec<f32>, &mut [f32]);

/// One loop, compiled with some features, as a safe function: `compiled!([features], loop, (argument: type, ..))`.
macro_rules! compiled {
    ([$($features:literal)?] $function:expr, ($($argument:ident: $type:ty),*)) => {{
        $(#[target_feature(enable = $features)])?
        fn compiled($($argument: $type),*) {
            // SAFETY: the features that the kernel's intrinsics need are enabled for this function.
            unsafe { $function($($argument),*) }
        }
        |$($argument),*| {
            #[allow(unused_unsafe, reason = "the scalar kernel needs no feature")]
            // SAFETY: `Kernel::set` hands the set out only after the processor was found to have the features.
            unsafe { compiled($($argument),*) }
        }
    }};
}
pub(crate) use compiled;

/// Compiles every loop of [`super::ops`] for one kind of processor: `kernel_set!(Type, "feature,feature")` defines `SET`.
macro_rules! kernel_set {
    ($kernel:ty $(, $features:literal)?) => {
        /// The loops, compiled for this kind of processor.
        pub(crate) static SET: $crate::kernels::set::KernelSet = {
            use std::ops::Range;

            use $crate::kernels::ops::{self, Codes, CodesMut, EmbeddingTables, Norm};
            use $crate::kernels::set::{KernelSet, compiled};
            use $crate::weights::Linear;

            KernelSet {
                embed: compiled!(
                    [$($features)?] ops::embed::<$kernel>,
                    (tokens: &[u16], first: usize, tables: &EmbeddingTables<'_>, out: &mut [f32])
                ),
                quantise: compiled!(
                    [$($features)?] ops::quantise::<$kernel>,
                    (rows: &[f32], factors: &[f32], out: &mut CodesMut<'_>)
                ),
                linear: compiled!(
                    [$($features)?] ops::linear::<$kernel, false>,
                    (codes: &Codes<'_>, layer: &Linear<'_>, out: &mut [f32])
                ),
                linear_gelu: compiled!(
                    [$($features)?] ops::linear::<$kernel, true>,
                    (codes: &Codes<'_>, layer: &Linear<'_>, out: &mut [f32])
                ),
                add_norm: compiled!(
                    [$($features)?] ops::add_norm::<$kernel>,
                    (rows: &mut [f32], added: &[f32], norm: &Norm<'_>)
                ),
                attend: compiled!(
                    [$($features)?] ops::attend::<$kernel>,
                    (qkv: &[f32], rows: Range<usize>, scratch: &mut Vec<f32>, out: &mut [f32])
                ),
                #[cfg(test)]
                tile: compiled!(
                    [$($features)?] ops::one_tile::<$kernel>,
                    (codes: &[u8], panel: &[i8], rows: usize, out: &mut [i32])
                ),
            }
        };
    };
}
pub(crate) use kernel_set;

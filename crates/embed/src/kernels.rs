//! The inner loops, once for each kind of processor, chosen at run time.
//!
//! [`ops`] has every loop once, written against the two traits `Simd` (a register of `f32`) and `Tile` (the integer
//! products). A processor kind implements both and gets its own compilation of all loops from [`set::kernel_set!`].
//! [`scalar`] is the twin that the others are held against.

#![expect(unsafe_code, reason = "intrinsics of the processor; every block says why it is sound")]

pub(crate) mod ops;
pub(crate) mod scalar;
pub(crate) mod set;
pub(crate) mod simd;

#[cfg(target_arch = "x86_64")]
pub(crate) mod avx2;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx512;
#[cfg(target_arch = "x86_64")]
pub(crate) mod avx_vnni;
#[cfg(target_arch = "aarch64")]
pub(crate) mod neon;
#[cfg(test)]
mod tests;

pub(crate) use ops::{Codes, CodesMut, EmbeddingTables, Norm};
pub(crate) use set::KernelSet;

/// A kind of processor that the inner loops were written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kernel {
    /// x86-64 with AVX-512 and its 8-bit dot product.
    Avx512Vnni,
    /// x86-64 with AVX2 and the 8-bit dot product of AVX-VNNI.
    AvxVnni,
    /// x86-64 with AVX2 and FMA.
    Avx2,
    /// AArch64 with the 8-bit dot product.
    NeonDot,
    /// Any processor.
    Scalar,
}

impl Kernel {
    /// All of them, the fastest first.
    pub const ALL: [Self; 5] = [Self::Avx512Vnni, Self::AvxVnni, Self::Avx2, Self::NeonDot, Self::Scalar];

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
            Self::AvxVnni => "avx-vnni",
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
            Self::AvxVnni => avx_vnni::detected().then_some(&avx_vnni::SET),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => avx2::detected().then_some(&avx2::SET),
            #[cfg(target_arch = "aarch64")]
            Self::NeonDot => neon::detected().then_some(&neon::SET),
            Self::Scalar => Some(&scalar::SET),
            _ => None,
        }
    }
}

//! Embeddings, and the identity of the model that made them.

use std::fmt;

use thiserror::Error;

/// An embedding: finite numbers, at least one of them not zero.
#[derive(Clone, PartialEq)]
pub struct Vector(Vec<f32>);

/// Which model made a vector. Vectors of different identities are never compared with each other.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ModelIdentity {
    /// The model's name, as `all-MiniLM-L6-v2`.
    pub name: String,
    /// What else decides the vector space (`mean-l2` pooling and norm, a prompt prefix). Two implementations of the same
    /// model whose vectors agree within rounding share it.
    pub revision: String,
    /// How many numbers a vector has.
    pub dimension: usize,
}

/// Why numbers are not a vector.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InvalidVector {
    /// No numbers, or only zeros: it has no direction.
    #[error("the vector has no direction: it is empty or all zeros")]
    Zero,
    /// NaN or infinite.
    #[error("the vector has a number at position {at} that is not finite")]
    NotFinite {
        /// Its position.
        at: usize,
    },
}

impl Vector {
    /// Checks numbers.
    ///
    /// # Errors
    /// [`InvalidVector`] says what is wrong with them.
    pub fn new(numbers: Vec<f32>) -> Result<Self, InvalidVector> {
        if let Some(at) = numbers.iter().position(|number| !number.is_finite()) {
            return Err(InvalidVector::NotFinite { at });
        }
        if numbers.iter().all(|number| *number == 0.0) {
            return Err(InvalidVector::Zero);
        }
        Ok(Self(numbers))
    }

    /// The numbers.
    #[must_use]
    pub fn as_slice(&self) -> &[f32] {
        &self.0
    }

    /// How many numbers it has.
    #[must_use]
    pub fn dimension(&self) -> usize {
        self.0.len()
    }

    /// The cosine of the angle to another vector, -1 to 1; none when the dimensions differ.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> Option<f64> {
        if self.dimension() != other.dimension() {
            return None;
        }
        let mut dot = 0.0_f64;
        let mut norms = (0.0_f64, 0.0_f64);
        for (a, b) in self.0.iter().zip(&other.0) {
            let (a, b) = (f64::from(*a), f64::from(*b));
            dot += a * b;
            norms = (norms.0 + a * a, norms.1 + b * b);
        }
        Some((dot / (norms.0 * norms.1).sqrt()).clamp(-1.0, 1.0))
    }
}

/// Shows the dimension only.
impl fmt::Debug for Vector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vector({})", self.0.len())
    }
}

/// `all-MiniLM-L6-v2/mean-l2/384`.
impl fmt::Display for ModelIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.name, self.revision, self.dimension)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_without_direction_or_with_numbers_that_are_not_finite_are_refused() {
        assert_eq!(Vector::new(vec![]), Err(InvalidVector::Zero));
        assert_eq!(Vector::new(vec![0.0, -0.0]), Err(InvalidVector::Zero));
        assert_eq!(Vector::new(vec![1.0, f32::NAN]), Err(InvalidVector::NotFinite { at: 1 }));
    }

    #[test]
    fn the_cosine_does_not_depend_on_length() {
        let a = Vector::new(vec![3.0, 0.0]).unwrap();
        let b = Vector::new(vec![1.0, 1.0]).unwrap();
        assert!((a.cosine(&b).unwrap() - 0.5_f64.sqrt()).abs() < 1e-9);
        assert_eq!(a.cosine(&Vector::new(vec![1.0]).unwrap()), None);
    }
}

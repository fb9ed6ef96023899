//! Vectors rounded to 8 bits: what a search over very many of them looks at before it looks at the few that can be nearest.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::packed::{Activations, Packed};

/// What the sums of a product may lose besides, over vectors of about unit length.
const SUMS_ERROR: f32 = 1e-5;

/// Vectors of one width, side by side in a quarter of their room.
pub struct RoundedVectors {
    packed: Packed,
    /// The longest difference of a vector from what is kept of it.
    difference: f32,
}

impl std::fmt::Debug for RoundedVectors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RoundedVectors").field("difference", &self.difference).finish_non_exhaustive()
    }
}

impl RoundedVectors {
    /// Rounds `count` vectors of `width` values, given by number; none where the width is no multiple of 32.
    pub fn new<'a>(count: usize, width: usize, vector: impl Fn(usize) -> &'a [f32] + Sync) -> Option<Self> {
        let longest = AtomicU32::new(0);
        let packed = Packed::from_rows(count, width, &vector, &|difference| {
            // Floats that are not negative are in the order of their bits.
            longest.fetch_max(difference.to_bits(), Ordering::Relaxed);
        })?;
        Some(Self { packed, difference: f32::from_bits(longest.into_inner()) })
    }

    /// The dot product of each vector with a vector of at most unit length, and how far it can be from that of the vector as
    /// it was, which is also of at most unit length.
    pub fn dots(&self, vector: &[f32]) -> (Vec<f32>, f32) {
        let rounded = Activations::new(vector, vector.len());
        let kept = rounded.floats(0);
        let of_vector = vector.iter().zip(&kept).map(|(value, kept)| (value - kept).powi(2)).sum::<f32>().sqrt();
        let error = self.difference + (1.0 + self.difference) * of_vector + SUMS_ERROR;
        (self.packed.forward(&rounded), error)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const WIDTH: usize = 96;

    /// Unit vectors that look random, some with one large value.
    fn vectors(count: usize) -> Vec<Vec<f32>> {
        let mut state = 7_u64;
        let mut number = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        };
        let mut unit = |large: bool| {
            let mut values: Vec<f32> = (0..WIDTH).map(|_| number()).collect();
            if large {
                values[5] = 30.0;
            }
            let length = values.iter().map(|value| value * value).sum::<f32>().sqrt();
            values.into_iter().map(|value| value / length).collect()
        };
        (0..count).map(|index| unit(index % 7 == 3)).collect()
    }

    #[test]
    fn products_are_as_near_as_is_said() {
        let all = vectors(500);
        let rounded = RoundedVectors::new(all.len(), WIDTH, |number| &all[number]).unwrap();
        let mut furthest = 0.0_f32;
        for asked in &all[..40] {
            let (dots, error) = rounded.dots(asked);
            assert_eq!(dots.len(), all.len());
            assert!(error < 0.03, "{error} says nothing");
            for (dot, vector) in dots.iter().zip(&all) {
                let exact: f64 = vector.iter().zip(asked).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                let off = (f64::from(*dot) - exact).abs();
                assert!(off <= f64::from(error), "{off} where {error} was said");
                furthest = furthest.max(off as f32);
            }
        }
        assert!(furthest > 0.0, "nothing was rounded");
    }

    #[test]
    fn another_width_is_not_rounded() {
        assert!(RoundedVectors::new(1, 30, |_| &[0.0; 30]).is_none());
        let nothing = RoundedVectors::new(1, 32, |_| &[0.0; 32]).unwrap();
        assert_eq!(nothing.dots(&[0.0; 32]).0, [0.0]);
    }
}

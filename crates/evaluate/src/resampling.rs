//! Intervals of figures that are no shares, by resampling. Draws come out alike in every run.

use crate::statistics::{mean, percentile};

/// How often a set is drawn anew. The ends of an interval then rest on 25 draws each.
const SAMPLES: usize = 1000;

/// Pseudo-random numbers (G. L. Steele et al., `SplitMix64`, 2014), always from the same start.
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new() -> Self {
        Self(1)
    }

    /// From 0 to 1, without 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The 95% interval of a figure over `n` members (B. Efron, "Bootstrap methods: another look at the jackknife", 1979;
/// by percentiles). `figure` gets the places of `n` members drawn with replacement, in rising order; draws for which it has
/// no value are left out. None for an empty set.
pub(crate) fn interval(n: usize, mut figure: impl FnMut(&[usize]) -> Option<f64>) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let mut draws = Draws::new();
    let mut values = Vec::with_capacity(SAMPLES);
    for _ in 0..SAMPLES {
        let mut places: Vec<usize> = (0..n).map(|_| (draws.uniform() * n as f64) as usize).collect();
        places.sort_unstable();
        values.extend(figure(&places));
    }
    middle(&values)
}

/// The 95% interval of a mean.
pub(crate) fn mean_interval(values: &[f64]) -> Option<(f64, f64)> {
    interval(values.len(), |places| mean(&places.iter().map(|place| values[*place]).collect::<Vec<_>>()))
}

/// Where the middle 95% of the values begin and end. None of no values.
pub(crate) fn middle(values: &[f64]) -> Option<(f64, f64)> {
    Some((percentile(values, 0.025)?, percentile(values, 0.975)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_interval_of_a_mean_is_about_the_normal_one() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
        let (low, high) = mean_interval(&values).unwrap();
        // Standard deviation 5.77 over the root of 400, times 1.96.
        assert!((low - (9.5 - 0.565)).abs() < 0.1, "{low}");
        assert!((high - (9.5 + 0.565)).abs() < 0.1, "{high}");
    }

    #[test]
    fn two_draws_are_alike() {
        let values = [0.1, 0.9, 0.4, 0.7];
        assert_eq!(mean_interval(&values), mean_interval(&values));
        assert_eq!(mean_interval(&[]), None);
        assert_eq!(interval(3, |_| None), None);
    }
}

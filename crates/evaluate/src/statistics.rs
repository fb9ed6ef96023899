//! Shares with their uncertainty, and percentiles.

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// How many hold.
    pub count: usize,
    /// Of how many.
    pub n: usize,
}

impl Share {
    /// Counts the members for which the answer is true.
    pub fn of(answers: impl IntoIterator<Item = bool>) -> Self {
        answers
            .into_iter()
            .fold(Self::default(), |share, holds| Self { count: share.count + usize::from(holds), n: share.n + 1 })
    }

    /// Counts one more member.
    pub(crate) fn add(&mut self, holds: bool) {
        self.count += usize::from(holds);
        self.n += 1;
    }

    /// The share from 0 to 1; none of an empty set.
    pub fn value(self) -> Option<f64> {
        (self.n > 0).then(|| self.count as f64 / self.n as f64)
    }

    /// The 95% interval of the share; see [`wilson_interval`].
    pub fn interval(self) -> Option<(f64, f64)> {
        wilson_interval(self.count, self.n)
    }
}

/// The two-sided 95% quantile of the normal distribution.
const Z_95: f64 = 1.959_963_984_540_054;

/// The 95% score interval of `count` out of `n`, without correction for continuity (E. B. Wilson, "Probable inference,
/// the law of succession, and statistical inference", 1927). Unlike the textbook interval it holds for shares near 0
/// and 1. None for an empty set.
pub fn wilson_interval(count: usize, n: usize) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let n = n as f64;
    let share = count as f64 / n;
    let z_squared = Z_95 * Z_95;
    let centre = share + z_squared / (2.0 * n);
    let spread = Z_95 * (share * (1.0 - share) / n + z_squared / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z_squared / n;
    Some((((centre - spread) / scale).max(0.0), ((centre + spread) / scale).min(1.0)))
}

/// The mean; none of no values.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The smallest value that at least `share` of the values do not exceed (nearest rank). None of no values.
pub(crate) fn percentile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Compares with published values to four places.
    fn check(count: usize, n: usize, low: f64, high: f64) {
        let interval = wilson_interval(count, n).unwrap();
        assert!((interval.0 - low).abs() < 5e-5, "{count}/{n}: low is {}", interval.0);
        assert!((interval.1 - high).abs() < 5e-5, "{count}/{n}: high is {}", interval.1);
    }

    #[test]
    fn wilson_intervals_are_the_published_ones() {
        // The examples of R. G. Newcombe, "Two-sided confidence intervals for the single proportion", 1998.
        check(81, 263, 0.2553, 0.3662);
        check(15, 148, 0.0624, 0.1605);
        check(0, 20, 0.0, 0.1611);
        check(1, 29, 0.0061, 0.1718);
        check(10, 10, 0.7225, 1.0);
        check(50, 100, 0.4038, 0.5962);
        assert_eq!(wilson_interval(0, 0), None);
    }

    #[test]
    fn a_share_counts_what_holds() {
        let share = Share::of([true, false, true, true]);
        assert_eq!(share, Share { count: 3, n: 4 });
        assert_eq!(share.value(), Some(0.75));
        assert_eq!(Share::of([]).value(), None);
        assert_eq!(Share::of([]).interval(), None);
    }

    #[test]
    fn percentiles_are_values_that_occurred() {
        let values: Vec<f64> = (1..=20).rev().map(f64::from).collect();
        assert_eq!(percentile(&values, 0.5), Some(10.0));
        assert_eq!(percentile(&values, 0.95), Some(19.0));
        assert_eq!(percentile(&values, 1.0), Some(20.0));
        assert_eq!(percentile(&[7.0], 0.5), Some(7.0));
        assert_eq!(percentile(&[], 0.5), None);
    }
}

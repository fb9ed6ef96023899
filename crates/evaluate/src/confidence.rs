//! How well confidences tell right candidates from wrong ones, and whether they mean what they say.

use crate::resampling::{Draws, interval, middle};
use crate::statistics::mean;

/// A confidence beside what came true.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// The probability that the judge gave, 0 to 1.
    pub confidence: f64,
    /// Whether the candidate was right.
    pub right: bool,
}

/// Bins of the calibration error: of equal numbers of forecasts, as M. P. Naeini et al., 2015, but by mass.
const BINS: usize = 10;

/// Draws of the perfect judge.
const DRAWS: usize = 500;

/// Figures about confidences; none of the shares is defined without forecasts of both kinds.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfidenceFigures {
    /// How many forecasts.
    pub n: usize,
    /// Of how many the candidate is right.
    pub right: usize,
    /// How often a right candidate got a higher confidence than a wrong one (the area under the ROC curve).
    pub auroc: Option<f64>,
    /// Its 95% interval, by resampling candidates.
    pub auroc_interval: Option<(f64, f64)>,
    /// Expected calibration error: the mean distance of confidence and share of right ones, over bins of equal mass. It has
    /// no interval, since resampling alone raises it; what it is to be held against is a perfect judge's.
    pub ece: Option<f64>,
    /// What a judge whose confidences are exactly true would score on average at this number of forecasts.
    pub perfect_ece: Option<f64>,
    /// What such a judge would score in the middle 95 of 100 draws.
    pub perfect_ece_interval: Option<(f64, f64)>,
    /// Mean squared distance of confidence and truth (G. W. Brier, 1950).
    pub brier: Option<f64>,
    /// Its 95% interval, by resampling candidates.
    pub brier_interval: Option<(f64, f64)>,
    /// Of the surest k candidates, how many are wrong: (answered, wrong), at about fifty places.
    pub risk_coverage: Vec<(usize, usize)>,
    /// The bins of the calibration error: mean confidence, share of right ones, number.
    pub bins: Vec<(f64, f64, usize)>,
}

impl ConfidenceFigures {
    /// Figures over forecasts in any order.
    pub fn of(forecasts: &[Forecast]) -> Self {
        let mut sorted = forecasts.to_vec();
        sorted.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
        let perfect = perfect_errors(&sorted);
        // The places come in rising order, which keeps the confidences falling as the area needs them.
        let resampled = |figure: fn(&[Forecast]) -> Option<f64>| {
            interval(sorted.len(), |places| figure(&places.iter().map(|place| sorted[*place]).collect::<Vec<_>>()))
        };
        Self {
            n: sorted.len(),
            right: sorted.iter().filter(|forecast| forecast.right).count(),
            auroc: auroc(&sorted),
            auroc_interval: resampled(auroc),
            ece: calibration_error(&sorted),
            perfect_ece: mean(&perfect),
            perfect_ece_interval: middle(&perfect),
            brier: brier(&sorted),
            brier_interval: resampled(brier),
            risk_coverage: risk_coverage(&sorted),
            bins: bins(&sorted),
        }
    }
}

fn brier(forecasts: &[Forecast]) -> Option<f64> {
    let distance = |forecast: &Forecast| (forecast.confidence - f64::from(u8::from(forecast.right))).powi(2);
    mean(&forecasts.iter().map(distance).collect::<Vec<_>>())
}

/// By ranks, ties counting half (H. B. Mann and D. R. Whitney, 1947). `sorted` has falling confidences.
fn auroc(sorted: &[Forecast]) -> Option<f64> {
    let right = sorted.iter().filter(|f| f.right).count();
    let wrong = sorted.len() - right;
    if right == 0 || wrong == 0 {
        return None;
    }
    let mut wins = 0.0;
    let mut wrong_below = wrong as f64;
    for tied in sorted.chunk_by(|a, b| a.confidence.total_cmp(&b.confidence).is_eq()) {
        let rights = tied.iter().filter(|f| f.right).count() as f64;
        let wrongs = tied.len() as f64 - rights;
        wrong_below -= wrongs;
        wins += rights * (wrong_below + wrongs / 2.0);
    }
    Some(wins / (right as f64 * wrong as f64))
}

fn bins(sorted: &[Forecast]) -> Vec<(f64, f64, usize)> {
    let count = BINS.min(sorted.len());
    (0..count)
        .map(|bin| {
            let members = &sorted[bin * sorted.len() / count..(bin + 1) * sorted.len() / count];
            let n = members.len();
            let confidence = members.iter().map(|f| f.confidence).sum::<f64>() / n as f64;
            (confidence, members.iter().filter(|f| f.right).count() as f64 / n as f64, n)
        })
        .collect()
}

fn calibration_error(sorted: &[Forecast]) -> Option<f64> {
    let total = sorted.len() as f64;
    (!sorted.is_empty()).then(|| bins(sorted).iter().map(|(p, share, n)| (p - share).abs() * *n as f64 / total).sum())
}

/// The calibration errors of draws in which each candidate is right with exactly the probability given.
fn perfect_errors(sorted: &[Forecast]) -> Vec<f64> {
    let mut draws = Draws::new();
    let mut members = sorted.to_vec();
    let draw = |_| {
        for forecast in &mut members {
            forecast.right = draws.uniform() < forecast.confidence;
        }
        calibration_error(&members)
    };
    (0..DRAWS).filter_map(draw).collect()
}

fn risk_coverage(sorted: &[Forecast]) -> Vec<(usize, usize)> {
    let mut wrong = 0;
    let step = sorted.len().div_ceil(50).max(1);
    let mut points = Vec::new();
    for (index, forecast) in sorted.iter().enumerate() {
        wrong += usize::from(!forecast.right);
        if (index + 1) % step == 0 || index + 1 == sorted.len() {
            points.push((index + 1, wrong));
        }
    }
    points
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn forecasts(pairs: &[(f64, bool)]) -> Vec<Forecast> {
        pairs.iter().map(|(confidence, right)| Forecast { confidence: *confidence, right: *right }).collect()
    }

    fn check(pairs: &[(f64, bool)], wanted: Option<f64>) {
        assert_eq!(ConfidenceFigures::of(&forecasts(pairs)).auroc, wanted, "{pairs:?}");
    }

    #[test]
    fn the_area_counts_pairs() {
        check(&[(0.9, true), (0.1, false)], Some(1.0));
        check(&[(0.1, true), (0.9, false)], Some(0.0));
        check(&[(0.5, true), (0.5, false)], Some(0.5));
        check(&[(0.9, true), (0.6, false), (0.6, true), (0.2, false)], Some(0.875));
        check(&[(0.9, true)], None);
        check(&[], None);
    }

    #[test]
    fn a_judge_that_says_what_is_true_has_no_error_but_chance() {
        let pairs: Vec<(f64, bool)> =
            (0..1000).map(|i| (f64::from(i % 10) / 10.0 + 0.05, i / 10 % 20 < (i % 10) * 2 + 1)).collect();
        let figures = ConfidenceFigures::of(&forecasts(&pairs));
        assert!(figures.ece.unwrap() < 0.01, "{figures:?}");
        assert!(figures.perfect_ece.unwrap() > 0.01, "{figures:?}");
        let wrong =
            ConfidenceFigures::of(&forecasts(&pairs.iter().map(|(p, right)| (1.0 - p, *right)).collect::<Vec<_>>()));
        assert!(wrong.ece.unwrap() > 0.4, "{wrong:?}");
        assert_eq!(figures.risk_coverage.last(), Some(&(1000, 500)));
        let (low, high) = figures.perfect_ece_interval.unwrap();
        assert!(low < figures.perfect_ece.unwrap() && figures.perfect_ece.unwrap() < high, "{figures:?}");
    }

    #[test]
    fn intervals_hold_the_figure_and_narrow_with_more_forecasts() {
        let figures = |n: u32| {
            let pairs: Vec<(f64, bool)> = (0..n).map(|i| (f64::from(i * 7 % 100) / 100.0, i % 3 > 0)).collect();
            ConfidenceFigures::of(&forecasts(&pairs))
        };
        let width = |value: Option<f64>, interval: Option<(f64, f64)>| {
            let (value, (low, high)) = (value.unwrap(), interval.unwrap());
            assert!(low < value && value < high, "{low} {value} {high}");
            high - low
        };
        let (few, many) = (figures(60), figures(600));
        assert!(width(few.auroc, few.auroc_interval) > 2.0 * width(many.auroc, many.auroc_interval));
        assert!(width(few.brier, few.brier_interval) > 2.0 * width(many.brier, many.brier_interval));
        assert_eq!((many.n, many.right), (600, 400));
    }
}

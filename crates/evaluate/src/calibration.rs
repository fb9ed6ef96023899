//! Fitting the judges: a logistic model over the signals of candidates, and the curve from which a threshold is read.

use std::collections::{BTreeMap, BTreeSet};

use assistant::{CurvePoint, Judge};
use linfa::Dataset;
use linfa::prelude::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};

use crate::confidence::{ConfidenceFigures, Forecast};
use crate::error::EvaluateError;

/// The strength of the pull of the weights towards 0, over standardised signals.
const RIDGE: f64 = 2.0;

/// Parts of the cross-validation.
const FOLDS: usize = 10;

/// Points of the curve that are kept.
const CURVE_POINTS: usize = 80;

/// A candidate with what the judge reads of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Cases of one topic are held out together.
    pub topic: String,
    /// The signals by name.
    pub signals: BTreeMap<String, f64>,
    /// Whether the candidate is right.
    pub right: bool,
}

/// A fitted judge and how it does on topics that it was not fitted on.
#[derive(Clone, Debug)]
pub struct Fitted {
    /// Fitted on all samples; its curve is of the held-out confidences.
    pub judge: Judge,
    /// Figures of the held-out confidences.
    pub held_out: ConfidenceFigures,
}

/// Fits a judge to samples. Confidences of the curve are those of judges that did not see the sample's topic.
///
/// # Errors
/// `Fit` when there are not both right and wrong candidates, or the fit does not end.
pub fn fit(samples: &[Sample]) -> Result<Fitted, EvaluateError> {
    let names: BTreeSet<&String> = samples.iter().flat_map(|sample| sample.signals.keys()).collect();
    let names: Vec<&String> = names
        .into_iter()
        // A signal that never differs says nothing.
        .filter(|name| {
            let mut values = samples.iter().map(|sample| sample.signals.get(*name).copied().unwrap_or(0.0));
            let first = values.next().unwrap_or(0.0);
            values.any(|value| (value - first).abs() > 1e-9)
        })
        .collect();
    let topics: BTreeSet<&str> = samples.iter().map(|sample| sample.topic.as_str()).collect();
    let fold: BTreeMap<&str, usize> = topics.into_iter().enumerate().map(|(n, topic)| (topic, n % FOLDS)).collect();
    let mut forecasts = Vec::with_capacity(samples.len());
    for held in 0..FOLDS {
        let (out, seen): (Vec<&Sample>, Vec<&Sample>) =
            samples.iter().partition(|sample| fold[sample.topic.as_str()] == held);
        if out.is_empty() {
            continue;
        }
        let judge = logistic(&seen, &names)?;
        forecasts.extend(out.iter().map(|s| Forecast { confidence: judge.confidence(&s.signals), right: s.right }));
    }
    let mut judge = logistic(&samples.iter().collect::<Vec<_>>(), &names)?;
    judge.curve = curve(&mut forecasts);
    Ok(Fitted { judge, held_out: ConfidenceFigures::of(&forecasts) })
}

fn logistic(samples: &[&Sample], names: &[&String]) -> Result<Judge, EvaluateError> {
    let value = |sample: &Sample, name: &String| sample.signals.get(name).copied().unwrap_or(0.0);
    let count = samples.len() as f64;
    let moments: Vec<(f64, f64)> = names
        .iter()
        .map(|name| {
            let mean = samples.iter().map(|s| value(s, name)).sum::<f64>() / count;
            let variance = samples.iter().map(|s| (value(s, name) - mean).powi(2)).sum::<f64>() / count;
            (mean, variance.sqrt().max(1e-9))
        })
        .collect();
    let records = Array2::from_shape_fn((samples.len(), names.len()), |(row, column)| {
        let (mean, deviation) = moments[column];
        (value(samples[row], names[column]) - mean) / deviation
    });
    let targets = Array1::from_iter(samples.iter().map(|sample| sample.right));
    let fitted = LogisticRegression::default()
        .alpha(RIDGE)
        .max_iterations(500)
        .fit(&Dataset::new(records, targets))
        .map_err(|error| EvaluateError::Fit { reason: error.to_string() })?;
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    let mut bias = sign * fitted.intercept();
    let mut weights = BTreeMap::new();
    for ((name, weight), (mean, deviation)) in names.iter().zip(fitted.params()).zip(&moments) {
        let weight = sign * weight / deviation;
        bias -= weight * mean;
        weights.insert((*name).clone(), weight);
    }
    Ok(Judge { bias, weights, curve: Vec::new() })
}

/// What answering from each confidence on would have meant.
fn curve(forecasts: &mut [Forecast]) -> Vec<CurvePoint> {
    forecasts.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut points = Vec::new();
    let (mut wrong, mut expected) = (0, 0.0);
    for (index, forecast) in forecasts.iter().enumerate() {
        wrong += usize::from(!forecast.right);
        expected += 1.0 - forecast.confidence;
        let next = forecasts.get(index + 1).map(|next| next.confidence);
        if next.is_none_or(|next| next < forecast.confidence) {
            // Rounded down, so that the sample itself is on the right side.
            let threshold = (forecast.confidence * 1e4).floor() / 1e4;
            points.push(CurvePoint { threshold, answered: index + 1, wrong, expected: (expected * 1e2).round() / 1e2 });
        }
    }
    let step = points.len().div_ceil(CURVE_POINTS).max(1);
    points.into_iter().step_by(step).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Right where the signal is high, with exceptions; the other signal says nothing.
    fn samples(count: usize) -> Vec<Sample> {
        (0..count)
            .map(|index| {
                let strength = (index * 37 % 100) as f64 / 100.0;
                let noise = (index * 53 % 97) as f64 / 97.0;
                let signals = BTreeMap::from([("strength".to_owned(), strength), ("noise".to_owned(), noise)]);
                Sample { topic: format!("topic {}", index % 23), signals, right: strength > 0.5 || index % 40 == 0 }
            })
            .collect()
    }

    #[test]
    fn what_tells_right_from_wrong_gets_the_weight() {
        let fitted = fit(&samples(400)).unwrap();
        let weight = |name: &str| fitted.judge.weights[name];
        assert!(weight("strength") > 5.0 * weight("noise").abs(), "{:?}", fitted.judge.weights);
        assert!(fitted.held_out.auroc.unwrap() > 0.95);
        let surest = fitted.judge.curve[0];
        assert_eq!(surest.wrong, 0);
        assert!(fitted.judge.point_for(0.05).unwrap().answered >= surest.answered);
    }

    #[test]
    fn one_kind_alone_cannot_be_fitted() {
        let all_right: Vec<Sample> = samples(40).into_iter().map(|s| Sample { right: true, ..s }).collect();
        assert!(matches!(fit(&all_right), Err(EvaluateError::Fit { .. })));
    }
}

//! The judge: from signals to the probability that the candidate answer is right.
//!
//! A logistic model over named signals. Its weights and its curve come from `reeve calibrate` by way of a file; this
//! module knows how to read one, not how it was fitted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The version of the signals: a judge fitted on another one is not to be trusted. Raise it with every change of how a
/// signal, or the candidate that it speaks of, is made.
pub const SIGNALS_VERSION: u32 = 9;

/// The name of the signal that only a verifier gives.
pub const VERIFIED: &str = "verified";

/// What the judge reads of a candidate. All are recorded in the trace.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Signals {
    /// Cosine of the question and the best passage.
    pub(crate) dense: f64,
    /// Nearness of the question and the quoted passage as the search found it, by the encoder of questions where there is one.
    pub(crate) found: f64,
    /// Cosine of the question and the first quoted sentence.
    pub(crate) sentence: f64,
    /// Share of the question's words, by rarity, in the quoted passage and its title.
    pub(crate) coverage: f64,
    /// The same for the first sentence with its title and heading.
    pub(crate) sentence_coverage: f64,
    /// Share of the question's words, by rarity, that the page has, a word of like meaning counting by its nearness.
    pub(crate) soft_coverage: f64,
    /// Nearness of the page's nearest word to the question's word that is least at home there; 1 when all are.
    pub(crate) weakest: f64,
    /// Share of the question's words, by rarity, that stand nowhere on the pages.
    pub(crate) unknown: f64,
    /// Lead of the first sentence over the best of another page.
    pub(crate) lead: f64,
    /// 1 when the first sentence holds the kind of fact asked for, 0 when not, 0.5 when the question asks for none.
    pub(crate) wanted: f64,
    /// Whether the question leans on what was said before.
    pub(crate) follow_up: f64,
    /// Whether several things were asked; the signals are of the part that is answered least surely.
    pub(crate) several: f64,
    /// Whether a part of them is left without an answer.
    pub(crate) missing: f64,
    /// The reader's log-odds that the first sentence is the answer, and that its passage has one; none unread.
    pub(crate) answer: Option<f64>,
    pub(crate) answerable: Option<f64>,
    /// Mean log-probability of the question given the passage, where it was computed.
    pub(crate) likelihood: Option<f64>,
    /// Whether the model's draft passed the check, was refused, or declined; none without a draft.
    pub(crate) draft: Option<f64>,
    /// The verifier's log-odds that the candidate answers exactly what was asked; none unasked. Its products with three other
    /// signals are signals as well.
    pub(crate) verified: Option<f64>,
}

impl Signals {
    /// By name, for the trace and the judge.
    pub(crate) fn named(&self) -> BTreeMap<String, f64> {
        let mut named: BTreeMap<String, f64> = [
            ("dense", self.dense),
            ("found", self.found),
            ("sentence", self.sentence),
            ("coverage", self.coverage),
            ("sentence_coverage", self.sentence_coverage),
            ("soft_coverage", self.soft_coverage),
            ("weakest", self.weakest),
            ("unknown", self.unknown),
            ("lead", self.lead.clamp(0.0, 0.6)),
            ("wanted", self.wanted),
            ("follow_up", self.follow_up),
            ("several", self.several),
            ("missing", self.missing),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        named.extend(self.answer.map(|value| ("answer".to_owned(), value)));
        named.extend(self.answerable.map(|value| ("answerable".to_owned(), value)));
        named.extend(self.likelihood.map(|value| ("likelihood".to_owned(), value)));
        named.extend(self.draft.map(|value| ("draft".to_owned(), value)));
        if let Some(verified) = self.verified {
            // What the verifier says is worth more of a sentence that leads, that holds what was asked for, and of a question in
            // known words.
            for beside in ["lead", "wanted", "unknown"] {
                named.insert(format!("{VERIFIED}_{beside}"), verified * named[beside]);
            }
            named.insert(VERIFIED.to_owned(), verified);
        }
        named
    }

    /// Whether what would be quoted is far from the question.
    pub(crate) fn far_off(&self) -> bool {
        self.dense < 0.33 && self.coverage < 0.6
    }
}

/// A fitted judge with its curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    /// Log-odds where all signals are 0.
    pub bias: f64,
    /// What a point of each signal adds to the log-odds.
    pub weights: BTreeMap<String, f64>,
    /// Points of the calibration curve, by falling threshold.
    pub curve: Vec<CurvePoint>,
}

/// What answering from a confidence on would have meant for the cases that a judge was calibrated on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvePoint {
    /// Answers are given from this confidence on, 0 to 1.
    pub threshold: f64,
    /// Cases that would be answered.
    pub answered: usize,
    /// Of them, cases answered wrongly.
    pub wrong: usize,
    /// Of them, cases that are answered wrongly if confidences are what they say.
    pub expected: f64,
}

impl Judge {
    /// The probability that a candidate with these signals is right.
    pub fn confidence(&self, signals: &BTreeMap<String, f64>) -> f64 {
        let of = |name: &String| signals.get(name).copied().unwrap_or(0.0);
        let sum: f64 = self.weights.iter().map(|(name, weight)| weight * of(name)).sum();
        1.0 / (1.0 + (-(self.bias + sum)).exp())
    }

    /// The point of the curve that answers most at no more than `risk` wrong among the answered, both by what was wrong and
    /// by what was expected to be: the first alone would choose the luckiest point. None when even the surest answers are
    /// wrong more often.
    pub fn point_for(&self, risk: f64) -> Option<CurvePoint> {
        let within = |point: &&CurvePoint| (point.wrong as f64).max(point.expected) <= risk * point.answered as f64;
        self.curve.iter().filter(within).max_by_key(|point| point.answered).copied()
    }
}

/// The judges, by what a candidate went through before them.
#[derive(Debug, Clone, PartialEq)]
pub struct Judges {
    /// For candidates that a verifier was asked about.
    pub verified: Judge,
    /// For the others that a reader has read, among them those that are not worth a verifier's time.
    pub full: Judge,
    /// For quotes without the language model.
    pub quote_only: Judge,
    /// Wrong answers that are accepted among those given, 0 to 1.
    pub risk: f64,
}

impl Judges {
    /// The least confidence at which the judge of a path lets a candidate be shown; above 1 when it never does.
    pub fn answer_from(judge: &Judge, risk: f64) -> f64 {
        judge.point_for(risk).map_or(2.0, |point| point.threshold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge() -> Judge {
        let point = |threshold, answered, wrong, expected| CurvePoint { threshold, answered, wrong, expected };
        Judge {
            bias: -1.0,
            weights: BTreeMap::from([("lead".to_owned(), 0.5)]),
            curve: vec![
                point(0.9, 10, 0, 0.1),
                point(0.8, 40, 2, 1.9),
                point(0.75, 50, 2, 3.0),
                point(0.7, 60, 6, 6.0),
            ],
        }
    }

    fn check(risk: f64, threshold: Option<f64>) {
        assert_eq!(judge().point_for(risk).map(|point| point.threshold), threshold, "at {risk}");
    }

    #[test]
    fn the_threshold_follows_the_risk() {
        check(0.05, Some(0.8));
        check(0.2, Some(0.7));
        check(0.01, Some(0.9));
        assert!((Judges::answer_from(&Judge { curve: Vec::new(), ..judge() }, 0.05) - 2.0).abs() < f64::EPSILON);
    }

    #[test]
    fn signals_that_are_not_there_count_nothing() {
        let none = judge().confidence(&BTreeMap::new());
        assert!((none - 1.0 / (1.0 + 1.0_f64.exp())).abs() < 1e-12);
        assert!(judge().confidence(&BTreeMap::from([("lead".to_owned(), 4.0)])) > none);
    }
}

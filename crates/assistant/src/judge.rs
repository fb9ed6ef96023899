//! The judge: from signals to the probability that the candidate answer is right.
//!
//! Logistic weights fitted on the develop cases of evals/ (ridge, leave-one-out AUROC 0.79). They are a first reading,
//! not a calibration. What the pages do not know at all (`unknown`) is most often a typing mistake or a name, so it gives
//! back what the coverages took for it.

use std::collections::BTreeMap;

/// What the judge reads of a candidate. All are recorded in the trace.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Signals {
    /// Cosine of the question and the best passage.
    pub(crate) dense: f64,
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
    /// Mean log-probability of the question given the passage, where it was computed.
    pub(crate) likelihood: Option<f64>,
    /// Whether the model's draft passed the check, was refused, or declined; none without a draft.
    pub(crate) draft: Option<f64>,
}

impl Signals {
    /// By name, for the trace.
    pub(crate) fn named(&self) -> BTreeMap<String, f64> {
        let mut named: BTreeMap<String, f64> = [
            ("dense", self.dense),
            ("sentence", self.sentence),
            ("coverage", self.coverage),
            ("sentence_coverage", self.sentence_coverage),
            ("soft_coverage", self.soft_coverage),
            ("weakest", self.weakest),
            ("unknown", self.unknown),
            ("lead", self.lead),
            ("wanted", self.wanted),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        named.extend(self.likelihood.map(|value| ("likelihood".to_owned(), value)));
        named.extend(self.draft.map(|value| ("draft".to_owned(), value)));
        named
    }

    /// The probability that the candidate is right.
    pub(crate) fn confidence(&self) -> f64 {
        let sum = -7.75 + 2.4 * self.dense + 1.0 * self.coverage - 1.3 * self.sentence_coverage
            + 4.1 * self.soft_coverage
            + 2.6 * self.weakest
            + 2.0 * self.unknown
            + 5.7 * self.lead.clamp(0.0, 0.4)
            + 0.3 * self.wanted
            + 0.5 * self.draft.unwrap_or(0.0);
        1.0 / (1.0 + (-sum).exp())
    }

    /// Whether nothing on the pages is near the question.
    pub(crate) fn off_topic(&self) -> bool {
        self.dense < 0.33 && self.coverage < 0.6
    }
}

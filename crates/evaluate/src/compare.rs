//! A run held against an earlier one: what changed case by case, and whether any figure got worse than chance explains.

mod baseline;
mod gates;
mod text;

use std::collections::BTreeSet;

use crate::case::Case;
use crate::evaluation::{CaseResult, Evaluation};

pub use baseline::{Baseline, Said};
use gates::FigureLine;

/// What differs between a run and its baseline.
#[derive(Clone, Debug)]
pub struct Comparison {
    changes: Vec<Change>,
    figures: Vec<FigureLine>,
    cases: usize,
    unproven: Vec<String>,
}

/// A case that came out otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The case.
    pub id: String,
    /// Its kind and its question, where the case is still there.
    pub question: Option<(Option<String>, String)>,
    /// In what way.
    pub kind: ChangeKind,
    /// What the baseline says of it.
    pub before: Option<Said>,
    /// What this run says of it.
    pub now: Option<Said>,
}

/// In what way a case came out otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// Right before, wrong now.
    Broken,
    /// Wrong before, right now.
    Mended,
    /// As right as before, with another outcome.
    OtherOutcome,
    /// As right as before and with the same outcome, in other words.
    OtherText,
    /// Scored for retrieval alone, and its page is found in another place.
    OtherPlace,
    /// Scored in another way than before: with a reply, or for retrieval alone.
    OtherScoring,
    /// Not in the baseline.
    Added,
    /// In the baseline alone.
    Missing,
}

impl Comparison {
    /// Holds an evaluation of `cases` against a baseline.
    pub fn of(evaluation: &Evaluation, cases: &[Case], baseline: &Baseline) -> Self {
        let results = evaluation.results();
        let mut changes: Vec<Change> = results.iter().filter_map(|result| change(result, baseline, cases)).collect();
        let here: BTreeSet<&str> = results.iter().map(|result| result.id.as_str()).collect();
        let missing = baseline.ids().filter(|id| !here.contains(id));
        changes.extend(missing.map(|id| Change {
            id: id.to_owned(),
            question: None,
            kind: ChangeKind::Missing,
            before: baseline.said(id).cloned(),
            now: None,
        }));
        let stated = results.iter().filter_map(|result| Some((&result.id, &result.judged.as_ref()?.facts.unproven)));
        let unproven = stated.flat_map(|(id, facts)| facts.iter().map(move |fact| format!("{id}: {fact}"))).collect();
        let figures = gates::lines(&evaluation.figures().to_json(), baseline.figures());
        Self { changes, figures, cases: results.len(), unproven }
    }

    /// The cases that came out otherwise, in the order of the run and then of the baseline.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What must not be let through, by its label: each figure that is worse than the baseline's interval allows or that only
    /// the baseline has, and facts that no citation proves.
    pub fn faults(&self) -> Vec<String> {
        self.figures.iter().filter(|line| line.is_fault()).map(|line| line.label.clone()).collect()
    }

    /// The comparison for a terminal. Without `reveal`, changes are counted and no case is named.
    pub fn text(&self, reveal: bool) -> String {
        text::of(self, reveal)
    }
}

fn change(result: &CaseResult, baseline: &Baseline, cases: &[Case]) -> Option<Change> {
    let now = said(result);
    let before = baseline.said(&result.id);
    let kind = match before {
        None => ChangeKind::Added,
        Some(before) => difference(before, &now)?,
    };
    let case = cases.iter().find(|case| case.id == result.id);
    Some(Change {
        id: result.id.clone(),
        question: case.map(|case| (case.kind.clone(), case.question.clone())),
        kind,
        before: before.cloned(),
        now: Some(now),
    })
}

/// None where nothing that a resident or an evaluator sees differs.
fn difference(before: &Said, now: &Said) -> Option<ChangeKind> {
    match (before.right, now.right) {
        (Some(true), Some(false)) => Some(ChangeKind::Broken),
        (Some(false), Some(true)) => Some(ChangeKind::Mended),
        (Some(_), Some(_)) if before.outcome != now.outcome => Some(ChangeKind::OtherOutcome),
        (Some(_), Some(_)) => (before.text != now.text).then_some(ChangeKind::OtherText),
        (None, None) => (before.why != now.why).then_some(ChangeKind::OtherPlace),
        (Some(_), None) | (None, Some(_)) => Some(ChangeKind::OtherScoring),
    }
}

fn said(result: &CaseResult) -> Said {
    match &result.judged {
        Some(judged) => Said {
            right: Some(judged.verdict.right),
            why: judged.verdict.why.clone(),
            outcome: Some(judged.outcome),
            text: judged.reply.get("text").and_then(|text| text.as_str()).unwrap_or_default().to_owned(),
        },
        None => Said { right: None, why: result.page_rank.why(), outcome: None, text: String::new() },
    }
}

#[cfg(test)]
mod tests;

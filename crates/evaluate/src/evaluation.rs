//! What came of each case, and the two ways to hand it on: JSON for programs, a table for people.

use std::collections::BTreeMap;

use conversation::Outcome;
use serde_json::{Value, json};

use crate::confidence::Forecast;
use crate::figures::Figures;
use crate::summary;
use crate::unproven::FactCount;
use crate::verdict::Verdict;

/// The results of a run, in the order of the cases.
#[derive(Clone, Debug)]
pub struct Evaluation {
    results: Vec<CaseResult>,
}

/// What came of one case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// The case.
    pub id: String,
    /// The case's kind.
    pub kind: Option<String>,
    /// Where the first right page was found.
    pub page_rank: PageRank,
    /// How long the reply, or the search, took by the clock.
    pub wall_ms: f64,
    /// The reply and its verdict; none when the case is scored for retrieval alone.
    pub judged: Option<Judged>,
}

/// A reply and what was found about it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The outcome that the case expects.
    pub expect: Outcome,
    /// The outcome of the reply.
    pub outcome: Outcome,
    /// Whether the reply's outcome counts for the expected one.
    pub outcome_right: bool,
    /// Whether the reply is right.
    pub verdict: Verdict,
    /// The judge's confidence in the candidate beside whether it is right, shown or withheld.
    pub forecast: Option<Forecast>,
    /// Whether the reply is an answer in which a pattern of `must_not` is found.
    pub is_unsafe: bool,
    /// Whether the reply points to a page that the case names, without answering.
    pub points_to_page: bool,
    /// The hard facts that the reply states, and those of them that its citations do not prove.
    pub facts: FactCount,
    /// How long each stage of the reply took.
    pub timings_ms: BTreeMap<String, f64>,
    /// The reply in the contract's JSON.
    pub reply: Value,
}

/// The place of the first right page among the pages that were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageRank {
    /// The case names no page.
    NotAsked,
    /// None of the case's pages was found.
    Missing,
    /// The place, counted from 1.
    At(usize),
}

impl PageRank {
    /// The place of the first of `page_ids` in `ranked_pages`, which has the best page first.
    pub fn of(page_ids: &[String], ranked_pages: &[String]) -> Self {
        if page_ids.is_empty() {
            return Self::NotAsked;
        }
        ranked_pages.iter().position(|page| page_ids.contains(page)).map_or(Self::Missing, |index| Self::At(index + 1))
    }

    pub(crate) fn why(self) -> String {
        match self {
            Self::NotAsked => "the case names no page".to_owned(),
            Self::Missing => "no right page was found".to_owned(),
            Self::At(place) => format!("the first right page is in place {place}"),
        }
    }
}

impl Evaluation {
    /// Takes results together, in the order in which they are to be written.
    pub fn new(results: Vec<CaseResult>) -> Self {
        Self { results }
    }

    /// What came of each case.
    pub fn results(&self) -> &[CaseResult] {
        &self.results
    }

    /// The figures over all cases.
    pub fn figures(&self) -> Figures {
        Figures::of(&self.results)
    }

    /// `{"figures": {…}, "cases": [{"id", "right", "why", "candidate_right", "unproven_facts", "reply"}]}`. Of a case
    /// that is scored for retrieval alone `right` and `reply` are null, and `why` says in what place the page was found.
    /// The names of the figures are described at [`Figures::to_json`].
    pub fn to_json(&self) -> Value {
        let cases: Vec<Value> = self.results.iter().map(case_json).collect();
        json!({"figures": self.figures().to_json(), "cases": cases})
    }

    /// A table for a terminal.
    pub fn summary(&self) -> String {
        summary::table(&self.figures())
    }
}

fn case_json(result: &CaseResult) -> Value {
    match &result.judged {
        Some(Judged { verdict, reply, forecast, facts, .. }) => {
            let candidate_right = forecast.map(|forecast| forecast.right);
            json!({
                "id": result.id,
                "right": verdict.right,
                "why": verdict.why,
                "candidate_right": candidate_right,
                "unproven_facts": facts.unproven,
                "reply": reply,
            })
        }
        None => json!({
            "id": result.id,
            "right": null,
            "why": result.page_rank.why(),
            "candidate_right": null,
            "unproven_facts": [],
            "reply": null,
        }),
    }
}

#[cfg(test)]
pub(crate) mod tests;

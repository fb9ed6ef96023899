//! The cases that went wrong, with everything that helps to see why.

use std::collections::BTreeMap;

use conversation::{Role, Turn};
use serde::{Deserialize, Serialize};

use crate::case::Case;
use crate::evaluation::{Evaluation, Judged, PageRank};
use crate::figures::NO_KIND;
use crate::verdict;

/// Cases that went wrong, by their kind.
#[derive(Serialize)]
pub(super) struct Wrong {
    pub(super) by_kind: BTreeMap<String, Vec<WrongCase>>,
    pub(super) shown: usize,
    /// How many are not shown, since their split is only looked at to report.
    pub(super) withheld: usize,
}

#[derive(Serialize)]
pub(super) struct WrongCase {
    /// Counts the shown cases from 1; ids of cases are free text and would not do as ids in a page.
    number: usize,
    id: String,
    question: String,
    history: Vec<Said>,
    expected: &'static str,
    outcome: &'static str,
    reason: Option<String>,
    text: String,
    evidence: Vec<Citation>,
    /// The answer that was not given, where there was one.
    withheld: Option<Answer>,
    confidence: Option<String>,
    rank: Option<String>,
    why: String,
    unproven: Vec<String>,
}

#[derive(Serialize)]
struct Said {
    who: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Answer {
    text: String,
    evidence: Vec<Citation>,
}

/// What of a reply's JSON is shown. A reply that could not be written shows nothing.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Reply {
    text: String,
    citations: Vec<Citation>,
    confidence: Option<f64>,
    reason: Option<String>,
    trace: Trace,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Trace {
    candidate: Option<Candidate>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Candidate {
    text: String,
    citations: Vec<Citation>,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Citation {
    n: u32,
    page_id: String,
    title: String,
    heading: String,
    quote: String,
}

/// The cases with a wrong reply that may be shown, in the order of the run within their kind.
pub(super) fn wrong(evaluation: &Evaluation, cases: &[Case], may_show: &dyn Fn(&Case) -> bool) -> Wrong {
    let mut wrong = Wrong { by_kind: BTreeMap::new(), shown: 0, withheld: 0 };
    for result in evaluation.results() {
        let Some(judged) = result.judged.as_ref().filter(|judged| !judged.verdict.right) else { continue };
        let Some(case) = cases.iter().find(|case| case.id == result.id) else { continue };
        if may_show(case) {
            wrong.shown += 1;
            let kind = case.kind.clone().unwrap_or_else(|| NO_KIND.to_owned());
            wrong.by_kind.entry(kind).or_default().push(wrong_case(wrong.shown, case, judged, result.page_rank));
        } else {
            wrong.withheld += 1;
        }
    }
    wrong
}

fn wrong_case(number: usize, case: &Case, judged: &Judged, rank: PageRank) -> WrongCase {
    let reply = Reply::deserialize(&judged.reply).unwrap_or_default();
    let rank = match rank {
        PageRank::NotAsked => None,
        PageRank::Missing | PageRank::At(_) => Some(rank.why()),
    };
    let withheld = reply.trace.candidate.filter(|candidate| candidate.text != reply.text);
    WrongCase {
        number,
        id: case.id.clone(),
        question: case.question.clone(),
        history: case.history.iter().map(said).collect(),
        expected: verdict::name(judged.expect),
        outcome: verdict::name(judged.outcome),
        reason: reply.reason,
        text: reply.text,
        evidence: reply.citations,
        withheld: withheld.map(|candidate| Answer { text: candidate.text, evidence: candidate.citations }),
        confidence: reply.confidence.map(|confidence| format!("{confidence:.3}")),
        rank,
        why: judged.verdict.why.clone(),
        unproven: judged.facts.unproven.clone(),
    }
}

fn said(turn: &Turn) -> Said {
    let who = match turn.role {
        Role::User => "Resident",
        Role::Assistant => "Assistant",
        Role::Staff => "Staff",
    };
    Said { who, text: turn.text.clone() }
}

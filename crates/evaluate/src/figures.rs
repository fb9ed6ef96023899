//! The figures of an evaluation: how often, of how many, how surely, how fast.

mod json;

use std::collections::BTreeMap;

use conversation::Outcome;

use crate::confidence::ConfidenceFigures;
use crate::evaluation::{CaseResult, Judged, PageRank};
use crate::resampling::mean_interval;
use crate::statistics::{Share, mean, percentile};

/// The kind under which cases without one are counted.
pub(crate) const NO_KIND: &str = "none";

/// Figures over all cases of an evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures {
    /// All cases.
    pub cases: usize,
    /// Cases that are scored for retrieval alone; the shares of replies leave them out.
    pub retrieval_only: usize,
    /// Replies that are right, of all replies.
    pub right: Share,
    /// Replies with the expected outcome, of all replies.
    pub outcome_accuracy: Share,
    /// Answers that are right, of the answers given.
    pub answer_correctness: Share,
    /// Right answers, of the cases that expect an answer.
    pub answer_coverage: Share,
    /// Right answers and hand-offs that point to a page with the answer, of the cases that expect an answer.
    pub answer_or_page: Share,
    /// Answers in which a pattern of `must_not` is found, of the answers given.
    pub unsafe_answers: Share,
    /// Replies that are a signpost, of the cases that expect one.
    pub signposted: Share,
    /// Replies that are a signpost, of the cases that expect something else.
    pub false_signposts: Share,
    /// Hard facts that do not stand in the quotes which their own sentence cites, of those that quoted and generated
    /// sentences state. There must be none.
    pub unproven_facts: Share,
    /// The figures of each kind of case with a reply.
    pub by_kind: BTreeMap<String, KindFigures>,
    /// Cases whose first right page is the best one found, of the cases that name pages. A reply for which no search
    /// was made counts as one that found nothing.
    pub hit_at_1: Share,
    /// The same among the first five.
    pub hit_at_5: Share,
    /// The same among the first ten.
    pub hit_at_10: Share,
    /// The mean of 1 / place of the first right page (0 where it is missing), over the cases that name pages.
    pub mrr: Option<f64>,
    /// Its 95% interval, by resampling cases.
    pub mrr_interval: Option<(f64, f64)>,
    /// How well confidences tell right candidates from wrong ones, withheld candidates included.
    pub confidence: ConfidenceFigures,
    /// Time of a reply by the clock.
    pub reply_ms: Spread,
    /// Time of a search for a case that is scored for retrieval alone.
    pub search_ms: Spread,
    /// Time of each stage of the replies that went through it.
    pub stages_ms: BTreeMap<String, Spread>,
}

/// Figures over the cases of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct KindFigures {
    /// Replies that are right.
    pub right: Share,
    /// Replies with the expected outcome.
    pub outcome_accuracy: Share,
    /// Answers that are wrong, or should not have been given.
    pub wrong_answers: usize,
}

/// The middle and the slow end of some times, in milliseconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Half of the times are no longer; none of no times.
    pub p50: Option<f64>,
    /// 95% of the times are no longer.
    pub p95: Option<f64>,
    /// How many times there are.
    pub n: usize,
}

impl Spread {
    fn of(times_ms: &[f64]) -> Self {
        Self { p50: percentile(times_ms, 0.5), p95: percentile(times_ms, 0.95), n: times_ms.len() }
    }
}

impl Figures {
    /// The shares with their names, in the order in which they are read.
    pub(crate) fn shares(&self) -> [(&'static str, Share); 12] {
        [
            ("Replies that are right", self.right),
            ("Replies with the expected outcome", self.outcome_accuracy),
            ("Answers given that are right", self.answer_correctness),
            ("Answerable cases answered rightly", self.answer_coverage),
            ("Answered rightly or shown the page", self.answer_or_page),
            ("Answers with something forbidden", self.unsafe_answers),
            ("Danger met with a signpost", self.signposted),
            ("Other messages met with a signpost", self.false_signposts),
            ("Facts that no citation proves", self.unproven_facts),
            ("Right page found first", self.hit_at_1),
            ("Right page in the first 5", self.hit_at_5),
            ("Right page in the first 10", self.hit_at_10),
        ]
    }

    pub(crate) fn of(results: &[CaseResult]) -> Self {
        let judged: Vec<&Judged> = results.iter().filter_map(|result| result.judged.as_ref()).collect();
        let answers = || judged.iter().filter(|judged| judged.outcome == Outcome::Answer);
        let is_danger = |judged: &&&Judged| judged.expect == Outcome::Signpost;
        let is_signposted = |judged: &&Judged| judged.outcome == Outcome::Signpost;
        let wanting = judged.iter().filter(|judged| judged.expect == Outcome::Answer);
        let (searched, replied): (Vec<_>, Vec<_>) = results.iter().partition(|result| result.judged.is_none());
        let reciprocals = reciprocal_ranks(results);
        let times = |results: &[&CaseResult]| results.iter().map(|result| result.wall_ms).collect::<Vec<_>>();
        Self {
            cases: results.len(),
            retrieval_only: searched.len(),
            right: Share::of(judged.iter().map(|judged| judged.verdict.right)),
            outcome_accuracy: Share::of(judged.iter().map(|judged| judged.outcome_right)),
            answer_correctness: Share::of(answers().map(|judged| judged.verdict.right)),
            answer_coverage: Share::of(wanting.clone().map(|judged| judged.verdict.right)),
            answer_or_page: Share::of(wanting.map(|judged| judged.verdict.right || judged.points_to_page)),
            unsafe_answers: Share::of(answers().map(|judged| judged.is_unsafe)),
            signposted: Share::of(judged.iter().filter(is_danger).map(is_signposted)),
            false_signposts: Share::of(judged.iter().filter(|judged| !is_danger(judged)).map(is_signposted)),
            unproven_facts: unproven_facts(&judged),
            by_kind: by_kind(results),
            hit_at_1: hits(results, 1),
            hit_at_5: hits(results, 5),
            hit_at_10: hits(results, 10),
            mrr: mean(&reciprocals),
            mrr_interval: mean_interval(&reciprocals),
            confidence: ConfidenceFigures::of(&judged.iter().filter_map(|judged| judged.forecast).collect::<Vec<_>>()),
            reply_ms: Spread::of(&times(&replied)),
            search_ms: Spread::of(&times(&searched)),
            stages_ms: stages(&judged),
        }
    }

    /// Answers that are wrong, or should not have been given.
    pub fn wrong_answers(&self) -> usize {
        self.answer_correctness.n - self.answer_correctness.count
    }
}

fn by_kind(results: &[CaseResult]) -> BTreeMap<String, KindFigures> {
    let mut kinds: BTreeMap<&str, Vec<&Judged>> = BTreeMap::new();
    for result in results {
        if let Some(judged) = &result.judged {
            kinds.entry(result.kind.as_deref().unwrap_or(NO_KIND)).or_default().push(judged);
        }
    }
    let figures = |judged: &[&Judged]| KindFigures {
        right: Share::of(judged.iter().map(|judged| judged.verdict.right)),
        outcome_accuracy: Share::of(judged.iter().map(|judged| judged.outcome_right)),
        wrong_answers: judged.iter().filter(|one| one.outcome == Outcome::Answer && !one.verdict.right).count(),
    };
    kinds.into_iter().map(|(kind, judged)| (kind.to_owned(), figures(&judged))).collect()
}

/// Cases whose first right page is among the first `depth` pages, of the cases that name pages.
fn hits(results: &[CaseResult], depth: usize) -> Share {
    Share::of(results.iter().filter_map(|result| match result.page_rank {
        PageRank::NotAsked => None,
        PageRank::Missing => Some(false),
        PageRank::At(place) => Some(place <= depth),
    }))
}

/// 1 / place of the first right page, 0 where it is missing, of the cases that name pages.
fn reciprocal_ranks(results: &[CaseResult]) -> Vec<f64> {
    let reciprocal = |result: &CaseResult| match result.page_rank {
        PageRank::NotAsked => None,
        PageRank::Missing => Some(0.0),
        PageRank::At(place) => Some(1.0 / place as f64),
    };
    results.iter().filter_map(reciprocal).collect()
}

fn unproven_facts(judged: &[&Judged]) -> Share {
    Share {
        count: judged.iter().map(|judged| judged.facts.unproven.len()).sum(),
        n: judged.iter().map(|judged| judged.facts.stated).sum(),
    }
}

fn stages(judged: &[&Judged]) -> BTreeMap<String, Spread> {
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (stage, time_ms) in judged.iter().flat_map(|judged| &judged.timings_ms) {
        times.entry(stage).or_default().push(*time_ms);
    }
    times.into_iter().map(|(stage, times_ms)| (stage.to_owned(), Spread::of(&times_ms))).collect()
}

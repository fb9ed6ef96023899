//! Comparisons of small evaluations, and what makes one fail.
#![allow(clippy::unwrap_used)]

use conversation::Outcome::{Answer, Decline, Handoff};
use serde_json::{Value, json};

use super::*;
use crate::case::tests::bare_case;
use crate::evaluation::tests::{judged, result, sure};
use crate::evaluation::{Judged, PageRank};
use crate::unproven::FactCount;

fn baseline_of(evaluation: &Evaluation) -> Baseline {
    Baseline::parse(&evaluation.to_json().to_string()).unwrap()
}

/// A run of `n` direct cases of which the first `right` are right, all of them answered.
fn run_of(n: usize, right: usize) -> Evaluation {
    kind_of("direct", n, right, 0)
}

/// Of which the last `withheld` end in a hand-off besides.
fn kind_of(kind: &str, n: usize, right: usize, withheld: usize) -> Evaluation {
    let case = |number: usize| {
        let outcome = if number >= n - withheld { Handoff } else { Answer };
        let judged = judged(Answer, outcome, number < right, false, 1.0);
        result(&format!("c{number}"), kind, PageRank::At(1), 1.0, Some(judged))
    };
    Evaluation::new((0..n).map(case).collect())
}

fn faults(now: &Evaluation, before: &Evaluation) -> Vec<String> {
    Comparison::of(now, &[], &baseline_of(before)).faults()
}

#[test]
fn a_run_is_no_worse_than_itself() {
    let run = crate::evaluation::tests::example();
    let comparison = Comparison::of(&run, &[], &baseline_of(&run));
    assert_eq!(comparison.changes(), []);
    assert_eq!(comparison.faults(), Vec::<String>::new());
    for right in [0, 1, 19, 20] {
        assert_eq!(faults(&run_of(20, right), &run_of(20, right)), Vec::<String>::new(), "{right} of 20");
    }
}

#[test]
fn a_figure_below_the_interval_fails_and_one_inside_does_not() {
    // 18 of 20 has the 95% interval 69.9% to 97.2%.
    assert_eq!(faults(&run_of(20, 14), &run_of(20, 18)), Vec::<String>::new());
    let wanted = ["Replies that are right", "Answers given that are right", "Answerable cases answered rightly"];
    assert_eq!(faults(&run_of(20, 13), &run_of(20, 18)), wanted);
    assert_eq!(faults(&run_of(20, 20), &run_of(20, 8)), Vec::<String>::new(), "better is no fault");
}

#[test]
fn silence_fails_by_coverage() {
    let before = kind_of("direct", 20, 18, 0);
    let now = kind_of("direct", 20, 10, 10);
    assert_eq!(faults(&now, &before), ["Replies that are right", "Answerable cases answered rightly"]);
}

#[test]
fn kinds_gate_where_a_wrong_reply_harms() {
    let check = |kind: &str, wanted: bool| {
        let faults = faults(&kind_of(kind, 20, 10, 0), &kind_of(kind, 20, 20, 0));
        assert_eq!(faults.contains(&format!("Right of {kind}")), wanted, "{kind}: {faults:?}");
    };
    check("near_miss", true);
    check("emergency", true);
    check("greeting", false);
}

#[test]
fn what_the_baseline_alone_has_fails_where_it_gates() {
    let both = |kind: &str| {
        let results = run_of(20, 20).results().iter().chain(kind_of(kind, 20, 20, 0).results()).cloned().collect();
        Evaluation::new(results)
    };
    assert_eq!(faults(&run_of(20, 20), &both("near_miss")), ["Right of near_miss"]);
    assert_eq!(faults(&run_of(20, 20), &both("greeting")), Vec::<String>::new());
    assert_eq!(faults(&both("near_miss"), &run_of(20, 20)), Vec::<String>::new(), "what is new is no fault");
    // Where nothing is answered, no answer is wrong.
    let (silent, before) = (kind_of("direct", 20, 20, 20), run_of(20, 20));
    let told = Comparison::of(&silent, &[], &baseline_of(&before));
    assert!(told.faults().contains(&"Answers given that are right".to_owned()), "{:?}", told.faults());
    assert!(told.text(false).contains("  missing\n"), "{}", told.text(false));
}

#[test]
fn something_forbidden_fails_when_there_was_none() {
    let run = |unsafe_ones: usize| {
        let case = |number: usize| {
            let judged = judged(Answer, Answer, true, number < unsafe_ones, 1.0);
            result(&format!("c{number}"), "direct", PageRank::NotAsked, 1.0, Some(judged))
        };
        Evaluation::new((0..40).map(case).collect())
    };
    assert_eq!(faults(&run(3), &run(0)), Vec::<String>::new());
    assert_eq!(faults(&run(4), &run(0)), ["Answers with something forbidden"]);
}

#[test]
fn the_confidence_gates_only_over_enough_candidates() {
    // Right ones are surest in the one run; in the other the judge has turned round.
    let run = |n: u32, turned: bool| {
        let case = |number: u32| {
            let right = number.is_multiple_of(2);
            let confidence = if right == turned { 0.2 } else { 0.8 } + f64::from(number % 7) / 100.0;
            let judged = Judged { outcome: Handoff, ..judged(Answer, Answer, right, false, 1.0) };
            result(&format!("c{number}"), "direct", PageRank::NotAsked, 1.0, Some(sure(confidence, judged)))
        };
        Evaluation::new((0..n).map(case).collect())
    };
    assert_eq!(faults(&run(30, true), &run(30, false)), Vec::<String>::new());
    assert_eq!(faults(&run(40, true), &run(40, false)), ["AUROC", "Brier score"]);
}

#[test]
fn one_unproven_fact_fails_whatever_the_baseline_says() {
    let facts = FactCount { stated: 9, unproven: vec!["money 62 in \"It costs £62.\"".to_owned()] };
    let judged = Judged { facts, ..judged(Answer, Answer, true, false, 1.0) };
    let run = Evaluation::new(vec![result("bins-1", "direct", PageRank::At(1), 1.0, Some(judged))]);
    let comparison = Comparison::of(&run, &[], &baseline_of(&run));
    assert_eq!(comparison.faults(), ["Facts that no citation proves"]);
    assert!(comparison.text(true).contains("  bins-1: money 62 in \"It costs £62.\""), "{}", comparison.text(true));
    assert!(!comparison.text(false).contains("bins-1"), "{}", comparison.text(false));
}

#[test]
fn each_way_to_come_out_otherwise_is_told() {
    let said = |outcome, right, text: &str| {
        let reply = json!({"outcome": outcome, "text": text});
        Some(Judged { reply, ..judged(Answer, outcome, right, false, 1.0) })
    };
    let run = |cases: Vec<(&str, PageRank, Option<Judged>)>| {
        Evaluation::new(cases.into_iter().map(|(id, rank, judged)| result(id, "direct", rank, 1.0, judged)).collect())
    };
    let before = run(vec![
        ("broken", PageRank::NotAsked, said(Answer, true, "It costs £52.")),
        ("mended", PageRank::NotAsked, said(Handoff, false, "Call us.")),
        ("outcome", PageRank::NotAsked, said(Handoff, false, "Call us.")),
        ("text", PageRank::NotAsked, said(Answer, true, "It is £52.")),
        ("place", PageRank::At(1), None),
        ("scoring", PageRank::At(1), None),
        ("same", PageRank::NotAsked, said(Answer, true, "Yes.")),
        ("missing", PageRank::NotAsked, said(Answer, true, "Yes.")),
    ]);
    let now = run(vec![
        ("added", PageRank::NotAsked, said(Answer, true, "Yes.")),
        ("broken", PageRank::NotAsked, said(Answer, false, "It costs £40.")),
        ("mended", PageRank::NotAsked, said(Answer, true, "It costs £52.")),
        ("outcome", PageRank::NotAsked, said(Decline, false, "We cannot help with that.")),
        ("text", PageRank::NotAsked, said(Answer, true, "It costs £52.")),
        ("place", PageRank::At(3), None),
        ("scoring", PageRank::At(1), said(Answer, true, "Yes.")),
        ("same", PageRank::NotAsked, said(Answer, true, "Yes.")),
    ]);
    let cases = [bare_case("broken")];
    let comparison = Comparison::of(&now, &cases, &baseline_of(&before));
    let found: Vec<(&str, ChangeKind)> = comparison.changes().iter().map(|c| (c.id.as_str(), c.kind)).collect();
    let wanted = [
        ("added", ChangeKind::Added),
        ("broken", ChangeKind::Broken),
        ("mended", ChangeKind::Mended),
        ("outcome", ChangeKind::OtherOutcome),
        ("text", ChangeKind::OtherText),
        ("place", ChangeKind::OtherPlace),
        ("scoring", ChangeKind::OtherScoring),
        ("missing", ChangeKind::Missing),
    ];
    assert_eq!(found, wanted);
    let text = comparison.text(true);
    let told = "Right before, wrong now: 1\n  broken: When is my bin day?\n    before: answer: It costs £52.\n    \
                now:    answer: It costs £40. [wrong]\n";
    assert!(text.contains(told), "{text}");
    let counted = comparison.text(false);
    assert!(counted.contains("Right before, wrong now: 1\n\nWrong before, right now: 1\n"), "{counted}");
    assert!(!counted.contains("£40"), "{counted}");
}

#[test]
fn figures_stand_beside_the_baselines() {
    let text = Comparison::of(&run_of(20, 13), &[], &baseline_of(&run_of(20, 18))).text(true);
    assert!(text.contains("Replies that are right                 90.0%  69.9 to 97.2       65.0%  worse\n"), "{text}");
    assert!(text.ends_with(
        "Worse than the baseline allows: Replies that are right; Answers given that are right; Answerable cases answered \
         rightly.\n"
    ));
}

#[test]
fn another_file_is_no_baseline() {
    let check = |json: &Value, reason: &str| {
        let error = Baseline::parse(&json.to_string()).unwrap_err();
        assert!(error.contains(reason), "{error}");
    };
    check(&json!({"cases": []}), "figures");
    check(&json!({"figures": {}, "cases": []}), "it has no figure right");
    check(&json!([1, 2]), "invalid");
    assert!(Baseline::read(std::path::Path::new("no/such/file.json")).is_err());
}

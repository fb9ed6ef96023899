//! A small evaluation made by hand, whose figures can be counted on fingers.

use conversation::Outcome::{Answer, Decline, Handoff, Signpost};
use serde_json::Map;

use crate::statistics::Share;

use super::*;

/// A judged reply. A hand-off to a person with nothing else to say is enough for the figures.
pub(crate) fn judged(expect: Outcome, outcome: Outcome, right: bool, is_unsafe: bool, read_ms: f64) -> Judged {
    Judged {
        expect,
        outcome,
        outcome_right: expect == outcome,
        verdict: Verdict { right, why: if right { "fine" } else { "wrong" }.to_owned() },
        forecast: None,
        is_unsafe,
        points_to_page: false,
        facts: FactCount::default(),
        timings_ms: BTreeMap::from([("read".to_owned(), read_ms)]),
        reply: json!({"outcome": outcome, "text": "…"}),
    }
}

/// One that shows a page of the case.
fn pointing(judged: Judged) -> Judged {
    Judged { points_to_page: true, ..judged }
}

/// With a forecast.
pub(crate) fn sure(confidence: f64, judged: Judged) -> Judged {
    Judged { forecast: Some(Forecast { confidence, right: judged.verdict.right }), ..judged }
}

pub(crate) fn result(id: &str, kind: &str, page_rank: PageRank, wall_ms: f64, judged: Option<Judged>) -> CaseResult {
    let kind = (!kind.is_empty()).then(|| kind.to_owned());
    CaseResult { id: id.to_owned(), kind, page_rank, wall_ms, judged }
}

/// Five judged cases and two of retrieval alone.
pub(crate) fn example() -> Evaluation {
    Evaluation::new(vec![
        result("a", "direct", PageRank::At(1), 100.0, Some(sure(0.9, judged(Answer, Answer, true, false, 10.0)))),
        result("b", "direct", PageRank::At(2), 200.0, Some(sure(0.7, judged(Answer, Answer, false, true, 20.0)))),
        result("c", "direct", PageRank::Missing, 300.0, Some(pointing(judged(Answer, Handoff, false, false, 30.0)))),
        result("d", "near_miss", PageRank::At(8), 400.0, Some(sure(0.95, judged(Handoff, Answer, false, false, 40.0)))),
        result("e", "off_topic", PageRank::NotAsked, 500.0, Some(judged(Decline, Decline, true, false, 50.0))),
        result("f", "", PageRank::At(4), 7.0, None),
        result("g", "", PageRank::NotAsked, 9.0, None),
    ])
}

#[test]
fn signposts_count_for_danger_and_against_other_messages() {
    let outcomes = [(Signpost, Signpost), (Signpost, Answer), (Answer, Signpost), (Handoff, Handoff), (Answer, Answer)];
    let case = |(expect, outcome): (Outcome, Outcome)| {
        result("a", "", PageRank::NotAsked, 1.0, Some(judged(expect, outcome, expect == outcome, false, 1.0)))
    };
    let evaluation = Evaluation::new(outcomes.map(case).to_vec());
    let figures = evaluation.figures();
    assert_eq!((figures.signposted.count, figures.signposted.n), (1, 2));
    assert_eq!((figures.false_signposts.count, figures.false_signposts.n), (1, 3));
}

/// Compares one figure, to three places where it is a fraction.
fn check(figure: &str, wanted: &Value) {
    let figures = example().figures().to_json();
    let found = figure.split('.').fold(&figures, |value, key| &value[key]);
    let round = |value: &Value| match value.as_f64() {
        Some(number) => json!((number * 1000.0).round() / 1000.0),
        None => value.clone(),
    };
    assert_eq!(round(found), round(wanted), "{figure} in {figures:#}");
}

#[test]
fn shares_say_of_how_many() {
    check("cases_n", &json!(7));
    check("retrieval_only_n", &json!(2));
    for (share, count, n) in [
        ("right", 2, 5),
        ("outcome_accuracy", 3, 5),
        ("answer_correctness", 1, 3),
        ("answer_coverage", 1, 3),
        ("answer_or_page", 2, 3),
        ("unsafe", 1, 3),
        ("hit_at_1", 1, 5),
        ("hit_at_5", 3, 5),
        ("hit_at_10", 4, 5),
    ] {
        check(share, &json!(f64::from(count) / f64::from(n)));
        check(&format!("{share}_count"), &json!(count));
        check(&format!("{share}_n"), &json!(n));
    }
    check("right_low", &json!(0.118));
    check("right_high", &json!(0.769));
}

#[test]
fn kinds_have_figures_of_their_own() {
    check("by_kind.direct.right_count", &json!(1));
    check("by_kind.direct.right_n", &json!(3));
    check("by_kind.direct.outcome_accuracy", &json!(0.667));
    check("by_kind.near_miss.right", &json!(0.0));
    check("wrong_answers_count", &json!(2));
    check("wrong_answers_by_kind", &json!({"direct": 1, "near_miss": 1}));
    check("by_kind.none", &Value::Null);
}

#[test]
fn confidences_are_held_against_what_came_true() {
    check("confidence_n", &json!(3));
    check("auroc", &json!(0.5));
    check("ece", &json!((0.1 + 0.7 + 0.95) / 3.0));
    check("brier", &json!((0.01 + 0.49 + 0.9025) / 3.0));
    check("risk_coverage", &json!([[1, 1], [2, 1], [3, 2]]));
}

#[test]
fn unproven_facts_are_counted_over_all_replies() {
    check("unproven_facts", &Value::Null);
    let facts = |stated, unproven: &[&str]| FactCount {
        stated,
        unproven: unproven.iter().map(|fact| (*fact).to_owned()).collect(),
    };
    let with = |facts| Some(Judged { facts, ..judged(Answer, Answer, true, false, 1.0) });
    let evaluation = Evaluation::new(vec![
        result("a", "", PageRank::NotAsked, 1.0, with(facts(3, &["money 62 in \"It costs £62.\""]))),
        result("b", "", PageRank::NotAsked, 1.0, with(facts(5, &[]))),
    ]);
    assert_eq!(evaluation.figures().unproven_facts, Share { count: 1, n: 8 });
    assert_eq!(evaluation.to_json()["figures"]["unproven_facts_count"], json!(1));
    assert_eq!(evaluation.to_json()["cases"][0]["unproven_facts"], json!(["money 62 in \"It costs £62.\""]));
    assert!(evaluation.summary().contains("Facts that no citation proves        12.5%"), "{}", evaluation.summary());
}

#[test]
fn ranks_and_times_are_summed_up() {
    check("mrr", &json!((1.0 + 0.5 + 0.0 + 0.125 + 0.25) / 5.0));
    check("mrr_n", &json!(5));
    let figures = example().figures();
    let (low, high) = figures.mrr_interval.unwrap_or_default();
    assert!(low < 0.375 && 0.375 < high, "{low} to {high}");
    check("reply_ms", &json!({"p50": 300.0, "p95": 500.0, "n": 5}));
    check("search_ms", &json!({"p50": 7.0, "p95": 9.0, "n": 2}));
    check("stages_ms.read", &json!({"p50": 30.0, "p95": 50.0, "n": 5}));
}

#[test]
fn the_json_has_the_contracts_shape() {
    let json = example().to_json();
    let keys =
        |value: &Value| value.as_object().map(|map: &Map<String, Value>| map.keys().cloned().collect::<Vec<_>>());
    let sorted = |value: &Value| {
        let mut keys = keys(value).unwrap_or_default();
        keys.sort();
        keys
    };
    assert_eq!(sorted(&json), ["cases", "figures"]);
    assert_eq!(json["cases"].as_array().map(Vec::len), Some(7));
    assert_eq!(
        json["cases"][0],
        json!({
            "id": "a",
            "right": true,
            "why": "fine",
            "candidate_right": true,
            "unproven_facts": [],
            "reply": {"outcome": "answer", "text": "…"}
        })
    );
    assert_eq!(
        json["cases"][5],
        json!({
            "id": "f",
            "right": null,
            "why": "the first right page is in place 4",
            "candidate_right": null,
            "unproven_facts": [],
            "reply": null
        })
    );
    for key in sorted(&json["figures"]) {
        assert!(key.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'));
    }
}

#[test]
fn nothing_evaluated_gives_no_shares() {
    let figures = Evaluation::new(Vec::new()).figures().to_json();
    assert_eq!(figures["right"], Value::Null);
    assert_eq!(figures["right_low"], Value::Null);
    assert_eq!(figures["right_n"], json!(0));
    assert_eq!(figures["mrr"], Value::Null);
}

#[test]
fn the_rank_is_that_of_the_first_right_page() {
    let ids = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
    let check = |right: &[&str], wanted| assert_eq!(PageRank::of(&ids(right), &ids(&["x", "y", "z"])), wanted);
    check(&["x"], PageRank::At(1));
    check(&["z", "y"], PageRank::At(2));
    check(&["w"], PageRank::Missing);
    check(&[], PageRank::NotAsked);
}

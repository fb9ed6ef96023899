//! The report is whole, says what it should, and lets no text through as HTML.
#![allow(clippy::unwrap_used)]

use conversation::Outcome::{Answer, Handoff};
use conversation::{Role, Turn};
use serde_json::json;

use super::*;
use crate::case::tests::bare_case;
use crate::evaluation::tests::{example, judged, result, sure};
use crate::evaluation::{Judged, PageRank};
use crate::unproven::FactCount;

fn about(reveal: bool) -> About {
    About { facts: vec![("Models".to_owned(), "encoder & <none>".to_owned())], reveal }
}

/// One case that went wrong, with marks of HTML in every text of it.
fn wrong_case(split: &str) -> (Case, Evaluation) {
    let history = vec![Turn { role: Role::User, text: "<i>hello</i>".to_owned() }];
    let case = Case {
        kind: Some("near_miss".to_owned()),
        question: "<script>alert(1)</script> & \"how much?\"".to_owned(),
        history,
        split: Some(split.to_owned()),
        ..bare_case("bins <1>")
    };
    let quote =
        |quote: &str| json!({"n": 1, "page_id": "p", "title": "<b>Bins</b>", "heading": "Fees", "quote": quote});
    let reply = json!({
        "outcome": "handoff", "text": "Call us.\n<img src=x>", "citations": [quote("<u>£52</u>")], "confidence": 0.4321,
        "reason": "unsure", "trace": {"candidate": {"text": "It is <em>£52</em>.", "citations": [quote("a <s>fee</s>")]}},
    });
    let facts = FactCount { stated: 1, unproven: vec!["money 62 in \"<q>\"".to_owned()] };
    let judged = Judged { facts, reply, ..judged(Answer, Handoff, false, false, 1.0) };
    (case, Evaluation::new(vec![result("bins <1>", "near_miss", PageRank::At(2), 1.0, Some(judged))]))
}

fn check_shows(html: &str, texts: &[&str]) {
    for text in texts {
        assert!(html.contains(text), "{text:?} is missing in\n{html}");
    }
}

#[test]
fn every_text_of_a_wrong_case_is_shown_and_escaped() {
    let (case, evaluation) = wrong_case("develop");
    let html = report(&evaluation, &[case], &about(false)).unwrap();
    check_shows(
        &html,
        &[
            "&lt;script&gt;alert(1)&lt;&#x2f;script&gt; &amp; &quot;how much?&quot;",
            "&lt;i&gt;hello",
            "bins &lt;1&gt;</h4>",
            "Call us.\n&lt;img src=x&gt;",
            "&lt;u&gt;£52",
            "&lt;b&gt;Bins",
            "It is &lt;em&gt;£52",
            "a &lt;s&gt;fee",
            "0.432",
            "<dd>handoff (unsure)</dd>",
            "the first right page is in place 2",
            "money 62 in &quot;&lt;q&gt;&quot;",
            "encoder &amp; &lt;none&gt;",
            "There must be none.",
        ],
    );
    for raw in ["<script", "<img", "<i>", "<u>", "<b>", "<em>", "<s>", "<q>", "<none>"] {
        assert!(!html.contains(raw), "{raw} came through");
    }
}

#[test]
fn cases_of_the_test_split_are_shown_on_demand_alone() {
    let (case, evaluation) = wrong_case("test");
    let html = report(&evaluation, std::slice::from_ref(&case), &about(false)).unwrap();
    assert!(!html.contains("how much?") && !html.contains("<article"), "{html}");
    check_shows(&html, &["Of the test split, 1 went wrong", "near_miss"]);
    let html = report(&evaluation, &[case], &about(true)).unwrap();
    check_shows(&html, &["how much?", "<article"]);
}

#[test]
fn the_page_needs_nothing_else() {
    let (case, evaluation) = wrong_case("develop");
    let html = report(&evaluation, &[case], &about(true)).unwrap();
    for outside in
        ["src=\"", "url(", "@import", "<link", "<iframe", "http://", "https://", " style=", " onload", "<form"]
    {
        assert!(!html.contains(outside), "{outside}");
    }
    assert_eq!(html.matches("<style>").count(), 1);
    let links = html.matches("href=").count();
    assert_eq!(html.matches("href=\"#").count(), links, "all links stay on the page");
}

#[test]
fn figures_curves_and_times_have_tables() {
    let html = report(&example(), &[], &about(false)).unwrap();
    check_shows(
        &html,
        &[
            "<th scope=\"row\">Replies that are right</th><td>40.0%</td><td>11.8% to 76.9%</td><td>2 of 5</td>",
            "<th scope=\"row\">direct</th><td>33.3%</td>",
            "<th scope=\"row\" class=\"stage\">read</th><td>30.0</td><td>50.0</td><td>5</td>",
            // The surest candidate is wrong, so the curve begins at the top.
            "points=\"153.3,20.0 246.7,120.0 340.0,86.7\"",
            "<th scope=\"row\">1</th><td>33%</td><td>1</td><td>100.0%</td>",
            "<th scope=\"row\">0.700</th><td>0.0%</td>",
        ],
    );
    let count = |text: &str| html.matches(text).count();
    assert_eq!((count("<svg"), count("<title id="), count("<desc id="), count("<details>")), (2, 2, 2, 2));
    assert_eq!(count("<table>"), count("<caption"));
    assert_eq!(count("<th>") + count("<th "), count("scope=\"row\"") + count("scope=\"col\""));
    assert_eq!(count("<h1>"), 1);
}

#[test]
fn ids_are_there_once_and_every_reference_leads_to_one() {
    let (case, evaluation) = wrong_case("develop");
    let with_curves = Evaluation::new(example().results().iter().chain(evaluation.results()).cloned().collect());
    let html = report(&with_curves, &[case], &about(true)).unwrap();
    let values = |name: &str| -> Vec<&str> {
        let start = format!(" {name}=\"");
        html.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    };
    let ids = values("id");
    let distinct: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    for reference in values("aria-labelledby").into_iter().flat_map(str::split_whitespace) {
        assert!(ids.contains(&reference), "{reference}");
    }
    for reference in values("href") {
        assert!(ids.contains(&reference.trim_start_matches('#')), "{reference}");
    }
}

#[test]
fn a_low_risk_is_drawn_large() {
    let case = |number: u32| {
        let judged = sure(1.0 - f64::from(number) / 100.0, judged(Answer, Answer, number != 50, false, 1.0));
        result(&format!("c{number}"), "direct", PageRank::NotAsked, 1.0, Some(judged))
    };
    let html = report(&Evaluation::new((0..100).map(case).collect()), &[], &about(false)).unwrap();
    check_shows(&html, &[">2.5%</text>", ">10%</text>", ">100%</text>"]);
}

#[test]
fn an_empty_evaluation_has_a_page() {
    let html = report(&Evaluation::new(Vec::new()), &[], &about(false)).unwrap();
    check_shows(&html, &["No case had a candidate answer.", "<p>None.</p>"]);
}

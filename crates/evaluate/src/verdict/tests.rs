//! The rule of a right reply on small examples.
#![allow(clippy::unwrap_used)]

use conversation::Outcome::{Answer, Clarify, Decline, Greeting, Handoff, Signpost};

use super::*;
use crate::case::tests::{bare_case, patterns};

/// Judges a reply to a case that expects an outcome, wants "£52" or "52 pounds", and forbids "£62".
fn check(expect: Outcome, outcome: Outcome, text: &str) -> Verdict {
    let case = Case {
        expect: Some(expect),
        must: vec![patterns(&["£52", "52 pounds"])],
        must_not: patterns(&["£62"]),
        ..bare_case("garden-1")
    };
    judge_reply(&case, &ReplyView { outcome, text, offers: &[], items: &[] })
}

/// Judges only the length of an answer.
fn check_length(text: &str, items: &[&str]) -> Verdict {
    let case = Case { expect: Some(Answer), ..bare_case("long-1") };
    let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
    judge_reply(&case, &ReplyView { outcome: Answer, text, offers: &[], items: &items })
}

/// Whether an outcome with these offers counts for the expected one.
fn check_outcome(expect: Outcome, outcome: Outcome, offers: &[Offer]) -> bool {
    let case = Case { expect: Some(expect), ..bare_case("outcome-1") };
    judge_reply(&case, &ReplyView { outcome, text: "", offers, items: &[] }).right
}

#[test]
fn patterns_decide_whether_an_answer_is_right() {
    assert!(check(Answer, Answer, "It costs £52 a year.").right);
    assert!(check(Answer, Answer, "It costs 52 POUNDS a year.").right);
    assert_eq!(check(Answer, Answer, "It is free.").why, r#"not found: "£52" or "52 pounds""#);
    assert_eq!(check(Answer, Answer, "£52, or £62 with a bin.").why, r#"found although it must not be: "£62""#);
    assert_eq!(
        check(Answer, Answer, "£62 a year.").why,
        r#"not found: "£52" or "52 pounds"; found although it must not be: "£62""#
    );
}

#[test]
fn every_inner_list_wants_a_match_of_its_own() {
    let case = Case {
        expect: Some(Answer),
        must: vec![patterns(&["monday"]), patterns(&["7 ?am", "seven"])],
        ..bare_case("two-1")
    };
    let right = |text| judge_reply(&case, &ReplyView { outcome: Answer, text, offers: &[], items: &[] }).right;
    assert!(right("By 7am on Monday."));
    assert!(!right("On Monday."));
    assert!(!right("By 7am."));
}

#[test]
fn an_empty_inner_list_can_not_be_met() {
    let case = Case { expect: Some(Answer), must: vec![Vec::new()], ..bare_case("empty-1") };
    let verdict = judge_reply(&case, &ReplyView { outcome: Answer, text: "Yes.", offers: &[], items: &[] });
    assert_eq!(verdict.why, "not found: one of an empty list");
}

#[test]
fn the_wrong_outcome_is_wrong_whatever_the_text() {
    assert_eq!(check(Answer, Handoff, "£52").why, "handoff instead of answer");
    assert_eq!(check(Handoff, Answer, "£52").why, "answer instead of handoff");
    assert!(!check(Handoff, Handoff, "Please ring us.").right, "patterns hold for other outcomes too");
    assert!(check(Handoff, Handoff, "I am not sure that £52 is right.").right);
}

#[test]
fn which_outcomes_count_for_which() {
    let all = [Answer, Clarify, Handoff, Signpost, Decline, Greeting];
    let counting = |expect, offers: &[Offer]| -> Vec<Outcome> {
        all.into_iter().filter(|&outcome| check_outcome(expect, outcome, offers)).collect()
    };
    assert_eq!(counting(Answer, &[]), [Answer]);
    assert_eq!(counting(Handoff, &[]), [Clarify, Handoff]);
    assert_eq!(counting(Handoff, &[Offer::Human, Offer::CallBack]), [Clarify, Handoff, Decline]);
    assert_eq!(counting(Handoff, &[Offer::CallBack]), [Clarify, Handoff]);
    assert_eq!(counting(Clarify, &[Offer::Human]), [Clarify, Handoff]);
    assert_eq!(counting(Signpost, &[Offer::Human]), [Signpost]);
    assert_eq!(counting(Decline, &[Offer::Human]), [Decline]);
    assert_eq!(counting(Greeting, &[]), [Greeting]);
}

#[test]
fn a_case_without_an_outcome_is_judged_by_its_patterns() {
    let case = Case { must: vec![patterns(&["£52"])], ..bare_case("free-1") };
    let right = |text| judge_reply(&case, &ReplyView { outcome: Clarify, text, offers: &[], items: &[] }).right;
    assert!(right("£52?"));
    assert!(!right("£53?"));
}

#[test]
fn an_answer_has_three_sentences_at_most() {
    assert!(check_length("One fee. Two bins. Three days.", &[]).right);
    assert_eq!(check_length("One fee. Two bins. Three days. Four ways.", &[]).why, "4 sentences; the most is 3");
    assert!(check_length("It costs £1.50, e.g. by card. That is all. Thank you.", &[]).right);
    assert!(!check_length("One fee\nTwo bins\nThree days\nFour ways", &[]).right, "a line ends a sentence");
}

#[test]
fn an_answer_has_eighty_words_at_most() {
    let words = |count: usize| format!("{}.", vec!["word"; count].join(" "));
    assert!(check_length(&words(80), &[]).right);
    assert_eq!(check_length(&words(81), &[]).why, "81 words; the most is 80");
    assert!(check_length(&format!("{} – &", words(80)), &[]).right, "signs are not words");
    let long = Case { expect: Some(Handoff), ..bare_case("long-2") };
    let reply = ReplyView { outcome: Handoff, text: &words(200), offers: &[], items: &[] };
    assert!(judge_reply(&long, &reply).right, "only answers must be short");
}

#[test]
fn marked_lines_do_not_count() {
    for mark in ["- ", "• ", "1. ", "12. ", "  - ", "| "] {
        let line = format!("{mark}Fill in the form. Send it. Wait.\n");
        assert!(check_length(&format!("To apply:\n{}", line.repeat(30)), &[]).right, "{mark:?}");
    }
    for mark in ["-", "2026. ", "a. ", "*"] {
        let line = format!("{mark}Fill in the form. Send it. Wait.\n");
        assert!(!check_length(&line.repeat(3), &[]).right, "{mark:?}");
    }
}

#[test]
fn sentences_that_are_items_of_their_page_do_not_count() {
    let text = "These are the charges. Band A: £1,296 a year. Band B: £1,512 a year. Band C: £1,728 a year.";
    let items = ["Band A: £1,296 a year.", "Band B: £1,512 a year.", "Band C: £1,728 a year."];
    assert!(!check_length(text, &[]).right);
    assert!(check_length(text, &items[..1]).right, "three are left");
    assert!(check_length(text, &items).right);
}

#[test]
fn an_item_is_taken_as_a_whole_sentence_only() {
    // The item "card" must not take the word out of the sentences, which stay four.
    let text = "Pay by card. Bring your card. Keep your card. Show a card.\ncard";
    assert_eq!(check_length(text, &["card"]).why, "4 sentences; the most is 3");
    let text = "You need: proof of address; proof of address and a photo";
    assert_eq!(length_of(text, &["proof of address", "proof of address and a photo"]), "You need: ; ");
}

fn length_of(text: &str, items: &[&str]) -> String {
    let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
    length::prose(text, &items)
}

//! Faulty cases against two small pages.
#![allow(clippy::unwrap_used)]

use std::fs;

use super::*;
use crate::case::tests::{bare_case, patterns};

const GARDEN: &str = "---\nid: garden\ntitle: Garden waste\n---\n# Garden waste\n\n\
    A garden waste subscription costs £52 a year. A second bin costs £40.\n\n## Who can join\n\nYou can join if you:\n\n\
    - live in the district\n- have a garden\n";
const BULKY: &str = "---\nid: bulky\ntitle: Bulky waste\n---\n# Bulky waste\n\nWe collect a sofa for £31.\n";

/// The faults of a case that expects this outcome.
fn check(expect: Outcome, page_ids: &[&str], must: &[&[&str]], must_not: &[&str]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("pages")).unwrap();
    fs::write(folder.path().join("council.toml"), "name = \"Test Council\"\n").unwrap();
    fs::write(folder.path().join("pages/garden.md"), GARDEN).unwrap();
    fs::write(folder.path().join("pages/bulky.md"), BULKY).unwrap();
    let case = Case {
        page_ids: page_ids.iter().map(|id| (*id).to_owned()).collect(),
        must: must.iter().map(|list| patterns(list)).collect(),
        must_not: patterns(must_not),
        expect: Some(expect),
        ..bare_case("c")
    };
    lint(&[case], &Knowledge::load(folder.path()).unwrap())
}

#[test]
fn sound_cases_pass() {
    let none: Vec<String> = Vec::new();
    assert_eq!(check(Outcome::Answer, &["garden"], &[&["£52", "52 pounds"]], &["£40"]), none);
    assert_eq!(check(Outcome::Answer, &["bulky", "garden"], &[&["£ ?52"], &["£31"]], &[]), none);
    assert_eq!(check(Outcome::Answer, &["garden"], &[&["join if you: have a garden"]], &[]), none, "with its lead-in");
    assert_eq!(check(Outcome::Handoff, &["garden"], &[&["ring us"]], &["£52"]), none, "only answers stand on pages");
    assert_eq!(check(Outcome::Decline, &[], &[], &[]), none);
}

#[test]
fn a_page_must_exist() {
    assert_eq!(check(Outcome::Handoff, &["gardens"], &[], &[]), [r#"case "c": there is no page "gardens""#]);
    assert_eq!(
        check(Outcome::Answer, &["gardens", "bulky"], &[&["£31"]], &[]),
        [r#"case "c": there is no page "gardens""#]
    );
}

#[test]
fn an_answer_must_stand_on_its_pages() {
    assert_eq!(
        check(Outcome::Answer, &["bulky"], &[&["£31"], &["£52", "52 pounds"]], &[]),
        [r#"case "c": none of must ["£52", "52 pounds"] is found on bulky"#]
    );
    assert_eq!(
        check(Outcome::Answer, &[], &[], &[]),
        [
            "case \"c\": expects an answer, but page_ids names no page where it stands",
            "case \"c\": expects an answer, but without must any answer would be right"
        ]
    );
}

#[test]
fn a_right_sentence_must_not_be_forbidden() {
    assert_eq!(
        check(Outcome::Answer, &["garden"], &[&["£52"]], &["subscription"]),
        [
            r#"case "c": must_not is found in every sentence where must ["£52"] is: "A garden waste subscription costs £52 a year.""#
        ]
    );
    assert_eq!(
        check(Outcome::Answer, &["garden"], &[&["costs £"]], &["£52", "second"]).len(),
        1,
        "patterns that leave nothing between them"
    );
    assert_eq!(check(Outcome::Answer, &["garden"], &[&["costs £"]], &["£52"]).len(), 0, "one sentence is left");
}

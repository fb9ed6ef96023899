#![allow(clippy::unwrap_used)]
//! The table of Welsh words holds what the pages say, all of it and nothing else, and says it as the widget does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;

fn council(languages: &str) -> Council {
    Council::from_toml(&format!("name = \"Test\"\nlanguages = {languages}\n")).unwrap()
}

/// All that stands in the files of a folder but the table and tests.
fn sources(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&sources(&path));
        } else if !path.ends_with("welsh.rs") && !path.ends_with("tests.rs") {
            all.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
    all
}

/// The plain texts of one of the widget's files of words, by their names.
fn widget(file: &str) -> BTreeMap<String, String> {
    let text =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../widget/src").join(file)).unwrap();
    let plain = text.lines().filter_map(|line| {
        let (name, text) = line.strip_prefix("  ")?.strip_suffix("\",")?.split_once(": \"")?;
        (!name.starts_with(' ')).then(|| (name.to_owned(), text.to_owned()))
    });
    plain.collect()
}

#[test]
fn every_text_has_its_welsh_once_and_is_said_somewhere() {
    let all = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    for (english, welsh) in welsh::WELSH {
        assert!(all.contains(&format!("\"{english}\"")), "nobody says {english}");
        assert!(!welsh.is_empty() && english != welsh);
        let names = |text: &str| -> BTreeSet<String> {
            text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name.to_owned()).collect()
        };
        assert_eq!(names(english), names(welsh), "{english}");
    }
    assert_eq!(WELSH.len(), welsh::WELSH.len(), "one of them stands there twice");
    let said: Vec<&str> = all.split("\"|say").filter_map(|before| before.rsplit('"').next()).collect();
    let (_, said) = said.split_last().unwrap();
    assert!(said.len() > 80, "{}", said.len());
    for english in said {
        assert!(WELSH.contains_key(english), "no Welsh for {english}");
    }
}

#[test]
fn what_the_widget_says_as_well_is_said_in_its_words() {
    let (english, welsh) = (widget("words.ts"), widget("words-cy.ts"));
    let mut shared = 0;
    for (name, text) in &english {
        if let Some(ours) = WELSH.get(text.as_str()) {
            assert_eq!(*ours, welsh[name], "{text}");
            shared += 1;
        }
    }
    assert!(shared > 50, "{shared}");
}

#[test]
fn a_council_that_does_not_offer_welsh_never_shows_it() {
    fn check(languages: &str, chosen: &str, accepted: &str, expected: Language) {
        assert_eq!(Language::choose(&council(languages), chosen, Some(accepted)), expected, "{chosen} {accepted}");
    }
    let (english, welsh) = (Language::English, Language::Welsh);
    check("[\"en\"]", "cy", "cy", english);
    let both = "[\"en\", \"cy\"]";
    check(both, "cy", "en", welsh);
    check(both, "en", "cy", english);
    check(both, "", "cy", welsh);
    check(both, "fr", "cy-GB, en;q=0.8", welsh);
    check(both, "", "cy, en", welsh);
    check(both, "", "en-GB, cy;q=0.9", english);
    check(both, "", "en;q=0.5, cy;q=0.9", welsh);
    check(both, "", "en, cy", english);
    check(both, "", "cy;q=0", english);
    check(both, "", "de, *", english);
    check(both, "", "cyx, \u{e9};q=cy", english);
}

#[test]
fn values_stand_in_the_place_of_their_names_and_are_not_read_again() {
    let said =
        Language::Welsh.say("You are now talking to {name}, {council}.", &[("name", "{council}"), ("council", "C")]);
    assert_eq!(said, "Rydych chi nawr yn siarad â {council}, C.");
    assert_eq!(Language::Welsh.tell("Elsewhere {name}.", &[("name", "x")]), ("Elsewhere {name}.".to_owned(), true));
    assert_eq!(Language::English.tell("Elsewhere.", &[]), ("Elsewhere.".to_owned(), false));
    assert_eq!(Language::Welsh.date("Monday 3 May 2027"), "Llun 3 Mai 2027");
    assert_eq!(Language::Welsh.time("2:05pm"), "2:05yh");
}

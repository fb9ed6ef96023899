//! Where sentences end, as council pages write them.

use proptest::prelude::*;

use super::*;

/// The text with `¦` where sentences are parted must be cut exactly there.
fn check(marked: &str) {
    let text: String = marked.replace("¦ ", "");
    let found: Vec<&str> = split(&text).into_iter().map(|range| &text[range]).collect();
    let expected: Vec<&str> = marked.split('¦').map(str::trim).collect();
    assert_eq!(found, expected);
}

#[test]
fn plain_sentences() {
    check("You can apply online. ¦ It takes 5 minutes! ¦ Is it free? ¦ Yes.");
    check("A permit costs £1.50 a day. ¦ Call 01632 960100.");
    check("“You can stay.” ¦ That is what the notice says.");
    check("Visit www.aldermere.example. ¦ You can pay there.");
}

#[test]
fn abbreviations_go_on() {
    check("Bring proof of address, e.g. Council tax bills or bank statements. ¦ We copy it.");
    check("Large items (i.e. Sofas) need two people.");
    check("Paint, oil, etc. cannot be left. ¦ Take them to us.");
    check("Ask for Mr. Jones or Mrs. Smith. ¦ Dr. Patel is away.");
    check("The office is in St. Mary's Street. ¦ You can park there.");
    check("Use form No. 5 for this. ¦ Sign it.");
    check("Open Mon. to Fri. 9am to 5pm.");
    check("We close at 5 p.m. on Fridays and open at 9 a.m. Monday to Friday.");
    check("We open at 9.30a.m. Monday to Friday.");
    check("Do not sit in the sun. ¦ Dogs may.");
    check("We close at 5 p.m. ¦ You can leave a message.");
    check("Call tel. 01632 960100 now.");
    check("It takes approx. 10 days.");
    check("The registrar is J. R. Smith. ¦ Ask at the desk.");
}

#[test]
fn numbers_begin_sentences() {
    check("It costs £5. ¦ 28 days later you pay £10.");
    check("Pay the fine. ¦ £35 is enough in the first 14 days.");
    check("The fee is 12.50. ¦ 3 copies are free.");
}

#[test]
fn labels_stay_with_their_words() {
    check("1. Apply online");
    check("2.1. Who can apply");
    check("Step 2. Send us the form. ¦ Keep a copy.");
    check("b. Your name");
}

#[test]
fn letters_that_are_names_end_sentences() {
    check("Your home is in band D. ¦ Homes in band D pay most.");
    check("You live in zone A. ¦ Dogs are welcome.");
    check("It is you or I. ¦ Never both.");
    check("I am here at 9 am. ¦ Dogs must wait.");
}

#[test]
fn line_breaks_end_sentences() {
    check("Opening hours\n¦ Monday to Friday\n¦ Saturday");
    check("We use e.g.\n¦ Bins");
}

#[test]
fn nothing_has_no_sentences() {
    assert!(split("").is_empty());
    assert!(split(" \n\t ").is_empty());
}

proptest! {
    #[test]
    fn sentences_cover_the_text(text in "(?s)([a-zA-Z£]{1,6}|[0-9.]{1,4}|[.!?]|e\\.g\\.|Mr\\.|[ \n\t]|.){0,60}") {
        let mut end = 0;
        for range in split(&text) {
            prop_assert!(text[end..range.start].trim().is_empty());
            prop_assert!(!range.is_empty());
            prop_assert_eq!(text[range.clone()].trim(), &text[range.clone()]);
            end = range.end;
        }
        prop_assert!(text[end..].trim().is_empty());
    }
}

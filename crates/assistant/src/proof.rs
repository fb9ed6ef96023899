//! Proof after the fact: which hard facts of a sentence do not stand in what it cites.
//!
//! The check decides before a sentence is shown; this looks at the sentence and its quotes alone, as a reader can, and
//! knows nothing of how either came about.

use std::collections::BTreeSet;

use crate::facts::{Fact, covered, facts};

/// The hard facts of a sentence that stand in none of the quotes. Without quotes, all of its hard facts. The mark of a
/// list item or step (`- `, `2. `) is no fact of the sentence.
pub fn unproven_facts(sentence: &str, quotes: &[&str]) -> BTreeSet<Fact> {
    let held: BTreeSet<Fact> =
        quotes.iter().flat_map(|quote| facts(quote).into_iter().chain(facts(&without_marks(quote)))).collect();
    facts(without_item_mark(sentence)).into_iter().filter(|fact| !covered(fact, &held)).collect()
}

/// The sentence without the mark of a list item or step at its start.
fn without_item_mark(sentence: &str) -> &str {
    let sentence = sentence.trim_start();
    if let Some(item) = sentence.strip_prefix("- ") {
        return item;
    }
    match sentence.split_once(". ") {
        Some((number, step)) if matches!(number.len(), 1..=2) && number.chars().all(|c| c.is_ascii_digit()) => step,
        Some(_) | None => sentence,
    }
}

/// A quote is a span of a page's source: there, `10 **working days**` may be broken by emphasis and by line ends.
fn without_marks(quote: &str) -> String {
    let text: String = quote.chars().filter(|c| !matches!(c, '*' | '`' | '\\')).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::check::CheckedSentence;
    use corpus::{Knowledge, SentenceKind};
    use proptest::prelude::*;

    fn check(sentence: &str, quotes: &[&str], expected: &[&str]) {
        let unproven = unproven_facts(sentence, quotes);
        assert_eq!(unproven.iter().map(Fact::as_str).collect::<Vec<_>>(), expected, "{sentence} / {quotes:?}");
    }

    #[test]
    fn what_no_quote_says_is_unproven() {
        check("It costs £52 a year.", &["A bin costs £52 a year."], &[]);
        check("It costs 52 pounds.", &["A bin costs **£52** a year."], &[]);
        check("It costs £62 a year.", &["A bin costs £52 a year."], &["money 62"]);
        check("It costs £52.", &["We collect on Mondays.", "A bin costs £52."], &[]);
        check("Call 01632 960110 by noon.", &["Call 01632 960110."], &["time 12:00"]);
        check("It takes 10 working days.", &["It takes 10 **working\ndays**."], &[]);
        check("It costs £52.", &[], &["money 52"]);
        check("No fact here.", &[], &[]);
    }

    #[test]
    fn marks_of_items_are_no_facts() {
        check("2. Pay £31", &["1. Pay £31"], &[]);
        check("- 5 bricks", &["- 5 bricks"], &[]);
        check("- 6 bricks", &["- 5 bricks"], &["number 6"]);
        check("1632. Call us", &["Call us"], &["number 1632"]);
    }

    #[test]
    fn quotes_of_the_shipped_pages_prove_their_sentences() {
        let knowledge =
            Knowledge::load(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../knowledge")).unwrap();
        let mut unproven = Vec::new();
        for page in &knowledge.pages {
            for passage in &page.passages {
                for (number, sentence) in passage.sentences.iter().enumerate() {
                    let mut said = vec![
                        CheckedSentence::quoted(page, passage, number, false),
                        CheckedSentence::quoted(page, passage, number, true),
                    ];
                    match sentence.kind {
                        SentenceKind::Step => said.push(CheckedSentence::quoted_item(page, passage, number, "3.")),
                        SentenceKind::ListItem => said.push(CheckedSentence::quoted_item(page, passage, number, "-")),
                        SentenceKind::Prose | SentenceKind::TableRow => {}
                    }
                    for one in said {
                        let quotes: Vec<&str> = one.evidence().iter().map(|citation| citation.quote.as_str()).collect();
                        let missing = unproven_facts(one.text(), &quotes);
                        if !missing.is_empty() {
                            unproven.push(format!("{}: {:?} in {quotes:?}: {missing:?}", page.id, one.text()));
                        }
                    }
                }
            }
        }
        assert!(unproven.is_empty(), "{} sentences:\n{}", unproven.len(), unproven.join("\n"));
    }

    proptest! {
        /// A figure is proven by itself and by no other figure.
        #[test]
        fn only_the_same_figure_proves(claimed in 1u32..10_000, quoted in 1u32..10_000) {
            let sentence = format!("The fee is £{claimed}.");
            let quote = format!("A fee of £{quoted} is charged.");
            prop_assert_eq!(unproven_facts(&sentence, &[&quote]).is_empty(), claimed == quoted);
        }
    }
}

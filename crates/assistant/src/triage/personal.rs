//! Personal data in a message: found so that it is neither searched for nor logged.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

#[allow(clippy::expect_used)]
static PERSONAL: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    [
        (r"(?i)\b[a-z0-9._%+-]+@[a-z0-9.-]+\.[a-z]{2,}\b", "[e-mail]"),
        (r"(?i)\b[a-ceghj-prtw-z][a-ceghj-nprtw-z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[a-d]\b", "[National Insurance number]"),
        (r"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b", "[card number]"),
        (r"(?:\+44\s?(?:\(0\))?[\s-]?|\b0044[\s-]?|\(0|\b0)\d(?:[\s()-]{0,2}\d){8,9}\b", "[phone number]"),
        (r"\b\d{2}-\d{2}-\d{2}\b", "[sort code]"),
        (r"(?i)\b(my name is|i am called) [a-z]+( [a-z]+)?\b", "[name]"),
        // Only with capitals, since "this is fly tipping" names nobody.
        (r"\b[Tt]his is [A-Z][a-z]+ [A-Z][a-z]+\b", "[name]"),
    ]
    .into_iter()
    .map(|(pattern, mark)| (Regex::new(pattern).expect("a pattern of this module"), mark))
    .collect()
});

/// The message with personal data replaced by marks, and whether there was any.
pub fn redact(message: &str) -> (String, bool) {
    let mut text = message.to_owned();
    for (pattern, mark) in PERSONAL.iter() {
        if pattern.is_match(&text) {
            text = pattern.replace_all(&text, *mark).into_owned();
        }
    }
    let found = text != message;
    (text, found)
}

/// Personal data within a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalData {
    /// Where it stands, in bytes.
    pub span: Range<usize>,
    /// What it is: `phone number`.
    pub kind: &'static str,
}

/// Where personal data stands in a message, in its order and without overlaps, for those who may read it.
pub fn personal_data(message: &str) -> Vec<PersonalData> {
    let mut found: Vec<PersonalData> = Vec::new();
    let mut held = vec![false; message.len()];
    for (pattern, mark) in PERSONAL.iter() {
        let kind = mark.trim_matches(['[', ']']);
        for span in pattern.find_iter(message).map(|hit| hit.range()) {
            if !held[span.clone()].contains(&true) {
                held[span.clone()].fill(true);
                found.push(PersonalData { span, kind });
            }
        }
    }
    found.sort_by_key(|held| held.span.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PARTS: &[&str] =
        &["07700 900123", "12-34-56", "4111 1111 1111 1111", "jo@example.com", " my name is ", "jo", "é", "-"];

    fn check(message: &str, expected: &str) {
        assert_eq!(redact(message), (expected.to_owned(), message != expected));
    }

    #[test]
    fn personal_data_is_replaced() {
        check("mail me at jo@example.com", "mail me at [e-mail]");
        check("my NI is AB 12 34 56 C ok?", "my NI is [National Insurance number] ok?");
        check("card 4111 1111 1111 1111", "card [card number]");
        check("ring 07700 900123", "ring [phone number]");
        check("ring (01632) 960100 or 0044 7700 900123", "ring [phone number] or [phone number]");
        check("hello, this is Jo Bloggs, my name is jo bloggs", "hello, [name], [name]");
        check("I think this is fly tipping, how do I report it?", "I think this is fly tipping, how do I report it?");
        check("a fee of £52.50 from 1 April 2026", "a fee of £52.50 from 1 April 2026");
    }

    #[test]
    fn personal_data_is_found_where_it_stands() {
        let message = "ring 07700 900123 or mail jo@example.com";
        let found: Vec<(&str, &str)> =
            personal_data(message).into_iter().map(|found| (&message[found.span], found.kind)).collect();
        assert_eq!(found, [("07700 900123", "phone number"), ("jo@example.com", "e-mail")]);
        assert_eq!(personal_data("a fee of £52.50 from 1 April 2026"), []);
    }

    proptest! {
        /// What one pattern has found, no later one finds a part of.
        #[test]
        fn personal_data_does_not_overlap(numbers in proptest::collection::vec(0..PARTS.len(), 0..12)) {
            let message: String = numbers.into_iter().map(|number| PARTS[number]).collect();
            let mut expected: Vec<Range<usize>> = Vec::new();
            for span in PERSONAL.iter().flat_map(|(pattern, _)| pattern.find_iter(&message)).map(|hit| hit.range()) {
                if expected.iter().all(|held| span.end <= held.start || held.end <= span.start) {
                    expected.push(span);
                }
            }
            expected.sort_by_key(|span| span.start);
            let found: Vec<Range<usize>> = personal_data(&message).into_iter().map(|found| found.span).collect();
            prop_assert!(found == expected, "{message}: {found:?}");
        }
    }
}

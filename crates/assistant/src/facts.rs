//! The hard facts of a text, normalised so that different spellings of one fact are equal.

mod normal;
mod numbers;
mod readers;

use std::collections::BTreeSet;
use std::ops::Range;

/// A fact that must stand on the page as it stands in the answer, in a normal form such as `money 52` or `time 14:00`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fact(String);

impl Fact {
    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind: `money`, `percent`, `time`, `date`, `day`, `duration`, `measure`, `phone`, `email`, `link`, `postcode`,
    /// `address`, `number`.
    pub fn kind(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }

    /// The figure or name without the kind.
    fn value(&self) -> &str {
        self.0.split_once(' ').map_or("", |(_, value)| value)
    }

    /// Whether a page that holds `held` says this: the same, or the same less exactly.
    pub(crate) fn is_covered_by(&self, held: &Fact) -> bool {
        if self == held {
            return true;
        }
        match (self.kind(), held.kind()) {
            // A date without its year.
            ("date", "date") => held.value().strip_prefix(self.value()).is_some_and(|rest| rest.starts_with(' ')),
            // A street without its house number.
            ("address", "address") => self.value().ends_with(", ") && held.value().starts_with(self.value()),
            // "50 cubic metres, or 60 in a terrace".
            ("number", "measure") => held.value().split(' ').next() == Some(self.value()),
            _ => false,
        }
    }
}

/// All hard facts of a text.
pub fn facts(text: &str) -> BTreeSet<Fact> {
    occurrences(&plain(text)).into_iter().map(|(_, fact)| fact).collect()
}

/// Whether a fact of an answer is covered by the facts of its evidence.
pub(crate) fn covered(fact: &Fact, evidence: &BTreeSet<Fact>) -> bool {
    evidence.iter().any(|held| fact.is_covered_by(held))
}

/// The text with plain spaces, hyphens and apostrophes, so that one pattern reads all of them.
pub(crate) fn plain(text: &str) -> String {
    text.replace(['\u{a0}', '\u{202f}', '\u{2009}'], " ").replace(['–', '—', '‑'], "-").replace(['’', '‘'], "'")
}

/// The facts of a text that [`plain`] made, in the order of the text, each with its place in bytes.
pub(crate) fn occurrences(text: &str) -> Vec<(Range<usize>, Fact)> {
    let mut rest = text.to_owned();
    let mut found = Vec::new();
    for (pattern, read) in readers::READERS.iter() {
        let mut unread = String::with_capacity(rest.len());
        let mut at = 0;
        for matched in pattern.captures_iter(&rest) {
            let Some(whole) = matched.get(0) else { continue };
            if let Some(fact) = read(&matched) {
                found.push((whole.range(), Fact(fact.to_lowercase())));
                unread.push_str(&rest[at..whole.start()]);
                // As long as what was read, so that places stay the same; no pattern matches it.
                unread.extend(std::iter::repeat_n('\u{1}', whole.len()));
                at = whole.end();
            }
        }
        unread.push_str(&rest[at..]);
        rest = unread;
    }
    found.sort_by_key(|(place, _)| place.start);
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&str]) {
        let found: Vec<String> = facts(text).into_iter().map(|fact| fact.0).collect();
        let mut expected: Vec<&str> = expected.to_vec();
        expected.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn spellings_of_one_fact_are_equal() {
        check("It costs £10.", &["money 10"]);
        check("It costs 10 pounds or £10.00", &["money 10"]);
        check("ten quid", &["money 10"]);
        check("£1,210.33", &["money 1210.33"]);
        check("50p", &["money 0.5"]);
        check("25% or 25 per cent", &["percent 25"]);
        check("2pm, 14:00, 2.00 p.m.", &["time 14:00"]);
        check("12 noon", &["time 12:00"]);
        check(
            "https://forms.aldermere.example/report?to=bins@aldermere.example",
            &["email bins@aldermere.example", "link forms.aldermere.example/report?to="],
        );
        check("two working days", &["duration 2 working day"]);
        check("within 2 working days", &["duration 2 working day"]);
        check("a fortnight", &["duration 14 day"]);
        check("01632 960 110 / 01632-960110", &["phone 01632960110"]);
        check("+44 1632 960110", &["phone 01632960110"]);
        check("AL90 1AC", &["postcode al901ac"]);
        check("11 January 2027", &["date 11/1 2027"]);
        check("January 11th", &["date 11/1"]);
        check("11/01/2027", &["date 11/1 2027"]);
        check("Mondays and Tue.", &["day monday", "day tuesday"]);
        check("bins@aldermere.example.", &["email bins@aldermere.example"]);
        check("see www.gov.uk/bins, https://gov.uk/bins/", &["link gov.uk/bins"]);
        check("up to five bags", &["number 5"]);
        check("no facts here, one of us may go", &[]);
    }

    #[test]
    fn a_date_without_its_year_is_covered() {
        let evidence = facts("by 11 January 2027");
        assert!(facts("11 January").iter().all(|fact| covered(fact, &evidence)));
        assert!(!facts("1 January").iter().all(|fact| covered(fact, &evidence)));
    }

    proptest! {
        /// Any amount and any time comes out as it went in, whatever stands around it.
        #[test]
        fn amounts_and_times_survive(pounds in 0u32..100_000, pence in 0u32..100, hour in 0u32..24, minute in 0u32..60) {
            let text = format!("Pay £{pounds}.{pence:02} by {hour:02}:{minute:02} at the latest.");
            let money = numbers::decimal(&format!("{pounds}.{pence:02}"));
            let found: Vec<String> = facts(&text).into_iter().map(|fact| fact.0).collect();
            prop_assert!(found.contains(&format!("money {money}")), "{found:?}");
            prop_assert!(found.contains(&format!("time {hour:02}:{minute:02}")), "{found:?}");
        }

        /// A changed figure is never covered by the original.
        #[test]
        fn changed_amounts_are_not_covered(amount in 1u32..10_000, other in 1u32..10_000) {
            prop_assume!(amount != other);
            let evidence = facts(&format!("The fee is £{amount}."));
            let claimed = facts(&format!("The fee is £{other}."));
            prop_assert!(!claimed.iter().all(|fact| covered(fact, &evidence)));
        }

        #[test]
        fn any_text_is_read(text in "\\PC{0,200}") {
            let _ = facts(&text);
        }
    }
}

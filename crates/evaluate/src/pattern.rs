//! A regular expression that is known to be valid and ignores case.

use regex::{Regex, RegexBuilder};
use serde::{Serialize, Serializer};

/// One member of a case's `must` or `must_not`. Written as the text that it was made of.
#[derive(Clone, Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Reads a regular expression in the syntax of the `regex` crate.
    pub fn new(text: &str) -> Result<Self, regex::Error> {
        RegexBuilder::new(text).case_insensitive(true).build().map(Self)
    }

    /// Whether it matches anywhere in the text with figures left whole: "5 days" is not found in "25 days", nor "£9" in "£9.50".
    pub fn is_found_in(&self, text: &str) -> bool {
        let mut from = 0;
        while let Some(found) = self.0.find_at(text, from) {
            if !cuts_figure(text, found.start()) && !cuts_figure(text, found.end()) {
                return true;
            }
            let Some(first) = text[found.start()..].chars().next() else { return false };
            from = found.start() + first.len_utf8();
        }
        false
    }

    /// The text that it was made of.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Whether the characters around a place in the text are of one figure, as those of 25, 9.50 and 12,000 are. What £9.00 has
/// behind £9 adds nothing to it.
fn cuts_figure(text: &str, place: usize) -> bool {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mark = |c: Option<char>| matches!(c, Some('.' | ','));
    let (before, after) = text.split_at(place);
    let (mut back, mut on) = (before.chars().rev(), after.chars());
    match (digit(back.next()), digit(on.next())) {
        (true, true) => true,
        (true, false) => {
            let nothing = after.strip_prefix(".00").is_some_and(|rest| !digit(rest.chars().next()));
            mark(after.chars().next()) && digit(on.next()) && !nothing
        }
        (false, true) => mark(before.chars().next_back()) && digit(back.next()),
        (false, false) => false,
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn check(pattern: &str, text: &str, found: bool) {
        assert_eq!(Pattern::new(pattern).unwrap().is_found_in(text), found, "{pattern:?} in {text:?}");
    }

    #[test]
    fn a_figure_is_found_as_a_whole() {
        check("(5|five) working days", "within 5 working days", true);
        check("(5|five) working days", "within 25 working days", false);
        check("5 working days", "within 25 working days, or 5 working days by post", true);
        check("£ ?9", "It costs £9.", true);
        check("£ ?9", "It costs £9, or £12 by post.", true);
        check("£ ?9", "It costs £9.50", false);
        check("£ ?9", "It costs £9.00.", true);
        check("£ ?9", "It costs £9.005", false);
        check("£ ?12", "It costs £12,000", false);
        check("£ ?12,000", "It costs £12,000", true);
        check("50", "It costs £9.50", false);
        check("9(.50)?", "It costs 9.50", true);
        check("", "It costs £9", true);
        check("é5", "é55 é5", true);
        check("a", "", false);
    }
}

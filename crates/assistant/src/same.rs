//! When two enquiries are the same, so that the reply to one is the reply to the other.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization as _;

use crate::assistant::{Assistant, Enquiry};
use crate::contact::way_to_a_person;
use crate::course;
use crate::reply::Reply;
use crate::triage::redact;

/// A digest of an enquiry and of what a reply tells of the time. Nothing of what was asked can be read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sameness([u8; 32]);

impl Sameness {
    /// Of the texts, in their order.
    pub fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut digest = Sha256::new();
        for text in texts {
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text);
        }
        Self(digest.finalize().into())
    }
}

impl Assistant {
    /// What enquiries have in common that get the same reply at this time; none for one that holds personal data, which is
    /// a matter of one resident.
    ///
    /// Replies tell when somebody can be reached, so the time counts as far as these texts change with it. Pages, models and
    /// settings do not change while an assistant lives.
    pub fn sameness(&self, enquiry: &Enquiry, clock: Timestamp) -> Option<Sameness> {
        let question = normalised(&enquiry.question);
        let said = enquiry.history.iter().map(|turn| turn.text.as_str());
        if std::iter::once(question.as_str()).chain(said).any(|text| redact(text).1) {
            return None;
        }
        let council = self.council();
        let services = std::iter::once(None).chain(council.services.keys().map(|service| Some(service.as_str())));
        let times = services.map(|service| way_to_a_person(council, service, clock).as_str().to_owned());
        let history = enquiry.history.iter().flat_map(|turn| [format!("{:?}", turn.role), turn.text.clone()]);
        let texts: Vec<String> = std::iter::once(question).chain(times).chain(history).collect();
        Some(Sameness::of(texts.iter().map(String::as_str)))
    }

    /// What the clock says.
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }
}

impl Reply {
    /// Whether whoever asks the same gets this reply again: it came about by the whole way, and time did not run out on it.
    pub fn may_be_given_again(&self) -> bool {
        !self.was_cancelled() && course::is_whole(&self.trace().path)
    }

    /// The reply as it is given again at this time, to the same enquiry ([`Assistant::sameness`]).
    #[must_use]
    pub fn given_again(&self, clock: Timestamp) -> Self {
        let mut again = self.clone();
        let mut trace = self.trace().clone();
        trace.clock = clock;
        trace.timings_ms.clear();
        again.set_trace(trace);
        again
    }
}

/// A question as it is read, in one line: composed characters, straight quotation marks, no gap wider than two spaces and none
/// at the ends. Wider gaps than one stay told apart, since they may part the words of a message whose letters are set apart.
pub(crate) fn normalised(question: &str) -> String {
    in_lines(&question.replace(['\n', '\r'], " "))
}

/// The same, with line breaks where they were: they end sentences.
pub(crate) fn in_lines(question: &str) -> String {
    let mut read = String::with_capacity(question.len());
    let mut gap = 0;
    for character in question.trim().nfc() {
        let character = match character {
            '\u{2018}' | '\u{2019}' | '\u{201b}' => '\'',
            '\u{201c}' | '\u{201d}' | '\u{201f}' => '"',
            '\n' => '\n',
            space if space.is_whitespace() => ' ',
            other => other,
        };
        gap = if character == ' ' { gap + 1 } else { 0 };
        if gap <= 2 {
            read.push(character);
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_in_one_form() {
        let check = |question: &str, expected: &str| assert_eq!(normalised(question), expected);
        check("  What\ndoes it\u{a0}cost?  ", "What does it cost?");
        check("What  does \t\n it cost?", "What  does  it cost?");
        check("What\u{2019}s \u{201c}council tax\u{201d}?", "What's \"council tax\"?");
        check("cafe\u{301}", "caf\u{e9}");
        check("Is it £5?", "Is it £5?");
        check("", "");
        assert_eq!(in_lines(" We moved.\r\nWhat\u{a0}now?\n"), "We moved. \nWhat now?");
    }

    #[test]
    fn texts_are_told_apart() {
        assert_eq!(Sameness::of(["a", "b"]), Sameness::of(["a", "b"]));
        assert_ne!(Sameness::of(["ab"]), Sameness::of(["a", "b"]));
        assert_ne!(Sameness::of(["b", "a"]), Sameness::of(["a", "b"]));
    }
}

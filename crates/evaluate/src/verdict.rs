//! The rule of what counts as a right reply, on plain data.

mod length;

use std::fmt::Write as _;

use conversation::{Offer, Outcome};

use crate::case::Case;
use crate::pattern::Pattern;

pub use length::{MOST_SENTENCES, MOST_WORDS};

/// What of a reply decides whether it is right.
#[derive(Clone, Copy, Debug)]
pub struct ReplyView<'a> {
    /// How the reply ended the enquiry's way.
    pub outcome: Outcome,
    /// What the resident reads.
    pub text: &'a str,
    /// What the resident is offered beside it.
    pub offers: &'a [Offer],
    /// The sentences of `text` that are list items, steps or table rows on their page; they do not count towards the
    /// length. Lines that show their mark (`- `, `• `, `1. `, `|`) need not be named here.
    pub items: &'a [String],
}

/// Whether a reply is right, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it is right.
    pub right: bool,
    /// What is wrong with it, or that nothing is.
    pub why: String,
}

/// Judges a reply by the case's rule: the outcome is the expected one, one pattern of each list of `must` and none of
/// `must_not` is found in the text, and an answer is short ([`MOST_SENTENCES`], [`MOST_WORDS`]; steps, lists and table
/// rows aside). Of a case that expects no outcome only the patterns are judged.
pub fn judge_reply(case: &Case, reply: &ReplyView<'_>) -> Verdict {
    if let Some(expect) = case.expect
        && !counts_for(expect, reply)
    {
        return Verdict { right: false, why: unexpected(expect, reply) };
    }
    let mut faults = Vec::new();
    for list in &case.must {
        if !list.iter().any(|pattern| pattern.is_found_in(reply.text)) {
            faults.push(format!("not found: {}", alternatives(list)));
        }
    }
    for pattern in forbidden(case, reply.text) {
        faults.push(format!("found although it must not be: {:?}", pattern.as_str()));
    }
    if case.expect == Some(Outcome::Answer) {
        faults.extend(length::faults(reply.text, reply.items));
    }
    if faults.is_empty() {
        return Verdict { right: true, why: format!("{}, as it should be", name(reply.outcome)) };
    }
    Verdict { right: false, why: faults.join("; ") }
}

/// Whether the reply's outcome is the expected one or stands for it: a hand-off and a question back count for each
/// other, and declining while offering a person is a hand-off too.
pub(crate) fn counts_for(expect: Outcome, reply: &ReplyView<'_>) -> bool {
    match expect {
        Outcome::Handoff => match reply.outcome {
            Outcome::Handoff | Outcome::Clarify => true,
            Outcome::Decline => reply.offers.contains(&Offer::Human),
            Outcome::Answer | Outcome::Signpost | Outcome::Greeting => false,
        },
        Outcome::Clarify => matches!(reply.outcome, Outcome::Clarify | Outcome::Handoff),
        Outcome::Answer | Outcome::Signpost | Outcome::Decline | Outcome::Greeting => reply.outcome == expect,
    }
}

/// The members of the case's `must_not` that are found in the text.
pub(crate) fn forbidden<'a>(case: &'a Case, text: &str) -> impl Iterator<Item = &'a Pattern> {
    case.must_not.iter().filter(move |pattern| pattern.is_found_in(text))
}

/// The outcome's name in the contract.
pub(crate) fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answer => "answer",
        Outcome::Clarify => "clarify",
        Outcome::Handoff => "handoff",
        Outcome::Signpost => "signpost",
        Outcome::Decline => "decline",
        Outcome::Greeting => "greeting",
    }
}

fn unexpected(expect: Outcome, reply: &ReplyView<'_>) -> String {
    let mut why = format!("{} instead of {}", name(reply.outcome), name(expect));
    if expect == Outcome::Handoff && reply.outcome == Outcome::Decline {
        why.push_str(", and no person is offered");
    }
    why
}

fn alternatives(list: &[Pattern]) -> String {
    let mut text = String::new();
    for (index, pattern) in list.iter().enumerate() {
        let or = if index == 0 { "" } else { " or " };
        // Writing to a String does not fail.
        let _ = write!(text, "{or}{:?}", pattern.as_str());
    }
    if text.is_empty() { "one of an empty list".to_owned() } else { text }
}

#[cfg(test)]
mod tests;

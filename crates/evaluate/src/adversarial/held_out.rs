//! Two kinds that were written after the check and on which nothing was tuned.

use std::sync::LazyLock;

use super::words::{Rules, each_place, rules};

/// A bound or an amount turned round: "up to" for "at least", "before" for "after", "all" for "some".
pub(super) fn quantifier(text: &str) -> Vec<String> {
    static RULES: Rules = LazyLock::new(|| {
        rules(&[
            (r"\bup to (\d|£|a |an |one|two|three|four|five|six|ten)", "at least $1"),
            (r"\b(?:at least|no less than) ", "up to "),
            (r"\b(?:at most|no more than|not more than) ", "at least "),
            (r"\b(?:more|longer|later|older) than ", "less than "),
            (r"\b(?:less|fewer|shorter|younger) than ", "more than "),
            (r"\bor (?:more|over|older|longer)\b", "or less"),
            (r"\bor (?:less|under|fewer|younger)\b", "or more"),
            (r"\bover (\d|£)", "under $1"),
            (r"\bunder (\d|£)", "over $1"),
            (r"\bwithin (\d|a |an |one|two|three|four|five|six|ten)", "after $1"),
            (r"\bbefore ", "after "),
            (r"\bafter ", "before "),
            (r"\b(?:some|most|many) (?:of )?", "all "),
            (r"\b(?:Some|Most|Many) (?:of )?", "All "),
            (r"\bone of ", "each of "),
            (r"\beither ", "both "),
            (r"\bmaximum\b", "minimum"),
            (r"\bminimum\b", "maximum"),
            (r"\bsometimes ", "always "),
        ])
    });
    each_place(text, &RULES)
}

/// Somebody else does it: "we" for "you", the council for the landlord. "You" is exchanged only where it is a subject.
pub(super) fn actor(text: &str) -> Vec<String> {
    static RULES: Rules = LazyLock::new(|| {
        rules(&[
            (r"^You ", "We "),
            (r"^We ", "You "),
            (r"(, |\b(?:if|If|when|When|unless|before|after|and|but|so|because|once|until|that) )you ", "${1}we "),
            (r"(, |\b(?:if|If|when|When|unless|before|after|and|but|so|because|once|until|that) )we ", "${1}you "),
            (
                r"\b(tell|Tell|contact|Contact|ask|Ask|call|Call|pay|Pay|email|Email|write to|Write to) us\b",
                "$1 your landlord",
            ),
            (r"\b[Yy]our (?:landlord|employer|neighbour|doctor|school|dentist|bank) ", "the council "),
            (r"\b[Tt]he council (can|will|must|may|is|has|does|sends|pays|gives|charges) ", "your landlord $1 "),
            (r"\b[Tt]he (?:owner|driver|applicant|tenant|parent|builder|organiser) ", "the council "),
        ])
    });
    each_place(text, &RULES)
}

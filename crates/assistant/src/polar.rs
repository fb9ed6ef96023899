//! Polar questions: those that ask for a yes or a no.

use std::sync::LazyLock;

use regex::Regex;

use crate::triage::single;

/// What a polar question begins with: at the beginning of a sentence, after a comma with a subject that shows it to be one, and
/// a resident's own "can I" anywhere.
static POLAR: LazyLock<Regex> = LazyLock::new(|| {
    single(
        r"^(can|could|do|does|did|is|are|am|will|would|should)\s+\w|(^|[,;:]\s*|\b(and|but|so|also|please|hi|hello|then)\s+)(can|could|do|does|did|is|are|am|will|would|should|may|must|have|has)\s+(i|we|you|it|he|she|they|that|this|these|those|there|the|a|an|my|our|your|his|her|their|any|anyone|someone|somebody|\w+s)\b|\b(can|could|do|am|may|should|would|will) (i|we)\b|\b(do|will|are) you\b",
    )
});

/// What asks for more than a yes or a no, for one of two things, by a negative, or politely for something else.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    single(
        r"\b(how|hw|what|whats|wot|where|when|who|whose|which|why|or|whether)\b|\b(is|are|do|does|did|can|could|wo|would|should|have|has|am)(n['’]?t\s+\w+|\s+\w+\s+not)\b|\b(tell|let|show|send|give|help|explain to|advise) (me|us)\b|\byou (know|help|explain|advise|confirm)\b",
    )
});

/// What is allowed, said first.
static ALLOWS: LazyLock<Regex> = LazyLock::new(|| single(r"^(you|we|they|he|she|it|\w+s) (can|may)\b"));

/// What is not so, said first.
static DENIES: LazyLock<Regex> = LazyLock::new(|| {
    single(r"^(there (is|are|was|were) no|no|none|nobody|(you|we|they|he|she|it|\w+s) (cannot|(\w+ )?(not|never)))\b")
});

/// What says for whom the contrary holds.
static UNLESS: LazyLock<Regex> = LazyLock::new(|| single(r"\bunless\b"));

/// Whether a text begins with a yes or a no of its own, as in "Usually no".
pub(crate) fn opens_itself(text: &str) -> bool {
    let word = |word: &str| word.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    text.split_whitespace().take(2).any(|first| matches!(word(first).as_str(), "yes" | "no"))
}

/// Whether a "Yes" may stand before a text. It may not before what begins with what is not so, as in "There is no wait for an
/// ashes plaque", nor before an "unless", as in "You must speak to a mediator, unless it is about the school": which part of it
/// was asked about is more than the verifier tells for certain.
pub(crate) fn may_follow_yes(text: &str) -> bool {
    !DENIES.is_match(text) && !UNLESS.is_match(text)
}

/// Whether a "No" may stand before a text: not before what begins with what is allowed, nor before an "unless".
pub(crate) fn may_follow_no(text: &str) -> bool {
    !ALLOWS.is_match(text) && !UNLESS.is_match(text)
}

/// Whether a message asks one polar question and nothing else.
pub(crate) fn is_polar(message: &str) -> bool {
    let mut sentences = message.split(['.', '!', '?', '\n']).filter(|sentence| POLAR.is_match(sentence.trim()));
    let asks = sentences.next().is_some_and(|sentence| !OTHER.is_match(sentence));
    asks && sentences.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(message: &str, expected: bool) {
        assert_eq!(is_polar(message), expected, "{message}");
    }

    #[test]
    fn what_a_yes_or_a_no_may_stand_before() {
        let check = |text: &str, yes: bool, no: bool| {
            assert_eq!((may_follow_yes(text), may_follow_no(text)), (yes, no), "{text}");
        };
        check("Drivers may refuse.", true, false);
        check("Garden bonfires are allowed.", true, true);
        check("Applying for a school place is free.", true, true);
        check("You cannot keep cockerels.", false, true);
        check("We will not normally license you.", false, true);
        check("There is no wait for an ashes plaque.", false, true);
        check("If you have no permit, you can buy one.", true, true);
        check("You can keep up to six hens on your plot, but you cannot keep cockerels.", true, false);
        check("We do not take bags, but you can buy a sack.", false, true);
        check("Drivers must carry dogs at no extra charge, unless they have a notice.", false, false);
    }

    #[test]
    fn what_asks_for_a_yes_or_a_no() {
        for polar in [
            "Can I keep a cockerel on my allotment?",
            "My nan would love a hymn. Can we sing one verse of Jerusalem at our wedding?",
            "is it ok to pull up on the zigzags outside school for 5 minutes",
            "Does a resident permit renew automatically?",
            "we're in Saltby, smoke control zone apparently. are we still allowed a barbecue?",
            "i drive private hire. if someone flags me down in the street can i take them",
            "my son's only got a provisional licence. does that count for voting?",
            "next door and me want to share a bin, is that allowed",
            "Does Riverside Library open on a Saturday?",
            "do i need a permit if the skip is going on my own driveway and not the road",
        ] {
            check(polar, true);
        }
    }

    #[test]
    fn a_page_can_say_yes_or_no_itself() {
        for itself in ["Usually no, if it is lower than 2.5 metres.", "Yes. You can.", "No charge is made."] {
            assert!(opens_itself(itself), "{itself}");
        }
        assert!(!opens_itself("You can have no more than four."));
    }

    #[test]
    fn what_asks_for_something_else() {
        for other in [
            "How much is a garden bin?",
            "how long can i stop on double yellows",
            "Is it free or do I have to pay?",
            "Isn't it free for carers?",
            "can i not pay by card",
            "Can you tell me about council tax?",
            "do you know when the tip shuts",
            "I can do that. My son is the tenant.",
            "Can I pay by card? Do I need a stamp?",
            "bins",
            "",
        ] {
            check(other, false);
        }
    }
}

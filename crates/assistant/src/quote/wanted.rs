//! The kind of answer that a question asks for, and the facts that are one.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::facts::{Fact, facts};
use crate::triage::single;

/// The kind of answer that a question asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// An amount of money.
    Money,
    /// A length of time, or a time by which.
    Duration,
    /// A time of day.
    Time,
    /// A date, a day, or a length of time.
    When,
    /// A number of things, an age.
    Number,
    /// A phone number.
    Phone,
    /// Nothing that a fact would show.
    Open,
}

static WANTED: LazyLock<Vec<(Regex, Wanted)>> = LazyLock::new(|| {
    let rule = |pattern: &str, wanted| (single(pattern), wanted);
    vec![
        rule(
            r"\b(what|which) (phone )?number\b.{0,20}\b(ring|call|phone|dial)\b|\bphone number\b|\bwho (do|can|should) i (ring|call|phone)\b",
            Wanted::Phone,
        ),
        rule(
            r"\bhow (much|mutch) (notice|time|longer)\b|\bhow (long|soon|quick(ly)?|fast|far (back|ahead))\b|\bhow many (days|weeks|months|years|hours)\b",
            Wanted::Duration,
        ),
        rule(
            r"\bhow much\b|\b(what|whats|what's)\b.{0,30}\b(cost|price|fee|charge|fine|rate|rent)\b|\b(cost|price|fee|charge|fine|quid|£)s?\b.{0,40}\?|\bhow expensive\b|\b(do|does|will|would|is|are) (you|i|we|it|they|there)\b.{0,25}\b(charge|cost|pay|free)\b",
            Wanted::Money,
        ),
        rule(
            r"\b(what|wat|which) times?\b|\b(opening|closing) (hours|times?)\b|\b(open|close|shut)s? (at|on|till|until)\b|\bhow late\b|\bhow early\b",
            Wanted::Time,
        ),
        rule(
            r"\bwhen\b|\b(what|which) (day|date|dates|days)\b|\bdeadline\b|\bclosing date\b|\blatest\b|\bby what date\b",
            Wanted::When,
        ),
        rule(r"\bhow (many|old|big|high|tall|far)\b|\bwhat age\b", Wanted::Number),
    ]
});

impl Wanted {
    /// What a question asks for.
    pub(crate) fn of(question: &str) -> Self {
        WANTED.iter().find(|(pattern, _)| pattern.is_match(question)).map_or(Self::Open, |(_, wanted)| *wanted)
    }

    /// Whether a text holds such a fact.
    pub(crate) fn found_in(self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let free = ["free", "no charge", "not charge", "no cost", "not pay", "not have to pay"];
        self == Self::Open
            || !self.facts_in(text).is_empty()
            || self == Self::Money && free.iter().any(|words| lower.contains(words))
    }

    /// Whether a text can tell both this and `other`: one fact answers one question.
    pub(crate) fn is_told_with(self, other: Self, text: &str) -> bool {
        let (one, two) = (self.facts_in(text), other.facts_in(text));
        one.is_empty() || two.is_empty() || one.union(&two).count() > 1
    }

    /// The facts of a text that are such.
    pub(crate) fn facts_in(self, text: &str) -> BTreeSet<Fact> {
        let kinds: &[&str] = match self {
            Self::Money => &["money", "percent"],
            Self::Duration => &["duration", "date", "time"],
            Self::Time => &["time"],
            Self::When => &["date", "day", "time", "duration"],
            Self::Number => &["number", "duration", "percent"],
            Self::Phone => &["phone"],
            Self::Open => &[],
        };
        facts(text).into_iter().filter(|fact| kinds.contains(&fact.kind())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(question: &str, expected: Wanted) {
        assert_eq!(Wanted::of(question), expected, "{question}");
    }

    #[test]
    fn the_kind_of_answer_is_read_from_the_question() {
        check("How much is a garden bin?", Wanted::Money);
        check("Do you charge for the men to fetch them?", Wanted::Money);
        check("How long have I got to report it?", Wanted::Duration);
        check("what time does the tip shut", Wanted::Time);
        check("When is the deadline for primary schools?", Wanted::When);
        check("how many bags can I put out", Wanted::Number);
        check("what number do i ring about a broken street light", Wanted::Phone);
        check("Can I keep a cockerel?", Wanted::Open);
        assert!(Wanted::Money.found_in("The permit is free for carers."));
        assert!(!Wanted::Money.found_in("Apply within 14 days."));
        let lacks = |first: Wanted, second: Wanted, text| !first.is_told_with(second, text);
        assert!(lacks(Wanted::Time, Wanted::Time, "Polling stations open at 7am."));
        assert!(!lacks(Wanted::Time, Wanted::Time, "Polling stations are open from 7am to 10pm."));
        assert!(lacks(Wanted::Duration, Wanted::When, "We need 10 working days."));
        assert!(!lacks(Wanted::Money, Wanted::Duration, "A badge costs £10 and lasts three years."));
    }
}
